import { removeStaleFiles, type BlobStore, type EvaluationRecords, type JobQueue, type Log } from '#evaluation';

export interface CoordinatorOptions {
  readonly records: EvaluationRecords;
  readonly queue: JobQueue;
  readonly blobs: Pick<BlobStore, 'delete'>;
  readonly log: Log;
  /** Pause between sweeps. */
  readonly sweepEveryMs?: number;
}

const RELAY_BATCH = 200;
/** Without a wake-up the outbox is looked at this often. */
const RELAY_EVERY_MS = 1_000;
/** Preflights whose files are removed after one sweep. */
const STALE_BATCH = 20;
const CANDIDATE_EVERY_MS = 2_000;
const AFTER_FAULT_MS = 1_000;

/**
 * Relays the outbox, sweeps deadlines and removes files that nobody needs any more. Every API and worker process runs one; the database's lock lets a single one act
 * at a time, and another takes over when that process or its connection is lost.
 */
export function startCoordinator({
  records,
  queue,
  blobs,
  log,
  sweepEveryMs = 2_000,
}: CoordinatorOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let wake: () => void = () => undefined;
  const bell = { rung: false };
  const ring = () => {
    bell.rung = true;
    wake();
  };

  /** Waits, shorter when the bell rings or the time has come to stop. */
  const pause = (ms: number, alsoUntil?: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (bell.rung || stopping.signal.aborted || alsoUntil?.aborted) return resolve();
      const timer = setTimeout(done, ms);
      function done() {
        clearTimeout(timer);
        wake = () => undefined;
        stopping.signal.removeEventListener('abort', done);
        alsoUntil?.removeEventListener('abort', done);
        resolve();
      }
      wake = done;
      stopping.signal.addEventListener('abort', done);
      alsoUntil?.addEventListener('abort', done);
    });

  /** Beside the relay, one at a time: a slow blob store keeps no job waiting. */
  let removing: Promise<void> | null = null;

  async function lead(lost: AbortSignal): Promise<void> {
    log.info('coordinator.leading');
    let nextSweep = 0;
    while (!stopping.signal.aborted && !lost.aborted) {
      bell.rung = false;
      const due = performance.now() >= nextSweep;
      if (due) {
        const done = await records.sweep();
        if (done.requeued + done.expired + done.reenqueued > 0) log.info('coordinator.swept', done);
        nextSweep = performance.now() + sweepEveryMs;
      }
      while ((await records.relayOutbox((jobs) => queue.add(jobs), RELAY_BATCH)) === RELAY_BATCH);
      if (due) removing ??= removeFiles().finally(() => (removing = null));
      await pause(Math.min(RELAY_EVERY_MS, Math.max(0, nextSweep - performance.now())), lost);
    }
  }

  /** A blob store that is away keeps nobody from working: the rows still know what is to be removed. */
  async function removeFiles(): Promise<void> {
    try {
      const preflights = await removeStaleFiles({ records, blobs, log }, STALE_BATCH);
      if (preflights > 0) log.info('coordinator.removed-files', { preflights });
    } catch (error) {
      log.error('coordinator.removal-failed', error);
    }
  }

  async function run(): Promise<void> {
    let unlisten: (() => Promise<void>) | null = null;
    while (!stopping.signal.aborted) {
      try {
        unlisten ??= await records.onOutbox(ring);
        const led = await records.withLock('coordinator', lead);
        bell.rung = false;
        if (!led) await pause(CANDIDATE_EVERY_MS);
      } catch (error) {
        log.error('coordinator.fault', error);
        bell.rung = false;
        await pause(AFTER_FAULT_MS);
      }
    }
    await unlisten?.();
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
      await removing;
    },
  };
}
