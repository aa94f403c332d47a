/** Fewest people of a demographic cell that may be shown. */
export const SMALLEST_CELL = 5;

/**
 * Which levels of a demographic attribute must not be shown, in any form, while figures of all cases together are public.
 *
 * First every level with fewer than k people. Then, as all cases less the levels shown would give away what is hidden
 * taken together, further levels, the smallest first (equals by name), until the hidden levels have k people and are at
 * least two.
 *
 * The same set has to be used by page, API and every export. It guards one attribute at a time; never show crossings of
 * two without applying it to the crossing.
 *
 * @param counts people of each level (cases of one person count once), whole numbers; empty levels are left alone
 */
export function suppressedLevels(counts: ReadonlyMap<string, number>, k = SMALLEST_CELL): ReadonlySet<string> {
  const bySize = [...counts].filter(([, n]) => n > 0).sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1));
  let next = bySize.filter(([, n]) => n < k).length;
  if (next === 0) return new Set();
  let hidden = bySize.slice(0, next).reduce((sum, [, n]) => sum + n, 0);
  while (next < bySize.length && (hidden < k || next < 2)) hidden += bySize[next++][1];
  return new Set(bySize.slice(0, next).map(([level]) => level));
}
