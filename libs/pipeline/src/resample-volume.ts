import type { Vec3 } from '#imaging';
import type { Order } from './manifest.js';
import { backwardPositions, forwardPositions, isIdentity, REPEAT_EDGE, resampleAxis, reversed } from './resample.js';
import type { AxisResampling, Beyond, Samples } from './resample.js';

export type Axis = 0 | 1 | 2;
export type AxisPlans = readonly [AxisResampling, AxisResampling, AxisResampling];

/** How a volume was resampled, along x, y, z. */
export interface VolumeResampling {
  readonly axes: AxisPlans;
  readonly order: Order;
  readonly beyond: Beyond;
  readonly clamp: boolean;
  /** The nnU-Net rule of the separate axis, where asked for. */
  readonly anisotropy: { readonly threshold: number; readonly orderThrough: Order } | null;
}

/**
 * The axis that nnU-Net interpolates by itself: that of the largest spacing, when it exceeds `threshold` times the smallest
 * in the current grid or, failing that, in the new one, and when it is the only one with that spacing.
 */
export function separateAxis(current: Vec3, wanted: Vec3, threshold: number): Axis | null {
  for (const spacing of [current, wanted]) {
    const largest = Math.max(...spacing);
    if (!(largest / Math.min(...spacing) > threshold)) continue;
    const axes = ([0, 1, 2] as const).filter((axis) => largest / spacing[axis] === 1);
    return axes.length === 1 ? axes[0] : null;
  }
  return null;
}

/** To the new grid. Axes that shrink go first: fewer voxels for the others. */
export function resampleForward(
  data: Float32Array,
  { axes, order, beyond, clamp, anisotropy }: VolumeResampling,
): Float32Array {
  const growth = (axis: Axis): number => axes[axis].targetSize / axes[axis].sourceSize;
  const sequence = ([0, 1, 2] as const).toSorted((a, b) => growth(a) - growth(b));
  const separate =
    anisotropy && separateAxis(spacings(axes, 'sourceSpacing'), spacings(axes, 'targetSpacing'), anisotropy.threshold);
  const through = anisotropy && separate !== null ? { axis: separate as Axis, order: anisotropy.orderThrough } : null;
  return pass(
    data,
    axes.map((axis) => ({ axis, positions: forwardPositions })),
    sequence,
    order,
    beyond,
    clamp,
    through,
  );
}

/** The axis that is interpolated by itself on the way back, and its order; null where all go together. */
export function separateAxisBack(
  { axes, anisotropy }: Pick<VolumeResampling, 'axes' | 'anisotropy'>,
  order: 0 | 1,
): { readonly axis: Axis; readonly order: Order } | null {
  if (!anisotropy) return null;
  const axis = separateAxis(spacings(axes, 'targetSpacing'), spacings(axes, 'sourceSpacing'), anisotropy.threshold);
  return axis === null ? null : { axis, order: order === 0 ? 0 : anisotropy.orderThrough };
}

/** Back to the grid from which it came, edges repeated: channel maps with order 0 or 1, labels with order 0. */
export function resampleBackward<T extends Samples>(data: T, { axes, anisotropy }: VolumeResampling, order: 0 | 1): T {
  const through = separateAxisBack({ axes, anisotropy }, order);
  const plans = axes.map((axis) => ({ axis: reversed(axis), positions: () => backwardPositions(axis) }));
  return pass(data, plans, [0, 1, 2], order, REPEAT_EDGE, false, through);
}

interface Plan {
  readonly axis: AxisResampling;
  readonly positions: (axis: AxisResampling) => Float64Array;
}

function pass<T extends Samples>(
  data: T,
  plans: readonly Plan[],
  sequence: readonly Axis[],
  order: Order,
  beyond: Beyond,
  clamp: boolean,
  through: { readonly axis: Axis; readonly order: Order } | null,
): T {
  let sizeXyz = plans.map(({ axis }) => axis.sourceSize) as unknown as Vec3;
  if (plans.every(({ axis }) => isIdentity(axis))) return data;
  const limits = clamp ? rangesAlong(data, sizeXyz, through?.axis ?? null) : null;
  let now = data;
  for (const axis of sequence) {
    const plan = plans[axis];
    if (axis === through?.axis || isIdentity(plan.axis)) continue;
    now = resampleAxis(now, sizeXyz, axis, plan.positions(plan.axis), order, beyond);
    sizeXyz = withSize(sizeXyz, axis, plan.axis.targetSize);
  }
  if (limits && now !== data) clampAlong(now, sizeXyz, through?.axis ?? null, limits, beyond);
  if (through && !isIdentity(plans[through.axis].axis)) {
    const plan = plans[through.axis];
    now = resampleAxis(now, sizeXyz, through.axis, plan.positions(plan.axis), through.order, beyond);
  }
  return now;
}

function spacings(axes: AxisPlans, which: 'sourceSpacing' | 'targetSpacing'): Vec3 {
  return [axes[0][which], axes[1][which], axes[2][which]];
}

function withSize(sizeXyz: Vec3, axis: Axis, size: number): Vec3 {
  return sizeXyz.map((n, a) => (a === axis ? size : n)) as unknown as Vec3;
}

interface Ranges {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

/** Smallest and largest value of each slice across an axis, or of the whole volume. */
function rangesAlong(data: Samples, sizeXyz: Vec3, axis: Axis | null): Ranges {
  const n = axis === null ? 1 : sizeXyz[axis];
  const least = new Float64Array(n).fill(Infinity);
  const most = new Float64Array(n).fill(-Infinity);
  eachRun(data.length, sizeXyz, axis, (slice, from, to) => {
    let low = least[slice];
    let high = most[slice];
    for (let v = from; v < to; v++) {
      const x = data[v];
      if (x < low) low = x;
      if (x > high) high = x;
    }
    least[slice] = low;
    most[slice] = high;
  });
  return { least, most };
}

function clampAlong(
  data: Samples,
  sizeXyz: Vec3,
  axis: Axis | null,
  { least, most }: Ranges,
  { boundary, value }: Beyond,
): void {
  // what was put beyond the ends is meant to be there; values of the image stay within the image's, as in skimage
  const kept = boundary === 'constant' ? Math.fround(value) : NaN;
  eachRun(data.length, sizeXyz, axis, (slice, from, to) => {
    const low = least[slice];
    const high = most[slice];
    for (let v = from; v < to; v++) {
      const x = data[v];
      if (x === kept) continue;
      if (x < low) data[v] = low;
      else if (x > high) data[v] = high;
    }
  });
}

/** Calls back for each stretch of memory that lies within one slice across `axis`. */
function eachRun(
  voxels: number,
  sizeXyz: Vec3,
  axis: Axis | null,
  visit: (slice: number, from: number, to: number) => void,
): void {
  if (axis === null) return visit(0, 0, voxels);
  const stride = [1, sizeXyz[0], sizeXyz[0] * sizeXyz[1]][axis];
  const n = sizeXyz[axis];
  for (let from = 0, slice = 0; from < voxels; from += stride, slice = (slice + 1) % n)
    visit(slice, from, from + stride);
}
