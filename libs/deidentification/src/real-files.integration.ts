import { createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createPixelCodecs } from '#codecs';
import {
  ImageFormatError,
  openDicom,
  readDicomSegmentation,
  readDicomSeries,
  type DicomDataSet,
  type DicomSeries,
  joinedBytes,
} from '#imaging';
import { deidentificationPolicy, deidentifyDicom, KeyedNames } from './index.js';

const FOLDER = resolve(import.meta.dirname, '../../../../shared/data/real');
const present = existsSync(FOLDER);
const files = present
  ? readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.dcm'))
      .sort()
  : [];
const names = new KeyedNames((message) => createHmac('sha256', 'secret of the test').update(message).digest());
const policy = deidentificationPolicy.parse({ head: 'accept', unstatedBodyPart: 'accept' });
const codecs = createPixelCodecs();
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)));

const done = new Map<string, Uint8Array | string>();

/** The new file, or the code under which it is refused. */
async function rebuilt(name: string): Promise<Uint8Array | string> {
  const known = done.get(name);
  if (known !== undefined) return known;
  const after = await deidentifyDicom(read(name), { policy, names, standIn: 'series' });
  const result = after.status === 'refused' ? after.code : joinedBytes(after.pieces);
  done.set(name, result);
  return result;
}

async function seriesOf(bytes: readonly Uint8Array[]): Promise<DicomSeries | string> {
  try {
    return await readDicomSeries(bytes, codecs);
  } catch (error) {
    if (error instanceof ImageFormatError) return error.code;
    throw error;
  }
}

/** Names and identifiers at any depth. */
function* identifying(dataSet: DicomDataSet): Generator<string, void, void> {
  for (const tag of dataSet.tags()) {
    const element = dataSet.element(tag)!;
    if (element.vr === 'SQ') for (const item of dataSet.items(tag)) yield* identifying(item);
    else if (element.vr === 'PN' || [0x00080050, 0x00080080, 0x00080081, 0x00100020, 0x00181000].includes(tag))
      yield* dataSet.texts(tag);
    else if (element.vr === 'UI' && [0x00080018, 0x0020000d, 0x0020000e, 0x00200052, 0x00081155].includes(tag))
      yield* dataSet.texts(tag);
  }
}

(present ? describe : describe.skip)(`real files${present ? '' : ' [data absent: ../shared/data/real]'}`, () => {
  it('are rebuilt, and only damaged ones and those of no known class are refused', async () => {
    const refused: Record<string, string> = {};
    for (const name of files) {
      const after = await rebuilt(name);
      if (typeof after === 'string') refused[name.split('/').pop()!] = after;
    }
    expect(files.length).toBeGreaterThan(60);
    expect(refused).toEqual({
      'ExplVR_BigEndNoMeta.dcm': 'deid-sop-class',
      'ExplVR_LitEndNoMeta.dcm': 'deid-sop-class',
      'MR_truncated.dcm': 'dicom-truncated',
      'emri_small_jpeg_2k_lossless_too_short.dcm': 'dicom-truncated',
      'no_meta.dcm': 'dicom-header',
      'no_meta_group_length.dcm': 'deid-identity',
      'rtplan_truncated.dcm': 'dicom-truncated',
    });
  });

  it('keep nobody’s name and no identifier, in bytes', async () => {
    for (const name of files) {
      const after = await rebuilt(name);
      if (typeof after === 'string') continue;
      const text = Buffer.from(after).toString('latin1');
      const { dataSet } = await openDicom(read(name), 2 ** 31);
      const kept = [...identifying(dataSet)].filter(
        (value) =>
          value.length >= 6 &&
          value !== 'TOSHIBA' /* the maker too */ &&
          !value.startsWith('1.2.840.10008.1.4.') &&
          text.includes(value),
      );
      expect([name, kept]).toEqual([name, []]);
    }
  });

  // large ones in each encoding would say the same again
  const single = files.filter(
    (name) => name.startsWith('transfer-syntax/pydicom/') || /BigEndianExplicit|Deflated|JPEG2000Lossless/.test(name),
  );
  it.each(single)('%s has the values that it had', async (name) => {
    const after = await rebuilt(name);
    if (typeof after === 'string') return;
    const [before, now] = [await seriesOf([read(name)]), await seriesOf([after])];
    if (typeof before === 'string' || typeof now === 'string') return expect(now).toBe(before);
    expect(Buffer.from(now.data.buffer).equals(Buffer.from(before.data.buffer))).toBe(true);
    expect(now.geometry).toEqual(before.geometry);
    expect(now.acquisition).toEqual(before.acquisition);
  });

  it.each(['totalseg/example_ct_dicom', 'dcmqi/ct-3slice'])('%s is the same volume', async (folder) => {
    const slices = files.filter((name) => name.startsWith(folder)).slice(0, 3);
    const after = await Promise.all(slices.map(rebuilt));
    const [before, now] = [await seriesOf(slices.map(read)), await seriesOf(after as Uint8Array[])];
    if (typeof before === 'string') throw new Error(before);
    if (typeof now === 'string') throw new Error(now);
    expect(Buffer.from(now.data.buffer).equals(Buffer.from(before.data.buffer))).toBe(true);
    expect(now.geometry).toEqual(before.geometry);
    expect(now.seriesInstanceUid).toMatch(/^2\.25\./);
  });

  it('segmentations keep their voxels and codes', async () => {
    const ct = await seriesOf(files.filter((name) => name.startsWith('dcmqi/ct-3slice')).map(read));
    if (typeof ct === 'string') throw new Error(`not read: ${ct}`);
    for (const name of ['dcmqi/liver.dcm', 'dcmqi/partial_overlaps.dcm']) {
      const after = await rebuilt(name);
      const [before, now] = await Promise.all(
        [read(name), after as Uint8Array].map((bytes) => readDicomSegmentation(bytes, ct.geometry, codecs)),
      );
      expect(now.layers).toHaveLength(before.layers.length);
      for (const [n, { labelMap }] of now.layers.entries()) {
        expect(Buffer.from(labelMap.data.buffer).equals(Buffer.from(before.layers[n].labelMap.data.buffer))).toBe(true);
      }
      expect(now.segments.map(({ number, category, type }) => [number, category, type])).toEqual(
        before.segments.map(({ number, category, type }) => [number, category, type]),
      );
    }
  });
});
