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
    halfVoxel: (k: number) => (k + 0.5) * (n / m) - 0.5, // in this order, as scipy does: nearest neighbours hang on the last bit
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
 * @param positions places on that axis, in voxels of `data`
 * @param order     0 nearest, 1 linear, 3 cubic B-spline (orders 1 and 3: float32 only)
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
  if (order === 0) {
    const { low } = tapsOf(positions, n, 0, beyond.boundary);
    if (stride === 1) pickAlongRows(data, out, n, low);
    else pickRows(data, out, n, stride, blocks, low);
  } else {
    if (!(data instanceof Float32Array) || !(out instanceof Float32Array))
      throw new RangeError(`labels cannot be resampled with order ${order}; expected order 0`);
    if (order === 3) splineAxis(data, out, { n, m, stride, blocks }, positions, beyond.boundary);
    else {
      const taps = tapsOf(positions, n, 1, beyond.boundary);
      if (stride === 1) lerpAlongRows(data, 0, n, blocks, out, 0, taps);
      else acrossRows(data, out, n, stride, blocks, taps);
    }
  }
  if (beyond.boundary === 'constant') fillOutside(out, positions, n, stride, blocks, beyond.value);
  return out;
}

/** Two neighbours and the weight of the second; `next` equals `low` where none is needed, or none is there. */
export interface Taps {
  readonly low: Int32Array;
  readonly next: Int32Array;
  readonly weight: Float64Array;
}

export function tapsOf(positions: Float64Array, n: number, order: 0 | 1, boundary: Boundary = 'edge'): Taps {
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

/**
 * Interpolates along rows that follow one another: `rows` of them, `n` values each in `data` from `from` on, as many as there
 * are taps in `out` from `to` on. Four rows at a time share the look at the taps.
 */
export function lerpAlongRows(
  data: Float32Array,
  from: number,
  n: number,
  rows: number,
  out: Float32Array,
  to: number,
  { low, next, weight }: Taps,
): void {
  const m = low.length;
  let row = 0;
  for (; row + 4 <= rows; row += 4, from += 4 * n, to += 4 * m) {
    for (let q = 0; q < m; q++) {
      const here = from + low[q];
      const there = from + next[q];
      const w = weight[q];
      const a = data[here];
      const b = data[here + n];
      const c = data[here + 2 * n];
      const d = data[here + 3 * n];
      out[to + q] = a + (data[there] - a) * w;
      out[to + m + q] = b + (data[there + n] - b) * w;
      out[to + 2 * m + q] = c + (data[there + 2 * n] - c) * w;
      out[to + 3 * m + q] = d + (data[there + 3 * n] - d) * w;
    }
  }
  for (; row < rows; row++, from += n, to += m) {
    for (let q = 0; q < m; q++) {
      const value = data[from + low[q]];
      out[to + q] = value + (data[from + next[q]] - value) * weight[q];
    }
  }
}

/** Interpolates between two rows of `length` values, the second one `step` behind the first. */
export function lerpRows(
  data: Float32Array,
  from: number,
  step: number,
  weight: number,
  out: Float32Array,
  to: number,
  length: number,
): void {
  if (step === 0 || weight === 0) {
    out.set(data.subarray(from, from + length), to);
    return;
  }
  let s = 0;
  for (; s + 4 <= length; s += 4) {
    const here = from + s;
    const there = here + step;
    const a = data[here];
    const b = data[here + 1];
    const c = data[here + 2];
    const d = data[here + 3];
    out[to + s] = a + (data[there] - a) * weight;
    out[to + s + 1] = b + (data[there + 1] - b) * weight;
    out[to + s + 2] = c + (data[there + 2] - c) * weight;
    out[to + s + 3] = d + (data[there + 3] - d) * weight;
  }
  for (; s < length; s++) {
    const value = data[from + s];
    out[to + s] = value + (data[from + s + step] - value) * weight;
  }
}

function acrossRows(
  data: Float32Array,
  out: Float32Array,
  n: number,
  stride: number,
  blocks: number,
  { low, next, weight }: Taps,
): void {
  const m = low.length;
  for (let b = 0; b < blocks; b++) {
    for (let q = 0; q < m; q++) {
      const step = (next[q] - low[q]) * stride;
      lerpRows(data, (b * n + low[q]) * stride, step, weight[q], out, (b * m + q) * stride, stride);
    }
  }
}

function pickAlongRows(data: Samples, out: Samples, n: number, low: Int32Array): void {
  const m = low.length;
  for (let from = 0, to = 0; from < data.length; from += n) {
    for (let q = 0; q < m; q++) out[to++] = data[from + low[q]];
  }
}

function pickRows(data: Samples, out: Samples, n: number, stride: number, blocks: number, low: Int32Array): void {
  const m = low.length;
  for (let b = 0; b < blocks; b++) {
    for (let q = 0; q < m; q++) {
      const from = (b * n + low[q]) * stride;
      out.set(data.subarray(from, from + stride), (b * m + q) * stride);
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
