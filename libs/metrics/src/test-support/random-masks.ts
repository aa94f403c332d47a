import fc from 'fast-check';
import type { Vec3 } from '#imaging';

/** Two masks of one size, and the distance between voxels. */
export interface RandomPair {
  readonly size: Vec3;
  readonly spacing: Vec3;
  readonly reference: Uint8Array;
  readonly prediction: Uint8Array;
}

/** Tiny pairs: one to `longest` voxels along each axis (so slices and lines too), from sparse to full, from alike to unlike. */
export function randomPairs(longest: number): fc.Arbitrary<RandomPair> {
  const side = fc.integer({ min: 1, max: longest });
  const mm = fc.constantFrom(0.3, 0.7, 1, 1.3, 2.5);
  return fc
    .tuple(
      fc.tuple(side, side, side),
      fc.tuple(mm, mm, mm),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 9 }),
    )
    .chain(([size, spacing, level, unlike]) => {
      const voxels = { minLength: size[0] * size[1] * size[2], maxLength: size[0] * size[1] * size[2], max: 9 };
      return fc.tuple(fc.uint8Array(voxels), fc.uint8Array(voxels), fc.uint8Array(voxels)).map(([a, b, choice]) => ({
        size,
        spacing,
        reference: a.map((v) => (v < level ? 1 : 0)),
        prediction: a.map((v, n) => ((choice[n] < unlike ? b[n] : v) < level ? 1 : 0)),
      }));
    });
}

/** Indices of the foreground voxels, as i, j, k. */
export function voxelsOf(mask: ArrayLike<number>, [nx, ny]: Vec3): Vec3[] {
  return Array.from({ length: mask.length }, (_, v) => v)
    .filter((v) => mask[v])
    .map((v) => [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))]);
}
