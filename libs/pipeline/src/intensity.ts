import type { Vec3 } from '#imaging';
import type { ExpandedPreprocessOp } from './expanded.js';
import { decodeFloat16, encodeFloat16 } from './float16.js';
import type { Mask } from './manifest.js';
import { rint } from './rint.js';

export type IntensityOp = Extract<ExpandedPreprocessOp, { channels: unknown }>;

/**
 * Runs an operation on grey values, in place.
 *
 * @param channels one array each, all of one length, x fastest
 * @param crop     the mask that `cropNonzero` found on this grid; null where there is none
 * @param sizeXyz  of the grid; needed for statistics of slices
 */
export function applyIntensity(
  op: IntensityOp,
  channels: readonly Float32Array[],
  crop: Uint8Array | null,
  sizeXyz: Vec3,
): void {
  if (!('perSlice' in op) || op.perSlice === undefined) return applyTo(op, channels, crop);
  const axisXyz = (2 - op.perSlice) as 0 | 1 | 2; // tensor axes are slowest first
  const slices = sizeXyz[axisXyz];
  for (let first = 0; first < slices; first += SLICES) {
    const block = { sizeXyz, axisXyz, first, count: Math.min(SLICES, slices - first) };
    const cut = channels.map((channel, c) => (isChosen(op, c) ? planesOf(channel, block) : null));
    const masks = crop && planesOf(crop, block);
    for (let n = 0; n < block.count; n++) {
      const planes = cut.map((of, c) => (of ? of[n] : channels[c])); // those of no concern are not looked at
      applyTo(op, planes, masks && masks[n]);
    }
    for (const [c, planes] of cut.entries()) if (planes) putPlanes(planes, channels[c], block);
  }
}

/** Slices that are taken out together: as many as neighbours along x share a line of the cache. */
const SLICES = 16;

/** The voxels of a grid whose index along one axis is from `first` to `first` + `count` - 1. */
interface Block {
  readonly sizeXyz: Vec3;
  readonly axisXyz: 0 | 1 | 2;
  readonly first: number;
  readonly count: number;
}

/** One array for each slice: a view of the volume where slices lie together in memory (across z), a copy otherwise. */
function planesOf<T extends Float32Array | Uint8Array>(volume: T, block: Block): T[] {
  const { sizeXyz, axisXyz, first, count } = block;
  const voxels = volume.length / sizeXyz[axisXyz];
  const each = Array.from({ length: count }, (_, n) => first + n);
  if (axisXyz === 2) return each.map((index) => volume.subarray(index * voxels, (index + 1) * voxels) as T);
  const planes = each.map(() => new (volume.constructor as new (length: number) => T)(voxels));
  if (axisXyz === 1) {
    eachRow(block, (plane, from, to, nx) => planes[plane].set(volume.subarray(from, from + nx), to));
  } else {
    const [nx] = sizeXyz;
    for (let row = 0; row < voxels; row++)
      for (let n = 0; n < count; n++) planes[n][row] = volume[row * nx + first + n];
  }
  return planes;
}

function putPlanes(planes: readonly Float32Array[], volume: Float32Array, block: Block): void {
  const { sizeXyz, axisXyz, first, count } = block;
  if (axisXyz === 2) return; // views
  if (axisXyz === 1) {
    eachRow(block, (plane, at, from, nx) => volume.set(planes[plane].subarray(from, from + nx), at));
    return;
  }
  const [nx] = sizeXyz;
  for (let row = 0; row < planes[0].length; row++)
    for (let n = 0; n < count; n++) volume[row * nx + first + n] = planes[n][row];
}

/** Calls for each row along x of slices across y: number of the slice in its block, first voxel in the volume and in the slice. */
function eachRow(
  { sizeXyz: [nx, ny, nz], first, count }: Block,
  visit: (plane: number, inVolume: number, inPlane: number, nx: number) => void,
): void {
  for (let k = 0; k < nz; k++) for (let n = 0; n < count; n++) visit(n, (k * ny + first + n) * nx, k * nx, nx);
}

function isChosen({ channels }: IntensityOp, channel: number): boolean {
  return channels === 'all' || channels.includes(channel);
}

function applyTo(op: IntensityOp, channels: readonly Float32Array[], crop: Uint8Array | null): void {
  const chosen = channels.map((_, c) => c).filter((c) => isChosen(op, c));
  const groups = 'perChannel' in op && !op.perChannel ? [chosen] : chosen.map((c) => [c]);
  for (const group of groups) {
    const data = group.map((c) => channels[c]);
    switch (op.op) {
      case 'window': {
        const [inLow, inHigh] = op.in;
        const [outLow, outHigh] = op.out;
        const slope = (outHigh - outLow) / (inHigh - inLow);
        const floor = op.clip ? Math.min(outLow, outHigh) : -Infinity;
        const ceiling = op.clip ? Math.max(outLow, outHigh) : Infinity;
        for (const values of data) mapLinearly(values, inLow, slope, outLow, floor, ceiling);
        break;
      }
      case 'clip': {
        const [lo, hi] =
          'lo' in op
            ? [op.lo, op.hi]
            : percentiles(joined(data.map((values) => picked(values, op.mask, crop))), op.percentiles);
        for (const values of data) clamp(values, lo, hi);
        break;
      }
      case 'zscore':
        standardise(op, data, group, crop);
        break;
      case 'minmax': {
        const [least, most] = extremes(data, op.mask, crop);
        const [outLow, outHigh] = op.out;
        const slope = most > least ? (outHigh - outLow) / (most - least) : 0;
        for (const values of data) {
          if (slope === 0) values.fill(outLow);
          else mapLinearly(values, least, slope, outLow, -Infinity, Infinity);
        }
        break;
      }
      case 'scaleLinear': {
        const scale = ofChannel(op.scale, group[0]);
        const offset = ofChannel(op.offset, group[0]);
        for (const values of data) for (let v = 0; v < values.length; v++) values[v] = values[v] * scale + offset;
        break;
      }
      case 'cast':
        if (op.to === 'float16') for (const values of data) values.set(decodeFloat16(encodeFloat16(values)));
        else each(data, castTo(op.to, op.rounding));
    }
  }
}

function standardise(
  op: Extract<IntensityOp, { op: 'zscore' }>,
  data: readonly Float32Array[],
  group: readonly number[],
  crop: Uint8Array | null,
): void {
  const whole = op.mask === 'none';
  const fixed = op.mean !== 'image' && op.std !== 'image';
  let average = 0;
  let spread = 0;
  if (!fixed || !whole) {
    const samples = whole ? data : data.map((values) => picked(values, op.mask, crop));
    const count = samples.reduce((sum, { length }) => sum + length, 0);
    if (count === 0) return;
    average = samples.reduce((sum, values) => sum + sumOf(values), 0) / count;
    if (op.std === 'image') {
      const squares = samples.reduce((sum, values) => sum + squaresAbout(values, average), 0);
      spread = Math.sqrt(squares / Math.max(1, count - op.ddof));
    }
  }
  for (const [n, values] of data.entries()) {
    const mean = op.mean === 'image' ? average : ofChannel(op.mean, group[n]);
    const std = Math.max(op.std === 'image' ? spread : ofChannel(op.std, group[n]), op.eps);
    if (whole) {
      for (let v = 0; v < values.length; v++) values[v] = (values[v] - mean) / std;
      continue;
    }
    const belongs = memberTest(op.mask, crop);
    for (let v = 0; v < values.length; v++) {
      if (belongs(values[v], v)) values[v] = (values[v] - mean) / std;
      else if (op.outside === 'zero') values[v] = 0;
    }
  }
}

// One loop for each operation, not one for all with a function of the voxel: that would be called for every voxel.

function mapLinearly(
  values: Float32Array,
  from: number,
  slope: number,
  to: number,
  floor: number,
  ceiling: number,
): void {
  for (let v = 0; v < values.length; v++) {
    const y = (values[v] - from) * slope + to;
    values[v] = y < floor ? floor : y > ceiling ? ceiling : y;
  }
}

function clamp(values: Float32Array, low: number, high: number): void {
  for (let v = 0; v < values.length; v++) {
    const x = values[v];
    if (x < low) values[v] = low;
    else if (x > high) values[v] = high;
  }
}

function sumOf(values: Float32Array): number {
  let sum = 0;
  for (let v = 0; v < values.length; v++) sum += values[v];
  return sum;
}

function squaresAbout(values: Float32Array, mean: number): number {
  let sum = 0;
  for (let v = 0; v < values.length; v++) sum += (values[v] - mean) * (values[v] - mean);
  return sum;
}

function extremes(
  data: readonly Float32Array[],
  mask: Mask,
  crop: Uint8Array | null,
): readonly [least: number, most: number] {
  let least = Infinity;
  let most = -Infinity;
  for (const all of data) {
    const values = mask === 'none' ? all : picked(all, mask, crop);
    for (let v = 0; v < values.length; v++) {
      if (values[v] < least) least = values[v];
      if (values[v] > most) most = values[v];
    }
  }
  return [least, most];
}

function ofChannel(value: number | readonly number[], channel: number): number {
  return typeof value === 'number' ? value : value[channel];
}

function each(data: readonly Float32Array[], change: (x: number) => number): void {
  for (const values of data) for (let v = 0; v < values.length; v++) values[v] = change(values[v]);
}

function memberTest(mask: Mask, crop: Uint8Array | null): (x: number, v: number) => boolean {
  if (mask === 'none') return () => true;
  if (mask === 'nonzero') return (x) => x !== 0;
  if (mask === 'crop') {
    if (!crop) throw new RangeError('mask "crop" without "cropNonzero" on the same grid before it');
    return (_, v) => crop[v] === 1;
  }
  const { above } = mask;
  return (x) => x > above;
}

/** The values that belong, as a new array. */
function picked(values: Float32Array, mask: Mask, crop: Uint8Array | null): Float32Array {
  if (mask === 'none') return values.slice();
  const belongs = memberTest(mask, crop);
  const chosen = new Float32Array(values.length);
  let count = 0;
  for (let v = 0; v < values.length; v++) if (belongs(values[v], v)) chosen[count++] = values[v];
  return chosen.subarray(0, count);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Between two order statistics linearly, as numpy's default does. Sorts `values`. No values: no limits. */
export function percentiles(values: Float32Array, [low, high]: readonly [number, number]): readonly [number, number] {
  if (values.length === 0) return [-Infinity, Infinity];
  values.sort();
  const at = (percent: number): number => {
    const place = (percent / 100) * (values.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, values.length - 1);
    return values[below] + (values[above] - values[below]) * (place - below);
  };
  return [at(low), at(high)];
}

const INTEGER_RANGES = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
} as const;

function castTo(to: keyof typeof INTEGER_RANGES, rounding: 'truncate' | 'rint'): (x: number) => number {
  const [least, most] = INTEGER_RANGES[to];
  const whole = rounding === 'rint' ? rint : Math.trunc;
  return (x) => Math.min(Math.max(whole(x), least), most);
}
