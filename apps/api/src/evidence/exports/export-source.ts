import type { LeaderboardEntryView } from '#contracts';
import type { Benchmark, BoardState, LeaderboardEntry, Phase } from '#evaluation';
import type { BoardEvidence, BoardMeans, RankingScheme } from '#ranking';
import type { BoardTables } from '../board-tables.js';

/** All that an export may say; made for one pair of eyes, so nothing in here has to be left out any more. */
export interface ExportSource {
  readonly benchmark: Pick<Benchmark, 'slug' | 'title' | 'dataset'>;
  readonly phase: Pick<Phase, 'kind' | 'title' | 'rules' | 'caseCount'>;
  readonly state: BoardState;
  /** The address of this state of the board, which never changes. */
  readonly url: string;
  /** Rows that are exported, in the board's order. The first ones are those of the evidence. */
  readonly entries: readonly (Pick<LeaderboardEntry, 'runId' | 'algorithm' | 'version'> &
    Pick<LeaderboardEntryView, 'metrics' | 'aggregates' | 'cases'>)[];
  /** Rows that the board has. */
  readonly total: number;
  /** The rule of the evidence. */
  readonly scheme: RankingScheme;
  readonly evidence: BoardEvidence;
  /** Intervals of all means; null in what shows none. */
  readonly means: BoardMeans | null;
  /** Standard deviation over cases by run id, of the metric of the evidence; null below ten patients whose cases may not be seen, and in what shows none. */
  readonly deviations: ReadonlyMap<string, number> | null;
  /** Null where figures of single cases are not shown. */
  readonly tables: BoardTables | null;
}

/** Where to find the interval of a mean: null where it is not known, not released, or of one patient. */
export function boundsIn(means: BoardMeans | null) {
  const columns = new Map(means?.columns.map((column) => [JSON.stringify([column.metric, column.region]), column]));
  return (runId: string, metric: string, region: string): readonly [low: number, high: number] | null =>
    columns.get(JSON.stringify([metric, region]))?.intervals[runId] ?? null;
}
