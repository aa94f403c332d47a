import type { Benchmark, BoardState, LeaderboardEntry, Phase } from '#evaluation';
import type { BoardEvidence } from '#ranking';
import type { BoardTables } from '../board-tables.js';

/** All that an export may say; made for one pair of eyes, so nothing in here has to be left out any more. */
export interface ExportSource {
  readonly benchmark: Pick<Benchmark, 'slug' | 'title' | 'dataset'>;
  readonly phase: Pick<Phase, 'kind' | 'title' | 'rules' | 'caseCount'>;
  readonly state: BoardState;
  /** The address of this state of the board, which never changes. */
  readonly url: string;
  readonly entries: readonly LeaderboardEntry[];
  readonly evidence: BoardEvidence;
  /** Standard deviation over cases by run id, of the metric of the evidence; null below ten cases that may not be seen. */
  readonly deviations: ReadonlyMap<string, number> | null;
  /** Null where figures of single cases are not shown. */
  readonly tables: BoardTables | null;
}
