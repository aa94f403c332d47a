import { EngineUnavailable, type FailureCode, type PhaseRules, type RunLimits } from '#domain';
import type { LabelMap } from '#imaging';
import type { RegionScore } from '#metrics';
import type { Manifest } from '#pipeline';

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
  work(
    handler: (job: Job, signal: AbortSignal) => Promise<void>,
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
  open(
    model: { readonly sha256: string; readonly copyTo: (path: string) => Promise<void> },
    manifest: Manifest,
    limits: RunLimits,
  ): Promise<ModelSession>;
  close(): Promise<void>;
}

/** Sessions of one worker, so that a run starts one child process and not one a case. */
export interface ModelSessions {
  /**
   * Runs `work` with a living session that nobody else is using, opening one when needed. Sessions are kept for a while
   * for the next case with the same key; one that died is forgotten.
   */
  use<T>(
    key: string,
    open: (runner: ModelRunner) => Promise<ModelSession>,
    work: (session: ModelSession) => Promise<T>,
  ): Promise<T>;
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
