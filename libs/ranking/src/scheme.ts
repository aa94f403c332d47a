import type { Direction } from '#metrics';
import type { Adjustment, Ties } from '#statistics';

export type { Ties };

/**
 * What happens to a value that is unbounded, undefined or missing because the algorithm failed. `penalty`: the row's
 * declared penalty stands in for it. `remove`: it is left out, which rewards failing on hard cases; for comparison with
 * published tables only.
 */
export type MissingRule = 'penalty' | 'remove';

/** `last`: behind all algorithms that have a value for the case. Only places within cases can be last. */
export type PlaceMissingRule = MissingRule | 'last';

interface OfMetric {
  /** Metric id. */
  readonly metric: string;
  /** `all`, or the name of one region; `all` unless told. With `all`, regions count alike. */
  readonly region?: string;
  /** `min` unless told; for places within cases as for final places. Nothing is rounded before values are compared. */
  readonly ties?: Ties;
}

/** Mean over cases, with `all` regions the mean of their means, then places. */
export interface MeanThenRank extends OfMetric {
  readonly kind: 'mean-then-rank';
  readonly missing?: MissingRule;
}

/** Median over cases, then places. With `all` regions a case counts with the mean of its regions, here and below. */
export interface MedianThenRank extends OfMetric {
  readonly kind: 'median-then-rank';
  readonly missing?: MissingRule;
}

/** Places within each case, their mean or median over cases, then places. `missing` is `last` unless told. */
export interface RankThenAggregate extends OfMetric {
  readonly kind: 'rank-then-mean' | 'rank-then-median';
  readonly missing?: PlaceMissingRule;
}

/**
 * Share of rivals that an algorithm beats in a one-sided paired Wilcoxon signed-rank test over cases, then places. Values
 * that are missing are filled by their penalty.
 */
export interface TestThenRank extends OfMetric {
  readonly kind: 'test-then-rank';
  /** Over all ordered pairs; `holm` unless told. */
  readonly adjust?: Adjustment;
  /** A rival is beaten when the adjusted p is this or smaller; 0.05 unless told. */
  readonly alpha?: number;
}

/** A rule about one metric. */
export type SingleScheme = MeanThenRank | MedianThenRank | RankThenAggregate | TestThenRank;

/** Mean of the places under several rules, then places again: metrics of different units are never added. */
export interface Consensus<Rule extends SingleScheme = SingleScheme> {
  readonly kind: 'consensus';
  readonly of: readonly Rule[];
  readonly ties?: Ties;
}

export type RankingScheme = SingleScheme | Consensus;

/** What can be ranked from means that were stored, without the values of every case. */
export type MeanScheme = MeanThenRank | Consensus<MeanThenRank>;

export const SINGLE_KINDS = [
  'mean-then-rank',
  'median-then-rank',
  'rank-then-mean',
  'rank-then-median',
  'test-then-rank',
] as const satisfies readonly SingleScheme['kind'][];

/** Tells for each metric id whether a larger or a smaller value is better. */
export type DirectionOf = (metric: string) => Direction;

export const DEFAULT_ALPHA = 0.05;

/** The rule for missing values, with its default. */
export function missingRuleOf(scheme: SingleScheme): PlaceMissingRule {
  if (scheme.kind === 'test-then-rank') return 'penalty';
  if (scheme.kind === 'rank-then-mean' || scheme.kind === 'rank-then-median') return scheme.missing ?? 'last';
  return scheme.missing ?? 'penalty';
}

/** One line per rule, for the page and for a signature. */
export function describeScheme(scheme: RankingScheme): string {
  const ties = scheme.ties ?? 'min';
  if (scheme.kind === 'consensus') return `consensus(${scheme.of.map(describeScheme).join('; ')})|ties.${ties}`;
  const { kind, metric, region = 'all' } = scheme;
  const test =
    kind === 'test-then-rank'
      ? `|wilcoxon.greater|adjust.${scheme.adjust ?? 'holm'}|alpha.${scheme.alpha ?? DEFAULT_ALPHA}`
      : '';
  return `${kind}|${metric}|region.${encodeURIComponent(region)}|missing.${missingRuleOf(scheme)}${test}|ties.${ties}`;
}
