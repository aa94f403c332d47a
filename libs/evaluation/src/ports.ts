import { EngineUnavailable } from '#domain';
import type { Geometry, LabelMap, Volume } from '#imaging';
import type { MetricValue, RegionScore } from '#metrics';
import type { Manifest } from '#pipeline';
import type {
  AccountRole,
  Capacity,
  CaseState,
  FailureCode,
  PhaseKind,
  PhaseRules,
  RunLimits,
  RunState,
  SecrecyLabel,
  WindowPreset,
} from '#domain';

// ---------------------------------------------------------------------------------------------------------- blobs

export interface StoredBlob {
  /** Lower-case hex SHA-256 of the content. */
  readonly sha256: string;
  readonly bytes: number;
}

/** A digest that the store does not hold: a row promises what is not there, which an operator has to look at. */
export class BlobMissing extends EngineUnavailable {
  constructor(
    readonly sha256: string,
    options?: { cause?: unknown },
  ) {
    super('blob-missing', `the blob store holds nothing with SHA-256 ${sha256}`, options);
  }
}

/** Content-addressed bytes. Putting the same content twice is one blob; nothing half-written is ever visible. */
export interface BlobStore {
  /**
   * Streams content in, hashing on the way.
   * @throws RequestRefused 413 `upload-too-large` past `maxBytes`; nothing stays behind
   * @throws EngineUnavailable `blob-store-…` when the store fails
   */
  put(content: AsyncIterable<Uint8Array>, limits?: { readonly maxBytes?: number }): Promise<StoredBlob>;
  /**
   * Bytes `start` to `end` (inclusive, as in HTTP) or all of them. `end` past the last byte is cut to it.
   * @throws RangeError when `start` lies past the last byte
   * @throws EngineUnavailable `blob-missing` when there is no such blob
   */
  open(sha256: string, range?: { readonly start: number; readonly end?: number }): Promise<AsyncIterable<Uint8Array>>;
  /** All bytes in memory; for volumes and models, not for archives. */
  read(sha256: string): Promise<Uint8Array>;
  head(sha256: string): Promise<StoredBlob | null>;
  /** Writes the blob to a file of its own (never a link into the store), for a process that must not see the store. */
  copyTo(sha256: string, path: string): Promise<void>;
  /** True when something was there to delete. */
  delete(sha256: string): Promise<boolean>;
  /** Digests of everything stored, in no particular order. */
  list(): AsyncIterable<string>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------------------------------------------------- queue

/** Jobs carry ids only. `epoch` fences out whoever was overtaken. */
export type Job =
  | { readonly name: 'validate-model'; readonly runId: string; readonly epoch: number }
  | { readonly name: 'evaluate-case'; readonly runId: string; readonly epoch: number; readonly caseId: string }
  | { readonly name: 'close-run'; readonly runId: string; readonly epoch: number };

export interface QueuedJob {
  /** Deterministic; adding a job whose id is known is no second job. Never a bare integer, no colon. */
  readonly id: string;
  readonly job: Job;
  /** 1 is first. Closing goes before validating goes before cases. */
  readonly priority: number;
}

/** At-least-once: a handler may see a job twice, also after having finished it. */
export interface JobQueue {
  add(jobs: readonly QueuedJob[]): Promise<void>;
  /**
   * Starts taking jobs, `concurrency` at a time. `signal` is aborted when the queue gave the job to somebody else.
   * A handler that throws a VoxelmarkError other than EngineUnavailable is not retried; anything else is, backing off.
   */
  work(handler: (job: Job, signal: AbortSignal) => Promise<void>, options: { readonly concurrency: number }): Promise<JobWorker>;
  /** Jobs not yet finished: waiting, prioritised, delayed or active. */
  depth(): Promise<number>;
  /** How many workers take jobs at present, over all processes; for the health page. */
  workers(): Promise<number>;
  close(): Promise<void>;
}

export interface JobWorker {
  /** Stops taking jobs and waits for the current ones. */
  close(): Promise<void>;
}

// --------------------------------------------------------------------------------------------------------- models

export interface ModelFacts {
  readonly inputs: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly (number | string)[] }[];
  readonly outputs: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly (number | string)[] }[];
  readonly runtime: string;
}

/** What the process that ran the model did for one case. Figures of held-out cases are SEALED. */
export interface CaseUsage {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly peakRssBytes: number;
  /** Wall time inside ONNX Runtime. */
  readonly sessionMs: number;
}

/** An algorithm failed on something: the code may be told to everybody, the detail may contain pixels. */
export class ModelFailure extends Error {
  constructor(
    readonly code: FailureCode,
    readonly detail: string,
    options?: { cause?: unknown },
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'ModelFailure';
  }
}

/** Opens models in processes of their own. */
export interface ModelRunner {
  /**
   * Loads the model in a fresh child process, checks it against the manifest and keeps it for the cases of one run.
   * @param model its digest, and how to write it to a path; what was written must have that digest
   * @throws ModelFailure when the model is at fault, EngineUnavailable when we are
   */
  open(model: { readonly sha256: string; readonly copyTo: (path: string) => Promise<void> }, manifest: Manifest, limits: RunLimits): Promise<ModelSession>;
  close(): Promise<void>;
}

/** Sessions of one worker, so that a run starts one child process and not one a case. */
export interface ModelSessions {
  /**
   * Runs `work` with a living session that nobody else is using, opening one when needed. Sessions are kept for a while
   * for the next case with the same key; one that died is forgotten.
   */
  use<T>(key: string, open: (runner: ModelRunner) => Promise<ModelSession>, work: (session: ModelSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Looks at a model file without loading it. */
export interface ModelInspector {
  /**
   * @param copyTo writes the model to a path of the inspector's choice
   * @throws ModelFailure when it is no model, refers to other files, or does not fit the manifest
   */
  inspect(copyTo: (path: string) => Promise<void>, manifest: Manifest): Promise<void>;
}

export interface ModelSession {
  readonly facts: ModelFacts;
  /** False once the child process ended; open a new session then. */
  readonly alive: boolean;
  /**
   * Prepares the image, runs the network, brings the label map back to the image's own grid. All of it in the child.
   * @param image bytes of a NIfTI file
   * @throws ModelFailure; the child may be gone afterwards (`alive`)
   */
  predict(image: Uint8Array, signal: AbortSignal): Promise<{ readonly labels: LabelMap; readonly usage: CaseUsage }>;
  close(): Promise<void>;
}

/** Computes metrics away from the event loop. */
export interface Scorer {
  score(task: {
    readonly reference: Uint8Array;
    readonly prediction: LabelMap;
    readonly regions: PhaseRules['regions'];
    readonly metrics: readonly string[];
  }): Promise<{ readonly scores: readonly RegionScore[]; readonly elapsedMs: number }>;
  close(): Promise<void>;
}

// -------------------------------------------------------------------------------------------------------- records

export type ObjectKind = 'model' | 'image' | 'reference' | 'prediction';

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

export interface NewCase {
  readonly name: string;
  readonly patient: string;
  /** Clinical and acquisition facts: site, vendor, model, ageBand, sex, … */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly geometry: Geometry;
  readonly image: StoredBlob;
  readonly references: readonly { readonly reader: string; readonly consensus: boolean; readonly blob: StoredBlob }[];
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
  readonly labels: readonly { readonly value: number; readonly name: string }[];
  readonly windowPresets: readonly WindowPreset[];
  readonly dataset: { readonly slug: string; readonly name: string; readonly licence: string; readonly description: string };
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
  readonly labels: readonly { readonly value: number; readonly name: string }[];
  readonly windowPresets: readonly WindowPreset[];
  readonly dataset: { readonly slug: string; readonly name: string; readonly licence: string; readonly description: string; readonly version: number; readonly digest: string };
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

export interface EvaluationCase {
  readonly id: string;
  readonly phaseId: string;
  readonly ordinal: number;
  readonly name: string;
  readonly patient: string;
  readonly label: SecrecyLabel;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly geometry: Geometry;
  readonly image: StoredObject;
  readonly references: readonly { readonly reader: string; readonly consensus: boolean; readonly object: StoredObject }[];
}

export interface Algorithm {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly ownerId: string;
  readonly description: string;
  readonly createdAt: Date;
}

export interface AlgorithmVersion {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly version: string;
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  readonly model: StoredObject;
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
  readonly cases: { readonly total: number; readonly scored: number; readonly failed: number };
}

/** All that a stage needs to know of a run, read in one query. */
export interface RunContext {
  readonly run: EvaluationRun;
  readonly phase: Phase;
  readonly version: AlgorithmVersion;
  readonly submission: { readonly id: string; readonly submitterId: string };
}

export interface CaseResult {
  readonly runId: string;
  readonly caseId: string;
  readonly state: CaseState;
  readonly attempt: number;
  readonly failureCode: FailureCode | null;
  readonly failureDetail: string | null;
  readonly prediction: StoredObject | null;
  readonly usage: CaseUsage | null;
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
  /** Median over the practice cases of the same submission: from PUBLIC cases only. */
  readonly practiceUsage: { readonly elapsedMs: number; readonly cpuMs: number; readonly peakRssBytes: number } | null;
  readonly finishedAt: Date;
}

/** One algorithm version on one case. */
export interface CaseStanding {
  readonly algorithm: { readonly slug: string; readonly name: string };
  readonly version: string;
  /** Place of its run on the board; null while it has none. */
  readonly rank: number | null;
  readonly result: CaseResult;
}

export interface Leaderboard {
  readonly phaseId: string;
  /** Empty while no run has completed. */
  readonly signature: string;
  /** Of all boards of the phase, the one with the newest completed run first. */
  readonly signatures: readonly string[];
  readonly updatedAt: Date | null;
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
  readonly model: StoredBlob;
  readonly idempotencyKey: string | null;
}

/**
 * Truth about benchmarks, submissions and runs. Each method is one transaction; each move of a run is checked against
 * `NEXT`, fenced by epoch, and writes its outbox row and its event in the same transaction. A method that returns
 * `boolean` says whether this caller was still entitled to the move (false: somebody overtook it; stop quietly).
 */
export interface EvaluationRecords {
  // benchmarks
  createBenchmark(benchmark: NewBenchmark): Promise<Benchmark>;
  findBenchmark(slugOrId: string): Promise<Benchmark | null>;
  listBenchmarks(): Promise<readonly Benchmark[]>;
  capacities(userId: string, benchmarkId: string): Promise<readonly Capacity[]>;
  cases(phaseId: string): Promise<readonly EvaluationCase[]>;
  findCase(caseId: string): Promise<{ readonly case: EvaluationCase; readonly phase: Phase } | null>;
  /** The object and the case it belongs to (image, reference or prediction). */
  findObject(objectId: string): Promise<{ readonly object: StoredObject; readonly caseId: string | null; readonly benchmarkId: string | null } | null>;

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
  /** Newest first. */
  listSubmissions(filter: { readonly submitterId?: string; readonly benchmarkId?: string; readonly algorithmSlug?: string }, page: { readonly limit: number; readonly before?: { readonly createdAt: Date; readonly id: string } }): Promise<readonly Submission[]>;
  findAlgorithm(slug: string): Promise<{ readonly algorithm: Algorithm; readonly versions: readonly AlgorithmVersion[] } | null>;
  /** By slug, each with how many versions it has; `after` is the slug of the last algorithm of the page before. */
  listAlgorithms(page: { readonly limit: number; readonly after?: string; readonly ownerId?: string }): Promise<readonly (Algorithm & { readonly versions: number })[]>;

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
  /** Takes a pending case for `leaseSeconds`; null when it is done, held by a living worker, or the epoch has passed. */
  claimCase(runId: string, caseId: string, epoch: number, owner: string, leaseSeconds: number): Promise<CaseClaim | null>;
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
  recordCase(claim: CaseClaim, result: { readonly prediction: NewObject | null; readonly usage: CaseUsage | null; readonly scores: readonly RegionScore[]; readonly failure: { readonly code: FailureCode; readonly detail: string } | null }): Promise<boolean>;
  caseResults(runId: string): Promise<readonly CaseResult[]>;
  /**
   * scoring -> completed, writing aggregates, re-ranking the board of the same phase and signature by the given function,
   * and queueing (or, with `stop`, failing) the submission's next waiting run: all in one transaction.
   */
  completeRun(runId: string, epoch: number, outcome: { readonly aggregates: readonly Aggregate[]; readonly metrics: Readonly<Record<string, number>>; readonly stop: { readonly code: FailureCode; readonly detail: string } | null }, rank: (entries: readonly { readonly runId: string; readonly metrics: Readonly<Record<string, number>> }[]) => ReadonlyMap<string, number>): Promise<boolean>;
  /** any active state -> failed; waiting runs of the same submission fail with it. */
  failRun(runId: string, epoch: number, failure: { readonly code: FailureCode; readonly detail: string }): Promise<boolean>;
  /** -> cancelled, for this run and all active runs of the submission; a higher epoch, so that workers let go. */
  cancelSubmission(submissionId: string): Promise<boolean>;
  /**
   * A run that ended without completing starts anew, from validation: next epoch, cases that were scored stay, the others
   * are tried again. Later runs of the submission that ended before they began wait again. When an earlier run of the
   * submission has not completed either, that one starts and this one waits. False: completed, still active, or stopped
   * by `practice-all-failed`, which only a new version can cure.
   */
  retryRun(runId: string): Promise<boolean>;
  /** The row of one completed run on its board; null while it has none. */
  boardEntry(runId: string): Promise<LeaderboardEntry | null>;
  /** What the runs of this case's phase made of it, best rank first, unranked runs last; cases still pending are left out. */
  resultsOfCase(caseId: string, limit: number): Promise<readonly CaseStanding[]>;
  /** By rank, then algorithm and version; of the given signature or else of the one that completed a run last. */
  leaderboard(phaseId: string, page: { readonly limit: number; readonly offset: number; readonly signature?: string }): Promise<Leaderboard>;

  // upkeep
  /**
   * Up to `limit` jobs of the outbox, oldest first; delivers them with `send` and marks them, under a row lock, so that two
   * relays never send the same job. A process lost between `send` and the mark sends again: the queue knows the id.
   * Returns how many.
   */
  relayOutbox(send: (jobs: readonly QueuedJob[]) => Promise<void>, limit: number): Promise<number>;
  /**
   * Enforces deadlines by the database's clock. Requeues runs whose worker was lost (next epoch; after five losses without
   * a finished case between them `worker-lost`), expires what waited too long, adds again the jobs of cases that nobody
   * holds and, under their old ids, jobs that have been in the queue for long (the queue may have lost them). A running run
   * whose cases merely wait behind other runs is not lost. Any number of processes may sweep. Returns what it did.
   */
  sweep(): Promise<{ readonly requeued: number; readonly expired: number; readonly failed: number; readonly reenqueued: number }>;
  /** Events of one run or of all runs of a submission after `id`, oldest first: for those who come back with a Last-Event-ID. */
  runEventsSince(of: { readonly runId: string } | { readonly submissionId: string }, id: number, limit: number): Promise<readonly RunEvent[]>;
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

// ------------------------------------------------------------------------------------------------------- accounts

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: AccountRole;
  readonly passwordHash: string | null;
  /** A demo account: refused when the server is bound beyond loopback. */
  readonly demo: boolean;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

export interface AccessToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly scopes: readonly ('read' | 'submit' | 'data' | 'admin')[];
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

export interface AccountRecords {
  createAccount(account: { readonly email: string; readonly name: string; readonly role: AccountRole; readonly passwordHash: string | null; readonly demo?: boolean }): Promise<Account>;
  findAccount(by: { readonly id: string } | { readonly email: string }): Promise<Account | null>;
  /** Oldest first; `after` is the id of the last account of the page before. */
  listAccounts(page: { readonly limit: number; readonly after?: string }): Promise<readonly Account[]>;
  /** Display names by account id, in one query; unknown ids are left out. */
  accountNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** A new password, or being disabled, ends all sessions of the account. */
  updateAccount(id: string, change: { readonly name?: string; readonly role?: AccountRole; readonly passwordHash?: string; readonly disabled?: boolean }): Promise<Account | null>;
  /** Sessions and tokens are stored as SHA-256 of their secret. Idle 30 min, absolute 12 h. */
  createSession(userId: string, tokenSha256: string): Promise<void>;
  findSession(tokenSha256: string): Promise<Account | null>;
  /** Without a digest: all sessions of the account. */
  deleteSessions(userId: string, tokenSha256?: string): Promise<void>;
  createToken(token: { readonly userId: string; readonly name: string; readonly scopes: AccessToken['scopes']; readonly expiresAt: Date | null }, tokenSha256: string): Promise<AccessToken>;
  findToken(tokenSha256: string): Promise<{ readonly account: Account; readonly token: AccessToken } | null>;
  listTokens(userId: string): Promise<readonly AccessToken[]>;
  deleteToken(userId: string, id: string): Promise<boolean>;
  /** One-time links: a password reset of an account, or an invitation to make one. A new one ends older ones of its kind for the same address. */
  createLink(link: { readonly kind: 'reset' | 'invite'; readonly userId: string | null; readonly email: string; readonly role: AccountRole; readonly expiresAt: Date }, tokenSha256: string): Promise<void>;
  /** Looks at a link without using it up; null when unknown, used or expired. */
  findLink(kind: 'reset' | 'invite', tokenSha256: string): Promise<{ readonly userId: string | null; readonly email: string; readonly role: AccountRole } | null>;
  /** Uses a link up; null when unknown, used or expired. */
  useLink(kind: 'reset' | 'invite', tokenSha256: string): Promise<{ readonly userId: string | null; readonly email: string; readonly role: AccountRole } | null>;
  /** Counts a failed or attempted sign-in; returns how many in the last minute for the key. */
  countAttempt(key: string): Promise<number>;
}

/** Append-only: who asked for which pixels, and what the policy said. Written before the first byte. */
export interface AccessLog {
  append(event: { readonly userId: string | null; readonly action: string; readonly objectId: string | null; readonly caseId: string | null; readonly benchmarkId: string | null; readonly allowed: boolean }): Promise<void>;
  list(filter: { readonly benchmarkId?: string; readonly caseId?: string; readonly userId?: string }, page: { readonly limit: number; readonly before?: number }): Promise<readonly { readonly id: number; readonly at: Date; readonly userId: string | null; readonly action: string; readonly objectId: string | null; readonly caseId: string | null; readonly allowed: boolean }[]>;
}

// ---------------------------------------------------------------------------------------------------------- world

export interface Clock {
  /** Wall clock, for showing; deadlines come from the database. */
  now(): Date;
  /** Milliseconds of a clock that never goes back. */
  monotonicMs(): number;
}

/** One line of JSON: dotted event, ids as fields; never upload file names, header values or pixels. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, error: unknown, fields?: Readonly<Record<string, unknown>>): void;
}

export type { Geometry, LabelMap, Volume, MetricValue, RegionScore, Manifest };
