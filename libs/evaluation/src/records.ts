import type {
  BenchmarkChannel,
  Capacity,
  CaseState,
  ConsensusRecipe,
  ReferenceReading,
  FailureCode,
  IsolationLevel,
  PhaseKind,
  PhaseRules,
  RequestRefused,
  RunState,
  SecrecyLabel,
  SeenUsage,
  WindowPreset,
} from '#domain';
import type { Geometry } from '#imaging';
import type { RegionScore, RegionStatus } from '#metrics';
import type { Manifest } from '#pipeline';
import type { DatasetRecords } from './datasets/dataset-records.js';
import type { InboxRecords } from './datasets/inbox-records.js';
import type { MakingRecords } from './making/making-records.js';
import type { MemberRecords } from './making/member-records.js';
import type { CaseUsage, QueuedJob, StoredBlob } from './ports.js';
import type { CheckName, PreflightCheck } from './preflight.js';

/** `conformance`: image and expected label map of an author's own case. `frames`: slices of an image, compressed one by one. */
export type ObjectKind = 'model' | 'image' | 'reference' | 'prediction' | 'conformance' | 'frames';

export interface StoredObject extends StoredBlob {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly mediaType: string;
  readonly label: SecrecyLabel;
}

export interface NewObject extends StoredBlob {
  readonly kind: ObjectKind;
  readonly mediaType: string;
  /** Its own label; the stored label is the highest of this and those of the inputs. */
  readonly label: SecrecyLabel;
  /** Ids of the objects it was computed from. */
  readonly inputs: readonly string[];
}

/** What the readers of a case say about one another, measured once, when the case is imported. As secret as the case. */
export interface ReferenceStudy {
  /** Volume of each region in the consensus reference, ml. */
  readonly volumesMl: Readonly<Record<string, number>>;
  /** Metrics of the phase between the segmentations of two readers, the first taken as the reference. */
  readonly agreement: readonly {
    readonly readers: readonly [string, string];
    readonly scores: readonly RegionScore[];
  }[];
}

export interface NewCase {
  readonly name: string;
  readonly patient: string;
  /** Clinical and acquisition facts: site, vendor, model, ageBand, sex, … */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly geometry: Geometry;
  /** One for each channel of the benchmark, in its order; all on the grid of `geometry`. */
  readonly images: readonly (StoredBlob & { readonly channel: string })[];
  readonly references: readonly {
    readonly reader: string;
    readonly consensus: boolean;
    /** Where it was derived from the others. */
    readonly recipe?: ConsensusRecipe;
    /** What was decided when its file was read; absent where there was nothing to decide. */
    readonly reading?: ReferenceReading;
    readonly blob: StoredBlob;
  }[];
  readonly referenceStudy: ReferenceStudy | null;
}

export interface NewBenchmark {
  readonly slug: string;
  readonly title: string;
  readonly question: string;
  readonly summary: string;
  /** Markdown. */
  readonly rules: string;
  readonly synthetic: boolean;
  /** Absent: published at once. */
  readonly published?: boolean;
  readonly labels: readonly { readonly value: number; readonly name: string; readonly color?: string }[];
  /** The images of a case, in order. Absent: one. */
  readonly channels?: readonly BenchmarkChannel[];
  readonly windowPresets: readonly WindowPreset[];
  readonly dataset: {
    readonly slug: string;
    readonly name: string;
    readonly licence: string;
    readonly description: string;
  };
  readonly phases: readonly {
    readonly kind: PhaseKind;
    readonly title: string;
    readonly label: SecrecyLabel;
    readonly rules: PhaseRules;
    readonly cases: readonly NewCase[];
  }[];
  readonly members: readonly { readonly userId: string; readonly capacity: Capacity }[];
}

export interface Benchmark {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly question: string;
  readonly summary: string;
  readonly rules: string;
  readonly published: boolean;
  readonly synthetic: boolean;
  readonly labels: readonly { readonly value: number; readonly name: string; readonly color?: string }[];
  /** The images of a case, in order; at least one. */
  readonly channels: readonly BenchmarkChannel[];
  readonly windowPresets: readonly WindowPreset[];
  readonly dataset: {
    readonly slug: string;
    readonly name: string;
    readonly licence: string;
    readonly description: string;
    readonly version: number;
    readonly digest: string;
  };
  readonly phases: readonly Phase[];
  readonly createdAt: Date;
}

export interface Phase {
  readonly id: string;
  readonly benchmarkId: string;
  readonly kind: PhaseKind;
  readonly ordinal: number;
  readonly title: string;
  /** Label of its cases. */
  readonly label: SecrecyLabel;
  readonly rules: PhaseRules;
  readonly caseCount: number;
  readonly datasetDigest: string;
}

/** One image of a case. */
export interface CaseImage extends StoredObject {
  /** Name of the benchmark's channel. */
  readonly channel: string;
}

export interface EvaluationCase {
  readonly id: string;
  readonly phaseId: string;
  readonly ordinal: number;
  readonly name: string;
  readonly patient: string;
  readonly label: SecrecyLabel;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly geometry: Geometry;
  /** In the order of the benchmark's channels; at least one. */
  readonly images: readonly CaseImage[];
  readonly references: readonly {
    readonly reader: string;
    readonly consensus: boolean;
    /** Where it was derived from the others. */
    readonly recipe?: ConsensusRecipe;
    /** What was decided when its file was read; absent where there was nothing to decide. */
    readonly reading?: ReferenceReading;
    readonly object: StoredObject;
  }[];
  /** Null for cases imported before it was measured. */
  readonly referenceStudy: ReferenceStudy | null;
}

export interface Algorithm {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly ownerId: string;
  readonly description: string;
  readonly createdAt: Date;
}

/** One ONNX file of a version. */
export interface VersionModel extends StoredObject {
  /** Name under which the author sent it; for showing, and as the manifest calls it. */
  readonly file: string;
  /** Null for versions of before it was kept. */
  readonly facts: ModelFileFacts | null;
}

/** What the inspector read in a model file. */
export interface ModelFileFacts {
  readonly opset: number | null;
  /** Numbers that were learnt. */
  readonly parameters: number | null;
  /** By name, most frequent first. */
  readonly operators: readonly { readonly op: string; readonly count: number }[];
  readonly inputs: readonly TensorFace[] | null;
  readonly outputs: readonly TensorFace[] | null;
  readonly memoryEstimateBytes: number | null;
}

/** A tensor as the file declares it; open sizes by their name. */
export interface TensorFace {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string)[] | null;
}

/** What the author says about a version beside its manifest; null: the manifest's words stand. */
export interface VersionCard {
  readonly intendedUse: string | null;
  readonly trainingData: string | null;
  readonly licence: string | null;
  readonly paper: string | null;
  readonly limits: string | null;
}

/** What was found out about a version before its first case; seconds and limits are those of one benchmark. */
export interface VersionChecks {
  readonly benchmarkId: string;
  readonly checks: readonly NotedCheck[];
}

export interface AlgorithmVersion {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly version: string;
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  /** In the order of `manifest.models`; at least one. */
  readonly models: readonly VersionModel[];
  /** Digest of the bundle: `bundleDigest` of the models. */
  readonly modelSha256: string;
  /** The author's own case: an image for each channel of the manifest, and what it ought to become. */
  readonly conformance: { readonly images: readonly StoredObject[]; readonly expected: StoredObject } | null;
  readonly card: VersionCard | null;
  /** Null before the first run looked, or for versions of before. */
  readonly checks: VersionChecks | null;
  readonly createdAt: Date;
}

export interface Submission {
  readonly id: string;
  readonly benchmarkId: string;
  readonly submitterId: string;
  readonly version: AlgorithmVersion;
  readonly createdAt: Date;
  /** In phase order. */
  readonly runs: readonly EvaluationRun[];
}

export interface EvaluationRun {
  readonly id: string;
  readonly submissionId: string;
  readonly phaseId: string;
  readonly state: RunState;
  readonly epoch: number;
  readonly owner: string | null;
  readonly deadlineAt: Date | null;
  readonly failureCode: FailureCode | null;
  /** Full text; for the eyes that `run.error-text` allows. */
  readonly failureDetail: string | null;
  /** What could change a number: set when the run is planned. */
  readonly signature: string | null;
  readonly createdAt: Date;
  readonly queuedAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Of a sealed run on images of people, once its cases are settled: before this nobody may know that who may not see them. */
  readonly releaseAt: Date | null;
  readonly cases: { readonly total: number; readonly scored: number; readonly failed: number };
}

/** All that a stage needs to know of a run, read in one query. */
export interface RunContext {
  readonly run: EvaluationRun;
  readonly phase: Phase;
  readonly version: AlgorithmVersion;
  readonly submission: { readonly id: string; readonly submitterId: string };
  readonly benchmark: Pick<Benchmark, 'id' | 'slug' | 'synthetic' | 'channels'>;
}

/** In what process a case was run. Of held-out cases as secret as their other figures. */
export interface Receipt {
  readonly isolation: IsolationLevel;
  /** Name and versions of what ran the network, and on what. */
  readonly runtime: string;
}

/** Of a case with a prediction all of it; of one that failed, what could be seen of its last attempt until then. */
export type RecordedUsage = SeenUsage & Partial<Pick<CaseUsage, 'sessionMs' | 'stagesMs'>>;

export interface CaseResult {
  readonly runId: string;
  readonly caseId: string;
  readonly state: CaseState;
  readonly attempt: number;
  readonly failureCode: FailureCode | null;
  readonly failureDetail: string | null;
  readonly prediction: StoredObject | null;
  readonly usage: RecordedUsage | null;
  readonly receipt: Receipt | null;
  /** Region -> status and values by metric id; after `failed` values are `undefined` with why `no-prediction`. */
  readonly scores: readonly RegionScore[];
}

/** A case taken by one worker: only the holder of the highest attempt of the current epoch can write. */
export interface CaseClaim {
  readonly runId: string;
  readonly caseId: string;
  readonly epoch: number;
  /** Grows with every claim; fences out an earlier holder. */
  readonly attempt: number;
  /** How many earlier holders vanished since a person last started the run: their lease ran out and nobody gave the case back. */
  readonly lost: number;
}

/** One mean over the cases of a region, after penalties. */
export interface Aggregate {
  readonly region: string;
  readonly metric: string;
  readonly mean: number;
  /** Cases that entered the mean, failed ones included. */
  readonly n: number;
  /** Cases whose value came from the declared penalty, because the case failed or the value was unbounded or undefined. */
  readonly penalised: number;
  /**
   * Cases in which the prediction has none of the region although the reference has: the same for every metric of a region.
   * Failed cases count as failed, not here. Absent from rows that were written before it was counted.
   */
  readonly empty?: number;
}

export interface LeaderboardEntry {
  readonly runId: string;
  readonly submissionId: string;
  readonly algorithm: { readonly slug: string; readonly name: string };
  readonly version: string;
  readonly submitterId: string;
  readonly rank: number;
  /** Mean over regions of the aggregate means, by metric id. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly aggregates: readonly Aggregate[];
  readonly cases: { readonly scored: number; readonly failed: number };
  /** Digest of the bundle of models. */
  readonly modelSha256: string;
  readonly manifestSha256: string;
  /** Which completion of its board this was, from 1, and the address of the state that it made. */
  readonly sequence: number;
  readonly stateHash: string;
  /** Median over the practice cases of the same submission: from PUBLIC cases only. */
  readonly practiceUsage: { readonly elapsedMs: number; readonly cpuMs: number; readonly peakRssBytes: number } | null;
  readonly finishedAt: Date;
}

export type PreflightState = 'queued' | 'running' | 'done' | 'failed';

/** Detail and figures of a check are those of `PreflightCheck`; `waiting` and `running` are on the way there. */
export interface NotedCheck {
  readonly name: CheckName;
  readonly status: PreflightCheck['status'] | 'waiting' | 'running';
  readonly detail: PreflightCheck['detail'];
}

export interface NewPreflight {
  readonly benchmarkId: string;
  readonly submitterId: string;
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  readonly models: readonly NewModel[];
  readonly conformance: { readonly images: readonly StoredBlob[]; readonly expected: StoredBlob } | null;
  /** All of them, in order; none `waiting`: it is done. */
  readonly checks: readonly NotedCheck[];
}

/** A bundle tried before it counts: for the eyes of the person who sent it. */
export interface Preflight extends NewPreflight {
  readonly id: string;
  readonly state: PreflightState;
  readonly modelSha256: string;
  /** The practice case, when it was run, and its label map. */
  readonly practice: { readonly caseId: string; readonly prediction: StoredObject } | null;
  /** Why it could not be carried out: nothing that the checks say. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** While it can be submitted without sending its files again; null: send them. */
  readonly filesUntil: Date | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** A preflight taken by a worker: only the holder of the latest attempt can write. */
export interface PreflightClaim {
  readonly preflight: Preflight;
  /** Grows with every claim; fences out an earlier holder, also the same worker. */
  readonly attempt: number;
}

export interface StaleFiles {
  readonly preflightId: string;
  /** SHA-256 of files that others may need as well. */
  readonly digests: readonly string[];
  /** SHA-256 of what this preflight alone refers to: the prediction of one that is to be forgotten. */
  readonly own: readonly string[];
}

/** How a version did in one phase, over its cases. */
export interface VersionMeasure {
  readonly benchmark: { readonly id: string; readonly slug: string; readonly title: string };
  readonly runId: string;
  readonly submitterId: string;
  readonly phase: PhaseKind;
  readonly published: boolean;
  /** Highest label of the cases behind the figures. */
  readonly label: SecrecyLabel;
  readonly cases: { readonly total: number; readonly scored: number; readonly failed: number };
  readonly elapsedMs: Spread | null;
  readonly cpuMs: Spread | null;
  readonly peakRssBytes: Spread | null;
  /** Lowest level and all runtimes that cases were run with. */
  readonly isolation: IsolationLevel | null;
  readonly runtimes: readonly string[];
  readonly failures: readonly { readonly code: FailureCode; readonly count: number }[];
}

export interface Spread {
  readonly median: number;
  readonly max: number;
}

/** One algorithm version on one case. */
export interface CaseStanding {
  readonly algorithm: { readonly slug: string; readonly name: string };
  readonly version: string;
  /** Place of its run on the board; null while it has none. */
  readonly rank: number | null;
  readonly result: CaseResult;
}

/** What an algorithm version drew on one case. */
export interface CasePrediction {
  readonly algorithm: { readonly slug: string; readonly name: string };
  readonly version: string;
  readonly object: StoredObject;
}

/** Places for the runs of a board, by run id. */
export type RankRuns = (
  entries: readonly { readonly runId: string; readonly metrics: Readonly<Record<string, number>> }[],
) => ReadonlyMap<string, number>;

/** A board as it was when one of its runs had completed; its address never changes (`nextBoardState`). */
export interface BoardState {
  /** SHA-256, lower-case hex. */
  readonly hash: string;
  readonly phaseId: string;
  readonly signature: string;
  /** Runs on the board by then. */
  readonly sequence: number;
  readonly at: Date;
  /** The run that made this state. */
  readonly runId: string;
  readonly algorithm: { readonly slug: string; readonly name: string };
  readonly version: string;
}

/** One value behind a board. */
export interface BoardValue {
  readonly runId: string;
  readonly caseId: string;
  readonly region: string;
  readonly metric: string;
  /** Which masks were empty, or that the algorithm failed. */
  readonly status: RegionStatus;
  /** Null: unbounded or undefined, so that the declared penalty stands in. */
  readonly value: number | null;
}

export interface Leaderboard {
  readonly phaseId: string;
  /** Empty while no run has completed. */
  readonly signature: string;
  /** The newest state of each board of the phase, the one with the newest completed run first. */
  readonly boards: readonly BoardState[];
  readonly updatedAt: Date | null;
  /** The state that is shown; null while no run has completed. */
  readonly state: BoardState | null;
  readonly total: number;
  readonly entries: readonly LeaderboardEntry[];
}

export interface NewSubmission {
  readonly benchmarkId: string;
  readonly submitterId: string;
  readonly algorithm: { readonly slug: string; readonly name: string; readonly description: string };
  readonly version: string;
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  /** In the order of `manifest.models`. */
  readonly models: readonly NewModel[];
  readonly conformance?: { readonly images: readonly StoredBlob[]; readonly expected: StoredBlob } | null;
  /** Of a preflight of the same bundle. */
  readonly checks?: VersionChecks | null;
  readonly idempotencyKey: string | null;
  /** Why no new submission is taken; one that is there already is found all the same. */
  readonly refusal?: RequestRefused | null;
}

export interface NewModel extends StoredBlob {
  readonly file: string;
  readonly facts?: ModelFileFacts | null;
}

/**
 * Truth about benchmarks, submissions and runs. Each method is one transaction; each move of a run is checked against
 * `NEXT`, fenced by epoch, and writes its outbox row and its event in the same transaction. A method that returns
 * `boolean` says whether this caller was still entitled to the move (false: somebody overtook it; stop quietly).
 */
export interface EvaluationRecords extends DatasetRecords, InboxRecords, MakingRecords, MemberRecords {
  // benchmarks
  createBenchmark(benchmark: NewBenchmark): Promise<Benchmark>;
  findBenchmark(slugOrId: string): Promise<Benchmark | null>;
  listBenchmarks(): Promise<readonly Benchmark[]>;
  cases(phaseId: string): Promise<readonly EvaluationCase[]>;
  findCase(caseId: string): Promise<{ readonly case: EvaluationCase; readonly phase: Phase } | null>;
  /** The object and the case it belongs to (image, reference or prediction); models and conformance cases belong to none. */
  findObject(objectId: string): Promise<{
    readonly object: StoredObject;
    readonly caseId: string | null;
    readonly caseName: string | null;
    readonly phaseId: string | null;
    readonly benchmarkId: string | null;
  } | null>;

  /** The form of an image in which single slices can be read; null while nobody has made it. */
  findFrames(imageId: string): Promise<StoredObject | null>;
  /** An image of a published benchmark of which nobody has made it, the oldest first; null: of all but the excepted it is there. */
  imageWithoutFrames(except: readonly string[]): Promise<StoredObject | null>;
  /** Keeps that form. Where there is one already, it stays; the answer is the one that is kept. Null: the image is gone. */
  addFrames(imageId: string, blob: StoredBlob): Promise<StoredObject | null>;

  /** Whether any stored object refers to this blob. */
  blobInUse(sha256: string): Promise<boolean>;

  // submissions
  /**
   * Algorithm, version, submission, one run a phase (first queued, others waiting) and the outbox row, in one transaction.
   * The same file, manifest, version and benchmark again is the same submission: `existing` says so.
   * @throws RequestRefused 409 `version-exists` when the version has another file or manifest, `algorithm-taken` when another person owns the slug, `idempotency-key-reused`
   */
  createSubmission(submission: NewSubmission): Promise<{ readonly submission: Submission; readonly existing: boolean }>;
  findSubmission(id: string): Promise<Submission | null>;
  /** Newest first. `onHold`: those with a quarantined run only. */
  listSubmissions(
    filter: {
      readonly submitterId?: string;
      readonly benchmarkId?: string;
      readonly algorithmSlug?: string;
      readonly onHold?: boolean;
    },
    page: { readonly limit: number; readonly before?: { readonly createdAt: Date; readonly id: string } },
  ): Promise<readonly Submission[]>;
  findAlgorithm(
    slug: string,
  ): Promise<{ readonly algorithm: Algorithm; readonly versions: readonly AlgorithmVersion[] } | null>;
  /** By slug, each with how many versions it has; `after` is the slug of the last algorithm of the page before. */
  listAlgorithms(page: {
    readonly limit: number;
    readonly after?: string;
    readonly ownerId?: string;
  }): Promise<readonly (Algorithm & { readonly versions: number })[]>;

  /** What the author says about a version; false: no such version. */
  writeCard(versionId: string, card: VersionCard): Promise<boolean>;
  writeChecks(versionId: string, checks: VersionChecks): Promise<boolean>;
  /** By benchmark and phase, how the version did there: figures over cases, of any label (see `VersionMeasure.label`). */
  measuresOf(versionId: string): Promise<readonly VersionMeasure[]>;

  // preflights
  /** A bundle to be tried before it is submitted, with what the desk found out already; queued unless it is settled. */
  createPreflight(preflight: NewPreflight): Promise<Preflight>;
  findPreflight(id: string): Promise<Preflight | null>;
  /** Preflights of a person begun within the last hour. */
  recentPreflights(submitterId: string): Promise<number>;
  /** queued -> running; takes over from a worker that was lost. Null: finished, or a lease on it has not run out. */
  claimPreflight(id: string, owner: string, leaseSeconds: number): Promise<PreflightClaim | null>;
  /** Extends the lease and writes what is known so far. False: overtaken. */
  writePreflight(claim: PreflightClaim, leaseSeconds: number, checks: Preflight['checks']): Promise<boolean>;
  /**
   * running -> done or failed. The files of a bundle in which nothing failed are kept for an hour, so that it can be
   * submitted as it is; ten minutes once a newer preflight of the same person has ended. False: overtaken.
   */
  endPreflight(
    claim: PreflightClaim,
    end: {
      readonly checks: Preflight['checks'];
      readonly practice: { readonly caseId: string; readonly prediction: NewObject } | null;
      readonly failure: Preflight['failure'];
    },
  ): Promise<boolean>;
  /** The newest finished preflight of this bundle on this benchmark that this person asked for. */
  latestPreflight(of: {
    readonly benchmarkId: string;
    readonly submitterId: string;
    readonly modelSha256: string;
    readonly manifestSha256: string;
  }): Promise<Preflight | null>;
  /** Keeps the files of a finished preflight for ten more minutes at least. Null: they are gone, or it is another person's. */
  keepFiles(id: string, submitterId: string): Promise<Preflight | null>;
  /** Preflights whose files nobody needs any more, or that are to be forgotten; see `removeStaleFiles`. */
  staleFiles(limit: number): Promise<readonly StaleFiles[]>;
  /** The files are removed; a preflight of more than a month ago goes with them. */
  forgetFiles(preflightId: string): Promise<void>;

  // runs
  runContext(runId: string): Promise<RunContext | null>;
  /** How many queued or active runs are ahead, 0 when it is next or already taken. */
  queuePosition(runId: string): Promise<number>;
  /**
   * queued -> validating. Null when it is not this epoch's turn any more. Also takes over a validating run whose worker was
   * lost, and gives a validating run again to the owner that has it already.
   */
  claimRun(runId: string, epoch: number, owner: string): Promise<RunContext | null>;
  /**
   * validating -> running: a pending row for each reference case and a job for each that is not settled. Settled cases of
   * an earlier epoch stay when they were scored under the same signature; with another one all are scored again. When
   * nothing is left to do the run goes straight on to scoring.
   */
  startRun(runId: string, epoch: number, owner: string, signature: string): Promise<boolean>;
  /** A case that nobody has begun, of the run in progress that has waited longest, other than these; null when there is none. */
  untouchedCase(
    otherThan: readonly string[],
  ): Promise<{ readonly runId: string; readonly epoch: number; readonly caseId: string } | null>;
  /** Takes a pending case for `leaseSeconds`; null when it is done, held by a living worker, or the epoch has passed. */
  claimCase(
    runId: string,
    caseId: string,
    epoch: number,
    owner: string,
    leaseSeconds: number,
  ): Promise<CaseClaim | null>;
  /** Extends leases of a run and its case while a worker is busy. False: overtaken, abort. */
  heartbeat(claim: CaseClaim, leaseSeconds: number): Promise<boolean>;
  /**
   * Gives an unfinished case back at once, so that the next claim need not wait for the lease to run out and does not
   * count as `lost`. For faults of ours and for shutting down. False: overtaken already.
   */
  releaseCase(claim: CaseClaim): Promise<boolean>;
  /**
   * Extends the deadline of a run that is validating or scoring. Nobody owns a scoring run until its close-run job calls
   * this first: waiting for a busy worker is no loss. False: overtaken, or another living worker is closing it.
   */
  heartbeatRun(runId: string, epoch: number, owner: string): Promise<boolean>;
  /** Writes the result once; when it was the last pending case, moves running -> scoring and enqueues close-run. */
  recordCase(
    claim: CaseClaim,
    result: {
      readonly prediction: NewObject | null;
      readonly usage: RecordedUsage | null;
      /** Also of a case that failed, when a process was there for it. */
      readonly receipt?: Receipt | null;
      readonly scores: readonly RegionScore[];
      readonly failure: { readonly code: FailureCode; readonly detail: string } | null;
    },
  ): Promise<boolean>;
  caseResults(runId: string): Promise<readonly CaseResult[]>;
  /**
   * scoring -> completed, writing aggregates, re-ranking the board of the same phase and signature by the given function,
   * and queueing (or, with `stop`, failing) the submission's next waiting run: all in one transaction.
   */
  completeRun(
    runId: string,
    epoch: number,
    outcome: {
      readonly aggregates: readonly Aggregate[];
      readonly metrics: Readonly<Record<string, number>>;
      readonly stop: { readonly code: FailureCode; readonly detail: string } | null;
    },
    rank: RankRuns,
  ): Promise<boolean>;
  /** any active state -> failed; waiting runs of the same submission fail with it. */
  failRun(
    runId: string,
    epoch: number,
    failure: { readonly code: FailureCode; readonly detail: string },
  ): Promise<boolean>;
  /**
   * running -> quarantined, until an organiser retries or ends it: something of the benchmark is at fault. Later runs of the
   * submission go on waiting. False: not running any more, or the epoch has passed.
   */
  quarantineRun(
    runId: string,
    epoch: number,
    failure: { readonly code: FailureCode; readonly detail: string },
  ): Promise<boolean>;
  /**
   * A fault of ours (EngineUnavailable) kept work on this run from succeeding. Remembers when that began, until a case is
   * finished, the model passes its check, or hours pass without such a fault; `sweep` ends a run for which it lasts too
   * long. Nothing for another epoch.
   */
  noteFault(runId: string, epoch: number): Promise<void>;
  /** -> cancelled, for this run and all active runs of the submission; a higher epoch, so that workers let go. */
  cancelSubmission(submissionId: string): Promise<boolean>;
  /**
   * A run that ended without completing starts anew, from validation: next epoch, cases that were scored stay, the others
   * are tried again. Later runs of the submission that ended before they began wait again. When an earlier run of the
   * submission has not completed either, that one starts and this one waits. False: completed, still active, or stopped
   * by `practice-all-failed`, which only a new version can cure. With `release` also a quarantined run.
   */
  retryRun(runId: string, options?: { readonly release: boolean }): Promise<boolean>;
  /** The row of one completed run on its board; null while it has none. */
  boardEntry(runId: string): Promise<LeaderboardEntry | null>;
  /**
   * What the runs of this case's phase made of it, best rank first, unranked runs last; cases still pending are left out.
   *
   * @param toldBy only of runs that have completed and may be known to have done so at this moment; null: of all
   */
  resultsOfCase(caseId: string, limit: number, toldBy: Date | null): Promise<readonly CaseStanding[]>;
  /** The same runs as far as they have a prediction, which is all that is read of them. */
  predictionsOfCase(caseId: string, limit: number, toldBy: Date | null): Promise<readonly CasePrediction[]>;
  /**
   * By rank, then algorithm and version; of the given signature or else of the one that completed a run last. With `asOf`
   * the board as it was then, ranked anew by `rank`; without entries when the phase never was in that state.
   */
  leaderboard(
    phaseId: string,
    page: {
      readonly limit: number;
      readonly offset: number;
      readonly signature?: string;
      readonly asOf?: { readonly state: BoardState; readonly rank: RankRuns };
    },
  ): Promise<Leaderboard>;
  boardState(hash: string): Promise<BoardState | null>;
  /** Newest first; `before` is the sequence number of the last state of the page before. */
  boardStates(
    board: { readonly phaseId: string; readonly signature: string },
    page: { readonly limit: number; readonly before?: number },
  ): Promise<readonly BoardState[]>;
  /** All values of these runs, also of cases that failed, in the order of runs, cases, regions and metrics. */
  boardValues(runIds: readonly string[]): Promise<readonly BoardValue[]>;

  // upkeep
  /**
   * Up to `limit` jobs of the outbox, oldest first; delivers them with `send` and marks them, under a row lock, so that two
   * relays never send the same job. A process lost between `send` and the mark sends again: the queue knows the id.
   * Returns how many.
   */
  relayOutbox(send: (jobs: readonly QueuedJob[]) => Promise<void>, limit: number): Promise<number>;
  /**
   * Enforces deadlines by the database's clock. Requeues runs whose worker was lost (next epoch; after five losses without
   * a finished case between them `worker-lost`), ends those on which faults of ours let nothing be finished for a day
   * (`engine-unavailable`), expires what waited too long, adds again the jobs of cases that nobody holds and, under their
   * old ids, jobs that have been in the queue for long (the queue may have lost them). A running run whose cases merely
   * wait behind other runs is not lost. Forgets delivered jobs and idempotency keys after a day, events after a week. Any
   * number of processes may sweep. Returns what it did.
   */
  sweep(): Promise<{
    readonly requeued: number;
    readonly expired: number;
    readonly failed: number;
    readonly reenqueued: number;
  }>;
  /** Calls back on each change of any run (LISTEN); what happened while the connection was lost is called back afterwards. Returns how to stop. */
  onRunEvent(listener: (event: RunEvent) => void): Promise<() => Promise<void>>;
  /** Calls back when the outbox got a row (LISTEN), and after a lost connection. Returns how to stop. */
  onOutbox(listener: () => void): Promise<() => Promise<void>>;
  /**
   * Holds a cluster-wide lock while `work` runs; returns false without running it when somebody else holds it. `lost` is
   * aborted when the database dropped the lock (it restarted, say); `work` should end then, as somebody else may begin.
   */
  withLock(name: string, work: (lost: AbortSignal) => Promise<void>): Promise<boolean>;
}

export interface RunEvent {
  readonly id: number;
  readonly runId: string;
  readonly submissionId: string;
  readonly at: Date;
  readonly state: RunState;
  /** Present when a case ended. */
  readonly caseId: string | null;
}
