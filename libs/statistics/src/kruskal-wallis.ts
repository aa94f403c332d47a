import { chiSquareUpperTail } from './distributions.js';
import { ranksOf } from './ranks.js';

export interface KruskalWallis {
  /** The statistic, corrected for ties. */
  readonly h: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
}

/**
 * Test that groups come from one distribution (Kruskal and Wallis 1952, doi:10.2307/2280779), p from the chi-square
 * approximation, which asks for about five values a group. All values equal: h 0, p 1.
 *
 * @throws RangeError of fewer than two groups, or an empty one
 */
export function kruskalWallis(groups: readonly ArrayLike<number>[]): KruskalWallis {
  if (groups.length < 2) throw new RangeError(`got ${groups.length} groups; expected at least two`);
  const empty = groups.findIndex((group) => group.length === 0);
  if (empty !== -1) throw new RangeError(`group ${empty} is empty; expected at least one value`);
  const pooled = groups.flatMap((group) => Array.from(group));
  const n = pooled.length;
  const ranks = ranksOf(pooled, 'average');
  let at = 0;
  let sum = 0;
  for (const group of groups) {
    let total = 0;
    for (let i = 0; i < group.length; i++) total += ranks[at++];
    sum += (total * total) / group.length;
  }
  const sizes = new Map<number, number>();
  for (const rank of ranks) sizes.set(rank, (sizes.get(rank) ?? 0) + 1);
  let tieSum = 0;
  for (const t of sizes.values()) tieSum += t * t * t - t;
  const degreesOfFreedom = groups.length - 1;
  if (sizes.size === 1) return { h: 0, degreesOfFreedom, p: 1 };
  const h = Math.max(0, ((12 / (n * (n + 1))) * sum - 3 * (n + 1)) / (1 - tieSum / (n * n * n - n)));
  return { h, degreesOfFreedom, p: chiSquareUpperTail(h, degreesOfFreedom) };
}
