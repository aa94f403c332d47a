import {
  handleJob,
  type BlobStore,
  type Clock,
  type EvaluationRecords,
  type JobQueue,
  type Log,
  type StagePorts,
} from '#evaluation';
import { EngineUnavailable } from '#domain';
import { createModelRunner } from '#inference';
import { createScoringPool } from './scoring/scoring-pool.js';
import { CASES_PER_SESSION, createSessionPool } from './sandbox/session-pool.js';

export interface WorkerOptions {
  readonly records: EvaluationRecords;
  readonly blobs: BlobStore;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this worker in leases; unique among all that run. */
  readonly owner: string;
  /** Child processes at once. Each has a case that runs and one that is prepared meanwhile. */
  readonly concurrency: number;
  /** Folder for the scratch folders of child processes. */
  readonly scratchDir: string;
  /** Unix socket of a container that runs the models instead. */
  readonly runnerSocket?: string | null;
  /** Compiled entry points, where they do not lie beside the compiled worker (tests). */
  readonly scripts?: { readonly child: string; readonly scoring: URL };
}

export interface Worker {
  /**
   * Stops taking jobs and lets the current ones finish for `graceMs`; what is not done by then is given back, so that
   * another worker goes on with it. Called again: gives back at once.
   */
  stop(graceMs: number): Promise<void>;
}

/** An idle child process waits this long for the next case of its run. */
const SESSION_IDLE_MS = 5000;
/** For cases that were told to let go: kill the child, write that the case is free. */
const RELEASE_MS = 5000;

/** Takes jobs from the queue and carries them out, until stopped. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { records, blobs, queue, clock, log, owner, concurrency, scratchDir, runnerSocket, scripts } = options;
  const hostSocket = runnerSocket ?? undefined;
  const runner = await createModelRunner({ scratchDir, log, childScript: scripts?.child, hostSocket });
  const sessions = createSessionPool({ runner, capacity: concurrency, idleMs: SESSION_IDLE_MS, log });
  const scorer = createScoringPool({ threads: concurrency, script: scripts?.scoring });
  const ports: StagePorts = { records, blobs, sessions, runner: sessions.runner, scorer, clock, log, owner };
  const stopping = new AbortController();
  const jobs = await queue.work((job, signal) => handleJob(ports, job, AbortSignal.any([signal, stopping.signal])), {
    concurrency: concurrency * CASES_PER_SESSION,
  });
  log.info('worker.started', { owner, concurrency });
  let stopped: Promise<void> | null = null;

  const letGo = () =>
    stopping.abort(new EngineUnavailable('worker-stopping', 'this worker stops; another one goes on'));

  async function stopOnce(graceMs: number): Promise<void> {
    const drained = jobs.close();
    sessions.seats.close(); // what only waits goes back to the queue
    const grace = setTimeout(letGo, graceMs);
    let force: NodeJS.Timeout | undefined;
    const gaveUp = new Promise<'gave-up'>((resolve) => {
      stopping.signal.addEventListener('abort', () => {
        force = setTimeout(() => resolve('gave-up'), RELEASE_MS);
      });
    });
    const how = await Promise.race([drained.then(() => 'drained' as const), gaveUp]);
    clearTimeout(grace);
    clearTimeout(force);
    await Promise.all([sessions.close(), scorer.close()]);
    log.info('worker.stopped', { owner, how });
  }

  return {
    stop(graceMs) {
      if (stopped) letGo();
      stopped ??= stopOnce(graceMs);
      return stopped;
    },
  };
}
