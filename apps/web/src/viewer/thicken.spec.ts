import type { Geometry } from '#imaging';
import { thicken, thickGeometry } from './thicken.js';

describe('thickening flat volumes', () => {
  it('repeats a single slice, and leaves the first where it is', () => {
    expect([...thicken(Int16Array.of(1, 2, 3, 4), [2, 2, 1])]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    const flat: Geometry = {
      sizeXyz: [2, 2, 1],
      spacingMm: [1, 1, 5],
      originLps: [7, 8, 9],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    };
    expect(thickGeometry(flat)).toEqual({ ...flat, sizeXyz: [2, 2, 2] });
  });
  it('works along each axis', () => {
    expect([...thicken(Uint8Array.of(1, 2, 3, 4), [1, 2, 2])]).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    expect([...thicken(Uint8Array.of(1, 2, 3, 4), [2, 1, 2])]).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
    expect([...thicken(Uint8Array.of(5), [1, 1, 1])]).toEqual(new Array(8).fill(5));
  });
  it('does not touch what is thick enough', () => {
    const voxels = new Float32Array(8);
    expect(thicken(voxels, [2, 2, 2])).toBe(voxels);
  });
});
