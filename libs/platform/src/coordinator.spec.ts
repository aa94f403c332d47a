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
  const state = { sweeps: 0, failRelays: 0 };
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
  const put = (...ids: string[]) => {
    outbox.push(...ids.map(job));
    for (const bell of bells) bell();
  };
  return { records, queue, put, delivered, state, lost, listeners: () => bells.length };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 500) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('coordinator', () => {
  it('delivers what comes into the outbox, in order, and sweeps', async () => {
    const { records, queue, put, delivered, state, listeners } = world();
    const coordinator = startCoordinator({ records, queue, log: silent, sweepEveryMs: 20 });
    await until(() => listeners() === 1);
    put('a', 'b');
    put('c');
    await until(() => delivered.length === 3 && state.sweeps > 2);
    expect(delivered).toEqual(['a', 'b', 'c']);
    await coordinator.stop();
    expect(listeners()).toBe(0);
  });

  it('goes on after a fault of the database', async () => {
    const { records, queue, put, delivered, state } = world();
    state.failRelays = 1;
    const coordinator = startCoordinator({ records, queue, log: silent, sweepEveryMs: 20 });
    put('a');
    await until(() => delivered.length === 1);
    await coordinator.stop();
  });

  it('lets one act at a time, and another take over', async () => {
    const { records, queue, put, delivered } = world();
    const first = startCoordinator({ records, queue, log: silent });
    const second = startCoordinator({ records, queue, log: silent });
    put('a');
    await until(() => delivered.length === 1);
    await first.stop();
    put('b');
    await until(() => delivered.length === 2);
    await second.stop();
    expect(delivered).toEqual(['a', 'b']);
  });
});
