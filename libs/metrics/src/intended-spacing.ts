import { diagonalMm } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';

/** Relative error that float32 storage and the length of an oblique column leave in a spacing. */
const FLOAT32_NOISE = 1.5e-7;

/**
 * The spacing that a float32 header was made from: the shortest decimal number of up to six places, else the fraction
 * of 4096 (0.9765625 mm and its like are common in CT), within float32 noise of the given one; else that one itself.
 */
export function intendedSpacing(spacingMm: Vec3): Vec3 {
  const intended = (s: number): number => {
    for (const scale of [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 4096]) {
      const candidate = Math.round(s * scale) / scale;
      if (Math.abs(candidate - s) <= FLOAT32_NOISE * s) return candidate;
    }
    return s;
  };
  return [intended(spacingMm[0]), intended(spacingMm[1]), intended(spacingMm[2])];
}

/**
 * What a distance to an empty mask may be worth: the diagonal of the whole volume in mm, from the spacing that distances
 * are measured with. The one definition of it, for benchmarks, their verification and the command line.
 */
export function volumeDiagonalMm(geometry: Geometry): number {
  return diagonalMm({ ...geometry, spacingMm: intendedSpacing(geometry.spacingMm) });
}
