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
 * Grids on which a label map may come. `reference`: that of the target, or the same with permuted and flipped axes.
 * `nearest`: any that shares space with it; each voxel of the target then takes the label nearest to its centre.
 */
export const GRID_RULES = ['reference', 'nearest'] as const;
export type GridRule = (typeof GRID_RULES)[number];

/** A label map on the grid that was asked for. */
export interface BroughtLabels {
  /** Carries the geometry of the target exactly, so that later comparisons see one grid. */
  readonly labelMap: LabelMap;
  /** Labels were taken from the nearest voxel of another grid: boundaries may have moved by half a voxel of it. */
  readonly resampled: boolean;
}

/**
 * Brings a label map onto another grid by permuting and flipping axes; labels never change.
 *
 * @throws ImageFormatError `grid-differs` when no permutation and flip makes the grids equal within 1e-3 voxel
 */
export function bringToGrid(labelMap: LabelMap, target: Geometry): LabelMap {
  return bringLabels(labelMap, target, 'reference').labelMap;
}

/**
 * Brings a label map onto another grid as a rule allows. Resampling is the last resort: a grid that differs by permuted
 * and flipped axes only is turned under either rule, without a label changing.
 *
 * @throws ImageFormatError `grid-differs` when the rule does not allow the grid, or no voxel of the target lies within it
 */
export function bringLabels(labelMap: LabelMap, target: Geometry, rule: GridRule): BroughtLabels {
  const { geometry } = labelMap;
  if (sameGrid(geometry, target))
    return { labelMap: { geometry: target, data: labelMap.data } as LabelMap, resampled: false };
  const map = axisMapTo(geometry, axisCodes(target));
  if (sameGrid(mapGeometry(geometry, map), target)) {
    const { data } = applyAxisMap<Uint8Array | Uint16Array>(labelMap, map);
    return { labelMap: { geometry: target, data } as LabelMap, resampled: false };
  }
  if (rule === 'reference') {
    throw new ImageFormatError(
      'grid-differs',
      `grid is ${describeGrid(geometry)}${describeOffset(geometry, target)}; expected ${describeGrid(target)} or the same with permuted or flipped axes`,
    );
  }
  return { labelMap: resampleNearest(labelMap, target), resampled: true };
}

/** What rounding may add to an index before it counts as another one, in voxels. */
const INDEX_NOISE = 1e-6;

/**
 * Labels of another grid, each from the voxel in which its centre lies; 0, background, where it lies in none. A centre on
 * the border of two voxels takes the one with the higher index, as ITK and scipy do (rounding half up), here also when it
 * is 1e-6 voxel short of it, so that noise of the affine decides nothing.
 *
 * @throws ImageFormatError `grid-differs` when every centre lies outside: then the two show different places, and an empty
 *   map would be scored as if something had been missed
 */
export function resampleNearest(labelMap: LabelMap, target: Geometry): LabelMap {
  const [nx, ny, nz] = target.sizeXyz;
  const [sx, sy, sz] = labelMap.geometry.sizeXyz;
  const from = labelMap.data;
  const data = from instanceof Uint8Array ? new Uint8Array(nx * ny * nz) : new Uint16Array(nx * ny * nz);
  const indexOf = (index: Vec3): Vec3 => indexIjk(labelMap.geometry, pointLps(target, index));
  const origin = indexOf([0, 0, 0]);
  // an index of the one grid is linear in an index of the other
  const [alongX, alongY, alongZ] = (
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const
  ).map((unit) => indexOf(unit).map((x, axis) => x - origin[axis]));
  let inside = 0;
  for (let k = 0, at = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const x0 = origin[0] + k * alongZ[0] + j * alongY[0] + 0.5 + INDEX_NOISE;
      const y0 = origin[1] + k * alongZ[1] + j * alongY[1] + 0.5 + INDEX_NOISE;
      const z0 = origin[2] + k * alongZ[2] + j * alongY[2] + 0.5 + INDEX_NOISE;
      for (let i = 0; i < nx; i++, at++) {
        const x = Math.floor(x0 + i * alongX[0]);
        const y = Math.floor(y0 + i * alongX[1]);
        const z = Math.floor(z0 + i * alongX[2]);
        if (x < 0 || y < 0 || z < 0 || x >= sx || y >= sy || z >= sz) continue;
        data[at] = from[(z * sy + y) * sx + x];
        inside++;
      }
    }
  }
  if (inside === 0) {
    throw new ImageFormatError(
      'grid-differs',
      `grid is ${describeGrid(labelMap.geometry)} and shares no space with the expected ${describeGrid(target)}: no voxel to take a label from`,
    );
  }
  return { geometry: target, data } as LabelMap;
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

/** Which way stored axes run has no part in `gridHash`. */
const ANY_ORDER = 'LPS';

/**
 * Short hash of a grid for people and programs to compare, whatever axes it is stored along: 32-bit FNV-1a over the
 * `geometryHash` of its canonical order, as eight hexadecimal digits. Tells grids apart; no protection against intent.
 */
export function gridHash(geometry: Geometry): string {
  const canonical = mapGeometry(geometry, axisMapTo(geometry, ANY_ORDER));
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(geometryHash(canonical))) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** A grid in words, for messages: size, spacing, orientation. Holds no position. */
export function describeGrid(geometry: Geometry): string {
  const spacing = geometry.spacingMm.map((s) => Number(s.toPrecision(6))).join(' x ');
  return `${geometry.sizeXyz.join(' x ')} voxels of ${spacing} mm, ${axisCodes(geometry)}`;
}

/**
 * Where two grids of one size differ, in words: how far apart corresponding corners are and how far axes are turned against
 * one another. Holds no position. Nothing for grids of different sizes.
 */
function describeOffset(a: Geometry, b: Geometry): string {
  if (a.sizeXyz.some((n, axis) => n !== b.sizeXyz[axis])) return '';
  const angles = [0, 1, 2].map((axis) => {
    const cosine = [0, 1, 2].reduce((sum, w) => sum + a.direction[3 * w + axis] * b.direction[3 * w + axis], 0);
    return (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
  });
  const apart = corners(a).map((index) => {
    const [p, q] = [pointLps(a, index), pointLps(b, index)];
    return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
  });
  const turned = Math.max(...angles);
  const words = [`up to ${Number(Math.max(...apart).toPrecision(3))} mm away`];
  if (turned > 0.01) words.push(`turned by ${Number(turned.toPrecision(3))} degrees`);
  return `, ${words.join(', ')} from where it should be`;
}

/** Indices of the eight corners; one past the last voxel, so that the direction of an axis with a single voxel counts too. */
function corners({ sizeXyz: [nx, ny, nz] }: Geometry): Vec3[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((c): Vec3 => [c & 1 ? nx : 0, c & 2 ? ny : 0, c & 4 ? nz : 0]);
}

/** Largest distance along an axis of a, in voxels of a, between corresponding corners of the two grids. */
function cornerDistanceVoxels(a: Geometry, b: Geometry): number {
  let largest = 0;
  for (const index of corners(a)) {
    const seen = indexIjk(a, pointLps(b, index));
    for (let axis = 0; axis < 3; axis++) largest = Math.max(largest, Math.abs(seen[axis] - index[axis]));
  }
  return largest;
}

function rounded(mm: number): string {
  return (Math.round(mm * 1e4) / 1e4 + 0).toFixed(4).replace(/^-(0\.0000)$/, '$1');
}
