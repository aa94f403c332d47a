import fc from 'fast-check';
import type { Geometry, Vec3 } from './geometry.js';
import { errorMap, labelExtents } from './label-map.js';
import type { LabelExtent } from './label-map.js';
import type { LabelMap } from './volume.js';

const GRID: Geometry = {
  sizeXyz: [4, 2, 2],
  spacingMm: [1, 1, 1],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
// prettier-ignore
const MAP: LabelMap = {
  geometry: GRID,
  data: Uint8Array.of(
    0, 7, 7, 0,
    0, 0, 7, 0,

    0, 0, 0, 0,
    3, 0, 0, 7,
  ),
};

describe('label extents', () => {
  it('counts each label and boxes it', () => {
    expect(labelExtents(MAP)).toEqual([
      { label: 0, voxels: 11, box: { min: [0, 0, 0], max: [3, 1, 1] } },
      { label: 3, voxels: 1, box: { min: [0, 1, 1], max: [0, 1, 1] } },
      { label: 7, voxels: 4, box: { min: [1, 0, 0], max: [3, 1, 1] } },
    ]);
  });

  it('agrees with a plain count on a noisy 16-bit map', () => {
    const geometry: Geometry = { ...GRID, sizeXyz: [13, 7, 5] };
    const data = Uint16Array.from({ length: 455 }, (_, v) => ((v * v * 31 + 7 * v) % 6 === 0 ? 65535 : (v * 17) % 4));
    for (const { label, voxels, box } of labelExtents({ geometry, data })) {
      const at = [...data.keys()].filter((v) => data[v] === label);
      expect(voxels).toBe(at.length);
      const axes = [at.map((v) => v % 13), at.map((v) => Math.floor(v / 13) % 7), at.map((v) => Math.floor(v / 91))];
      expect(box).toEqual({ min: axes.map((a) => Math.min(...a)), max: axes.map((a) => Math.max(...a)) });
    }
  });
});

describe('label extents of maps that are mostly background', () => {
  /** The slow twin: every voxel on its own. */
  function plainExtents({ geometry, data }: LabelMap): LabelExtent[] {
    const [nx, ny] = geometry.sizeXyz;
    const found = new Map<number, { voxels: number; min: number[]; max: number[] }>();
    for (let v = 0; v < data.length; v++) {
      const at = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
      const known = found.get(data[v]);
      found.set(data[v], {
        voxels: (known?.voxels ?? 0) + 1,
        min: at.map((i, axis) => Math.min(i, known?.min[axis] ?? i)),
        max: at.map((i, axis) => Math.max(i, known?.max[axis] ?? i)),
      });
    }
    const inOrder = [...found].sort(([a], [b]) => a - b);
    return inOrder.map(([label, { voxels, min, max }]) => ({
      label,
      voxels,
      box: { min: min as unknown as Vec3, max: max as unknown as Vec3 },
    }));
  }

  // Labels that are dangerous when several voxels are read as one number: signs, infinities, not-a-numbers, opposites.
  const labels8 = fc.constantFrom(1, 63, 127, 128, 191, 240, 255);
  const labels16 = fc.constantFrom(1, 255, 256, 0x3ff0, 0x7ff0, 0x8000, 0xbff0, 0xffff);
  const spots = (label: fc.Arbitrary<number>): fc.Arbitrary<[number, number, number][]> =>
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 9 }), label), { maxLength: 12 });
  const side = fc.integer({ min: 1, max: 30 });

  it.each([
    ['8 bits', Uint8Array, labels8],
    ['16 bits', Uint16Array, labels16],
  ] as const)('equal a look at every voxel, with %s and at any place in memory', (_, Voxels, label) => {
    const property = fc.property(side, side, side, fc.nat({ max: 7 }), spots(label), (nx, ny, nz, shift, runs) => {
      const n = nx * ny * nz;
      const bytes = Voxels.BYTES_PER_ELEMENT;
      const data = new Voxels(new ArrayBuffer((n + shift) * bytes), shift * bytes, n);
      for (const [start, length, value] of runs) data.fill(value, start % n, (start % n) + length);
      const map = { geometry: { ...GRID, sizeXyz: [nx, ny, nz] }, data } as LabelMap;
      expect(labelExtents(map)).toEqual(plainExtents(map));
    });
    fc.assert(property, { numRuns: 100, seed: 61 });
  });

  it('find a single voxel wherever it lies among bytes that are read together', () => {
    for (const label of [1, 128, 255]) {
      for (let at = 0; at < 200; at++) {
        const data = new Uint8Array(200);
        data[at] = label;
        const map: LabelMap = { geometry: { ...GRID, sizeXyz: [10, 10, 2] }, data };
        expect(labelExtents(map)).toEqual(plainExtents(map));
      }
    }
  });

  it('are refused when the size does not fit', () => {
    expect(() => labelExtents({ geometry: GRID, data: new Uint8Array(15) })).toThrow(
      '15 voxels; its size is 4 x 2 x 2',
    );
  });
});

describe('error map', () => {
  const map = (...data: number[]): LabelMap => ({
    geometry: { ...GRID, sizeXyz: [5, 1, 1] },
    data: Uint8Array.from(data),
  });
  const reference = map(0, 1, 0, 2, 1);
  const prediction = map(0, 1, 2, 0, 2);

  it('tells apart agreement, false positive, false negative and a wrong label', () => {
    expect(Array.from(errorMap(reference, prediction).data)).toEqual([0, 1, 2, 3, 4]);
  });

  it('looks at one region only when asked', () => {
    expect(Array.from(errorMap(reference, prediction, [2]).data)).toEqual([0, 0, 2, 3, 2]);
    expect(Array.from(errorMap(reference, prediction, [1, 2]).data)).toEqual([0, 1, 2, 3, 1]);
  });

  it('refuses maps on different grids', () => {
    expect(() => errorMap(reference, MAP)).toThrow('different grids');
  });
});
