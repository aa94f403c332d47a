import fc from 'fast-check';
import type { Vec3 } from '#imaging';
import { backwardPositions, forwardPositions, resampleAxis, resampledSize } from './resample.js';
import type { AxisResampling } from './resample.js';
import { rint } from './rint.js';

const halfVoxel = (sourceSize: number, targetSize: number): AxisResampling => ({
  sourceSize,
  targetSize,
  sourceSpacing: 1,
  targetSpacing: sourceSize / targetSize,
  grid: 'halfVoxel',
});

describe('rounding', () => {
  it('takes halves to the even number', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 2.5001, 7].map((x) => rint(x) + 0)).toEqual([0, 2, 2, 0, -2, 2, 3, 7]);
  });

  it('gives the sizes of the two rules: 5 voxels of 1 mm at 2 mm', () => {
    expect(resampledSize(5, 1, 2, 'halfVoxel')).toBe(2); // rint(2.5)
    expect(resampledSize(5, 1, 2, 'firstVoxel')).toBe(3); // rint(3)
    expect(resampledSize(3, 1, 50, 'halfVoxel')).toBe(1);
  });
});

describe('linear resampling of one axis', () => {
  const x = Float32Array.of(3, -1, 4, 1, -5, 9, 2, 6);

  // scipy 1.17.1: ndimage.zoom(x, m / 8, order=1, grid_mode=True, mode='nearest')
  it.each([
    [5, [1.8, 3.5, -2, 8.3, 4.8]],
    [
      13,
      [
        3, 1.3076923076923075, -0.8076923076923073, 2.269230769230771, 3.1923076923076925, 1.346153846153845, -2,
        -3.384615384615378, 5.230769230769232, 6.576923076923073, 2.2692307692307683, 4.30769230769231, 6,
      ],
    ],
  ])('equals scipy for 8 voxels to %i', (m, wanted) => {
    const found = resampleAxis(x, [8, 1, 1], 0, forwardPositions(halfVoxel(8, m)), 1);
    found.forEach((value, k) => expect(value).toBeCloseTo(wanted[k], 5));
  });

  // numpy 2.4.6: interp(arange(8) * 0.7, arange(6), x[:6])
  it('equals numpy for the rule that keeps the first voxel', () => {
    const axis: AxisResampling = {
      sourceSize: 6,
      targetSize: 8,
      sourceSpacing: 1,
      targetSpacing: 0.7,
      grid: 'firstVoxel',
    };
    const found = resampleAxis(x.slice(0, 6), [6, 1, 1], 0, forwardPositions(axis), 1);
    const wanted = [3, 0.2, 1, 3.7, 1.6, -2, -2.2, 7.6];
    found.forEach((value, k) => expect(value).toBeCloseTo(wanted[k], 5));
  });

  it('repeats the last sample beyond the ends and takes the upper of two equally near voxels for order 0', () => {
    const positions = Float64Array.of(-3, -0.5, 0.5, 0.49, 7.5, 20);
    expect(Array.from(resampleAxis(x, [8, 1, 1], 0, positions, 0))).toEqual([3, 3, -1, 3, 6, 6]);
    expect(Array.from(resampleAxis(x, [8, 1, 1], 0, positions, 1)).map((v) => Number(v.toFixed(4)))).toEqual([
      3, 3, 1, 1.04, 6, 6,
    ]);
  });

  it('keeps a ramp exact wherever it does not reach beyond the ends', () => {
    const size = fc.integer({ min: 2, max: 40 });
    const property = fc.property(size, size, (n, m) => {
      const ramp = Float32Array.from({ length: n }, (_, i) => 10 + 2 * i);
      const positions = forwardPositions(halfVoxel(n, m));
      resampleAxis(ramp, [n, 1, 1], 0, positions, 1).forEach((value, k) => {
        const p = Math.min(Math.max(positions[k], 0), n - 1);
        expect(value).toBe(Math.fround(10 + 2 * p));
      });
    });
    fc.assert(property, { seed: 3 });
  });

  it('goes back to the place it came from', () => {
    for (const grid of ['halfVoxel', 'firstVoxel'] as const) {
      const axis: AxisResampling = { sourceSize: 30, targetSize: 20, sourceSpacing: 1, targetSpacing: 1.5, grid };
      const there = forwardPositions(axis);
      const back = backwardPositions(axis);
      const slope = back[1] - back[0];
      there.forEach((p, k) => expect(back[0] + slope * p).toBeCloseTo(k, 9));
    }
  });
});

/** The slow twin: every voxel from its eight neighbours, in one step. */
function trilinear(data: Float32Array, [nx, ny, nz]: Vec3, positions: readonly Float64Array[]): number[] {
  const clamp = (p: number, n: number): number => Math.min(Math.max(p, 0), n - 1);
  const out: number[] = [];
  for (const pz of positions[2]) {
    for (const py of positions[1]) {
      for (const px of positions[0]) {
        const [x, y, z] = [clamp(px, nx), clamp(py, ny), clamp(pz, nz)];
        let sum = 0;
        for (let corner = 0; corner < 8; corner++) {
          const i = Math.min(Math.floor(x) + (corner & 1), nx - 1);
          const j = Math.min(Math.floor(y) + ((corner >> 1) & 1), ny - 1);
          const k = Math.min(Math.floor(z) + (corner >> 2), nz - 1);
          const [fx, fy, fz] = [x - Math.floor(x), y - Math.floor(y), z - Math.floor(z)];
          const weight = (corner & 1 ? fx : 1 - fx) * ((corner >> 1) & 1 ? fy : 1 - fy) * (corner >> 2 ? fz : 1 - fz);
          sum += weight * data[(k * ny + j) * nx + i];
        }
        out.push(sum);
      }
    }
  }
  return out;
}

describe('resampling three axes', () => {
  it('equals trilinear interpolation in one step', () => {
    const size = fc.integer({ min: 1, max: 6 });
    const sizes = fc.tuple(size, size, size);
    const property = fc.property(sizes, sizes, fc.integer({ min: 0, max: 999 }), (from, to, seed) => {
      const n = from[0] * from[1] * from[2];
      const data = Float32Array.from({ length: n }, (_, v) => ((v * 7919 + seed * 104729) % 2003) - 1000);
      const positions = from.map((f, a) => forwardPositions(halfVoxel(f, to[a])));
      let fast = data;
      const now: [number, number, number] = [...from];
      for (const axis of [2, 0, 1] as const) {
        fast = resampleAxis(fast, now, axis, positions[axis], 1);
        now[axis] = to[axis];
      }
      trilinear(data, from, positions).forEach((value, v) => expect(Math.abs(fast[v] - value)).toBeLessThan(1e-3));
    });
    fc.assert(property, { numRuns: 200, seed: 4 });
  });
});
