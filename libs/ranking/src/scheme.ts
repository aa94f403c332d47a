import type { Direction } from '#metrics';

/** Places of equals: 1, 1, 3 (`min`) or 1.5, 1.5, 3 (`average`). Equal means equal to the last bit; nothing is rounded. */
export type Ties = 'min' | 'average';

/**
 * What happens to a value that is unbounded, undefined or missing because the algorithm failed. `penalty`: the row's
 * declared penalty stands in for it. `remove`: it is left out of the mean, which rewards failing on hard cases; for
 * comparison with published tables only.
 */
export type MissingRule = 'penalty' | 'remove';

/** Mean over cases and regions, then places. */
export interface MeanThenRank {
  readonly kind: 'mean-then-rank';
  /** Metric id. */
  readonly metric: string;
  /** `all`, or the name of one region; `all` unless told. With `all`, regions count alike: the mean of their means. */
  readonly region?: string;
  readonly ties?: Ties;
  readonly missing?: MissingRule;
}

/** Mean of the places under several rules, then places again: metrics of different units are never added. */
export interface Consensus {
  readonly kind: 'consensus';
  readonly of: readonly MeanThenRank[];
  readonly ties?: Ties;
}

export type RankingScheme = MeanThenRank | Consensus;

/** Tells for each metric id whether a larger or a smaller value is better. */
export type DirectionOf = (metric: string) => Direction;

/** One line per rule, for the page and for a signature. */
export function describeScheme(scheme: RankingScheme): string {
  const ties = scheme.ties ?? 'min';
  if (scheme.kind === 'consensus') return `consensus(${scheme.of.map(describeScheme).join('; ')})|ties.${ties}`;
  const { metric, region = 'all', missing = 'penalty' } = scheme;
  return `mean-then-rank|${metric}|region.${encodeURIComponent(region)}|missing.${missing}|ties.${ties}`;
}
