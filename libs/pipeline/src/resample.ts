import type { Vec3 } from '#imaging';
import { splineAxis } from './bspline.js';
import type { Boundary, Order, ResampleGrid } from './manifest.js';
import { rint } from './rint.js';

/** How one axis of a grid was resampled. Sizes in voxels; spacings in mm. */
export interface AxisResampling {
  readonly sourceSize: number;
  readonly targetSize: number;
  readonly sourceSpacing: number;
  readonly targetSpacing: number;
  readonly grid: ResampleGrid;
}

/** What is found beyond the ends of an axis. */
export interface Beyond {
  readonly boundary: Boundary;
  /** Further than half a voxel out, with boundary `constant`; nearer than that the last voxel is repeated (as ITK does). */
  readonly value: number;
}

export const REPEAT_EDGE: Beyond = { boundary: 'edge', value: 0 };

/** Size of a resampled axis, at least 1. `firstVoxel` keeps the centres of both end voxels inside, the others the field of view. */
export function resampledSize(size: number, spacing: number, target: number, grid: ResampleGrid): number {
  const exact = grid === 'firstVoxel' ? ((size - 1) * spacing) / target + 1 : (spacing / target) * size;
  return Math.max(1, rint(exact));
}

/**
 * For each voxel of the target, its place on the source axis, in source voxels.
 *
 * `halfVoxel` uses the ratio of the sizes, not of the spacings, as skimage.resize and torch interpolate do
 * (align_corners=false); `firstVoxel` the ratio of the spacings, as MONAI's Spacing does, and `physical`, as ITK does with
 * the origin kept; `corner` the centres of the end voxels (align_corners=true, scipy zoom).
 */
export function forwardPositions({
  sourceSize: n,
  targetSize: m,
  sourceSpacing,
  targetSpacing,
  grid,
}: AxisResampling): Float64Array {
  const place = {
    halfVoxel: (k: number) => ((k + 0.5) * n) / m - 0.5,
    firstVoxel: (k: number) => (k * targetSpacing) / sourceSpacing,
    physical: (k: number) => (k * targetSpacing) / sourceSpacing,
    corner: (k: number) => (m === 1 ? 0 : (k * (n - 1)) / (m - 1)),
  }[grid];
  return Float64Array.from({ length: m }, (_, k) => place(k));
}

/** For each voxel of the source, its place on the target axis: the way back. */
export function backwardPositions(axis: AxisResampling): Float64Array {
  return forwardPositions(reversed(axis));
}

export function reversed({
  sourceSize,
  targetSize,
  sourceSpacing,
  targetSpacing,
  grid,
}: AxisResampling): AxisResampling {
  return {
    sourceSize: targetSize,
    targetSize: sourceSize,
    sourceSpacing: targetSpacing,
    targetSpacing: sourceSpacing,
    grid,
  };
}

/** Whether an axis comes out as it went in. */
export function isIdentity({ sourceSize, targetSize, sourceSpacing, targetSpacing, grid }: AxisResampling): boolean {
  return sourceSize === targetSize && (grid === 'halfVoxel' || grid === 'corner' || sourceSpacing === targetSpacing);
}

export type Samples = Float32Array | Uint8Array | Uint16Array;

/**
 * Resamples one axis of an x-fastest volume, every line alike.
 *
 * @param sizeXyz   size of `data`
 * @param axis      0, 1 or 2: x, y or z
 * @param positions where on that axis each new voxel lies
 * @param order     0: nearest, index floor(p + 0.5); 1: linear; 3: cubic B-spline (float32 only)
 * @returns a new array; the size along `axis` is the number of positions
 */
export function resampleAxis<T extends Samples>(
  data: T,
  sizeXyz: Vec3,
  axis: 0 | 1 | 2,
  positions: Float64Array,
  order: Order,
  beyond: Beyond = REPEAT_EDGE,
): T {
  const n = sizeXyz[axis];
  const m = positions.length;
  const stride = [1, sizeXyz[0], sizeXyz[0] * sizeXyz[1]][axis]; // voxels between neighbours along the axis
  const blocks = data.length / (stride * n);
  const out = new (data.constructor as new (length: number) => T)(blocks * m * stride);
  if (order === 3) {
    if (!(data instanceof Float32Array))
      throw new RangeError('labels cannot be resampled with order 3; expected order 0');
    splineAxis(data, out as Float32Array, { n, m, stride, blocks }, positions, beyond.boundary);
  } else {
    const taps = tapsOf(positions, n, order, beyond.boundary);
    if (stride === 1) alongRows(data, out, n, taps);
    else acrossRows(data, out, n, stride, blocks, taps);
  }
  if (beyond.boundary === 'constant') fillOutside(out, positions, n, stride, blocks, beyond.value);
  return out;
}

/** Two neighbours and the weight of the second; `next` equals `low` where none is needed, or none is there. */
interface Taps {
  readonly low: Int32Array;
  readonly next: Int32Array;
  readonly weight: Float64Array;
}

function tapsOf(positions: Float64Array, n: number, order: 0 | 1, boundary: Boundary): Taps {
  const m = positions.length;
  const low = new Int32Array(m);
  const next = new Int32Array(m);
  const weight = new Float64Array(m);
  for (let q = 0; q < m; q++) {
    const inside = boundary === 'mirror' ? mirrored(positions[q], n) : positions[q];
    const p = Math.min(Math.max(order === 0 ? Math.floor(inside + 0.5) : inside, 0), n - 1);
    low[q] = Math.floor(p);
    weight[q] = p - low[q];
    next[q] = weight[q] > 0 ? low[q] + 1 : low[q];
  }
  return { low, next, weight };
}

/** A place beyond the ends, reflected about the centre of the last voxel as often as needed. */
export function mirrored(p: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const q = Math.abs(p) % period;
  return q > n - 1 ? period - q : q;
}

function alongRows(data: Samples, out: Samples, n: number, { low, next, weight }: Taps): void {
  const m = low.length;
  for (let from = 0, to = 0; from < data.length; from += n) {
    for (let q = 0; q < m; q++) {
      const value = data[from + low[q]];
      out[to++] = value + (data[from + next[q]] - value) * weight[q];
    }
  }
}

function acrossRows(data: Samples, out: Samples, n: number, stride: number, blocks: number, taps: Taps): void {
  const m = taps.low.length;
  for (let b = 0; b < blocks; b++) {
    for (let q = 0; q < m; q++) {
      const from = (b * n + taps.low[q]) * stride;
      const to = (b * m + q) * stride;
      const step = (taps.next[q] - taps.low[q]) * stride;
      if (step === 0) {
        out.set(data.subarray(from, from + stride), to);
        continue;
      }
      const weight = taps.weight[q];
      for (let s = 0; s < stride; s++) {
        const value = data[from + s];
        out[to + s] = value + (data[from + s + step] - value) * weight;
      }
    }
  }
}

function fillOutside(
  out: Samples,
  positions: Float64Array,
  n: number,
  stride: number,
  blocks: number,
  value: number,
): void {
  const m = positions.length;
  for (let q = 0; q < m; q++) {
    if (positions[q] >= -0.5 && positions[q] <= n - 0.5) continue;
    for (let b = 0; b < blocks; b++) out.fill(value, (b * m + q) * stride, (b * m + q + 1) * stride);
  }
}
