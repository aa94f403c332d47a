import { min, sqrt } from './arithmetic.js';
import type { Anatomy, Kidney, Spine, Trunk } from './anatomy.js';
import type { Lesion } from './lesions.js';
import { type Ellipsoid, FAR_MM, bump, inColumn, inEllipsoid, join, meet } from './shapes.js';

/**
 * The four segmented structures as distances in atlas mm, positive inside. `wrinkle` is the value of a smooth random
 * field with standard deviation 1 at the point: it makes outlines irregular.
 */

export interface Liver {
  readonly right: Ellipsoid;
  readonly left: Ellipsoid;
  readonly tip: Ellipsoid;
  /** Solids cut out: the concave lower surface, gallbladder bed, ligament fissure, vena cava, right kidney, spine. */
  readonly underside: Ellipsoid;
  readonly gallbladder: Ellipsoid;
  readonly fissure: Ellipsoid;
  readonly cava: { readonly x: number; readonly y: number; readonly rx: number; readonly ry: number };
  readonly kidney: Ellipsoid;
  readonly trunk: Trunk;
  readonly spine: Spine;
}

/** Distance to the wall of the abdominal cavity, positive inside. */
export function cavityDistance(trunk: Trunk, x: number, y: number): number {
  const u = x / trunk.rx;
  const v = (y - trunk.cy) / trunk.ry;
  const uu = u * u;
  const vv = v * v;
  // Between an ellipse and its squarer cousin of exponent 4.
  const k = 0.65 * (uu + vv) + 0.35 * sqrt(uu * uu + vv * vv);
  if (k < 1e-6) return trunk.ry;
  const radial = sqrt(k);
  const gu = u / trunk.rx;
  const gv = v / trunk.ry;
  return (radial * (1 - radial)) / sqrt(gu * gu + gv * gv);
}

/** Height of the diaphragm: two domes that fall towards the wall, deepest behind. */
export function diaphragmZ(trunk: Trunk, x: number, y: number): number {
  const right = dome(trunk.domeRightZ, (x + 46) / 56, (y + 8) / 64);
  const left = dome(trunk.domeLeftZ, (x - 50) / 54, (y + 4) / 60);
  return join(right, left, 12);
}

function dome(top: number, u: number, v: number): number {
  const uu = u * u;
  const vv = v * v * (v > 0 ? 1.5 : 0.8);
  return top - 34 * (uu + vv) * (0.55 + 0.25 * (uu + vv));
}

/**
 * @param cavity    `cavityDistance` at the point
 * @param diaphragm `diaphragmZ` at the point
 */
export function liverDistance(
  liver: Liver,
  x: number,
  y: number,
  z: number,
  wrinkle: number,
  cavity: number,
  diaphragm: number,
): number {
  const right = inEllipsoid(liver.right, x, y, z);
  const left = inEllipsoid(liver.left, x, y, z);
  const tip = inEllipsoid(liver.tip, x, y, z);
  let d = join(join(right, left, 16), tip, 14);
  if (d < -6) return d;
  d += 1.4 * wrinkle;
  d = meet(d, 3 - inEllipsoid(liver.underside, x, y, z), 8);
  d = meet(d, -1 - inEllipsoid(liver.gallbladder, x, y, z), 3);
  d = meet(d, -inEllipsoid(liver.fissure, x, y, z), 2);
  d = meet(d, -inColumn(x - liver.cava.x, y - liver.cava.y, liver.cava.rx, liver.cava.ry), 2);
  d = meet(d, -3 - inEllipsoid(liver.kidney, x, y, z), 4);
  d = meet(d, -6 - inColumn(x, y - liver.spine.y, liver.spine.rx + 3, liver.spine.ry + 3), 4);
  d = meet(d, diaphragm - 2 - z, 3);
  return meet(d, cavity - 2, 4);
}

export function spleenDistance(
  anatomy: Anatomy,
  x: number,
  y: number,
  z: number,
  wrinkle: number,
  cavity: number,
  diaphragm: number,
): number {
  let d = inEllipsoid(anatomy.spleen.body, x, y, z);
  if (d < -6) return d;
  d += 1.2 * wrinkle;
  d = meet(d, -inEllipsoid(anatomy.spleen.hilum, x, y, z), 6);
  d = meet(d, -2.5 - inEllipsoid(anatomy.kidneys[1].outer, x, y, z), 4);
  d = meet(d, diaphragm - 2 - z, 3);
  return meet(d, cavity - 2, 4);
}

/** Parenchyma of one kidney; the sinus fat at the hilum is outside. */
export function kidneyDistance(kidney: Kidney, x: number, y: number, z: number, wrinkle: number): number {
  const d = inEllipsoid(kidney.outer, x, y, z);
  if (d < -6) return d;
  return meet(d + 0.6 * wrinkle, -inEllipsoid(kidney.sinus, x, y, z), 4);
}

/** Distance to one lesion; `wrinkle` roughens it in proportion to its size. */
export function lesionDistance(lesion: Lesion, x: number, y: number, z: number, wrinkle: number): number {
  const d = inEllipsoid(lesion.shape, x, y, z);
  return d <= -FAR_MM ? d : d + wrinkle * lesion.roughness * min(1.1, 0.06 * lesion.diameterMm);
}

/** Extra fat in front and at the flanks, less over the spine; mm to add to the trunk's fat thickness. */
export function fatThickness(trunk: Trunk, x: number, y: number): number {
  const front = bump((y + 95) / 110);
  const groove = bump(x / 26) * bump((y - 85) / 50);
  return trunk.fatMm * (0.75 + 0.35 * front) - 4 * groove;
}
