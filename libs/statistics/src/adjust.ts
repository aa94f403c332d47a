export const ADJUSTMENTS = ['none', 'holm', 'bonferroni'] as const;
/** How p-values of one family of tests are raised so that the chance of any false decision stays below alpha. */
export type Adjustment = (typeof ADJUSTMENTS)[number];

/**
 * Adjusted p-values in the order given. Holm 1979 (jstor.org/stable/4615733): the smallest is multiplied by their number m, the
 * next by m - 1, ..., none falls below the one before, none exceeds 1. Bonferroni: all by m. The arithmetic of R's `p.adjust`.
 */
export function adjustP(p: readonly number[], method: Adjustment): number[] {
  const m = p.length;
  if (method === 'none') return [...p];
  if (method === 'bonferroni') return p.map((x) => Math.min(1, m * x));
  const order = p.map((_, i) => i).sort((a, b) => p[a] - p[b]);
  const adjusted = Array<number>(m);
  let highest = 0;
  order.forEach((at, i) => {
    highest = Math.max(highest, (m - i) * p[at]);
    adjusted[at] = Math.min(1, highest);
  });
  return adjusted;
}
