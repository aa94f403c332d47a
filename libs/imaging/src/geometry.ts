/** Three numbers along stored axes i, j, k or along patient axes L, P, S. The name of the variable says which. */
export type Vec3 = readonly [number, number, number];

/** 3 x 3 matrix, row-major. */
export type Mat3 = readonly [number, number, number, number, number, number, number, number, number];

/**
 * Where the voxels of a grid lie in the patient.
 *
 * World is LPS in millimetres: x grows to the patient's Left, y to Posterior, z to Superior (DICOM, ITK).
 * The centre of voxel (i, j, k) lies at `originLps + direction * (spacingMm * (i, j, k))`.
 */
export interface Geometry {
  /** Number of voxels along the stored axes i (fastest in memory), j, k. Positive integers. */
  readonly sizeXyz: Vec3;
  /** Distance between voxel centres along i, j, k in mm. Positive, finite. */
  readonly spacingMm: Vec3;
  /** Centre of voxel (0, 0, 0) in mm. */
  readonly originLps: Vec3;
  /** Row-major; column a is the unit vector in which stored axis a grows. Determinant may be negative. */
  readonly direction: Mat3;
}

/** Number of voxels of a grid. */
export function voxelCount({ sizeXyz: [nx, ny, nz] }: Geometry): number {
  return nx * ny * nz;
}

/** Volume of one voxel in mm3. */
export function voxelVolumeMm3({ spacingMm: [sx, sy, sz] }: Geometry): number {
  return sx * sy * sz;
}

/** Physical diagonal of the whole grid in mm: the penalty distance when a surface is missing. */
export function diagonalMm({ sizeXyz, spacingMm }: Geometry): number {
  return Math.hypot(sizeXyz[0] * spacingMm[0], sizeXyz[1] * spacingMm[1], sizeXyz[2] * spacingMm[2]);
}
