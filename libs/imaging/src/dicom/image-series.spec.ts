import fc from 'fast-check';
import { affineLps } from '../affine.js';
import type { Geometry } from '../geometry.js';
import type { Volume } from '../volume.js';
import type { PixelCodecs } from './pixel-codecs.js';
import { imageSeries, type SeriesNames } from './image-series.js';
import { readDicomSeries } from './series.js';
import { chooseStorage } from './stored-values.js';
import { decimalString, joinedBytes, writeDicom } from './write.js';

/** Nothing here is compressed. */
const NO_CODECS: PixelCodecs = {
  transferSyntaxes: new Set(),
  decode: () => Promise.reject(new Error('not called')),
};

const names = (modality = 'CT'): SeriesNames => ({
  studyInstanceUid: '2.25.1',
  frameOfReferenceUid: '2.25.2',
  patient: 'case-0001',
  studyDescription: 'Spleen',
  seriesInstanceUid: '2.25.3',
  seriesNumber: 1,
  seriesDescription: 'ct',
  sopInstanceUid: (k) => `2.25.3${k}`,
  modality,
  windows: [{ name: 'Abdomen', center: 40, width: 400 }],
});

/** Turned about two axes, with unequal spacing; `mirrored` counts slices against row x column. */
function oblique(mirrored = false): Geometry {
  const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
  const sign = mirrored ? -1 : 1;
  return {
    sizeXyz: [4, 3, 2],
    spacingMm: [0.7, 0.9, 2.5],
    originLps: [-123.456789012, 45.6, -789.1],
    // prettier-ignore
    direction: [c, -s, 0, s, c, 0, 0, 0, sign],
  };
}

const filled = (geometry: Geometry, value: (v: number) => number): Volume<Float32Array> => ({
  geometry,
  data: Float32Array.from({ length: 24 }, (_, v) => value(v)),
});

async function readBack(volume: Volume, modality = 'CT') {
  const series = imageSeries(volume, names(modality));
  const files = Array.from({ length: series.sliceCount }, (_, k) => joinedBytes(writeDicom(series.instance(k))));
  return { series, read: await readDicomSeries(files, NO_CODECS) };
}

describe('a volume as a DICOM series', () => {
  it.each(['CT', 'MR', 'PT'])('comes back as it was: %s, HU and place', async (modality) => {
    const volume = filled(oblique(), (v) => 100 * v - 1024);
    const { series, read } = await readBack(volume, modality);
    expect(series.roundingError).toBe(0);
    expect(Array.from(read.data)).toEqual(Array.from(volume.data));
    affineLps(read.geometry).forEach((x, n) => expect(x).toBeCloseTo(affineLps(volume.geometry)[n], 9));
    expect(read.acquisition.modality).toBe(modality);
  });

  it('keeps voxels in their places where slices are counted against row x column', async () => {
    const volume = filled(oblique(true), (v) => v);
    const { read } = await readBack(volume);
    // a reader counts slices along the normal: the other slice is first, and the origin is its
    expect(Array.from(read.data)).toEqual([...Array(12).keys()].map((v) => v + 12).concat([...Array(12).keys()]));
    expect(read.geometry.originLps[2]).toBeCloseTo(-789.1 - 2.5, 9);
  });

  it('says by how much it rounds values that 16 bits do not hold, and readers get no further off', async () => {
    const volume = filled(oblique(), (v) => Math.sin(v) * 3.7);
    const { series, read } = await readBack(volume);
    const off = Math.max(...volume.data.map((x, v) => Math.abs(x - read.data[v])));
    expect(series.roundingError).toBeGreaterThan(0);
    expect(series.roundingError).toBeLessThanOrEqual(0.5001 * (7.4 / 65535));
    expect(off).toBeLessThanOrEqual(series.roundingError + 1e-6); // and what float32 adds
  });

  it('refuses what DICOM cannot say', () => {
    expect(() => imageSeries(filled(oblique(), () => NaN), names())).toThrow('voxel 0 is NaN');
    const direction = [1, 0.01, 0, 0, 0.99995, 0, 0, 0, 1] as const;
    expect(() => imageSeries(filled({ ...oblique(), direction }, () => 0), names())).toThrow('rows and columns stand at a cosine of 0.01');
  });

  it('writes texts that fit: long names are cut, backslashes and carets divide nothing', () => {
    const { elements } = imageSeries(filled(oblique(), () => 0), {
      ...names(),
      patient: `a\\b^c${'x'.repeat(90)}`,
    }).instance(0);
    const text = (tag: number) => new TextDecoder().decode(elements.find((one) => one.tag === tag)?.pieces[0]);
    expect(text(0x00100020)).toBe(`a b^c${'x'.repeat(59)}`);
    expect(text(0x00100010)).toBe(`a b c${'x'.repeat(59)}`);
  });
});

describe('numbers of 16 bits for real values', () => {
  it.each([
    ['HU', [-1024, 3071], { slope: 1, intercept: 0, signed: true, error: 0 }],
    ['whole numbers of 16 bits', [0, 65535], { slope: 1, intercept: 0, signed: false, error: 0 }],
    ['shifted whole numbers', [100_000, 165_535], { slope: 1, intercept: 100_000, signed: false, error: 0 }],
    ['quarters', [-0.25, 10.5], { slope: 0.25, intercept: 0, signed: true, error: 0 }],
    ['one value', [7.3], { slope: 1, intercept: 7.3, signed: false, error: 0 }],
    ['nothing', [], { slope: 1, intercept: 0, signed: true, error: 0 }],
  ])('%s', (_, values, expected) => expect(chooseStorage(Float64Array.from(values))).toEqual(expected));

  it('is never further off than it says, nor than half a step', () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 40 }), (values) => {
        const data = Float64Array.from(values);
        const { slope, intercept, signed, error } = chooseStorage(data);
        for (const value of data) {
          const stored = Math.round((value - intercept) / slope);
          expect(stored).toBeGreaterThanOrEqual(signed ? -32768 : 0);
          expect(stored).toBeLessThanOrEqual(signed ? 32767 : 65535);
          expect(Math.abs(stored * slope + intercept - value)).toBeLessThanOrEqual(error + 1e-9 * Math.abs(value));
        }
        expect(error).toBeLessThanOrEqual(0.501 * slope);
      }),
    );
  });
});

describe('decimal strings', () => {
  it('have at most 16 characters and the nearest value that these hold', () => {
    expect(decimalString(-0)).toBe('0');
    expect(decimalString(-0.12345678901234567)).toBe('-0.1234567890123');
    expect(decimalString(1 / 3)).toHaveLength(16);
    expect(() => decimalString(Infinity)).toThrow(RangeError);
    fc.assert(
      fc.property(fc.double({ min: -1e300, max: 1e300, noNaN: true }), (x) => {
        const text = decimalString(x);
        expect(text.length).toBeLessThanOrEqual(16);
        expect(Math.abs(Number(text) - x)).toBeLessThanOrEqual(1e-8 * Math.abs(x));
      }),
    );
  });
});
