import { indexIjk, pointLps } from './affine.js';
import type { Geometry, Vec3 } from './geometry.js';
import { ImageFormatError } from './image-format-error.js';
import { axisCodes, axisMapTo, applyAxisMap, mapGeometry } from './orientation.js';
import type { LabelMap } from './volume.js';

/** How far, in voxels, a corner of one grid may lie from the same corner of the other. */
export const GRID_TOLERANCE_VOXELS = 1e-3;

/** Whether two geometries describe one grid: equal sizes, and no corner further apart than 1e-3 voxel along any axis. */
export function sameGrid(a: Geometry, b: Geometry): boolean {
  return a.sizeXyz.every((n, axis) => n === b.sizeXyz[axis]) && cornerDistanceVoxels(a, b) <= GRID_TOLERANCE_VOXELS;
}

/**
 * Brings a label map onto another grid by permuting and flipping axes; labels never change.
 *
 * The result carries the geometry of the target exactly, so that later comparisons see one grid.
 *
 * @throws ImageFormatError `grid-differs` when no permutation and flip makes the grids equal within 1e-3 voxel
 */
export function bringToGrid(labelMap: LabelMap, target: Geometry): LabelMap {
  const { geometry } = labelMap;
  if (sameGrid(geometry, target)) return { geometry: target, data: labelMap.data } as LabelMap;
  const map = axisMapTo(geometry, axisCodes(target));
  if (!sameGrid(mapGeometry(geometry, map), target)) {
    throw new ImageFormatError(
      'grid-differs',
      `grid is ${describeGrid(geometry)}; expected ${describeGrid(target)} or the same with permuted or flipped axes`,
    );
  }
  return { geometry: target, data: applyAxisMap<Uint8Array | Uint16Array>(labelMap, map).data } as LabelMap;
}

/**
 * Canonical text of a geometry: equal text means the same grid to 1e-4 mm. Made for digests and cache keys; a grid that
 * lies on a rounding boundary may differ in text from one that `sameGrid` calls equal.
 *
 * Holds the size, the origin and, for each stored axis, the vector from the first to one past the last voxel, in LPS mm.
 */
export function geometryHash(geometry: Geometry): string {
  const { sizeXyz, originLps, spacingMm, direction: d } = geometry;
  const edges = [0, 1, 2].map((a) => [0, 1, 2].map((w) => d[3 * w + a] * spacingMm[a] * sizeXyz[a]));
  return ['grid-1', sizeXyz.join('x'), ...[originLps, ...edges].map((v) => v.map(rounded).join(','))].join(';');
}

/** A grid in words, for messages: size, spacing, orientation. Holds no position. */
export function describeGrid(geometry: Geometry): string {
  const spacing = geometry.spacingMm.map((s) => Number(s.toPrecision(6))).join(' x ');
  return `${geometry.sizeXyz.join(' x ')} voxels of ${spacing} mm, ${axisCodes(geometry)}`;
}

/** Largest distance along an axis of a, in voxels of a, between corresponding corners of the two grids. */
function cornerDistanceVoxels(a: Geometry, b: Geometry): number {
  // One past the last voxel, so that the direction of an axis with a single voxel counts too.
  const [nx, ny, nz] = a.sizeXyz;
  let largest = 0;
  for (const corner of [0, 1, 2, 3, 4, 5, 6, 7]) {
    const index: Vec3 = [corner & 1 ? nx : 0, corner & 2 ? ny : 0, corner & 4 ? nz : 0];
    const seen = indexIjk(a, pointLps(b, index));
    for (let axis = 0; axis < 3; axis++) largest = Math.max(largest, Math.abs(seen[axis] - index[axis]));
  }
  return largest;
}

function rounded(mm: number): string {
  return (Math.round(mm * 1e4) / 1e4 + 0).toFixed(4).replace(/^-(0\.0000)$/, '$1');
}
