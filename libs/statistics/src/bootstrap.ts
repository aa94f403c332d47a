import { createRandom } from './random.js';
import { mean, quantiles } from './summary.js';

export interface BootstrapOptions {
  /** Number of resamples; 1000 unless told. */
  readonly draws?: number;
  /** Whole number, 0 to 2^32 - 1; reported with every interval. */
  readonly seed: number;
  /** Share of the draws inside the interval; 0.95 unless told. */
  readonly confidence?: number;
}

export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly draws: number;
  readonly seed: number;
  readonly confidence: number;
}

/**
 * Percentile bootstrap interval of a mean (Efron 1979, doi:10.1214/aos/1176344552): values are resampled with replacement,
 * each copy counting as a value of its own. Give one value a patient; values of one patient are not independent.
 *
 * With fewer than about ten values it is too narrow; say how many there are beside it.
 *
 * @throws RangeError of an empty list, a number that is not finite, or settings out of range
 */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions): MeanInterval {
  const { draws = 1000, seed, confidence = 0.95 } = options;
  if (!Number.isInteger(draws) || draws < 1)
    throw new RangeError(`draws is ${draws}; expected a positive whole number`);
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`confidence is ${confidence}; expected a share between 0 and 1`);
  const centre = mean(values);
  const random = createRandom(seed);
  const n = values.length;
  const means = new Float64Array(draws);
  for (let d = 0; d < draws; d++) {
    let sum = 0; // plain addition: the order is fixed by the seed, and a draw is never compared for equality
    for (let i = 0; i < n; i++) sum += values[random.below(n)];
    means[d] = sum / n;
  }
  const tail = (1 - confidence) / 2;
  const [low, high] = quantiles(means, [tail, 1 - tail]);
  return { mean: centre, low, high, draws, seed, confidence };
}
