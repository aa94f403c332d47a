import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readDicomSegmentation, readDicomSeries, type DicomSeries } from '#imaging';
import { createPixelCodecs } from './pixel-codecs.js';

/** Written and decoded by pydicom, dcmtk, OpenJPEG and OpenJPH: test/golden/imaging/make_encodings.py. */
const GOLDEN = resolve(import.meta.dirname, '../../../test/golden/imaging');
interface Encoded {
  readonly transferSyntax: string;
  /** Of stored values, before slope and intercept. */
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly sha256OfInt32: string;
  /** How far two decoders may be apart. */
  readonly tolerance?: number;
  readonly slope?: number;
  /** Of a segmentation: runs of each frame from half of the maximum on, and from three tenths on. */
  readonly frames?: readonly (readonly (readonly [first: number, length: number])[])[];
  readonly lower?: Encoded['frames'];
}
const { files } = JSON.parse(readFileSync(join(GOLDEN, 'encodings.json'), 'utf8')) as {
  files: Record<string, Encoded>;
};
const bytesOf = (name: string): Uint8Array => readFileSync(join(GOLDEN, 'encodings', name));
const codecs = createPixelCodecs();
const named = (pattern: RegExp): [string, Encoded][] => Object.entries(files).filter(([name]) => pattern.test(name));

/** Stored values of a volume whose slices share slope and intercept. */
function storedOf({ data }: DicomSeries, slope = 1, intercept = 0): Int32Array {
  return Int32Array.from(data, (value) => Math.round((value - intercept) / slope));
}

function expectStored(stored: Int32Array, { sum, min, max, sha256OfInt32, tolerance = 0 }: Encoded): void {
  if (tolerance === 0) {
    expect(createHash('sha256').update(new Uint8Array(stored.buffer)).digest('hex')).toBe(sha256OfInt32);
    return;
  }
  expect(Math.abs(stored.reduce((all, x) => all + x, 0) - sum)).toBeLessThan(stored.length * tolerance * 0.5);
  expect(Math.abs(stored.reduce((a, b) => Math.min(a, b)) - min)).toBeLessThanOrEqual(tolerance);
  expect(Math.abs(stored.reduce((a, b) => Math.max(a, b)) - max)).toBeLessThanOrEqual(tolerance);
}

describe('DICOM files written by other tools', () => {
  it('are all here, in fourteen transfer syntaxes', () => {
    expect(readdirSync(join(GOLDEN, 'encodings')).sort()).toEqual(Object.keys(files).sort());
    expect(new Set(Object.values(files).map(({ transferSyntax }) => transferSyntax)).size).toBe(14);
  });

  it.each(named(/^(ct|mr)-/))('%s holds what its makers decode from it', async (name, expected) => {
    const series = await readDicomSeries([bytesOf(name)], codecs);
    expect(series.geometry).toMatchObject({
      sizeXyz: [24, 20, 1],
      spacingMm: [0.5, 0.75, 2.5],
      originLps: [-12, 20.5, 10],
    });
    expectStored(storedOf(series, 1, name.startsWith('ct') ? -1024 : 0), expected);
  });

  it('of PET have a slope each', async () => {
    const names = ['pet-3.dcm', 'pet-1.dcm', 'pet-2.dcm']; // sorted by where they lie
    const { geometry, data } = await readDicomSeries(names.map(bytesOf), codecs);
    expect(geometry).toMatchObject({ sizeXyz: [24, 20, 3], spacingMm: [0.5, 0.75, 2.5], originLps: [-12, 20.5, 10] });
    for (const k of [0, 1, 2]) {
      const expected = files[`pet-${k + 1}.dcm`];
      const slice = data.subarray(k * 480, (k + 1) * 480);
      expectStored(
        Int32Array.from(slice, (value) => value / expected.slope!),
        expected,
      );
    }
  });

  it.each(named(/^enhanced-/))('%s: frames of one file, wherever in it they are', async (name, expected) => {
    const series = await readDicomSeries([bytesOf(name)], codecs);
    expect(series.geometry).toMatchObject({
      sizeXyz: [24, 20, 4],
      spacingMm: [0.5, 0.75, 2.5],
      originLps: [-12, 20.5, 10],
    });
    expectStored(storedOf(series, 1, -1024), expected);
  });

  it.each(named(/^seg-/))(
    '%s: segments that overlap, on the grid of an image, cut where it is asked for',
    async (name, expected) => {
      const { geometry } = await readDicomSeries([bytesOf('enhanced-ct.dcm')], codecs);
      for (const [fractionalThreshold, frames] of [
        [undefined, expected.frames!],
        [0.3, expected.lower!],
      ] as const) {
        const { layers, segments } = await readDicomSegmentation(bytesOf(name), geometry, codecs, {
          fractionalThreshold,
        });
        expect(segments.map(({ label, type }) => [label, type?.code])).toEqual([
          ['outer', '10200004'],
          ['inner', '78961009'],
        ]);
        expect(layers.map((layer) => layer.segments)).toEqual([[1], [2]]);
        const marked = new Uint8Array(480 * 4 * 2); // by segment
        // the first segment on slices 1 and 2, the second on slice 2
        for (const [n, at] of [480, 960, 1920 + 960].entries())
          for (const [first, length] of frames[n]) marked.fill(1, at + first, at + first + length);
        const found = layers.flatMap(({ labelMap, segments: [number] }) =>
          Array.from(labelMap.data, (label) => Number(label === number)),
        );
        expect(found).toEqual(Array.from(marked));
      }
    },
  );
});
