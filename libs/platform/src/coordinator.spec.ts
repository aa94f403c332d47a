import type { EvaluationRecords, JobQueue, Log, QueuedJob } from '#evaluation';
import { startCoordinator } from './coordinator.js';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const job = (id: string): QueuedJob => ({ id, job: { name: 'close-run', runId: id, epoch: 1 }, priority: 1 });

/** Records and a queue in memory: one lock, one outbox. */
function world() {
  const outbox: QueuedJob[] = [];
  const delivered: string[] = [];
  let locked = false;
  let bells: (() => void)[] = [];
  const state = { sweeps: 0, failRelays: 0, stale: [] as string[], storeAway: 0, removed: [] as string[] };
  const lost = new AbortController();
  const records = {
    relayOutbox: async (send: (jobs: readonly QueuedJob[]) => Promise<void>, limit: number) => {
      if (state.failRelays-- > 0) throw new Error('database away');
      const jobs = outbox.slice(0, limit);
      await send(jobs);
      outbox.splice(0, jobs.length);
      return jobs.length;
    },
    sweep: async () => {
      state.sweeps++;
      return { requeued: 0, expired: 0, reenqueued: 0 };
    },
    staleFiles: async () => state.stale.map((digest) => ({ preflightId: digest, digests: [], own: [digest] })),
    forgetFiles: async (id: string) => void (state.stale = state.stale.filter((one) => one !== id)),
    onOutbox: async (listener: () => void) => {
      bells.push(listener);
      return async () => {
        bells = bells.filter((other) => other !== listener);
      };
    },
    withLock: async (_name: string, work: (lost: AbortSignal) => Promise<void>) => {
      if (locked) return false;
      locked = true;
      try {
        await work(lost.signal);
      } finally {
        locked = false;
      }
      return true;
    },
  } as unknown as EvaluationRecords;
  const queue = { add: async (jobs: readonly QueuedJob[]) => void delivered.push(...jobs.map(({ id }) => id)) } as unknown as JobQueue;
  const blobs = {
    delete: async (sha256: string) => {
      if (state.storeAway-- > 0) throw new Error('store away');
      return state.removed.push(sha256) > 0;
    },
  };
  const put = (...ids: string[]) => {
    outbox.push(...ids.map(job));
    for (const bell of bells) bell();
  };
  return { records, queue, blobs, put, delivered, state, lost, listeners: () => bells.length };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 500) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('coordinator', () => {
  it('delivers what comes into the outbox, in order, and sweeps', async () => {
    const { records, queue, blobs, put, delivered, state, listeners } = world();
    const coordinator = startCoordinator({ records, queue, blobs, log: silent, sweepEveryMs: 20 });
    await until(() => listeners() === 1);
    put('a', 'b');
    put('c');
    await until(() => delivered.length === 3 && state.sweeps > 2);
    expect(delivered).toEqual(['a', 'b', 'c']);
    await coordinator.stop();
    expect(listeners()).toBe(0);
  });

  it('removes files that nobody needs any more, also when the store was away for a while', async () => {
    const { records, queue, blobs, put, delivered, state } = world();
    state.stale = ['one', 'two'];
    state.storeAway = 1;
    const coordinator = startCoordinator({ records, queue, blobs, log: silent, sweepEveryMs: 20 });
    put('a');
    await until(() => delivered.length === 1 && state.stale.length === 0);
    expect(state.removed).toEqual(['two', 'one']); // one that cannot be removed keeps no other
    await coordinator.stop();
  });

  it('goes on after a fault of the database', async () => {
    const { records, queue, blobs, put, delivered, state } = world();
    state.failRelays = 1;
    const coordinator = startCoordinator({ records, queue, blobs, log: silent, sweepEveryMs: 20 });
    put('a');
    await until(() => delivered.length === 1);
    await coordinator.stop();
  });

  it('lets one act at a time, and another take over', async () => {
    const { records, queue, blobs, put, delivered } = world();
    const first = startCoordinator({ records, queue, blobs, log: silent });
    const second = startCoordinator({ records, queue, blobs, log: silent });
    put('a');
    await until(() => delivered.length === 1);
    await first.stop();
    put('b');
    await until(() => delivered.length === 2);
    await second.stop();
    expect(delivered).toEqual(['a', 'b']);
  });
});
