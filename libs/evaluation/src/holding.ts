import { EngineUnavailable, VoxelmarkError } from '#domain';
import type { Clock } from './ports.js';

/** Somebody else may do this now: stop quietly, write nothing. */
export class Overtaken extends Error {
  constructor(what: string) {
    super(`${what} is in other hands now`);
    this.name = 'Overtaken';
  }
}

export interface Lease {
  /** For messages: `case …`, `run …`. */
  readonly what: string;
  readonly seconds: number;
  /** Between two signs of life, well below `seconds`. */
  readonly everySeconds: number;
  /** Says that we still work on it. False: overtaken. A rejection is taken for a database that is away for a moment. */
  readonly renew: () => Promise<boolean>;
}

/**
 * Does `work` while renewing a lease beside it. The signal given to `work` is aborted when the lease is lost, when it
 * could not be renewed for its whole length (somebody else may have it by then), or when `outer` is aborted.
 *
 * @throws Overtaken when the lease was lost, whatever `work` made of that
 * @throws EngineUnavailable when `outer` was aborted (its reason, or `job-lost`), and what `work` throws otherwise
 */
export async function holding<T>(
  lease: Lease,
  clock: Clock,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (outer.aborted) throw reasonOf(outer);
  const lost = new AbortController();
  const signal = AbortSignal.any([outer, lost.signal]);
  let renewedAt = clock.monotonicMs();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const beat = async () => {
    try {
      if (!(await lease.renew())) lost.abort(new Overtaken(lease.what));
      else renewedAt = clock.monotonicMs();
    } catch (error) {
      const silentMs = clock.monotonicMs() - renewedAt;
      if (silentMs >= lease.seconds * 1000)
        lost.abort(new Overtaken(`${lease.what} (no renewal for ${Math.round(silentMs / 1000)} s: ${String(error)})`));
    }
    if (!stopped && !signal.aborted) schedule();
  };
  const schedule = () => {
    timer = setTimeout(() => void beat(), lease.everySeconds * 1000);
  };

  schedule();
  try {
    const result = await work(signal);
    if (signal.aborted) throw reasonOf(signal);
    return result;
  } catch (error) {
    throw signal.aborted ? reasonOf(signal) : error;
  } finally {
    stopped = true;
    clearTimeout(timer);
  }
}

/** Queues abort with a text or nothing at all; both mean that the work may go on elsewhere. */
function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof VoxelmarkError || reason instanceof Overtaken
    ? reason
    : new EngineUnavailable('job-lost', `the job was taken from this worker: ${String(reason)}`, { cause: reason });
}
