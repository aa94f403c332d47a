import { max, min } from './arithmetic.js';
import { Random } from './random.js';
import { type Ellipsoid, ellipsoid } from './shapes.js';

/** One focal liver lesion. */
export interface Lesion {
  readonly shape: Ellipsoid;
  /** Mean of the three diameters. */
  readonly diameterMm: number;
  readonly hu: number;
  /** Attenuation of a thin outer shell; equal to `hu` where there is none. */
  readonly rimHu: number;
  /** How strongly the surface field wrinkles it, 0 (a cyst) to 1. */
  readonly roughness: number;
}

export const LARGEST_LESION_MM = 25;
export const SMALLEST_LESION_MM = 4;

/**
 * 0 to 6 lesions of 4 to 25 mm inside the liver and inside the scanned range, not touching one another.
 *
 * @param liver  distance to the liver's surface in mm, positive inside
 * @param zRange scanned z in atlas mm
 */
export function drawLesions(
  seed: number,
  liver: (x: number, y: number, z: number) => number,
  zRange: readonly [number, number],
  liverHu: number,
): readonly Lesion[] {
  const r = new Random(seed, 'lesions');
  const wanted = r.weighted([
    [0, 3],
    [1, 4],
    [2, 4],
    [3, 3],
    [4, 2],
    [5, 1.5],
    [6, 1.5],
  ]);
  const lesions: Lesion[] = [];
  for (let attempt = 0; attempt < 400 && lesions.length < wanted; attempt++) {
    const share = r.uniform();
    // Small ones are common, large ones rare.
    const diameterMm = SMALLEST_LESION_MM + (LARGEST_LESION_MM - SMALLEST_LESION_MM) * share * (0.5 + 0.5 * share);
    const radius = diameterMm / 2;
    const x = r.range(-95, 30);
    const y = r.range(-60, 50);
    const z = r.range(max(-55, zRange[0] + radius), min(62, zRange[1] - radius));
    if (liver(x, y, z) < radius + 2) continue;
    if (lesions.some((other) => touches(other, x, y, z, radius))) continue;
    const stretch: [number, number, number] = [r.range(0.88, 1.14), r.range(0.88, 1.14), 1];
    stretch[2] = 3 - stretch[0] - stretch[1];
    const radii: [number, number, number] = [radius * stretch[0], radius * stretch[1], radius * stretch[2]];
    const shape = ellipsoid([x, y, z], radii, [r.range(-0.3, 0.3), r.range(-0.3, 0.3), r.range(-0.3, 0.3)]);
    lesions.push({ shape, diameterMm, ...drawAppearance(r, liverHu) });
  }
  return lesions;
}

function drawAppearance(r: Random, liverHu: number): Pick<Lesion, 'hu' | 'rimHu' | 'roughness'> {
  const kind = r.weighted([
    ['metastasis', 6],
    ['cyst', 2],
    ['enhancing', 1],
  ]);
  if (kind === 'cyst') return { hu: r.range(2, 14), rimHu: liverHu - 20, roughness: 0.15 };
  if (kind === 'enhancing') {
    const hu = liverHu + r.range(38, 60);
    return { hu, rimHu: hu, roughness: 0.5 };
  }
  const hu = liverHu - r.range(38, 64);
  return { hu, rimHu: r.chance(0.35) ? hu + 22 : hu, roughness: 1 };
}

function touches(other: Lesion, x: number, y: number, z: number, radius: number): boolean {
  const dx = x - other.shape.cx;
  const dy = y - other.shape.cy;
  const dz = z - other.shape.cz;
  const gap = radius + other.diameterMm / 2 + 4;
  return dx * dx + dy * dy + dz * dz < gap * gap;
}
