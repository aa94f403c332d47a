export type { Account, AccessToken, AccountRecords, AccessLog } from './accounts.js';
export {
  BlobMissing,
  type StoredBlob,
  type BlobStore,
  type Job,
  type QueuedJob,
  type JobQueue,
  type JobWorker,
  type ModelFacts,
  type CaseUsage,
  type StageTimes,
  type ModelFile,
  type ModelRunner,
  type ModelSession,
  type ModelSessions,
  type ModelInspector,
  type ModelReport,
  type AgreementTask,
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
  CaseImage,
  ModelFileFacts,
  NewModel,
  NewPreflight,
  NotedCheck,
  Preflight,
  PreflightClaim,
  PreflightState,
  Receipt,
  Spread,
  StaleFiles,
  TensorFace,
  VersionCard,
  VersionChecks,
  VersionMeasure,
  VersionModel,
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
export { agreement, agreementWithFile, type Agreement, type LabelAgreement } from './agreement.js';
export { forecast, type Forecast, type MeasuredTile } from './forecast.js';
export {
  CHECK_NAMES,
  DEFAULT_MIN_DICE,
  preflight,
  type CheckName,
  type InspectionReport,
  type PracticeCase,
  type PreflightCheck,
  type PreflightOptions,
  type PreflightPorts,
  type PreflightTask,
} from './preflight.js';
export { oneTileManifest, tileShape, zeroTile, type ZeroTile } from './zero-tile.js';
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
export {
  checkConformanceImages,
  manifestDigest,
  submit,
  type ConformanceFiles,
  type SubmitCommand,
  type SubmitPorts,
} from './submit.js';
export {
  factsOf,
  fitProblems,
  inspectBundle,
  benchmarkProblems,
  manifestOfBundle,
  MOST_MODELS,
  orderBundle,
  type SentModel,
} from './bundle.js';
export { askPreflight, strictestLimits, type PreflightCommand, type PreflightDeskPorts } from './ask-preflight.js';
export { bundleDigest } from './bundle-digest.js';
export { channelOrder } from './channels.js';
export { checkVersion } from './check-version.js';
export { runPreflight } from './run-preflight.js';
export { blobLock, removeStaleFiles } from './stale-files.js';
export { validateModel } from './validate-model.js';
export { checkDataset, type DatasetCheckPorts, type DatasetReport } from './datasets/check-dataset.js';
export { type DatasetFile, type DatasetFiles } from './datasets/dataset-files.js';
export { readTable, type DatasetTable } from './datasets/dataset-table.js';
export { DATASET_CODES, DatasetFileFault, Findings, type ArchiveCode, type DatasetCode, type DatasetFinding } from './datasets/finding.js';
export { layoutOf, planDataset, planOneCase } from './datasets/plan-dataset.js';
export { DATASET_LAYOUTS, type DatasetLayout, type DeclaredLabel, type DeclaredLabels, type PlannedCase, type PlannedDataset } from './datasets/planned.js';
export { readCase, type CaseReading, type CaseVisitor, type ReadCase } from './datasets/read-case.js';
export { addCase, caseExists, sentCaseDigest, type AddCasePorts, type SentCase, type SentVolume } from './datasets/add-case.js';
export type { DataDictionary, Dataset, DatasetCase, DatasetRecords, DatasetVersion, NewDataset, NewDatasetCase } from './datasets/dataset-records.js';
