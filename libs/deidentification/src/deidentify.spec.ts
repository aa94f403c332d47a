import fc from 'fast-check';
import { openDicom, readDicomSeries, type DicomDataSet, joinedBytes } from '#imaging';
import {
  deidentificationPolicy,
  deidentifyDicom,
  KeyedNames,
  type DeidentifyOptions,
  type RebuiltFile,
} from './index.js';
import { profileRows } from './attributes.js';
import { ctSlice, makeFile, testDigest, type DataSet, type Form } from './test-support/dicom-maker.js';

const names = new KeyedNames(testDigest);

interface After {
  readonly file: RebuiltFile;
  readonly bytes: Uint8Array;
  readonly dataSet: DicomDataSet;
}

async function after(bytes: Uint8Array, policy: object = {}, options: Partial<DeidentifyOptions> = {}): Promise<After> {
  const file = await deidentifyDicom(bytes, { policy: deidentificationPolicy.parse(policy), names, ...options });
  if (file.status === 'refused') throw new Error(`${file.code}: ${file.message}`);
  const rebuilt = joinedBytes(file.pieces);
  return { file, bytes: rebuilt, dataSet: (await openDicom(rebuilt, 2 ** 30)).dataSet };
}

const ofSlice = (extra: DataSet = {}, policy: object = {}, form: Form = {}): Promise<After> =>
  after(makeFile(ctSlice(extra), form), policy);

const MR = '1.2.840.10008.5.1.4.1.1.4';
const native = {
  transferSyntaxes: new Set<string>(),
  decode: () => Promise.reject(new Error('nothing is compressed here')),
};

describe('identities', () => {
  it('gives equal UIDs equal names, in references and sequences too, and others to another secret', async () => {
    const first = await ofSlice({ '00081140': ['SQ', [{ '00081150': ['UI', MR], '00081155': ['UI', '1.2.3.4.6'] }]] });
    const second = await ofSlice({ '00080018': ['UI', '1.2.3.4.6'] });
    expect(first.dataSet.text(0x0020000e)).toBe(second.dataSet.text(0x0020000e));
    expect(first.dataSet.text(0x00200052)).toBe(second.dataSet.text(0x00200052));
    expect(first.dataSet.item(0x00081140)?.text(0x00081155)).toBe(second.dataSet.text(0x00080018));
    expect(first.dataSet.item(0x00081140)?.text(0x00081150)).toBe(MR);
    expect(first.file.sopInstanceUid).toBe(first.dataSet.text(0x00080018));
    expect(first.file.sopInstanceUid).toMatch(/^2\.25\.[1-9]\d{10,38}$/);
    expect(first.file.sopInstanceUid).not.toBe(second.file.sopInstanceUid);
    const other = await after(
      makeFile(ctSlice()),
      {},
      { names: new KeyedNames((message) => testDigest(testDigest(message))) },
    );
    expect(other.file.seriesInstanceUid).not.toBe(first.file.seriesInstanceUid);
    expect(other.file.patient).not.toBe(first.file.patient);
  });

  it('computes them as documented', async () => {
    const digest = testDigest(new TextEncoder().encode('voxelmark deidentification\0uid\x001.2.3.4.1'));
    const number = BigInt(`0x${Buffer.from(digest.subarray(0, 16)).toString('hex')}`);
    expect((await ofSlice()).file.seriesInstanceUid).toBe(`2.25.${number}`);
  });

  it('names a patient once, and two patients differently; without an ID by the study', async () => {
    const [one, again, other] = await Promise.all(
      ['MRN-4711', 'MRN-4711 ', 'MRN-4712'].map((id) => ofSlice({ '00100020': ['LO', id] })),
    );
    expect(one.file.patient).toMatch(/^P[0-9A-Z]{16}$/);
    expect(one.dataSet.text(0x00100010)).toBe(one.file.patient);
    expect(again.file.patient).toBe(one.file.patient);
    expect(other.file.patient).not.toBe(one.file.patient);
    const [a, b] = await Promise.all(
      ['1.2.8', '1.2.9'].map((study) => ofSlice({ '00100020': ['LO', ''], '0020000d': ['UI', study] })),
    );
    expect(a.file.patient).not.toBe(b.file.patient);
  });

  it('keeps UIDs where the policy says so, and the standard’s own frames of reference always', async () => {
    expect((await ofSlice({}, { uids: 'keep' })).dataSet.text(0x00080018)).toBe('1.2.3.4.5');
    expect((await ofSlice({ '00200052': ['UI', '1.2.840.10008.1.4.1.1'] })).dataSet.text(0x00200052)).toBe(
      '1.2.840.10008.1.4.1.1',
    );
  });

  it('makes whole what has lost its UIDs, if the caller says which series it is of', async () => {
    const bare = makeFile(
      ctSlice({ '00080016': ['UI', ''], '00080018': ['UI', ''], '0020000d': ['UI', ''], '0020000e': ['UI', ''] }),
    );
    const refused = await deidentifyDicom(bare, { policy: deidentificationPolicy.parse({}), names });
    expect(refused).toMatchObject({ status: 'refused', code: 'deid-identity' });
    const { dataSet, file } = await after(bare, {}, { standIn: 'folder-7' });
    expect(dataSet.text(0x00080016)).toBe('1.2.840.10008.5.1.4.1.1.2');
    expect([0x00080018, 0x0020000d, 0x0020000e].map((tag) => dataSet.text(tag))).toEqual([
      file.sopInstanceUid,
      file.studyInstanceUid,
      file.seriesInstanceUid,
    ]);
    expect(new Set([file.sopInstanceUid, file.studyInstanceUid, file.seriesInstanceUid]).size).toBe(3);
  });
});

describe('dates and ages', () => {
  const dates: DataSet = {
    '00080020': ['DA', '20200301'],
    '00080021': ['DA', '2020.03.02'],
    '0008002a': ['DT', '20200229235959.5+0100'],
    '00080032': ['TM', '101112.25'],
    '00181200': ['DA', '20191231\\20200101'],
  };

  it('moves all dates of a patient by the same days and keeps times of day', async () => {
    const { dataSet } = await ofSlice(dates, { device: 'keep' });
    const days = (text: string | undefined): number =>
      Date.UTC(Number(text!.slice(0, 4)), Number(text!.slice(4, 6)) - 1, Number(text!.slice(6, 8))) / 864e5;
    const shift = days(dataSet.text(0x00080020)) - days('20200301');
    expect(shift).toBeLessThanOrEqual(-30);
    expect(shift).toBeGreaterThanOrEqual(-3650);
    expect(days(dataSet.text(0x00080021)) - days('20200302')).toBe(shift);
    expect(days(dataSet.text(0x0008002a)) - days('20200229')).toBe(shift);
    expect(dataSet.text(0x0008002a)).toMatch(/^\d{8}235959\.5\+0100$/);
    expect(dataSet.text(0x00080032)).toBe('101112.25');
    expect(dataSet.texts(0x00181200).map((date, n) => days(date) - days(['20191231', '20200101'][n]))).toEqual([
      shift,
      shift,
    ]);
    expect(dataSet.text(0x00280303)).toBe('MODIFIED');
  });

  it('removes or keeps them by policy, and what is no date always goes', async () => {
    const removed = (await ofSlice(dates, { dates: 'remove' })).dataSet;
    expect([removed.has(0x00080020), removed.text(0x00080020), removed.has(0x00080021)]).toEqual([
      true,
      undefined,
      false,
    ]);
    expect(removed.text(0x00280303)).toBe('REMOVED');
    const kept = (await ofSlice(dates, { dates: 'keep' })).dataSet;
    expect([kept.text(0x00080020), kept.text(0x00080021), kept.text(0x00280303)]).toEqual([
      '20200301',
      '20200302',
      'UNMODIFIED',
    ]);
    expect((await ofSlice({ '00080020': ['DA', '20200231'] })).dataSet.text(0x00080020)).toBeUndefined();
  });

  it.each([
    ['19700615', '20200301', '049Y', '40-59'],
    ['19700301', '20200301', '050Y', '40-59'],
    ['19200101', '20200301', '090Y', '75+'],
    ['20190601', '20200301', '000Y', '0-17'],
  ])('knows the age before the birth date goes: %s', async (birth, study, age, band) => {
    const { dataSet, file } = await ofSlice({ '00100030': ['DA', birth], '00080020': ['DA', study] });
    expect([dataSet.text(0x00101010), file.ageBand, dataSet.text(0x00100030)]).toEqual([age, band, undefined]);
    const silent = await ofSlice({ '00100030': ['DA', birth] }, { patientCharacteristics: 'remove' });
    expect([silent.dataSet.has(0x00101010), silent.file.ageBand, silent.dataSet.text(0x00100040)]).toEqual([
      false,
      null,
      undefined,
    ]);
  });
});

describe('what is kept', () => {
  it('acquisition, sex and size; not device, institution and accession', async () => {
    const extra: DataSet = {
      '00080050': ['SH', 'A-1'],
      '00080080': ['LO', 'St Elsewhere'],
      '00081010': ['SH', 'CT2'],
      '00101030': ['DS', '79'],
      '00181000': ['LO', 'SN-1'],
      '00181210': ['SH', 'Br38f\\3'],
      '00180060': ['DS', '120'],
    };
    const { dataSet } = await ofSlice(extra);
    expect([0x00080070, 0x00180050, 0x00180060, 0x00101030, 0x00100040].map((tag) => dataSet.text(tag))).toEqual([
      'Maker',
      '2.5',
      '120',
      '79',
      'M',
    ]);
    expect(dataSet.texts(0x00181210)).toEqual(['Br38f', '3']);
    expect([
      dataSet.text(0x00080050),
      dataSet.has(0x00080080),
      dataSet.has(0x00081010),
      dataSet.has(0x00181000),
    ]).toEqual([undefined, false, false, false]);
    const kept = (await ofSlice(extra, { institution: 'keep', device: 'keep' })).dataSet;
    expect([kept.text(0x00080080), kept.text(0x00181000)]).toEqual(['St Elsewhere', 'SN-1']);
    expect((await ofSlice(extra, { siteCode: 'S03' })).dataSet.text(0x00080080)).toBe('S03');
  });

  it('the good names of a list, and no number of a position with a bad one', async () => {
    const { dataSet } = await ofSlice({
      '00080008': ['CS', 'ORIGINAL\\by Smith\\AXIAL'],
      '00200032': ['DS', '-10\\Smith\\5'],
    });
    expect(dataSet.texts(0x00080008)).toEqual(['ORIGINAL', '', 'AXIAL']);
    expect(dataSet.texts(0x00200032)).toEqual([]);
  });

  it('says in the file what was done', async () => {
    const { dataSet } = await ofSlice({}, { device: 'keep' });
    expect(dataSet.text(0x00120062)).toBe('YES');
    expect([...dataSet.items(0x00120064)].map((item) => `${item.text(0x00080102)} ${item.text(0x00080100)}`)).toEqual(
      ['113100', '113105', '113107', '113108', '113109'].map((code) => `DCM ${code}`),
    );
  });

  it('words of a list in descriptions, more by policy, numbers only alone', async () => {
    const extra: DataSet = {
      '00081030': ['LO', 'CT Abdomen, Smith 5.0 mm 12/03/1980'],
      '0008103e': ['LO', 'portal Venous zebra'],
    };
    const { dataSet } = await ofSlice(extra);
    expect([dataSet.text(0x00081030), dataSet.text(0x0008103e)]).toEqual(['CT Abdomen 5.0 mm', 'portal Venous']);
    expect((await ofSlice(extra, { words: ['Zebra'] })).dataSet.text(0x0008103e)).toBe('portal Venous zebra');
    expect((await ofSlice(extra, { descriptors: 'remove' })).dataSet.has(0x0008103e)).toBe(false);
  });

  it('published codes with their meanings, local ones by words', async () => {
    const code = (scheme: string, value: string, meaning: string): DataSet => ({
      '00080100': ['SH', value],
      '00080102': ['SH', scheme],
      '00080104': ['LO', meaning],
    });
    const { dataSet } = await ofSlice({
      '00082218': [
        'SQ',
        [code('SCT', '10200004', 'Liver'), code('99HOSP', 'X1', 'Liver of Dr Smith'), code('Ward 3', 'liver', 'liver')],
      ],
    });
    expect(
      [...dataSet.items(0x00082218)].map((item) => [0x00080102, 0x00080100, 0x00080104].map((tag) => item.text(tag))),
    ).toEqual([
      ['SCT', '10200004', 'Liver'],
      ['99HOSP', 'REMOVED', 'Liver'],
      ['99REMOVED', 'liver', 'liver'],
    ]);
  });

  it('text in the character set that the file declares, written as UTF-8', async () => {
    const extra: DataSet = {
      '00080005': ['CS', 'ISO_IR 100'],
      '00081030': ['LO', Buffer.from('Sch\xe4del', 'latin1')],
      '00080070': ['LO', Buffer.from('M\xfcller', 'latin1')],
    };
    const { dataSet } = await ofSlice(extra, { words: ['schädel'], head: 'accept' });
    expect([dataSet.text(0x00080005), dataSet.text(0x00081030), dataSet.text(0x00080070)]).toEqual([
      'ISO_IR 192',
      'Schädel',
      'Müller',
    ]);
    const undeclared = await ofSlice({ '00080070': ['LO', Buffer.from('M\xfcller', 'latin1')] });
    expect(undeclared.dataSet.text(0x00080070)).toBe('REMOVED');
  });

  it('private elements that the policy names, and no others', async () => {
    const extra: DataSet = {
      '00190010': ['LO', 'SIEMENS MR HEADER'],
      '0019100c': ['IS', '1000'],
      '0019100d': ['CS', 'DIRECTIONAL'],
      '0019100e': ['FD', Buffer.alloc(8)],
      '00290010': ['LO', 'OTHER'],
      '0029100c': ['IS', '7'],
    };
    const rule = { creator: 'SIEMENS MR HEADER', group: '0019', element: '0c', vr: 'IS' };
    for (const form of [{}, { explicitVr: false }]) {
      const { dataSet, file } = await ofSlice(extra, { safePrivate: [rule] }, form);
      expect([...dataSet.tags()].filter((tag) => (tag >>> 16) % 2 === 1)).toEqual([0x00190010, 0x0019100c]);
      expect([dataSet.text(0x00190010), dataSet.text(0x0019100c), file.counts.private]).toEqual([
        'SIEMENS MR HEADER',
        '1000',
        3,
      ]);
    }
    const text = { ...extra, '0019100c': ['IS', 'Smith'] as const };
    expect((await ofSlice(text, { safePrivate: [rule] })).dataSet.has(0x0019100c)).toBe(false);
  });

  it('overlays that mark a region, by policy', async () => {
    const overlay = (type: string): DataSet => ({
      '60000010': ['US', [2]],
      '60000011': ['US', [4]],
      '60000040': ['CS', type],
      '60000022': ['LO', 'drawn by Smith'],
      '60000100': ['US', [1]],
      '60003000': ['OW', new Uint8Array([0xff, 0])],
    });
    const overlays = ({ dataSet }: After): number => [...dataSet.tags()].filter((tag) => tag >>> 24 === 0x60).length;
    expect(overlays(await ofSlice(overlay('R')))).toBe(0);
    expect(overlays(await ofSlice(overlay('R'), { graphics: 'clean' }))).toBe(5);
    expect(overlays(await ofSlice(overlay('G'), { graphics: 'clean' }))).toBe(0);
  });
});

describe('pixels', () => {
  it.each([{}, { explicitVr: false }, { littleEndian: false }, { open: true }])(
    'read equal in HU: %o',
    async (form) => {
      const slices = [5, 10].map((z) =>
        makeFile(ctSlice({ '00080018': ['UI', `1.2.3.${z}`], '00200032': ['DS', `-10\\-10\\${z}`] }), form),
      );
      const rebuilt = await Promise.all(slices.map((slice) => after(slice)));
      const before = await readDicomSeries(slices, native);
      const now = await readDicomSeries(
        rebuilt.map(({ bytes }) => bytes),
        native,
      );
      expect(now.data).toEqual(before.data);
      expect(now.geometry).toEqual(before.geometry);
      expect(Array.from(now.data.slice(0, 4))).toEqual([-1023, -1022, -1021, -1020]);
      expect(rebuilt.every(({ file }) => file.status === 'done')).toBe(true);
    },
  );

  it('of compressed frames are the same bytes, but for comments', async () => {
    const text = Buffer.from('by Dr Smith');
    const jpeg = Buffer.concat([
      Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0, text.length + 2]),
      text,
      Buffer.from([0xff, 0xc3, 0, 4, 1, 2, 0xff, 0xda, 0, 2, 7, 0xff, 0xfe, 0, 4, 9, 9, 0xff, 0xd9, 7, 7, 7]),
    ]);
    const fragment = (bytes: Uint8Array): Buffer => {
      const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
      head.writeUInt32LE(bytes.length, 4);
      return Buffer.concat([head, bytes]);
    };
    const even = jpeg.length % 2 === 0 ? jpeg : Buffer.concat([jpeg, Buffer.alloc(1)]);
    const { '7fe00010': _, ...header } = ctSlice();
    const element = Buffer.concat([
      Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff]),
      fragment(Buffer.alloc(0)),
      fragment(even),
      Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]),
    ]);
    const bytes = new Uint8Array(Buffer.concat([makeFile(header, {}, '1.2.840.10008.1.2.4.70'), element]));
    const { dataSet } = await after(bytes);
    const [offsets, kept] = dataSet.fragments(0x7fe00010);
    const expected = Buffer.from(even);
    expected.fill(0x20, 6, 6 + text.length);
    expected.fill(0, expected.lastIndexOf(0xd9) + 1); // and what follows the end of the frame
    expect([offsets.length, Buffer.from(kept).equals(expected)]).toEqual([0, true]);
  });
});

describe('what is held for a steward', () => {
  it.each<[string, DataSet, object, string[]]>([
    ['burned-in annotation', { '00280301': ['CS', 'YES'] }, {}, ['deid-burned-in']],
    [
      'a picture of a screen',
      { '00080008': ['CS', 'DERIVED\\SECONDARY\\SCREEN SAVE'] },
      {},
      ['deid-secondary-capture'],
    ],
    ['secondary capture', { '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.7'] }, {}, ['deid-secondary-capture']],
    [
      'a radiograph that says nothing of its pixels',
      { '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.1.1'] },
      {},
      ['deid-pixels-unstated'],
    ],
    ['a head', { '00180015': ['CS', 'HEAD'] }, {}, ['deid-recognisable']],
    ['a head by its description', { '0008103e': ['LO', 'Axial BRAIN'] }, {}, ['deid-recognisable']],
    ['a head without a face', { '00180015': ['CS', 'HEAD'], '00280302': ['CS', 'NO'] }, {}, []],
    ['a head, by policy', { '00180015': ['CS', 'HEAD'] }, { head: 'accept' }, []],
    ['a body part that nobody states', { '00180015': ['CS', ''] }, {}, ['deid-body-part-unstated']],
    ['the same, by policy', { '00180015': ['CS', ''] }, { unstatedBodyPart: 'accept' }, []],
    ['an overlay in the pixels', { '60000010': ['US', [2]], '60000102': ['US', [12]] }, {}, ['deid-overlay-in-pixels']],
    ['an abdomen', {}, {}, []],
  ])('%s', async (_, extra, policy, codes) => {
    const { file } = await ofSlice(extra, policy);
    expect([file.status, file.holds.map(({ code }) => code)]).toEqual([codes.length > 0 ? 'held' : 'done', codes]);
  });

  it('until the steward accepts it', async () => {
    const { file } = await after(
      makeFile(ctSlice({ '00180015': ['CS', 'HEAD'], '00280301': ['CS', 'YES'] })),
      {},
      { accepted: new Set(['deid-burned-in']) },
    );
    expect(file.holds.map(({ code }) => code)).toEqual(['deid-recognisable']);
  });
});

describe('what is refused', () => {
  it.each<[string, DataSet, string]>([
    ['a report', { '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.88.11'] }, 'deid-sop-class'],
    ['a document', { '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.104.1'] }, 'deid-sop-class'],
    ['an unknown class', { '00080016': ['UI', '1.2.3'] }, 'deid-sop-class'],
    ['an instance without identity', { '00080018': ['UI', 'Smith'] }, 'deid-identity'],
    ['too few pixels', { '7fe00010': ['OW', [1, 2]] }, 'deid-pixels'],
    ['no size', { '00280010': ['US', [0]] }, 'deid-pixels'],
  ])('%s', async (_, extra, code) => {
    const file = await deidentifyDicom(makeFile(ctSlice(extra)), { policy: deidentificationPolicy.parse({}), names });
    expect(file).toMatchObject({ status: 'refused', code });
    expect(JSON.stringify(file)).not.toMatch(/Smith|1\.2\.3|4711/);
  });

  it('films, damaged files and what is no DICOM', async () => {
    const codeOf = async (bytes: Uint8Array): Promise<string> => {
      const file = await deidentifyDicom(bytes, { policy: deidentificationPolicy.parse({}), names });
      return file.status === 'refused' ? file.code : file.status;
    };
    expect(await codeOf(makeFile(ctSlice(), {}, '1.2.840.10008.1.2.4.100'))).toBe('deid-transfer-syntax');
    expect(await codeOf(makeFile(ctSlice()).subarray(0, -2))).toBe('dicom-truncated');
    expect(await codeOf(new Uint8Array(300))).toBe('dicom-header');
  });
});

describe('any data set', () => {
  const letter = fc.string({ minLength: 3, maxLength: 12, unit: fc.constantFrom(...'QXZVWK') });
  const listed = fc.constantFrom(
    ...[...profileRows().keys()].filter((row) => row >= 0x00080000).map((row) => row.toString(16).padStart(8, '0')),
  );
  const anyTag = fc
    .tuple(fc.integer({ min: 8, max: 0x7fdf }), fc.integer({ min: 1, max: 0xffff }))
    .map(([group, element]) => [group, element].map((n) => n.toString(16).padStart(4, '0')).join(''));
  const tag = fc.oneof(listed, anyTag);
  const vr = fc.constantFrom('LO', 'SH', 'UN', 'OB', 'PN', 'ST', 'UT', 'CS', 'DS');
  const { dataSet } = fc.letrec<{ dataSet: DataSet; items: DataSet[] }>((tie) => ({
    items: fc.array(tie('dataSet'), { maxLength: 2 }),
    dataSet: fc.dictionary(
      tag,
      fc.oneof(
        { maxDepth: 4, depthIdentifier: 'nest' },
        fc.tuple(
          vr,
          letter.map((text) => `QXSECRET${text}`),
        ),
        fc.tuple(fc.constant('SQ'), tie('items')),
      ),
      { maxKeys: 6 },
    ) as fc.Arbitrary<DataSet>,
  }));

  it('loses unknown text at any depth, is read again, and a second pass changes nothing but names', async () => {
    await fc.assert(
      fc.asyncProperty(dataSet, fc.boolean(), async (random, open) => {
        const first = await after(makeFile(ctSlice({ ...random, ...ctSlice() }), { open }));
        expect(Buffer.from(first.bytes).includes('QXSECRET')).toBe(false);
        const second = await after(first.bytes, { uids: 'keep', dates: 'keep' });
        expect([...second.dataSet.tags()]).toEqual([...first.dataSet.tags()]);
        expect(second.dataSet.bytes(0x7fe00010)).toEqual(first.dataSet.bytes(0x7fe00010));
      }),
      { numRuns: 100 },
    );
  });
});
