import { createRandom } from './random.js';
import { createResampler } from './resample.js';
import { mean, median, quantiles } from './summary.js';

export interface BootstrapOptions {
  /** Number of resamples; 1000 unless told. */
  readonly draws?: number;
  /** Whole number, 0 to 2^32 - 1; reported with every interval. */
  readonly seed: number;
  /** Share of the draws inside the interval; 0.95 unless told. */
  readonly confidence?: number;
  /** Whose each value is: whole patients are drawn. Without it each value is a patient. */
  readonly patients?: readonly string[];
}

/** A figure with its percentile interval. */
export interface Interval {
  readonly estimate: number;
  /** Null, like `high`, for fewer than two patients: every draw would be the same. */
  readonly low: number | null;
  readonly high: number | null;
  readonly draws: number;
  readonly seed: number;
  readonly confidence: number;
}

export interface MeanInterval {
  readonly mean: number;
  /** Null, like `high`, for fewer than two patients: every draw would be the same. */
  readonly low: number | null;
  readonly high: number | null;
  readonly draws: number;
  readonly seed: number;
  readonly confidence: number;
}

/**
 * Percentile bootstrap interval of a mean (Efron 1979, doi:10.1214/aos/1176344552): values are resampled with replacement,
 * each copy counting as a value of its own. Give the patients when a patient has several values; they are not independent.
 *
 * With fewer than about ten values it is too narrow; say how many there are beside it.
 *
 * @throws RangeError of an empty list, a number that is not finite, or settings out of range
 */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions): MeanInterval {
  const { estimate, ...rest } = bootstrap(values, mean, plainMean, options);
  return { mean: estimate, ...rest };
}

/**
 * `bootstrapMean` of many lists of values of the same cases, to the last bit, drawn once for all of them: the draws depend on
 * the seed and the patients, not on the values. Ten times as fast for a few hundred lists.
 *
 * @param lists of equal length, in one order of cases
 * @throws RangeError also when lists differ in length
 */
export function bootstrapMeans(lists: readonly ArrayLike<number>[], options: BootstrapOptions): MeanInterval[] {
  const { draws, seed, confidence, shares } = bootstrapSettings(options);
  if (lists.length === 0) return [];
  const cases = lists[0].length;
  const odd = lists.findIndex(({ length }) => length !== cases);
  if (odd >= 0) throw new RangeError(`list ${odd} has ${lists[odd].length} values; expected ${cases}, like the first`);
  const settings = { draws, seed, confidence };
  const means = lists.map((values) => mean(values));
  if (createResampler(cases, createRandom(seed), options.patients).patients < 2)
    return means.map((estimate) => ({ mean: estimate, low: null, high: null, ...settings }));
  const intervals: MeanInterval[] = [];
  for (let from = 0; from < lists.length; from += LISTS_AT_ONCE) {
    const block = lists.slice(from, from + LISTS_AT_ONCE);
    meansOfDraws(block, options, draws).forEach((figures, k) => {
      const [low, high] = quantiles(figures, shares);
      intervals.push({ mean: means[from + k], low, high, ...settings });
    });
  }
  return intervals;
}

/** 20 MB for 10,000 draws. */
const LISTS_AT_ONCE = 256;

/** Means of the draws of each list; each list is added up in the order of the draw, as `plainMean` does. */
function meansOfDraws(lists: readonly ArrayLike<number>[], options: BootstrapOptions, draws: number): Float64Array[] {
  const count = lists.length;
  const cases = lists[0].length;
  const byCase = new Float64Array(cases * count); // values of one case side by side
  lists.forEach((values, k) => {
    for (let c = 0; c < cases; c++) byCase[c * count + k] = values[c];
  });
  const resampler = createResampler(cases, createRandom(options.seed), options.patients);
  const drawn = new Int32Array(resampler.most);
  const sums = new Float64Array(count);
  const figures = lists.map(() => new Float64Array(draws));
  for (let d = 0; d < draws; d++) {
    const n = resampler.next(drawn);
    sums.fill(0);
    for (let i = 0; i < n; i++) {
      const at = drawn[i] * count;
      for (let k = 0; k < count; k++) sums[k] += byCase[at + k];
    }
    for (let k = 0; k < count; k++) figures[k][d] = sums[k] / n;
  }
  return figures;
}

/** The same of a median. */
export function bootstrapMedian(values: ArrayLike<number>, options: BootstrapOptions): Interval {
  return bootstrap(values, median, median, options);
}

/** Checked settings with their defaults. @throws RangeError when one is out of range */
export function bootstrapSettings({ draws = 1000, seed, confidence = 0.95 }: BootstrapOptions) {
  if (!Number.isInteger(draws) || draws < 1)
    throw new RangeError(`draws is ${draws}; expected a positive whole number`);
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`confidence is ${confidence}; expected a share between 0 and 1`);
  const tail = (1 - confidence) / 2;
  return { draws, seed, confidence, shares: [tail, 1 - tail] as const };
}

function bootstrap(
  values: ArrayLike<number>,
  figure: (values: ArrayLike<number>) => number,
  figureOfDraw: (values: Float64Array) => number,
  options: BootstrapOptions,
): Interval {
  const { draws, seed, confidence, shares } = bootstrapSettings(options);
  const estimate = figure(values);
  const resampler = createResampler(values.length, createRandom(seed), options.patients);
  if (resampler.patients < 2) return { estimate, low: null, high: null, draws, seed, confidence };
  const drawn = new Int32Array(resampler.most);
  const sample = new Float64Array(resampler.most);
  const figures = new Float64Array(draws);
  for (let d = 0; d < draws; d++) {
    const n = resampler.next(drawn);
    for (let i = 0; i < n; i++) sample[i] = values[drawn[i]];
    figures[d] = figureOfDraw(sample.subarray(0, n));
  }
  const [low, high] = quantiles(figures, shares);
  return { estimate, low, high, draws, seed, confidence };
}

/** Plain addition: the order is fixed by the seed, and a draw is never compared for equality. */
function plainMean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
