export { DEFAULT_ALPHA, describeScheme, missingRuleOf, SINGLE_KINDS } from './scheme.js';
export type {
  Consensus,
  DirectionOf,
  MeanScheme,
  MeanThenRank,
  MedianThenRank,
  MissingRule,
  PlaceMissingRule,
  RankingScheme,
  RankThenAggregate,
  SingleScheme,
  TestThenRank,
  Ties,
} from './scheme.js';
export { aggregateScores } from './aggregate.js';
export type { Aggregate, ScoreRow } from './aggregate.js';
export type { ScoreTable } from './score-table.js';
export { createStudy, studyOfTable } from './study.js';
export type { Study } from './study.js';
export { rank, rankAggregates, rankStudy } from './rank.js';
export type { Place } from './rank.js';
export { bootstrapRanks, createRankBootstrap, rankGivenDraws } from './bootstrap.js';
export type { RankBootstrap, RankBootstrapOptions, RankSpread, RankStability, TauSpread } from './bootstrap.js';
export { testPairs, testPairsOfPatients, tiersOf } from './pairwise-tests.js';
export type { PairwiseTests, Standing } from './pairwise-tests.js';
export { leaveOneOut, rankLevels, rankUnderSchemes } from './robustness.js';
export type { LevelOptions, PartRanking, RankUnder } from './robustness.js';
export { comparePair, patientMeans } from './compare.js';
export type { CaseDifference, Comparison, PairedCase } from './compare.js';
export { boardEvidence, evidenceDraws } from './board-evidence.js';
export type {
  Attribute,
  BoardEvidence,
  EvidenceLevel,
  EvidenceQuestion,
  EvidenceGap,
  EvidenceGapFigures,
  EvidenceSlice,
  EvidenceStanding,
} from './board-evidence.js';
export { boardMeans } from './board-means.js';
export type { BoardMeans, MeanColumn, MeansQuestion } from './board-means.js';
export { studyOfData } from './board-study.js';
export type { StudyData, StudyTable } from './board-study.js';
export { humanCeiling } from './human-ceiling.js';
export type { HumanCeiling, ReaderAgreement } from './human-ceiling.js';
export { tellingPatients } from './telling-patients.js';
