import type { BlobStore, Clock, Log, ModelRunner, ModelSessions, Scorer } from './ports.js';
import type { EvaluationRecords } from './records.js';

/** What the stages of a run need. `owner` names this worker in leases. */
export interface StagePorts {
  readonly records: EvaluationRecords;
  readonly blobs: BlobStore;
  readonly sessions: ModelSessions;
  /** For sessions outside of runs: the same processes, limits and isolation. */
  readonly runner: Pick<ModelRunner, 'open'>;
  readonly scorer: Scorer;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: string;
}
