import { EngineUnavailable, type IsolationLevel, type PhaseRules, type RunLimits } from '#domain';
import type { LabelMap } from '#imaging';
import type { RegionScore } from '#metrics';
import type { Manifest } from '#pipeline';
import type { Agreement } from './agreement.js';
import type { CaseStudy, StudyTask } from './making/study-case.js';
import type { InspectionReport } from './preflight.js';
import type { TensorFace } from './records.js';
import type { Seats } from './seats.js';

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
  | { readonly name: 'close-run'; readonly runId: string; readonly epoch: number }
  | { readonly name: 'preflight'; readonly preflightId: string }
  | { readonly name: 'dry-run'; readonly dryRunId: string };

export interface QueuedJob {
  /** Deterministic; adding a job whose id is known is no second job. Never a bare integer, no colon. */
  readonly id: string;
  readonly job: Job;
  /** 1 is first. Closing goes before validating goes before cases. */
  readonly priority: number;
}

/** What a handler answers when a job cannot be done here now: the queue gives it again, to whoever asks, after so long. */
export interface PutBack {
  readonly againInMs: number;
}

/** At-least-once: a handler may see a job twice, also after having finished it. */
export interface JobQueue {
  add(jobs: readonly QueuedJob[]): Promise<void>;
  /**
   * Starts taking jobs, `concurrency` at a time. `signal` is aborted when the queue gave the job to somebody else.
   * A handler that throws a VoxelmarkError other than EngineUnavailable is not retried; anything else is, backing off.
   * A job that is put back lost no attempt.
   */
  work(
    handler: (job: Job, signal: AbortSignal) => Promise<PutBack | void>,
    options: { readonly concurrency: number },
  ): Promise<JobWorker>;
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
  readonly inputs: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly (number | string)[];
  }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly (number | string)[];
  }[];
  /** Name and version of what runs the networks; part of the signature. */
  readonly runtime: string;
  /** What it ran on: Node.js, system, processor. Of receipts, and of no signature. */
  readonly machine?: string;
  /** Tiles that run at the same time; absent: one. */
  readonly lanes?: number;
}

/**
 * Wall time of the four stages of a case in the process that runs models, ms. `read`: reading, unpacking and parsing the
 * image files. `prepare`: preprocessing, up to what the network is fed with. `network`: cutting tiles, ONNX Runtime,
 * blending. `restore`: back onto the grid of the image, postprocessing, writing the label map.
 */
export type StageTimes = Readonly<Record<'read' | 'prepare' | 'network' | 'restore', number>>;

/** What the process that ran the model did for one case. Figures of held-out cases are SEALED. */
export interface CaseUsage {
  /** The stages of this case; waiting for another case is not in it. */
  readonly elapsedMs: number;
  /** CPU time of all threads, without what was spent on preparing another case meanwhile. */
  readonly cpuMs: number;
  /** Highest resident memory of the process while this case ran, a next case that was being prepared included. */
  readonly peakRssBytes: number;
  /** Wall time inside ONNX Runtime. */
  readonly sessionMs: number;
  /** Missing for cases that ran before stages were measured. */
  readonly stagesMs?: StageTimes;
}

/** One ONNX file: its digest, and how to write it to a path; what was written must have that digest. */
export interface ModelFile {
  readonly sha256: string;
  readonly copyTo: (path: string) => Promise<void>;
}

export interface RunnerCare {
  /** As little memory as can be, slower, with the same numbers. */
  readonly sparing?: boolean;
}

/** Opens models in processes of their own. */
export interface ModelRunner {
  /**
   * Loads the models of one algorithm version in a fresh child process, checks them against the manifest and keeps them
   * for the cases of one run.
   *
   * @param models in the order of `manifest.models`
   * @throws ModelFailure when a model is at fault, EngineUnavailable when we are
   */
  open(models: readonly ModelFile[], manifest: Manifest, limits: RunLimits, care?: RunnerCare): Promise<ModelSession>;
  close(): Promise<void>;
}

/** Sessions of one worker, so that a run starts one child process and not one a case. */
export interface ModelSessions {
  /**
   * Runs `work` with a living session, opening one when needed. Two cases with the same key share a session: the second is
   * prepared while the first runs. Sessions are kept for a while for the next case with the same key; one that died is
   * forgotten.
   *
   * @param alone in a fresh session that nobody shares: after an accident, so that it is clear whose the next one is
   */
  use<T>(
    key: string,
    open: (runner: ModelRunner) => Promise<ModelSession>,
    work: (session: ModelSession) => Promise<T>,
    alone?: boolean,
  ): Promise<T>;
  /** Ends the session that is kept for a key, if nobody uses it; resolves when its process is gone. */
  endIdle(key: string): Promise<void>;
  /** How many cases of a run may be under way here: as many as share its process. Taken before anything of a case is read. */
  readonly seats: Seats;
  close(): Promise<void>;
}

/** What can be read in a model file without loading it; null where it could not be read so far. */
export interface ModelReport extends InspectionReport {
  readonly opset: number | null;
  readonly parameters: number | null;
  readonly operators: readonly { readonly op: string; readonly count: number }[] | null;
  readonly inputs: readonly TensorFace[] | null;
  readonly outputs: readonly TensorFace[] | null;
}

/** Looks at a model file without loading it. `copyTo` writes it to a path of the inspector's choice. */
export interface ModelInspector {
  /** What is to be said about the file, also when it is refused. */
  report(copyTo: (path: string) => Promise<void>, manifest: Manifest): Promise<ModelReport>;
  /**
   * The same for a file that is accepted.
   * @throws ModelFailure when it is no model, refers to other files, or does not fit the manifest
   */
  inspect(copyTo: (path: string) => Promise<void>, manifest: Manifest): Promise<ModelReport>;
  /**
   * The manifest that travels in the file's metadata, as text; null without one.
   * @throws ModelFailure when it is no model
   */
  embeddedManifest(copyTo: (path: string) => Promise<void>): Promise<string | null>;
}

export interface ModelSession {
  /** Faces of the first model, and the runtime. */
  readonly facts: ModelFacts;
  /** What the process is really cut off from, proven when the worker started. */
  readonly isolation: IsolationLevel;
  /** False once the child process ended; open a new session then. */
  readonly alive: boolean;
  /**
   * Prepares the image, runs the network, brings the label map back to the image's own grid. All of it in the child.
   *
   * May be called again before an earlier call has ended: cases run one after the other in the order of the calls, and the
   * next is read and prepared while the one before it runs. `caseSeconds` of the limits counts twice for each case and
   * never while it waits: for its preparation and for its running.
   *
   * @param images one NIfTI file for each of `manifest.inputs[0].channels`, in that order
   * @throws ModelFailure; the child may be gone afterwards (`alive`)
   * @throws SessionLost when the child ended because of another case
   * @throws the reason of `signal` when that was aborted; the child is gone then
   */
  predict(
    images: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<{ readonly labels: LabelMap; readonly usage: CaseUsage }>;
  close(): Promise<void>;
}

/** Unpacks and compares label maps away from the event loop. */
export interface Scorer {
  score(task: {
    readonly reference: Uint8Array;
    readonly prediction: LabelMap;
    readonly regions: PhaseRules['regions'];
    readonly metrics: readonly string[];
    readonly predictionGrid?: PhaseRules['predictionGrid'];
    readonly ignoreLabel?: number;
  }): Promise<{ readonly scores: readonly RegionScore[]; readonly elapsedMs: number }>;
  /**
   * How far a label map agrees with what its author expects.
   *
   * @throws ImageFormatError when the expected file cannot be read, is on another grid, or holds more voxels than the
   *   prediction: it is unpacked no further than that
   */
  agree(task: AgreementTask): Promise<Agreement>;
  /**
   * Measures the references of a case.
   * @throws CaseUnreadable when a reference cannot be read
   */
  study(task: StudyTask): Promise<CaseStudy>;
  close(): Promise<void>;
}

export interface AgreementTask {
  /** NIfTI file of the author's. */
  readonly expected: Uint8Array;
  readonly predicted: LabelMap;
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
