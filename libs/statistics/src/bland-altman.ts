import { studentQuantile } from './distributions.js';
import { mean, standardDeviation } from './summary.js';

export interface Bound {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BlandAltman {
  readonly n: number;
  /** Mean of first - second. */
  readonly bias: Bound;
  /** Standard deviation of the differences, n - 1 in the denominator. */
  readonly deviation: number;
  /** bias - 1.96 deviations. */
  readonly lowerLimit: Bound;
  /** bias + 1.96 deviations. */
  readonly upperLimit: Bound;
  /** Share of the confidence intervals. */
  readonly confidence: number;
  /** For the plot: mean of both (x) and first - second (y), in the order given. */
  readonly points: readonly { readonly mean: number; readonly difference: number }[];
}

/**
 * Limits of agreement of two ways to measure the same (Bland and Altman 1986, doi:10.1016/S0140-6736(86)90837-8), with the
 * confidence intervals of Bland and Altman 1999 (doi:10.1177/096228029900800204): the standard error of the bias is
 * s / sqrt(n), that of a limit s sqrt(1/n + 1.96^2 / (2 (n - 1))), each times Student's t of n - 1 degrees of freedom.
 *
 * The limits hold where differences are about normal and do not grow with the size: look at the plot. Pairs have to be
 * independent: one a patient.
 *
 * @throws RangeError of fewer than two pairs, or lists that differ in length
 */
export function blandAltman(first: ArrayLike<number>, second: ArrayLike<number>, confidence = 0.95): BlandAltman {
  const n = first.length;
  if (second.length !== n) throw new RangeError(`lists differ in length: ${n} and ${second.length}`);
  if (n < 2) throw new RangeError(`got ${n} pairs; limits of agreement need at least two`);
  const points = Array.from(first, (a, i) => ({ mean: (a + second[i]) / 2, difference: a - second[i] }));
  const differences = points.map(({ difference }) => difference);
  const centre = mean(differences);
  const deviation = standardDeviation(differences);
  const t = studentQuantile(confidence, n - 1);
  const biasMargin = t * (deviation / Math.sqrt(n));
  const limitMargin = t * deviation * Math.sqrt(1 / n + (1.96 * 1.96) / (2 * (n - 1)));
  const bound = (value: number, margin: number): Bound => ({ value, low: value - margin, high: value + margin });
  return {
    n,
    bias: bound(centre, biasMargin),
    deviation,
    lowerLimit: bound(centre - 1.96 * deviation, limitMargin),
    upperLimit: bound(centre + 1.96 * deviation, limitMargin),
    confidence,
    points,
  };
}
