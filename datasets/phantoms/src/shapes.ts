import { abs, max, min, sqrt } from './arithmetic.js';

/**
 * Solids as functions of a point: positive inside, negative outside, close to the distance from the surface in mm.
 * Only + - * / and square roots, so that every engine computes the same bits.
 */

/** What a solid answers when a point is too far away to matter. */
export const FAR_MM = 20;

/** A rotated ellipsoid, prepared for evaluation. Rows of `m` turn a world offset into radii. */
export interface Ellipsoid {
  readonly cx: number;
  readonly cy: number;
  readonly cz: number;
  readonly m00: number;
  readonly m01: number;
  readonly m02: number;
  readonly m10: number;
  readonly m11: number;
  readonly m12: number;
  readonly m20: number;
  readonly m21: number;
  readonly m22: number;
  readonly ia: number;
  readonly ib: number;
  readonly ic: number;
  readonly smallest: number;
  readonly largest: number;
  readonly reachSquared: number;
}

/**
 * @param centre  x, y, z in mm
 * @param radii   half axes in mm
 * @param turns   tangents of half the rotation angles about x, then y, then z: the rational form of a rotation
 */
export function ellipsoid(
  centre: readonly [number, number, number],
  radii: readonly [number, number, number],
  turns: readonly [number, number, number] = [0, 0, 0],
): Ellipsoid {
  const [cosX, sinX] = rationalRotation(turns[0]);
  const [cosY, sinY] = rationalRotation(turns[1]);
  const [cosZ, sinZ] = rationalRotation(turns[2]);
  // R = Rz Ry Rx turns the shape; a world offset is turned back by its transpose.
  const r = [
    [cosZ * cosY, cosZ * sinY * sinX - sinZ * cosX, cosZ * sinY * cosX + sinZ * sinX],
    [sinZ * cosY, sinZ * sinY * sinX + cosZ * cosX, sinZ * sinY * cosX - cosZ * sinX],
    [-sinY, cosY * sinX, cosY * cosX],
  ];
  const [a, b, c] = radii;
  const largest = max(a, b, c);
  const reach = largest + FAR_MM;
  return {
    cx: centre[0],
    cy: centre[1],
    cz: centre[2],
    m00: r[0][0] / a,
    m01: r[1][0] / a,
    m02: r[2][0] / a,
    m10: r[0][1] / b,
    m11: r[1][1] / b,
    m12: r[2][1] / b,
    m20: r[0][2] / c,
    m21: r[1][2] / c,
    m22: r[2][2] / c,
    ia: 1 / a,
    ib: 1 / b,
    ic: 1 / c,
    smallest: min(a, b, c),
    largest,
    reachSquared: reach * reach,
  };
}

/** Cosine and sine of the angle whose half has tangent t. */
export function rationalRotation(t: number): readonly [number, number] {
  const scale = 1 / (1 + t * t);
  return [(1 - t * t) * scale, 2 * t * scale];
}

/** First-order distance to an ellipsoid, exact on its surface. */
export function inEllipsoid(e: Ellipsoid, x: number, y: number, z: number): number {
  const dx = x - e.cx;
  const dy = y - e.cy;
  const dz = z - e.cz;
  if (dx * dx + dy * dy + dz * dz > e.reachSquared) return -FAR_MM;
  const u = e.m00 * dx + e.m01 * dy + e.m02 * dz;
  const v = e.m10 * dx + e.m11 * dy + e.m12 * dz;
  const w = e.m20 * dx + e.m21 * dy + e.m22 * dz;
  const k = u * u + v * v + w * w;
  if (k < 1e-6) return e.smallest;
  const gu = u * e.ia;
  const gv = v * e.ib;
  const gw = w * e.ic;
  const radial = sqrt(k);
  return (radial * (1 - radial)) / sqrt(gu * gu + gv * gv + gw * gw);
}

/** A tube between two points whose radius changes linearly. */
export interface Tube {
  readonly ax: number;
  readonly ay: number;
  readonly az: number;
  readonly bx: number;
  readonly by: number;
  readonly bz: number;
  readonly inverseSquaredLength: number;
  readonly radiusA: number;
  readonly radiusB: number;
}

export function tube(
  a: readonly [number, number, number],
  b: readonly [number, number, number],
  radiusA: number,
  radiusB: number,
): Tube {
  const bx = b[0] - a[0];
  const by = b[1] - a[1];
  const bz = b[2] - a[2];
  const inverseSquaredLength = 1 / (bx * bx + by * by + bz * bz);
  return { ax: a[0], ay: a[1], az: a[2], bx, by, bz, inverseSquaredLength, radiusA, radiusB };
}

export function inTube(t: Tube, x: number, y: number, z: number): number {
  const px = x - t.ax;
  const py = y - t.ay;
  const pz = z - t.az;
  const h = max(0, min(1, (px * t.bx + py * t.by + pz * t.bz) * t.inverseSquaredLength));
  const ox = px - h * t.bx;
  const oy = py - h * t.by;
  const oz = pz - h * t.bz;
  return t.radiusA + h * (t.radiusB - t.radiusA) - sqrt(ox * ox + oy * oy + oz * oz);
}

/** First-order distance to an upright elliptic cylinder given the offset from its axis. */
export function inColumn(dx: number, dy: number, rx: number, ry: number): number {
  const u = dx / rx;
  const v = dy / ry;
  const k = u * u + v * v;
  if (k < 1e-6) return min(rx, ry);
  const radial = sqrt(k);
  const gu = u / rx;
  const gv = v / ry;
  return (radial * (1 - radial)) / sqrt(gu * gu + gv * gv);
}

/** Union of two solids with a fillet of about k mm. */
export function join(a: number, b: number, k: number): number {
  const overlap = k - abs(a - b);
  const larger = max(a, b);
  return overlap > 0 ? larger + (overlap * overlap) / (4 * k) : larger;
}

/** Common part of two solids with edges rounded over about k mm. */
export function meet(a: number, b: number, k: number): number {
  const overlap = k - abs(a - b);
  const smaller = min(a, b);
  return overlap > 0 ? smaller - (overlap * overlap) / (4 * k) : smaller;
}

/** Share of a voxel `widthMm` wide that lies inside, from the distance of its centre. */
export function coverage(distanceMm: number, widthMm: number): number {
  return max(0, min(1, 0.5 + distanceMm / widthMm));
}

/** A smooth bump: 1 at t = 0, 0 from |t| = 1 on. */
export function bump(t: number): number {
  const rest = max(0, 1 - t * t);
  return rest * rest;
}
