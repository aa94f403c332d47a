import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';

/**
 * Average precision in step form: over falling score, the sum of precision times the growth of recall. Equal scores are one
 * step. 0 to 1; undefined without positives.
 *
 * scikit-learn and MONAI compute this; MetricsReloaded integrates the curve by trapezoids, which promises more than any
 * threshold delivers (0.7971 against 0.7864 for one of our tables).
 *
 * @param labels        0 or 1 for each prediction
 * @param probabilities score of the positive class, any finite numbers
 * @throws RangeError when lengths differ, there is nothing, or a value is out of range
 */
export function averagePrecision(labels: ArrayLike<number>, probabilities: ArrayLike<number>): MetricValue {
  check(labels, probabilities, false);
  let positives = 0;
  for (let n = 0; n < labels.length; n++) positives += labels[n];
  if (positives === 0) return { kind: 'undefined', why: 'reference-empty' };
  const order = Array.from({ length: labels.length }, (_, n) => n).sort((a, b) => probabilities[b] - probabilities[a]);
  let tp = 0;
  let sum = 0;
  for (let n = 0; n < order.length;) {
    const score = probabilities[order[n]];
    const before = tp;
    for (; n < order.length && probabilities[order[n]] === score; n++) tp += labels[order[n]];
    sum += (tp / n) * ((tp - before) / positives);
  }
  return measured(sum);
}

/**
 * Brier score: mean squared difference of probability and outcome, 0 (sure and right) to 1. Brier 1950,
 * doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2. MetricsReloaded sums over both classes: exactly twice as much.
 *
 * @param labels        0 or 1 for each prediction
 * @param probabilities of the positive class, 0 to 1
 * @throws RangeError when lengths differ, there is nothing, or a value is out of range
 */
export function brierScore(labels: ArrayLike<number>, probabilities: ArrayLike<number>): MetricValue {
  check(labels, probabilities, true);
  let sum = 0;
  for (let n = 0; n < labels.length; n++) sum += (probabilities[n] - labels[n]) ** 2;
  return measured(sum / labels.length);
}

/**
 * Expected calibration error: mean gap between the probability said and the share of positives seen, over bins of equal
 * width, weighted with how many fall into each. 0 to 1. Naeini et al. 2015, AAAI 29.
 *
 * A bin holds its lower edge and not its upper, the last bin both. MetricsReloaded does the reverse and thereby drops
 * predictions of exactly 0 without a word (0.1600 against 0.1302 for one of our tables).
 *
 * @param labels        0 or 1 for each prediction
 * @param probabilities of the positive class, 0 to 1
 * @param bins          how many, 10 by default
 * @throws RangeError when lengths differ, there is nothing, or a value is out of range
 */
export function expectedCalibrationError(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  bins = 10,
): MetricValue {
  check(labels, probabilities, true);
  if (!Number.isInteger(bins) || bins < 1) throw new RangeError(`bins is ${bins}; expected a whole number from 1 on`);
  const said = new Float64Array(bins);
  const seen = new Float64Array(bins);
  for (let n = 0; n < labels.length; n++) {
    const bin = Math.min(Math.floor(probabilities[n] * bins), bins - 1);
    said[bin] += probabilities[n];
    seen[bin] += labels[n];
  }
  // |mean said - mean seen| * share of the bin: the size of the bin cancels out.
  let gap = 0;
  for (let bin = 0; bin < bins; bin++) gap += Math.abs(said[bin] - seen[bin]);
  return measured(gap / labels.length);
}

function check(labels: ArrayLike<number>, probabilities: ArrayLike<number>, bounded: boolean): void {
  if (labels.length !== probabilities.length || labels.length === 0) {
    throw new RangeError(
      `got ${labels.length} labels and ${probabilities.length} probabilities; expected as many of either, and some`,
    );
  }
  for (let n = 0; n < labels.length; n++) {
    if (labels[n] !== 0 && labels[n] !== 1) throw new RangeError(`label ${n} is ${labels[n]}; expected 0 or 1`);
    const p = probabilities[n];
    if (!Number.isFinite(p) || (bounded && (p < 0 || p > 1))) {
      throw new RangeError(
        `probability ${n} is ${p}; expected ${bounded ? 'a number from 0 to 1' : 'a finite number'}`,
      );
    }
  }
}
