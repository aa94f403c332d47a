import type { Vec3 } from '#imaging';
import { sigmoidLimit } from './activations.js';
import { createBackSlices } from './back-slices.js';
import type { AxisFactors, BackSlices, SlicesSource } from './back-slices.js';
import { applyFactors } from './blend.js';
import type { ExpandedPostprocessOp } from './expanded.js';
import type { TraceStep } from './prepare.js';
import { clearOutside, keptBox, undo } from './undo.js';
import type { Labels, OutsideCrop } from './undo.js';

/** Channel maps that wait for `argmax` or `regions`. */
export interface Undecided {
  /** One per channel; changed in place. */
  readonly maps: readonly Float32Array[];
  readonly sizeXyz: Vec3;
  /** What sums of weighted tiles are still to be multiplied by; null: the maps are means. */
  readonly factors: AxisFactors | null;
  /** What is to be undone before labels are chosen, and how. */
  readonly steps: readonly TraceStep[];
  readonly order: 0 | 1;
  /** Whether values are logits of which `regions` wants the sigmoid. */
  readonly lateSigmoid: boolean;
  /** Whether a label may exceed 255. */
  readonly wide: boolean;
}

/**
 * Labels from channel maps, on the grid to which `steps` lead back.
 *
 * Maps are brought back slice by slice and each slice is decided at once: two slices a channel are in memory, never a whole
 * map of the image's grid. Ways back that a slice cannot be computed by (several resamplings, a spline along the separate
 * axis) bring back one whole map at a time; two are in memory then.
 *
 * Where the way back leads out of a crop, everything that no voxel of the crop reaches is background (0), whatever 0 or its
 * sigmoid would be by `op`. Next to the crop's edge values are interpolated towards 0, as MONAI pads the channels that it
 * inverts; only where a threshold lies below 0, so that 0 would be foreground, the edge is repeated.
 */
export function chooseLabels(
  op: Extract<ExpandedPostprocessOp, { op: 'argmax' | 'regions' }>,
  undecided: Undecided,
): Labels {
  const { maps } = undecided;
  const most =
    op.op === 'argmax' ? op.channelToLabel.length : Math.max(...op.regions.map(({ channel }) => channel)) + 1;
  if (op.op === 'argmax' ? maps.length !== most : maps.length < most) {
    throw new RangeError(`${maps.length} channel maps; expected ${op.op === 'argmax' ? '' : 'at least '}${most}`);
  }
  const limits =
    op.op === 'argmax'
      ? []
      : op.regions.map(({ threshold }) => (undecided.lateSigmoid ? sigmoidLimit(threshold) : threshold));
  const outside = limits.some((limit) => limit < 0) ? 'repeat' : 'zero';
  const labels = decide(op, limits, undecided, slicesOf(undecided, op.op === 'argmax', outside));
  const kept = keptBox(undecided.steps, undecided.order);
  if (kept) clearOutside(labels, gridBefore(undecided.steps[0]), kept);
  return labels;
}

/** Size of the grid on which a step was done. */
function gridBefore(step: TraceStep): Vec3 {
  if (step.kind !== 'resample') return step.kind === 'crop' ? step.fullXyz : step.sizeXyz;
  return step.resampling.axes.map(({ sourceSize }) => sourceSize) as unknown as Vec3;
}

function decide(
  op: Extract<ExpandedPostprocessOp, { op: 'argmax' | 'regions' }>,
  limits: readonly number[],
  undecided: Undecided,
  slices: BackSlices,
): Labels {
  const { maps } = undecided;
  const [nx, ny, nz] = slices.sizeXyz;
  const voxels = nx * ny;
  const labels: Labels = undecided.wide ? new Uint16Array(voxels * nz) : new Uint8Array(voxels * nz);
  if (op.op === 'argmax') {
    const best = new Float32Array(voxels);
    for (let k = 0; k < nz; k++) {
      labels.fill(op.channelToLabel[0], k * voxels, (k + 1) * voxels);
      for (let channel = 0; channel < maps.length; channel++) {
        const { low, next, weight } = slices.pair(channel, k);
        if (channel === 0) interpolate(low, next, weight, best);
        else if (weight === 0) takeHigher(low, best, labels, k * voxels, op.channelToLabel[channel]);
        else takeHigherBetween(low, next, weight, best, labels, k * voxels, op.channelToLabel[channel]);
      }
    }
    return labels;
  }
  for (let k = 0; k < nz; k++) {
    for (const [n, { channel, label }] of op.regions.entries()) {
      const { low, next, weight } = slices.pair(channel, k);
      paint(low, next, weight, limits[n], labels, k * voxels, label);
    }
  }
  return labels;
}

function slicesOf(undecided: Undecided, onlyCompared: boolean, outside: OutsideCrop): BackSlices {
  const { maps, sizeXyz, factors, steps, order } = undecided;
  const source = steps.length === 0 ? null : oneResampling(undecided, outside);
  const slices = source && createBackSlices(source, order);
  if (slices) return slices;
  // factors are the same for all channels: where values are only compared as they lie, they change nothing
  if (factors && !(onlyCompared && steps.length === 0)) for (const map of maps) applyFactors(map, factors);
  if (steps.length === 0) {
    const voxels = sizeXyz[0] * sizeXyz[1];
    const view = (channel: number, k: number): Float32Array => maps[channel].subarray(k * voxels, (k + 1) * voxels);
    return { sizeXyz, pair: (channel, k) => ({ low: view(channel, k), next: view(channel, k), weight: 0 }) };
  }
  const whole = (channel: number): Float32Array => undo(maps[channel], steps, order, outside);
  const size = whole(0).length; // the whole grid as one slice
  return {
    sizeXyz: [size, 1, 1],
    pair(channel) {
      const map = whole(channel);
      return { low: map, next: map, weight: 0 };
    },
  };
}

/** One resampling, perhaps cropped afterwards; null for anything else. */
function oneResampling({ maps, sizeXyz, factors, steps }: Undecided, outside: OutsideCrop): SlicesSource | null {
  const [first, ...rest] = steps;
  if (first.kind !== 'resample') return null;
  let crop: NonNullable<SlicesSource['crop']> | null = null as SlicesSource['crop'];
  for (const step of rest) {
    if (step.kind !== 'crop') return null;
    const [x, y, z]: Vec3 = crop?.box.lowXyz ?? [0, 0, 0];
    const [dx, dy, dz] = step.box.lowXyz;
    crop = {
      box: { lowXyz: [x + dx, y + dy, z + dz], sizeXyz: step.box.sizeXyz },
      fullXyz: crop?.fullXyz ?? step.fullXyz,
      outside,
    };
  }
  return { maps, sizeXyz, factors, crop, resampling: first.resampling };
}

function interpolate(low: Float32Array, next: Float32Array, weight: number, out: Float32Array): void {
  if (weight === 0) return out.set(low);
  for (let v = 0; v < out.length; v++) {
    const value = low[v];
    out[v] = value + (next[v] - value) * weight;
  }
}

/** Ties stay with what was there: the lower channel. Changes `best` and `labels`. */
function takeHigher(values: Float32Array, best: Float32Array, labels: Labels, at: number, label: number): void {
  for (let v = 0; v < best.length; v++) {
    const x = values[v];
    if (x > best[v]) {
      best[v] = x;
      labels[at + v] = label;
    }
  }
}

function takeHigherBetween(
  low: Float32Array,
  next: Float32Array,
  weight: number,
  best: Float32Array,
  labels: Labels,
  at: number,
  label: number,
): void {
  const { fround } = Math;
  for (let v = 0; v < best.length; v++) {
    const value = low[v];
    const x = fround(value + (next[v] - value) * weight);
    if (x > best[v]) {
      best[v] = x;
      labels[at + v] = label;
    }
  }
}

function paint(
  low: Float32Array,
  next: Float32Array,
  weight: number,
  limit: number,
  labels: Labels,
  at: number,
  label: number,
): void {
  const { fround } = Math;
  for (let v = 0; v < low.length; v++) {
    const value = low[v];
    if (fround(value + (next[v] - value) * weight) > limit) labels[at + v] = label;
  }
}
