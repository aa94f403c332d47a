import fc from 'fast-check';
import { neighbourOffsets } from './connected-components.js';
import type { Connectivity } from './connected-components.js';
import { dilate } from './dilate.js';
import type { Vec3 } from './geometry.js';

/** The slow twin: looks around every voxel, step by step. */
function slow(mask: Uint8Array, [nx, ny, nz]: Vec3, steps: number, connectivity: Connectivity): number[] {
  let grown = [...mask];
  for (let step = 0; step < steps; step++) {
    grown = grown.map((inside, v) => {
      const [i, j, k] = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
      const near = neighbourOffsets(connectivity).some(([di, dj, dk]) => {
        const [x, y, z] = [i + di, j + dj, k + dk];
        return x >= 0 && x < nx && y >= 0 && y < ny && z >= 0 && z < nz && grown[(z * ny + y) * nx + x] > 0;
      });
      return inside || near ? 1 : 0;
    });
  }
  return grown;
}

describe('dilation', () => {
  const centre = new Uint8Array(27);
  centre[13] = 1;

  it('grows a voxel into a cross, a cross with edges, and a cube', () => {
    const size = (n: Connectivity): number => dilate(centre, [3, 3, 3], 1, n).reduce((a, b) => a + b, 0);
    expect([size(6), size(18), size(26)]).toEqual([7, 19, 27]);
  });

  it('equals the slow twin, and stays a mask of 0 and 1', () => {
    const property = fc.property(
      fc.uint8Array({ minLength: 60, maxLength: 60, max: 9 }),
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom<Connectivity>(6, 18, 26),
      (values, steps, connectivity) => {
        const mask = values.map((v) => (v === 9 ? 1 : 0));
        expect([...dilate(mask, [5, 4, 3], steps, connectivity)]).toEqual(slow(mask, [5, 4, 3], steps, connectivity));
      },
    );
    fc.assert(property, { numRuns: 100, seed: 12 });
    expect([...dilate(Uint8Array.of(0, 7, 0), [3, 1, 1], 0, 6)]).toEqual([0, 1, 0]);
  });

  it('refuses steps that are none and sizes that disagree', () => {
    expect(() => dilate(centre, [3, 3, 3], -1, 6)).toThrow('steps is -1');
    expect(() => dilate(centre, [3, 3, 3], 0.5, 6)).toThrow('steps is 0.5');
    expect(() => dilate(centre, [3, 3, 2], 1, 6)).toThrow('27 voxels; the grid has 3 x 3 x 2');
  });
});
