import { mean } from '#statistics';
import type { Aggregate, ScoreRow } from './aggregate.js';
import { createRanker } from './rankers/create-ranker.js';
import type { Ranker } from './rankers/ranker.js';
import type { Consensus, DirectionOf, MeanScheme, MeanThenRank, RankingScheme, Ties } from './scheme.js';
import { byCodeUnits, createStudy, type Study } from './study.js';

/** Place of one algorithm. */
export interface Place {
  readonly algorithm: string;
  /**
   * The number that was ranked: a mean or median of the metric or of places, or the share of rivals beaten. Null when
   * nothing was left to aggregate.
   */
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
  return rankStudy(createStudy(rows), scheme, directionOf);
}

/** The same of a study: rank under several rules without sorting the rows again. */
export function rankStudy(study: Study, scheme: RankingScheme, directionOf: DirectionOf): Place[] {
  const ranker = createRanker(study, scheme, directionOf);
  return placesOf(study.algorithms, ranker, new Int32Array(study.cases.length).fill(1));
}

/** Places under weights of cases, ordered by rank, then by name. */
export function placesOf(algorithms: readonly string[], ranker: Ranker, weights: Int32Array): Place[] {
  const aggregates = new Float64Array(algorithms.length);
  const ranks = new Float64Array(algorithms.length);
  ranker.aggregate(weights, aggregates);
  ranker.place(weights, ranks);
  return algorithms
    .map((algorithm, a) => ({
      algorithm,
      aggregate: Number.isNaN(aggregates[a]) ? null : aggregates[a],
      rank: ranks[a],
    }))
    .sort((a, b) => a.rank - b.rank || byCodeUnits(a.algorithm, b.algorithm));
}

/**
 * Places from means that were computed before, for instance as stored with a leaderboard; `missing` of the scheme is
 * taken as settled by them. Other rules need the values of every case: see `rankStudy`.
 */
export function rankAggregates(
  aggregates: readonly Aggregate[],
  scheme: MeanScheme,
  directionOf: DirectionOf,
): Place[] {
  return scheme.kind === 'consensus'
    ? placeConsensus(scheme, directionOf, aggregates)
    : placeByMean(scheme, directionOf, aggregates);
}

function placeByMean(rule: MeanThenRank, directionOf: DirectionOf, aggregates: readonly Aggregate[]): Place[] {
  const { metric, region = 'all', ties = 'min' } = rule;
  const wanted = aggregates.filter((a) => a.metric === metric && (region === 'all' || a.region === region));
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
  { of, ties = 'min' }: Consensus<MeanThenRank>,
  directionOf: DirectionOf,
  aggregates: readonly Aggregate[],
): Place[] {
  if (of.length === 0) throw new RangeError('consensus of no rules; expected at least one');
  const places = new Map<string, number[]>();
  for (const rule of of) {
    for (const { algorithm, rank } of placeByMean(rule, directionOf, aggregates)) {
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
