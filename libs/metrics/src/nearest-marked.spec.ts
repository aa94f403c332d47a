import fc from 'fast-check';
import { squaredDistanceMm2 } from '#imaging';
import type { Vec3 } from '#imaging';
import { expectSameBits } from '../../../test/support/same-bits.js';
import { nearestMarked } from './nearest-marked.js';

describe('distances of single points to the nearest marked one', () => {
  it('measures along unequal axes: one marked corner, spacing 2 x 3 x 4 mm', () => {
    const squares = nearestMarked(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), [2, 2, 2], [2, 3, 4]);
    expect(Array.from(squares(Int32Array.of(7, 0, 2, 7)))).toEqual([29, 0, 9, 29]);
  });

  it('is Infinity when nothing is marked', () => {
    expect(Array.from(nearestMarked(new Uint8Array(6), [3, 2, 1], [1, 1, 1])(Int32Array.of(0, 5)))).toEqual([
      Infinity,
      Infinity,
    ]);
  });

  it('equals the distance transform of the whole grid, near and far, to the last bit', () => {
    const size = fc.integer({ min: 1, max: 24 });
    const mm = fc.constantFrom(0.3, 0.7, 1, 1.3, 2, 5);
    const property = fc.property(
      fc.tuple(size, size, size),
      fc.tuple(mm, mm, mm),
      fc.infiniteStream(fc.nat({ max: 999 })),
      fc.constantFrom(1, 4, 40, 400),
      (sizeXyz: Vec3, spacingMm: Vec3, numbers, density) => {
        const marked = Uint8Array.from({ length: sizeXyz[0] * sizeXyz[1] * sizeXyz[2] }, () =>
          (numbers.next().value as number) < density ? 1 : 0,
        );
        const points = Int32Array.from(marked.keys());
        expectSameBits(
          nearestMarked(marked, sizeXyz, spacingMm)(points),
          squaredDistanceMm2(marked, sizeXyz, spacingMm),
        );
      },
    );
    fc.assert(property, { numRuns: 40, seed: 5 });
  });

  it('refuses an array of another size', () => {
    expect(() => nearestMarked(new Uint8Array(5), [2, 2, 1], [1, 1, 1])).toThrow(
      'array holds 5 points; the grid has 2 x 2 x 1',
    );
  });
});
