import { logarithm } from './elementary.js';
import { mean, quantiles } from './summary.js';

/** The level of cases of which nothing is known. It is shown like any other, never guessed. */
export const UNKNOWN = 'unknown';

type Measured = number | null | undefined;

/** Slice thickness in mm: `≤1 mm`, `1–2.5 mm`, `2.5–5 mm`, `>5 mm`; an upper bound belongs to its bin. */
export function thicknessBin(thicknessMm: Measured): string {
  if (!known(thicknessMm) || thicknessMm <= 0) return UNKNOWN;
  if (thicknessMm <= 1) return '≤1 mm';
  if (thicknessMm <= 2.5) return '1–2.5 mm';
  return thicknessMm <= 5 ? '2.5–5 mm' : '>5 mm';
}

/** Age in years: `0–17`, `18–39`, `40–59`, `60–74`, `75+`; birthdays that lie ahead do not count. */
export function ageBand(years: Measured): string {
  if (!known(years) || years < 0) return UNKNOWN;
  if (years < 18) return '0–17';
  if (years < 40) return '18–39';
  if (years < 60) return '40–59';
  return years < 75 ? '60–74' : '75+';
}

/**
 * Quartile of each size among all sizes that are known: `smallest quarter` to `largest quarter`. A size on a boundary
 * (type 7 quantile) belongs below it; equal sizes are never parted.
 */
export function quarters(sizes: readonly Measured[]): string[] {
  const some = sizes.filter(known);
  if (some.length === 0) return sizes.map(() => UNKNOWN);
  const [q1, q2, q3] = quantiles(some, [0.25, 0.5, 0.75]);
  return sizes.map((size) => {
    if (!known(size)) return UNKNOWN;
    if (size <= q1) return 'smallest quarter';
    if (size <= q2) return 'second quarter';
    return size <= q3 ? 'third quarter' : 'largest quarter';
  });
}

/**
 * Values with what the size of the structure explains taken out: residuals of the least-squares line over the logarithm
 * of the size, plus the mean, so that they keep the metric's unit. The same boundary error costs a small structure more
 * Dice; a gap that vanishes here was a gap of sizes.
 *
 * @param sizes positive, one a value
 * @throws RangeError when lengths differ, or a size is not positive and finite
 */
export function withoutSize(values: ArrayLike<number>, sizes: ArrayLike<number>): Float64Array {
  if (values.length !== sizes.length) {
    throw new RangeError(`lists differ in length: ${values.length} values and ${sizes.length} sizes`);
  }
  const logs = Array.from(sizes, (size, i) => {
    if (!(size > 0) || size === Infinity) throw new RangeError(`size ${i} is ${size}; expected a positive number`);
    return logarithm(size);
  });
  const centre = mean(values);
  const centreLog = mean(logs);
  let spread = 0;
  let product = 0;
  logs.forEach((x, i) => {
    spread += (x - centreLog) * (x - centreLog);
    product += (x - centreLog) * (values[i] - centre);
  });
  const slope = spread === 0 ? 0 : product / spread;
  return Float64Array.from(logs, (x, i) => values[i] - slope * (x - centreLog));
}

function known(x: Measured): x is number {
  return typeof x === 'number' && Number.isFinite(x);
}
