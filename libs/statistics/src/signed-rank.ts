import { normalUpperTail } from './normal.js';

export interface SignedRank {
  /** Sum of the ranks of positive differences. A whole number, or one with a half where sizes tie. */
  readonly V: number;
  /** Differences that are not zero. */
  readonly n: number;
  /** One-sided: differences tend to be larger than zero. 1 when all are zero. */
  readonly pGreater: number;
  /** One-sided: differences tend to be smaller than zero. */
  readonly pLess: number;
}

/**
 * Wilcoxon's signed-rank test (Wilcoxon 1945, doi:10.2307/3001968): zero differences are dropped, sizes that tie share
 * their mean rank, and p comes from the normal approximation with corrections for ties and continuity, for few
 * differences too. The figures of R's `wilcox.test(exact = FALSE, paired = TRUE)`. Nothing is rounded: sizes tie when they
 * are equal to the last bit.
 *
 * @param differences finite numbers
 * @throws RangeError when one is not finite
 */
export function signedRank(differences: ArrayLike<number>): SignedRank {
  const kept: number[] = [];
  for (let i = 0; i < differences.length; i++) {
    const d = differences[i];
    if (d - d !== 0) throw new RangeError(`difference ${i} is ${d}; expected finite numbers`);
    if (d !== 0) kept.push(d);
  }
  kept.sort((a, b) => Math.abs(a) - Math.abs(b));
  let twiceV = 0;
  let tieSum = 0;
  for (let first = 0; first < kept.length;) {
    let next = first;
    let positive = 0;
    while (next < kept.length && Math.abs(kept[next]) === Math.abs(kept[first])) if (kept[next++] > 0) positive++;
    const t = next - first;
    twiceV += positive * (first + 1 + next);
    tieSum += t * t * t - t;
    first = next;
  }
  const n = kept.length;
  const V = twiceV / 2;
  return { V, n, pGreater: signedRankTail(V, n, tieSum), pLess: signedRankTail((n * (n + 1)) / 2 - V, n, tieSum) };
}

/**
 * One-sided p of a sum of positive ranks of `V` or more among `n` differences.
 *
 * @param tieSum sum of t^3 - t over groups of t equal sizes
 */
export function signedRankTail(V: number, n: number, tieSum: number): number {
  if (n === 0) return 1;
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - tieSum / 48);
  return normalUpperTail((V - (n * (n + 1)) / 4 - 0.5) / deviation);
}
