import type { BoardEvidence, EvidenceStanding, RankingScheme, StudyData } from '#ranking';

/** What the worker is asked: once, as it ends with its answer. */
export interface IntervalsRequest {
  readonly study: StudyData;
  readonly scheme: RankingScheme;
  readonly directions: Readonly<Record<string, 'higher' | 'lower'>>;
  readonly draws: number;
  readonly seed: number;
}

/** What is redrawn when the rule changes. */
export type Intervals = Pick<BoardEvidence, 'metric' | 'region' | 'draws' | 'confidence'> & {
  readonly standings: readonly EvidenceStanding[];
};

export type IntervalsMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly of: number }
  | { readonly kind: 'done'; readonly intervals: Intervals };
