import type { ExpandedPreprocessOp } from './expanded.js';
import { decodeFloat16, encodeFloat16 } from './float16.js';
import type { Mask } from './manifest.js';
import { rint } from './rint.js';

export type IntensityOp = Extract<ExpandedPreprocessOp, { channels: unknown }>;

/**
 * Runs an operation on grey values, in place.
 *
 * @param channels one array each, all of one length
 * @param crop     the mask that `cropNonzero` found on this grid; null where there is none
 */
export function applyIntensity(op: IntensityOp, channels: readonly Float32Array[], crop: Uint8Array | null): void {
  const chosen = channels.map((_, c) => c).filter((c) => op.channels === 'all' || op.channels.includes(c));
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
        each(data, (x) => Math.min(Math.max((x - inLow) * slope + outLow, floor), ceiling));
        break;
      }
      case 'clip': {
        const [lo, hi] = 'lo' in op ? [op.lo, op.hi] : percentiles(picked(data, op.mask, crop), op.percentiles);
        each(data, (x) => Math.min(Math.max(x, lo), hi));
        break;
      }
      case 'zscore':
        standardise(op, data, group, crop);
        break;
      case 'minmax': {
        let least = Infinity;
        let most = -Infinity;
        eachPicked(data, op.mask, crop, (x) => {
          if (x < least) least = x;
          if (x > most) most = x;
        });
        const [outLow, outHigh] = op.out;
        const slope = most > least ? (outHigh - outLow) / (most - least) : 0;
        each(data, (x) => (slope === 0 ? outLow : (x - least) * slope + outLow));
        break;
      }
      case 'scaleLinear': {
        const scale = ofChannel(op.scale, group[0]);
        const offset = ofChannel(op.offset, group[0]);
        each(data, (x) => x * scale + offset);
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
  let count = 0;
  let sum = 0;
  const fixed = op.mean !== 'image' && op.std !== 'image';
  if (!fixed || op.mask !== 'none') {
    eachPicked(data, op.mask, crop, (x) => {
      sum += x;
      count++;
    });
    if (count === 0) return;
  }
  const average = sum / count;
  let squares = 0;
  if (op.std === 'image') eachPicked(data, op.mask, crop, (x) => (squares += (x - average) * (x - average)));
  const spread = Math.sqrt(squares / Math.max(1, count - op.ddof));
  for (const [n, values] of data.entries()) {
    const mean = op.mean === 'image' ? average : ofChannel(op.mean, group[n]);
    const std = Math.max(op.std === 'image' ? spread : ofChannel(op.std, group[n]), op.eps);
    const belongs = memberTest(op.mask, crop);
    for (let v = 0; v < values.length; v++) {
      if (belongs(values[v], v)) values[v] = (values[v] - mean) / std;
      else if (op.outside === 'zero') values[v] = 0;
    }
  }
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

function eachPicked(
  data: readonly Float32Array[],
  mask: Mask,
  crop: Uint8Array | null,
  visit: (x: number) => void,
): void {
  const belongs = memberTest(mask, crop);
  for (const values of data) for (let v = 0; v < values.length; v++) if (belongs(values[v], v)) visit(values[v]);
}

function picked(data: readonly Float32Array[], mask: Mask, crop: Uint8Array | null): Float32Array {
  if (mask === 'none' && data.length === 1) return data[0].slice();
  let count = 0;
  eachPicked(data, mask, crop, () => count++);
  const values = new Float32Array(count);
  let at = 0;
  eachPicked(data, mask, crop, (x) => (values[at++] = x));
  return values;
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
