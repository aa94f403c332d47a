export type { Account, AccessToken, AccountRecords, AccessLog } from './accounts.js';
export {
  BlobMissing,
  type StoredBlob,
  type BlobStore,
  type Job,
  type QueuedJob,
  type JobQueue,
  type JobWorker,
  type PutBack,
  type ModelFacts,
  type CaseUsage,
  type StageTimes,
  type ModelFile,
  type ModelRunner,
  type RunnerCare,
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
  CasePrediction,
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
export { closeRun } from './close-run.js';
export { CaseUnreadable, evaluateCase } from './evaluate-case.js';
export { createSeats, type Seats } from './seats.js';
export { handleJob, STAGES } from './handle-job.js';
export { holding, Overtaken, type Lease } from './holding.js';
export { CaseFault, importBenchmark, type ImportedBenchmark, type ImportedCase, type ImportPorts } from './import-benchmark.js';
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
  type AskedOfManifests,
  type SentModel,
} from './bundle.js';
export { askPreflight, strictestLimits, type PreflightCommand, type PreflightDeskPorts } from './ask-preflight.js';
export { bundleDigest } from './bundle-digest.js';
export { channelOrder } from './channels.js';
export { checkVersion } from './check-version.js';
export { runPreflight } from './run-preflight.js';
export { blobLock, removeStaleFiles } from './stale-files.js';
export { completeBenchmark, type CompletedBenchmark } from './making/complete-benchmark.js';
export { drawCases, usualSplit, type DrawnCases } from './making/draw-cases.js';
export { fitNetwork } from './making/fit-network.js';
export { askDryRun, type DemoNetwork } from './making/ask-dry-run.js';
export { runDryRun } from './making/run-dry-run.js';
export { benchmarkChanged, createDraft, definitionDigest, deleteDraft, findSource, findSourceOfDraft, publishDraft, replaceDraft, type MakingPorts } from './making/make-benchmark.js';
export { isPrepared, preparedFindings, regionShares } from './making/prepared-findings.js';
export { publishingFindings, readerFindings, type SharedImage } from './making/publishing-findings.js';
export { studyCase, type CaseStudy, type StudyTask } from './making/study-case.js';
export type {
  DryRun,
  DryRunClaim,
  DryRunNetwork,
  DryRunProgress,
  MadeFrom,
  Making,
  MakingAct,
  MakingEvent,
  MakingFinding,
  MakingRecords,
  NewDryRun,
} from './making/making-records.js';
export type { Member, MemberRecords } from './making/member-records.js';
export { validateModel } from './validate-model.js';
export {
  addCase,
  caseExists,
  caseWithdrawn,
  type AddCasePorts,
  type CaseRewriter,
  type RewrittenCase,
  type SentCase,
  type SentVolume,
} from './datasets/add-case.js';
export { rewriteCase, type CaseFilesToRewrite, type CaseForm, type TakeRewritten } from './datasets/rewrite-case.js';
export { removeUnused, storeThenWrite, type StorableFile, type StorePorts } from './datasets/store-then-write.js';
export { DATASET_WORDS } from './datasets/dataset-records.js';
export type { DataDictionary, Dataset, DatasetCase, DatasetRecords, DatasetVersion, DatasetWord, NewDataset, NewDatasetCase, NewDatasetReference, Withdrawal } from './datasets/dataset-records.js';
export {
  caseIdOfStudy,
  frameOfReferenceUidOf,
  instanceNumberOf,
  instanceUidOf,
  seriesUidOf,
  studyUidOf,
} from './dicom-uids.js';
export type { InboxInstance, InboxRecords, TurnedAway } from './datasets/inbox-records.js';
