import type { Geometry } from './geometry.js';
import { errorMap, labelExtents } from './label-map.js';
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
