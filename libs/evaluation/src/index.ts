export type { Account, AccessToken, AccountRecords, AccessLog } from './accounts.js';
export {
  BlobMissing,
  ModelFailure,
  type StoredBlob,
  type BlobStore,
  type Job,
  type QueuedJob,
  type JobQueue,
  type JobWorker,
  type ModelFacts,
  type CaseUsage,
  type ModelRunner,
  type ModelSession,
  type ModelSessions,
  type ModelInspector,
  type Scorer,
  type Clock,
  type Log,
} from './ports.js';
export type {
  ObjectKind,
  StoredObject,
  NewObject,
  NewCase,
  ReferenceStudy,
  NewBenchmark,
  Benchmark,
  Phase,
  EvaluationCase,
  Algorithm,
  AlgorithmVersion,
  Submission,
  EvaluationRun,
  RunContext,
  CaseResult,
  CaseStanding,
  CaseClaim,
  Aggregate,
  LeaderboardEntry,
  BoardState,
  BoardValue,
  Leaderboard,
  RankRuns,
  NewSubmission,
  EvaluationRecords,
  RunEvent,
} from './records.js';
export { aggregate, penaltyOf, type CountedCase, type RunAggregates } from './aggregate.js';
export { emptyBoardState, nextBoardState, type BoardLink } from './board-state.js';
export { canonicalJson } from './canonical-json.js';
export { closeRun } from './close-run.js';
export { CaseUnreadable, evaluateCase } from './evaluate-case.js';
export { handleJob, STAGES } from './handle-job.js';
export { holding, Overtaken, type Lease } from './holding.js';
export { importBenchmark, type ImportedBenchmark, type ImportedCase, type ImportPorts } from './import-benchmark.js';
export { rankBoard, type BoardEntry } from './rank-board.js';
export { runSignature } from './signature.js';
export type { StagePorts } from './stage-ports.js';
export { labelProblems, manifestDigest, submit, type SubmitCommand, type SubmitPorts } from './submit.js';
export { validateModel } from './validate-model.js';
