import type { FailureCode } from './run.js';

/**
 * Errors sorted by who has to act. Codes are stable, kebab-case and listed in docs/errors.md.
 * Anything that is none of these is a defect: its stack goes to the log, a plain apology goes outside.
 */
export abstract class VoxelmarkError extends Error {
  constructor(
    /** Stable, kebab-case, listed in docs/errors.md. */
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The submitter reads it, word for word, and can act. Never retried. */
export class SubmissionRejected extends VoxelmarkError {}

/** The organiser reads it; the run waits for a decision. */
export class BenchmarkMisconfigured extends VoxelmarkError {}

/** The operator reads it; retried, backing off. */
export class EngineUnavailable extends VoxelmarkError {}

/** A request that cannot be carried out as it stands; `status` is the HTTP status it becomes. */
export class RequestRefused extends VoxelmarkError {
  constructor(
    readonly status:
      400 | 401 | 403 | 404 | 405 | 406 | 408 | 409 | 411 | 413 | 414 | 415 | 416 | 422 | 429 | 431 | 507,
    code: string,
    message: string,
    /** Where in the request, one sentence each. */
    readonly problems: readonly { readonly path: string; readonly message: string }[] = [],
    options?: { cause?: unknown },
  ) {
    super(code, message, options);
  }
}

/** An algorithm failed on something: the code may be told to everybody, the detail may contain pixels. */
export class ModelFailure extends Error {
  /** Null when it came to no case: the model could not be loaded. */
  readonly usage: SeenUsage | null;

  constructor(
    readonly code: FailureCode,
    readonly detail: string,
    options?: { cause?: unknown; usage?: SeenUsage | null },
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'ModelFailure';
    this.usage = options?.usage ?? null;
  }

  /** The same failure, with what it used up where that was not known before. */
  after(usage: SeenUsage): ModelFailure {
    return this.usage === null ? new ModelFailure(this.code, this.detail, { cause: this, usage }) : this;
  }
}

/** What one case used up. Null where the system does not tell. */
export interface SeenUsage {
  readonly elapsedMs: number;
  /** All threads together. */
  readonly cpuMs: number | null;
  /** Highest resident memory. */
  readonly peakRssBytes: number | null;
}

/**
 * A case did not come to its end because the process ended over something else: another case of the same process, or
 * somebody who closed it. Nothing is said about this case; it is done again in another process.
 */
export class SessionLost extends Error {
  constructor(reason: string, options?: { cause?: unknown }) {
    super(`the process ended before the case ran: ${reason}`, options);
    this.name = 'SessionLost';
  }
}

/** The same answer for "does not exist" and "not for you", so that an answer does not tell them apart. */
export function notFound(what: string): RequestRefused {
  return new RequestRefused(404, 'not-found', `This ${what} does not exist, or you may not see it.`);
}
