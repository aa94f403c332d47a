import type { Geometry, Mat3, Vec3 } from './geometry.js';
import { ImageFormatError } from './image-format-error.js';
import type { ImageFormatCode } from './image-format-error.js';

/**
 * 4 x 4 matrix, row-major, last row 0 0 0 1: takes a voxel index (i, j, k, 1) to a point in mm.
 * The name of the variable says in which frame (`affineRas`, `affineLps`).
 */
export type Affine = readonly number[];

/** Largest cosine between two axes of a grid that still counts as a right angle (0.57 degrees off). */
const RIGHT_ANGLE_COSINE = 0.01;

/** Affine of a grid into LPS mm (DICOM, ITK). */
export function affineLps({ spacingMm: [sx, sy, sz], originLps: [ox, oy, oz], direction: d }: Geometry): number[] {
  // prettier-ignore
  return [
    d[0] * sx, d[1] * sy, d[2] * sz, ox,
    d[3] * sx, d[4] * sy, d[5] * sz, oy,
    d[6] * sx, d[7] * sy, d[8] * sz, oz,
    0, 0, 0, 1,
  ];
}

/** Affine of a grid into RAS mm, the world of NIfTI: the first two rows change sign. */
export function affineRas(geometry: Geometry): number[] {
  return turnLpsRas(affineLps(geometry));
}

/** Geometry of a grid from its RAS affine, the world of NIfTI. See `geometryFromLpsAffine`. */
export function geometryFromRasAffine(affine: Affine, sizeXyz: Vec3): Geometry {
  return geometryFromLpsAffine(turnLpsRas(affine), sizeXyz, 'nifti-affine');
}

/**
 * Geometry of a grid from its LPS affine.
 *
 * Spacing is the length of each column. The axes must stand at right angles: spacing alone describes distances in the
 * rest of the platform, and for a sheared grid these would be silently wrong.
 *
 * @param code code of the error when an entry is not finite, the matrix is singular, or the axes are sheared
 */
export function geometryFromLpsAffine(affine: Affine, sizeXyz: Vec3, code: ImageFormatCode): Geometry {
  const lps = affine.map((x) => x + 0); // no negative zeros
  if (lps.length !== 16 || !lps.every(Number.isFinite)) {
    throw new ImageFormatError(code, `affine is [${lps.join(', ')}]; expected 16 finite numbers`);
  }
  const column = (a: number): Vec3 => [lps[a], lps[4 + a], lps[8 + a]];
  const columns = [column(0), column(1), column(2)];
  const spacing = columns.map(([x, y, z]) => Math.sqrt(x * x + y * y + z * z));
  if (spacing.some((s) => !(s > 0))) {
    throw new ImageFormatError(
      code,
      `affine is singular: voxel spacing is ${spacing.join(' x ')} mm; expected three positive numbers`,
    );
  }
  const unit = columns.map((c, a) => c.map((x) => x / spacing[a]));
  for (const a of [0, 1]) {
    for (let b = a + 1; b < 3; b++) {
      const cosine = unit[a][0] * unit[b][0] + unit[a][1] * unit[b][1] + unit[a][2] * unit[b][2];
      if (Math.abs(cosine) <= RIGHT_ANGLE_COSINE) continue;
      const degrees = (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
      const singular = Math.abs(cosine) > 0.999999;
      throw new ImageFormatError(
        code,
        `affine is ${singular ? 'singular' : 'sheared'}: axes ${a} and ${b} stand at ${degrees.toFixed(2)} degrees; expected 90`,
      );
    }
  }
  return {
    sizeXyz,
    spacingMm: [spacing[0], spacing[1], spacing[2]],
    originLps: [lps[3], lps[7], lps[11]],
    // prettier-ignore
    direction: [
      unit[0][0], unit[1][0], unit[2][0],
      unit[0][1], unit[1][1], unit[2][1],
      unit[0][2], unit[1][2], unit[2][2],
    ],
  };
}

/** Centre of voxel (i, j, k) in LPS mm; fractions of an index are allowed. */
export function pointLps({ spacingMm, originLps, direction: d }: Geometry, indexIjk: Vec3): Vec3 {
  const x = indexIjk[0] * spacingMm[0];
  const y = indexIjk[1] * spacingMm[1];
  const z = indexIjk[2] * spacingMm[2];
  return [
    originLps[0] + d[0] * x + d[1] * y + d[2] * z,
    originLps[1] + d[3] * x + d[4] * y + d[5] * z,
    originLps[2] + d[6] * x + d[7] * y + d[8] * z,
  ];
}

/** Continuous voxel index of a point in LPS mm: the inverse of `pointLps`. May lie outside the grid. */
export function indexIjk({ spacingMm, originLps, direction }: Geometry, point: Vec3): Vec3 {
  const m = invert3(direction);
  const x = point[0] - originLps[0];
  const y = point[1] - originLps[1];
  const z = point[2] - originLps[2];
  return [
    (m[0] * x + m[1] * y + m[2] * z) / spacingMm[0],
    (m[3] * x + m[4] * y + m[5] * z) / spacingMm[1],
    (m[6] * x + m[7] * y + m[8] * z) / spacingMm[2],
  ];
}

/**
 * Inverse of a 3 x 3 matrix by cofactors.
 *
 * @throws RangeError when the determinant is zero or not finite
 */
export function invert3(m: Mat3): Mat3 {
  const c0 = m[4] * m[8] - m[5] * m[7];
  const c1 = m[5] * m[6] - m[3] * m[8];
  const c2 = m[3] * m[7] - m[4] * m[6];
  const det = m[0] * c0 + m[1] * c1 + m[2] * c2;
  if (!Number.isFinite(det) || det === 0) throw new RangeError(`matrix is singular: determinant ${det}`);
  // prettier-ignore
  return [
    c0 / det, (m[2] * m[7] - m[1] * m[8]) / det, (m[1] * m[5] - m[2] * m[4]) / det,
    c1 / det, (m[0] * m[8] - m[2] * m[6]) / det, (m[2] * m[3] - m[0] * m[5]) / det,
    c2 / det, (m[1] * m[6] - m[0] * m[7]) / det, (m[0] * m[4] - m[1] * m[3]) / det,
  ];
}

/** RAS and LPS differ by the sign of the first two world axes; the turn is its own inverse. */
function turnLpsRas(affine: Affine): number[] {
  return affine.map((x, n) => (n < 8 ? 0 - x : x)); // 0 - x: no negative zeros
}
