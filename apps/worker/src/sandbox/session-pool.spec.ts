import type { Log, ModelRunner, ModelSession } from '#evaluation';
import { createSessionPool } from './session-pool.js';

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Counts what a real runner would have as processes. */
function countingRunner() {
  const living = new Set<object>();
  let opened = 0;
  let most = 0;
  const runner: ModelRunner = {
    async open() {
      opened++;
      const session = {
        facts: { inputs: [], outputs: [], runtime: 'none' },
        alive: true,
        predict: () => Promise.reject(new Error('not used here')),
        async close() {
          session.alive = false;
          await Promise.resolve();
          living.delete(session);
        },
      };
      living.add(session);
      most = Math.max(most, living.size);
      return session;
    },
    close: () => Promise.resolve(),
  };
  return { runner, living, opened: () => opened, most: () => most };
}

const open = (runner: ModelRunner) =>
  runner.open({ sha256: '', copyTo: () => Promise.resolve() }, {} as never, {} as never);
const kill = (session: ModelSession) => {
  (session as { alive: boolean }).alive = false;
  return Promise.resolve();
};
const tick = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('session pool', () => {
  it('keeps one session for the cases of one run', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 2, idleMs: 10_000, log: SILENT });
    const seen = new Set<ModelSession>();
    for (let i = 0; i < 5; i++) await pool.use('run-a', open, async (session) => void seen.add(session));
    expect([counted.opened(), seen.size]).toEqual([1, 1]);
    await pool.close();
    expect(counted.living.size).toBe(0);
  });

  it('opens a second one for two cases of one run at once, and never gives one session to two', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 2, idleMs: 10_000, log: SILENT });
    const busy = new Set<ModelSession>();
    const work = async (session: ModelSession) => {
      expect(busy.has(session)).toBe(false);
      busy.add(session);
      await tick(5);
      busy.delete(session);
    };
    await Promise.all(Array.from({ length: 6 }, () => pool.use('run-a', open, work)));
    expect(counted.most()).toBe(2);
    await pool.close();
  });

  it('never has more living sessions than places, whatever the runs', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 2, idleMs: 10_000, log: SILENT });
    const done: string[] = [];
    await Promise.all(
      ['a', 'b', 'c', 'd', 'a', 'c', 'b', 'd'].map((key) =>
        pool.use(key, open, async () => {
          await tick(2);
          done.push(key);
        }),
      ),
    );
    expect(done.sort().join('')).toBe('aabbccdd');
    expect(counted.most()).toBe(2);
    await pool.close();
  });

  it('forgets a session that died in use or while idle', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 1, idleMs: 10_000, log: SILENT });
    await pool.use('run-a', open, kill);
    expect(counted.opened()).toBe(1);
    let kept: ModelSession | undefined;
    await pool.use('run-a', open, async (session) => void (kept = session));
    await kill(kept!);
    await pool.use('run-a', open, async (session) => expect(session).not.toBe(kept));
    expect(counted.opened()).toBe(3);
    await pool.close();
  });

  it('frees the place when opening fails', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 1, idleMs: 10_000, log: SILENT });
    const broken = () => Promise.reject(new Error('no model'));
    await expect(pool.use('run-a', broken, async () => 1)).rejects.toThrow('no model');
    await expect(pool.use('run-b', open, async () => 2)).resolves.toBe(2);
    await pool.close();
  });

  it('closes a session that has been idle for long enough', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 1, idleMs: 5, log: SILENT });
    await pool.use('run-a', open, async () => undefined);
    for (let i = 0; i < 200 && counted.living.size > 0; i++) await tick(5);
    expect(counted.living.size).toBe(0);
    await pool.close();
  });

  it('refuses work after it was closed, also to those who wait for a place', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 1, idleMs: 10_000, log: SILENT });
    const busy = pool.use('run-a', open, async () => tick(10).then(() => 'finished'));
    const late = pool.use('run-b', open, async () => undefined);
    await tick(1);
    const closing = pool.close();
    await expect(late).rejects.toThrow('closed');
    await expect(busy).resolves.toBe('finished');
    await closing;
  });
});
