import type { Benchmark, BoardState, LeaderboardEntry, Phase } from '#evaluation';
import type { BoardEvidence, RankingScheme } from '#ranking';
import type { BoardTables } from '../board-tables.js';

/** All that an export may say; made for one pair of eyes, so nothing in here has to be left out any more. */
export interface ExportSource {
  readonly benchmark: Pick<Benchmark, 'slug' | 'title' | 'dataset'>;
  readonly phase: Pick<Phase, 'kind' | 'title' | 'rules' | 'caseCount'>;
  readonly state: BoardState;
  /** The address of this state of the board, which never changes. */
  readonly url: string;
  /** Rows that are exported, in the board's order. The first ones are those of the evidence. */
  readonly entries: readonly LeaderboardEntry[];
  /** Rows that the board has. */
  readonly total: number;
  /** The rule of the evidence. */
  readonly scheme: RankingScheme;
  readonly evidence: BoardEvidence;
  /** Standard deviation over cases by run id, of the metric of the evidence; null below ten cases that may not be seen. */
  readonly deviations: ReadonlyMap<string, number> | null;
  /** Null where figures of single cases are not shown. */
  readonly tables: BoardTables | null;
}
