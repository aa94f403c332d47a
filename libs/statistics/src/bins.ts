import { quantiles } from './summary.js';

/** The level of cases of which nothing is known. It is shown like any other, never guessed. */
export const UNKNOWN = 'unknown';
/**
 * The level of cases whose reference has none of a structure: there an algorithm can only be wrong by finding some. It is
 * no size, and no gap compares it with one.
 */
export const NONE = 'none in the reference';

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

function known(x: Measured): x is number {
  return typeof x === 'number' && Number.isFinite(x);
}
