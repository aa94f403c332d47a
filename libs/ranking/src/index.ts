export { describeScheme } from './scheme.js';
export type { Consensus, DirectionOf, MeanThenRank, MissingRule, RankingScheme, Ties } from './scheme.js';
export { aggregateScores } from './aggregate.js';
export type { Aggregate, ScoreRow } from './aggregate.js';
export { rank, rankAggregates } from './rank.js';
export type { Place } from './rank.js';
