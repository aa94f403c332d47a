import fc from 'fast-check';
import { expectSameBits } from '../../../test/support/same-bits.js';
import { squaredDistanceMm2 } from './distance-transform.js';
import type { Vec3 } from './geometry.js';

/** The slow twin: every point against every marked point. */
function bruteForce(marked: Uint8Array, [nx, ny, nz]: Vec3, [sx, sy, sz]: Vec3): Float64Array {
  const out = new Float64Array(marked.length).fill(Infinity);
  const at = (v: number): Vec3 => [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
  for (let v = 0; v < nx * ny * nz; v++) {
    const p = at(v);
    for (let w = 0; w < marked.length; w++) {
      if (!marked[w]) continue;
      const q = at(w);
      const [x, y, z] = [(p[0] - q[0]) * sx, (p[1] - q[1]) * sy, (p[2] - q[2]) * sz];
      out[v] = Math.min(out[v], x * x + y * y + z * z);
    }
  }
  return out;
}

describe('exact distance transform', () => {
  it('measures along unequal axes: one marked corner, spacing 2 x 3 x 4 mm', () => {
    const marked = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);
    expect(Array.from(squaredDistanceMm2(marked, [2, 2, 2], [2, 3, 4]))).toEqual([0, 4, 9, 13, 16, 20, 25, 29]);
  });

  it('is Infinity everywhere when nothing is marked, and 0 when everything is', () => {
    expect(Array.from(squaredDistanceMm2(new Uint8Array(6), [3, 2, 1], [1, 1, 1]))).toEqual(Array(6).fill(Infinity));
    expect(Array.from(squaredDistanceMm2(new Uint8Array(6).fill(9), [1, 2, 3], [1, 1, 1]))).toEqual(Array(6).fill(0));
  });

  it('equals brute force on random points, grids and spacings, to the last bit', () => {
    const size = fc.integer({ min: 1, max: 11 });
    const mm = fc.constantFrom(0.3, 0.7, 1, 1.3, 2, 5);
    const property = fc.property(
      fc.tuple(size, size, size),
      fc.tuple(mm, mm, mm),
      fc.infiniteStream(fc.integer({ min: 0, max: 99 })),
      fc.integer({ min: 1, max: 60 }),
      (sizeXyz, spacingMm, numbers, density) => {
        const marked = Uint8Array.from({ length: sizeXyz[0] * sizeXyz[1] * sizeXyz[2] }, () =>
          (numbers.next().value as number) < density ? 1 : 0,
        );
        const fast = squaredDistanceMm2(marked, sizeXyz, spacingMm);
        const slow = bruteForce(marked, sizeXyz, spacingMm);
        expectSameBits(fast, slow);
      },
    );
    fc.assert(property, { numRuns: 300, seed: 9 });
  });

  it('refuses sizes that disagree and spacings that are none', () => {
    expect(() => squaredDistanceMm2(new Uint8Array(5), [2, 2, 1], [1, 1, 1])).toThrow(/5 points.*2 x 2 x 1/);
    expect(() => squaredDistanceMm2(new Uint8Array(4), [2, 2, 1], [1, 0, 1])).toThrow('1 x 0 x 1 mm');
  });
});
