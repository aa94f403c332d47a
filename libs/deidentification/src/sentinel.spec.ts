import { joinedBytes } from '#imaging';
import { deidentifyDicom, deidentificationPolicy, KeyedNames, type DeidentificationPolicy } from './index.js';
import { profileRows } from './attributes.js';
import { CONFIDENTIALITY_PROFILE } from './tables/confidentiality-profile.js';
import { ctSlice, makeFile, testDigest, type DataSet, type Form, type Value } from './test-support/dicom-maker.js';

const names = new KeyedNames(testDigest);
const MARK = 'ZQSENTINEL';

/** What is planted in one attribute: letters, digits, a number and four bytes that occur nowhere else. */
interface Mark {
  readonly letters: string;
  readonly digits: string;
  readonly number: Buffer;
  readonly bytes: Buffer;
}

/** Marks differ, as the engine looks for names of the patient everywhere: one mark would hide another. */
function markOf(n: number): Mark {
  const letters = [...n.toString(16).padStart(4, '0')].map((digit) => 'BCDFGHJKLMNPQRST'[parseInt(digit, 16)]).join('');
  const number = Buffer.alloc(8);
  number.writeDoubleLE(864_200_000_000 + n);
  return {
    letters: `ZQX${letters}`,
    digits: `8642${String(n).padStart(5, '0')}`,
    number,
    bytes: Buffer.from(`Z${letters}QZQ`),
  };
}

/** A value with the mark in it that a representation can hold. */
function marked(vr: string, { letters, digits, number, bytes }: Mark): Value {
  switch (vr) {
    case 'SQ':
      return [
        { '00080100': ['SH', `${letters}-1`], '00080102': ['SH', 'LOCAL'], '00080104': ['LO', `${letters} meaning`] },
        {
          '00100010': ['PN', `${letters}^Nested`],
          '00081030': ['LO', letters],
          '00090010': ['LO', letters],
          '00091001': ['UN', bytes],
        },
      ];
    case 'PN':
      return `${letters}^Given`;
    case 'UI':
      return `1.2.${digits}`;
    case 'DA': // no date: dates themselves are tested below
      return `19440229${digits}`;
    case 'TM':
      return `101112.${digits}`;
    case 'DT':
      return `19440229101112.${digits}`;
    case 'DS':
    case 'IS':
      return digits;
    case 'AS':
      return `${digits}Y`;
    case 'FD':
      return number;
    case 'FL':
    case 'SL':
    case 'UL':
    case 'US':
    case 'SS':
    case 'SV':
    case 'UV':
      return bytes;
    default:
      return letters; // text and bytes
  }
}

/** Whether bytes hold a mark, whole. */
const holds = (bytes: Buffer, { letters, digits, number, bytes: four }: Mark): boolean =>
  [letters, digits, number, four].some((needle) => bytes.includes(needle));

async function bytesAfter(dataSet: DataSet, policy: DeidentificationPolicy, form: Form = {}): Promise<Buffer> {
  const after = await deidentifyDicom(makeFile(dataSet, form), { policy, names });
  if (after.status === 'refused') throw new Error(`${after.code}: ${after.message}`);
  return Buffer.from(joinedBytes(after.pieces));
}

/** One attribute for each row of the standard's table, families by one of their members. */
const attributes: (readonly [tag: string, vr: string])[] = [
  ...CONFIDENTIALITY_PROFILE.trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([tag, vr]): readonly [string, string] => {
      if (tag === 'private') return ['00091001', 'LO'];
      if (tag === '50xxxxxx') return ['50023000', 'OB'];
      if (tag.startsWith('60xx')) return [tag.replace('xx', '02'), tag.endsWith('4000') ? 'LT' : 'OW'];
      return [tag, vr];
    }),
  ['00102161', 'SQ'],
];
const policies: Record<string, DeidentificationPolicy> = {
  'the default': deidentificationPolicy.parse({}),
  'the basic profile alone': deidentificationPolicy.parse({
    dates: 'remove',
    descriptors: 'remove',
    patientCharacteristics: 'remove',
  }),
};

/** All attributes, each with a mark of its own. Group 0 is no part of a file; nested it is tested as well. */
function planted(from: number): { dataSet: DataSet; marks: readonly Mark[] } {
  const marks = attributes.map((_, n) => markOf(from + n));
  const entries = attributes.map(([tag, vr], n): [string, [string, Value]] => [tag, [vr, marked(vr, marks[n])]]);
  return { dataSet: Object.fromEntries(entries), marks };
}

const withoutGroup0 = (dataSet: DataSet): DataSet =>
  Object.fromEntries(Object.entries(dataSet).filter(([tag]) => !tag.startsWith('0000')));

const survivors = (bytes: Buffer, marks: readonly Mark[]): string[] =>
  attributes.filter((_, n) => holds(bytes, marks[n])).map(([tag, vr]) => `(${tag}) ${vr}`);

describe('a mark in each attribute of the standard’s table', () => {
  const top = planted(0);
  const nested = planted(1000);
  // two levels down, in sequences that are kept
  const file = ctSlice({
    ...withoutGroup0(top.dataSet),
    '00180012': ['SQ', [{ '00540300': ['SQ', [nested.dataSet]] }]],
  });

  it('has all of them', () => {
    expect(attributes).toHaveLength(622);
    expect(profileRows().size).toBe(618);
    expect(new Set(attributes.map(([tag]) => tag)).size).toBe(622);
  });

  describe.each(Object.entries(policies))('under %s', (_, policy) => {
    it.each([
      ['explicit', {}],
      ['implicit', { explicitVr: false }],
      ['open lengths', { open: true }],
      ['big endian', { littleEndian: false }],
    ] as const)('never survives, %s', async (_form, form) => {
      const before = Buffer.from(makeFile(file, form));
      expect(survivors(before, nested.marks)).toHaveLength(attributes.length);
      expect(survivors(before, top.marks)).toHaveLength(attributes.filter(([tag]) => !tag.startsWith('0000')).length);
      const after = await bytesAfter(file, policy, form);
      expect(survivors(after, top.marks)).toEqual([]);
      expect(survivors(after, nested.marks)).toEqual([]);
    });
  });
});

describe('a mark outside of the table', () => {
  const policy = policies['the default'];

  it.each<[string, DataSet]>([
    ['the patient’s birth date in another calendar', { '00100033': ['LO', MARK] }],
    [
      'free text that the table forgot',
      { '00120063': ['LO', MARK], '00380102': ['LO', MARK], '00400400': ['LT', MARK] },
    ],
    ['a code string of another world', { '00142208': ['CS', MARK], '40101037': ['CS', MARK] }],
    ['an attribute that the standard does not know', { '00081fff': ['LO', MARK] }],
    ['an attribute of unknown representation', { '00081fff': ['UN', Buffer.from(MARK)] }],
    ['text where numbers belong', { '00180050': ['DS', MARK], '00200013': ['IS', MARK], '00280106': ['LO', MARK] }],
    [
      'text in a code string',
      { '00180015': ['CS', `abdomen ${MARK.toLowerCase()}`], '00180022': ['CS', `${MARK}abc`] },
    ],
    [
      'a private block, in a sequence too',
      { '00291010': ['OB', Buffer.from(MARK)], '00081140': ['SQ', [{ '00431001': ['LO', MARK] }]] },
    ],
    [
      'a local code',
      { '00082218': ['SQ', [{ '00080100': ['SH', MARK], '00080102': ['SH', MARK], '00080104': ['LO', MARK] }]] },
    ],
    ['the length of a group', { '00100000': ['UL', Buffer.from('ZQZQZQ')] }],
    [
      'a signature and trailing padding',
      { fffafffa: ['SQ', [{ '04000115': ['OB', Buffer.from(MARK)] }]], fffcfffc: ['OB', Buffer.from(MARK)] },
    ],
    ['bytes after the last pixel', { '7fe00010': ['OW', Buffer.concat([Buffer.alloc(16), Buffer.from(MARK)])] }],
    ['a colour profile', { '00282000': ['OB', Buffer.from(MARK)] }],
    [
      'the patient’s own name in a text that is kept',
      { '00100010': ['PN', MARK], '00080070': ['LO', `for ${MARK}`], '00181020': ['LO', MARK] },
    ],
    [
      'the patient’s own name as a word of the policy’s list',
      { '00100010': ['PN', MARK], '00081030': ['LO', `CT ${MARK}`] },
    ],
    ['a date in pieces', { '00081030': ['LO', 'abdomen 86/42/09 7531'], '0008103e': ['LO', 'abdomen 8642097531'] }],
  ])('does not survive: %s', async (_, planted) => {
    const words = deidentificationPolicy.parse({ words: [MARK] });
    const listed = _.includes('policy’s list');
    const after = (await bytesAfter(ctSlice(planted), listed ? words : policy)).toString('latin1');
    expect(after.toUpperCase()).not.toContain(MARK);
    expect(after).not.toMatch(/ZQZQ|8642097531|86 42|42 09/);
  });

  it('does not survive in preamble and file meta information', async () => {
    const after = await bytesAfter(ctSlice(), policy);
    expect(after.subarray(0, 128).every((byte) => byte === 0)).toBe(true);
    expect(after.toString('latin1')).not.toContain('SENTINEL');
  });
});

describe('dates and names', () => {
  it('no date of the file stays what it was; intervals do', async () => {
    const dated = attributes.filter(([, vr]) => vr === 'DA' || vr === 'DT');
    const all = Object.fromEntries(
      dated.map(([tag, vr]): [string, [string, string]] => [tag, [vr, vr === 'DA' ? '20110203' : '20110203040506']]),
    );
    for (const policy of Object.values(policies)) {
      expect((await bytesAfter(ctSlice(all), policy)).toString('latin1')).not.toContain('20110203');
    }
  });
});
