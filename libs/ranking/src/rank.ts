import { mean } from '#statistics';
import { aggregateScores } from './aggregate.js';
import type { Aggregate, ScoreRow } from './aggregate.js';
import type { Consensus, DirectionOf, MeanThenRank, RankingScheme, Ties } from './scheme.js';

/** Place of one algorithm. */
export interface Place {
  readonly algorithm: string;
  /** The number that was ranked: a mean of the metric, or a mean of places. Null when nothing was left to average. */
  readonly aggregate: number | null;
  /** 1 is best; whole numbers unless ties are averaged. */
  readonly rank: number;
}

/**
 * Places of all algorithms that occur in the rows, ordered by rank, then by name.
 *
 * @throws RangeError when the rows of two algorithms do not cover the same cases: a failed case is a row with its reason
 */
export function rank(rows: readonly ScoreRow[], scheme: RankingScheme, directionOf: DirectionOf): Place[] {
  demandSameCases(rows);
  return place(scheme, directionOf, (rule) =>
    aggregateScores(
      rows.filter(({ metric }) => metric === rule.metric),
      rule.missing,
    ),
  );
}

/**
 * Places from means that were computed before, for instance as stored with a leaderboard; `missing` of the scheme is
 * taken as settled by them.
 */
export function rankAggregates(
  aggregates: readonly Aggregate[],
  scheme: RankingScheme,
  directionOf: DirectionOf,
): Place[] {
  return place(scheme, directionOf, () => aggregates);
}

type AggregatesFor = (rule: MeanThenRank) => readonly Aggregate[];

function place(scheme: RankingScheme, directionOf: DirectionOf, aggregatesFor: AggregatesFor): Place[] {
  return scheme.kind === 'consensus'
    ? placeConsensus(scheme, directionOf, aggregatesFor)
    : placeByMean(scheme, directionOf, aggregatesFor);
}

function placeByMean(rule: MeanThenRank, directionOf: DirectionOf, aggregatesFor: AggregatesFor): Place[] {
  const { metric, region = 'all', ties = 'min' } = rule;
  const wanted = aggregatesFor(rule).filter((a) => a.metric === metric && (region === 'all' || a.region === region));
  if (wanted.length === 0) throw new RangeError(`nothing to rank by ${metric} over region "${region}"`);
  const regions = new Set(wanted.map((a) => a.region));
  const byAlgorithm = new Map<string, (number | null)[]>();
  for (const a of wanted) byAlgorithm.set(a.algorithm, [...(byAlgorithm.get(a.algorithm) ?? []), a.mean]);
  const algorithms = [...byAlgorithm].map(([algorithm, means]) => {
    if (means.length !== regions.size) {
      throw new RangeError(
        `${algorithm} has ${means.length} means of ${metric}; expected one for each of ${regions.size} regions`,
      );
    }
    const numbers = means.filter((m) => m !== null);
    return { algorithm, aggregate: numbers.length > 0 ? mean(numbers) : null };
  });
  return assignPlaces(algorithms, directionOf(metric) === 'higher' ? -1 : 1, ties);
}

function placeConsensus(
  { of, ties = 'min' }: Consensus,
  directionOf: DirectionOf,
  aggregatesFor: AggregatesFor,
): Place[] {
  if (of.length === 0) throw new RangeError('consensus of no rules; expected at least one');
  const places = new Map<string, number[]>();
  for (const rule of of) {
    for (const { algorithm, rank } of placeByMean(rule, directionOf, aggregatesFor)) {
      places.set(algorithm, [...(places.get(algorithm) ?? []), rank]);
    }
  }
  const algorithms = [...places].map(([algorithm, ranks]) => {
    if (ranks.length !== of.length)
      throw new RangeError(`${algorithm} is ranked by ${ranks.length} of ${of.length} rules`);
    return { algorithm, aggregate: mean(ranks) };
  });
  return assignPlaces(algorithms, 1, ties);
}

/** Ranks by `sign * aggregate`, smallest first; an algorithm without an aggregate shares the last place. */
function assignPlaces(algorithms: readonly Omit<Place, 'rank'>[], sign: 1 | -1, ties: Ties): Place[] {
  const keyed = algorithms
    .map((entry) => ({ entry, key: entry.aggregate === null ? Infinity : sign * entry.aggregate }))
    .sort((a, b) => (a.key === b.key ? (a.entry.algorithm < b.entry.algorithm ? -1 : 1) : a.key < b.key ? -1 : 1));
  const places: Place[] = [];
  for (let first = 0; first < keyed.length;) {
    let next = first + 1;
    while (next < keyed.length && keyed[next].key === keyed[first].key) next++;
    const rank = ties === 'min' ? first + 1 : (first + 1 + next) / 2;
    for (; first < next; first++) places.push({ ...keyed[first].entry, rank });
  }
  return places;
}

function demandSameCases(rows: readonly ScoreRow[]): void {
  const cells = new Map<string, Set<string>>();
  const algorithms = new Set<string>();
  for (const { algorithm, case: name, region, metric } of rows) {
    algorithms.add(algorithm);
    const cell = JSON.stringify([name, region, metric]);
    const having = cells.get(cell);
    if (having) having.add(algorithm);
    else cells.set(cell, new Set([algorithm]));
  }
  for (const [cell, having] of cells) {
    if (having.size === algorithms.size) continue;
    const lacking = [...algorithms].find((algorithm) => !having.has(algorithm));
    const [name, region, metric] = JSON.parse(cell) as string[];
    throw new RangeError(`${lacking} has no row for case "${name}", ${region}, ${metric}; a failed case is a row too`);
  }
}
