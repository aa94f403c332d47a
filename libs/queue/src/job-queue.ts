import {
  createPostgresBackend,
  createRedisBackend,
  DelayedError,
  UnrecoverableError,
  withBackend,
  type Job as BullJob,
  type QueueOptions,
  type WorkerOptions,
} from 'bullmq';
import { EngineUnavailable, VoxelmarkError } from '#domain';
import type { Job, JobQueue, JobWorker, Log, PutBack, QueuedJob } from '#evaluation';
import { parseJob } from './parse-job.js';
import { postgresConnection, type PostgresConnection } from './postgres.js';

/** Where the queue lives. */
export type QueueEngine =
  /** The same server as the records; tables in the schema `bullmq`. */
  | { readonly kind: 'postgres'; readonly connection: PostgresConnection }
  /** `redis://` or `rediss://` with user, password and database number. */
  | { readonly kind: 'redis'; readonly url: string };

export type JobQueueOptions = QueueEngine & {
  /** Name of the queue; tests take one each. */
  readonly name?: string;
  readonly log?: Log;
};

/**
 * A worker that dies is noticed after at most LOCK_MS + STALLED_CHECK_MS: measured 5.5 s. BullMQ's defaults (30 s each)
 * take a minute.
 */
const LOCK_MS = 5_000;
const STALLED_CHECK_MS = 2_500;
/** How often a job may lose its worker. Whether a run is given up is decided in the records, not here. */
const MAX_STALLED = 10;
const ATTEMPTS = 12;
const LONGEST_BACKOFF_MS = 30_000;
/** A producer does not wait for ever for an engine that is away: the outbox keeps the jobs. */
const ANSWER_WITHIN_MS = 10_000;
const UNFINISHED = ['waiting', 'prioritized', 'delayed', 'active', 'waiting-children', 'paused'] as const;

interface Handle {
  addBulk(jobs: { name: string; data: Job; opts: object }[]): Promise<unknown>;
  getWorkersCount(): Promise<number>;
  getJobCountByTypes(...types: (typeof UNFINISHED)[number][]): Promise<number>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

interface WorkerHandle {
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: BullJob | undefined, error: Error) => void): unknown;
  on(event: 'stalled', listener: (jobId: string) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
  cancelJob(jobId: string, reason?: string): boolean;
  close(force?: boolean): Promise<void>;
}

type Processor = (job: BullJob, token: string | undefined, signal: AbortSignal | undefined) => Promise<void>;

interface Engine {
  readonly queue: Handle;
  openWorker(processor: Processor, options: Omit<WorkerOptions, 'connection'>): WorkerHandle;
}

/**
 * Opens the queue. A job's id is known while the job is waiting, delayed or active; once it ended it is forgotten, so a
 * sweeper may add it again.
 *
 * @throws EngineUnavailable `queue-unavailable` when the engine does not answer or its tables are missing (`migrateJobQueue`)
 */
export async function createJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const name = options.name ?? 'evaluation';
  const engine = openEngine(options, name);
  const reportErrors = quietRepeats((error) =>
    options.log?.warn('queue.error', { queue: name, message: error.message }),
  );
  engine.queue.on('error', reportErrors);
  const workers = new Set<JobWorker>();
  try {
    await answer(engine.queue.waitUntilReady());
  } catch (error) {
    // closing waits for the connection that cannot be made: it is not waited for
    void engine.queue.close().catch((closing: Error) => reportErrors(closing));
    throw error;
  }

  return {
    add: async (jobs) => {
      if (jobs.length === 0) return;
      await answer(
        engine.queue.addBulk(
          jobs.map(({ id, job, priority }: QueuedJob) => ({
            name: job.name,
            data: job,
            opts: jobOptions(id, priority),
          })),
        ),
      );
    },
    depth: () => answer(engine.queue.getJobCountByTypes(...UNFINISHED)),
    workers: () => answer(engine.queue.getWorkersCount()),
    work: async (handler, { concurrency }) => {
      const worker = engine.openWorker(process(handler, options.log), {
        concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: MAX_STALLED,
        runRetryDelay: 1_000,
        settings: { backoffStrategy: (attempts) => Math.min(500 * 2 ** (attempts - 1), LONGEST_BACKOFF_MS) },
      });
      worker.on('error', reportErrors);
      worker.on('stalled', (jobId) => options.log?.warn('queue.worker-lost', { queue: name, jobId }));
      worker.on('failed', (job, error) =>
        options.log?.warn('queue.job-failed', {
          queue: name,
          jobId: job?.id,
          attempt: job?.attemptsMade,
          message: error.message,
        }),
      );
      worker.on('lockRenewalFailed', (jobIds) => {
        for (const id of jobIds) worker.cancelJob(id, 'the queue gave the job to another worker');
      });
      try {
        await answer(worker.waitUntilReady());
      } catch (error) {
        void worker.close(true).catch((closing: Error) => reportErrors(closing));
        throw error;
      }
      let closing: Promise<void> | null = null;
      const jobWorker: JobWorker = {
        close: () => {
          workers.delete(jobWorker);
          return (closing ??= worker.close());
        },
      };
      workers.add(jobWorker);
      return jobWorker;
    },
    close: async () => {
      await Promise.all([...workers].map((worker) => worker.close()));
      await engine.queue.close();
    },
  };
}

function openEngine(options: JobQueueOptions, name: string): Engine {
  const shared = {
    defaultJobOptions: { attempts: ATTEMPTS, backoff: { type: 'capped' } },
    streams: { events: { maxLen: 1000 } },
  } satisfies Partial<QueueOptions>;
  if (options.kind === 'postgres') {
    const { Queue, Worker } = withBackend(createPostgresBackend);
    return {
      queue: new Queue(name, { ...shared, connection: postgresConnection(options.connection, 4) }) as Handle,
      openWorker: (processor, workerOptions) =>
        // one connection to fetch, one to renew locks, some to finish jobs at the same time
        new Worker(name, processor as never, {
          ...workerOptions,
          connection: postgresConnection(options.connection, 4),
        }) as WorkerHandle,
    };
  }
  const { Queue, Worker } = withBackend(createRedisBackend);
  const connection = {
    url: options.url,
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => Math.min(50 * 2 ** times, 1_000),
  };
  return {
    queue: new Queue(name, { ...shared, connection }) as Handle,
    openWorker: (processor, workerOptions) =>
      new Worker(name, processor as never, { ...workerOptions, connection }) as WorkerHandle,
  };
}

function jobOptions(id: string, priority: number): object {
  if (!/^[A-Za-z0-9._~-]+$/.test(id) || /^\d+$/.test(id)) {
    throw new TypeError(`job id "${id}": expected letters, digits, dots, dashes, and not a bare number`);
  }
  return { jobId: id, priority, removeOnComplete: true, removeOnFail: true };
}

function process(handler: (job: Job, signal: AbortSignal) => Promise<PutBack | void>, log: Log | undefined): Processor {
  // three parameters: BullMQ looks at the length to know that a signal is wanted
  return async (bullJob, token, signal) => {
    let answered: PutBack | void;
    try {
      answered = await handler(parseJob(bullJob.name, bullJob.data), signal ?? new AbortController().signal);
    } catch (error) {
      const fault = error instanceof Error ? error : new Error(String(error));
      if (fault instanceof VoxelmarkError && !(fault instanceof EngineUnavailable)) {
        throw new UnrecoverableError(`${fault.code}: ${fault.message}`);
      }
      if (!(fault instanceof EngineUnavailable)) log?.error('queue.handler-defect', fault, { jobId: bullJob.id });
      throw fault;
    }
    if (!answered) return;
    await bullJob.moveToDelayed(Date.now() + answered.againInMs, token);
    throw new DelayedError(); // BullMQ's word for "neither done nor failed"
  };
}

/** The engine's answer, or EngineUnavailable instead of its own error, or of none within ten seconds. */
async function answer<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } catch (cause) {
    throw new EngineUnavailable('queue-unavailable', `the job queue does not answer: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** While an engine is away the same error comes many times a second: one line a second is enough, with the count of the others. */
function quietRepeats(report: (error: Error) => void): (error: Error) => void {
  let lastMs = -Infinity;
  let left = 0;
  return (error) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < 1_000) {
      left++;
      return;
    }
    report(left === 0 ? error : new Error(`${error.message} (and ${left} more)`));
    lastMs = nowMs;
    left = 0;
  };
}
