import type { Boundary } from './manifest.js';

/** Lines along an axis of an x-fastest array: `blocks` times `stride` of them, n samples in, m samples out. */
export interface Lines {
  readonly n: number;
  readonly m: number;
  readonly stride: number;
  readonly blocks: number;
}

/** Pole of the cubic B-spline's recursive filter. Unser 1999, doi:10.1109/79.799930. */
const POLE = Math.sqrt(3) - 2;
const GAIN = (1 - POLE) * (1 - 1 / POLE);
/** POLE ** 30 is 7e-18: what lies further away does not change a double. */
const HORIZON = 30;
/** Copies of the last sample that stand for an edge repeated for ever, as scipy does. */
const EDGE_COPIES = 12;
/** Lines that are filtered side by side, so that memory is read in rows. */
const WIDTH = 64;

/**
 * Interpolates every line with the cubic B-spline that passes through its samples: prefilter, then four taps. Equals
 * scipy.ndimage with order 3 and `prefilter`; it is not the Catmull-Rom spline (torch "bicubic").
 *
 * With boundary `mirror` the line is reflected about its end samples; otherwise 12 copies of each end sample are put in
 * front and behind, and places beyond the ends give the end's value. Sums in float64.
 */
export function splineAxis(
  data: Float32Array,
  out: Float32Array,
  lines: Lines,
  positions: Float64Array,
  boundary: Boundary,
): void {
  const { n, m, stride, blocks } = lines;
  const copies = boundary === 'mirror' ? 0 : EDGE_COPIES;
  const length = n + 2 * copies;
  const taps = splineTaps(positions, n, length, copies);
  const all = blocks * stride;
  const work = new Float64Array(length * Math.min(WIDTH, all));
  const starts = new Int32Array(WIDTH);
  const ends = new Int32Array(WIDTH);
  for (let first = 0; first < all; first += WIDTH) {
    const width = Math.min(WIDTH, all - first);
    for (let w = 0; w < width; w++) {
      const block = Math.floor((first + w) / stride);
      starts[w] = block * n * stride + ((first + w) % stride);
      ends[w] = block * m * stride + ((first + w) % stride);
    }
    for (let k = 0; k < length; k++) {
      const from = Math.min(Math.max(k - copies, 0), n - 1) * stride;
      for (let w = 0; w < width; w++) work[k * width + w] = data[starts[w] + from];
    }
    if (length > 1) prefilter(work, length, width);
    const { index, weight } = taps;
    for (let q = 0; q < m; q++) {
      const a = index[4 * q] * width;
      const b = index[4 * q + 1] * width;
      const c = index[4 * q + 2] * width;
      const d = index[4 * q + 3] * width;
      const wa = weight[4 * q];
      const wb = weight[4 * q + 1];
      const wc = weight[4 * q + 2];
      const wd = weight[4 * q + 3];
      const to = q * stride;
      for (let w = 0; w < width; w++) {
        out[ends[w] + to] = wa * work[a + w] + wb * work[b + w] + wc * work[c + w] + wd * work[d + w];
      }
    }
  }
}

/** Samples to spline coefficients in place, `width` lines side by side, mirrored about both ends. */
function prefilter(work: Float64Array, length: number, width: number): void {
  for (let k = 0; k < length * width; k++) work[k] *= GAIN;
  // causal: the sum of all samples to the left, reflected about the first one
  for (let w = 0; w < width; w++) {
    let sum = work[w];
    let power = POLE;
    if (length > HORIZON) {
      for (let k = 1; k < HORIZON; k++, power *= POLE) sum += power * work[k * width + w];
    } else {
      // the exact sum over one period of the reflected line
      const last = POLE ** (length - 1);
      sum += last * work[(length - 1) * width + w];
      let back = last * last * (1 / POLE);
      for (let k = 1; k < length - 1; k++, power *= POLE, back /= POLE) sum += (power + back) * work[k * width + w];
      sum /= 1 - last * last;
    }
    work[w] = sum;
  }
  for (let k = 1; k < length; k++) {
    for (let w = 0, at = k * width; w < width; w++, at++) work[at] += POLE * work[at - width];
  }
  const end = (length - 1) * width;
  for (let w = 0; w < width; w++) {
    work[end + w] = (POLE / (POLE * POLE - 1)) * (work[end + w] + POLE * work[end - width + w]);
  }
  for (let k = length - 2; k >= 0; k--) {
    for (let w = 0, at = k * width; w < width; w++, at++) work[at] = POLE * (work[at + width] - work[at]);
  }
}

function splineTaps(
  positions: Float64Array,
  n: number,
  length: number,
  copies: number,
): { readonly index: Int32Array; readonly weight: Float64Array } {
  const index = new Int32Array(4 * positions.length);
  const weight = new Float64Array(4 * positions.length);
  const period = Math.max(1, 2 * (length - 1));
  for (let q = 0; q < positions.length; q++) {
    // with repeated edges nothing changes beyond the copies
    const p = copies > 0 ? Math.min(Math.max(positions[q], -copies), n - 1 + copies) + copies : positions[q];
    const low = Math.floor(p);
    const t = p - low;
    const u = 1 - t;
    weight.set([(u * u * u) / 6, 2 / 3 - (t * t * (2 - t)) / 2, 2 / 3 - (u * u * (2 - u)) / 2, (t * t * t) / 6], 4 * q);
    for (let tap = 0; tap < 4; tap++) {
      let at = Math.abs(low - 1 + tap) % period;
      if (at > length - 1) at = period - at;
      index[4 * q + tap] = at;
    }
  }
  return { index, weight };
}
