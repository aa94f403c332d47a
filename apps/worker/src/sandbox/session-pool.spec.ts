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
        isolation: 'L0' as const,
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

const open = (runner: ModelRunner) => runner.open([], {} as never, {} as never);
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

  it('gives a run one process, whatever places are free: two cases share it, never three', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 3, idleMs: 10_000, log: SILENT });
    const users = new Map<ModelSession, number>();
    const seen: number[] = [];
    const work = async (session: ModelSession) => {
      users.set(session, (users.get(session) ?? 0) + 1);
      seen.push(users.get(session)!);
      await tick(5);
      users.set(session, users.get(session)! - 1);
    };
    await Promise.all(Array.from({ length: 9 }, () => pool.use('run-a', open, work)));
    expect([counted.opened(), counted.most()]).toEqual([1, 1]);
    expect(seen.slice(0, 2)).toEqual([1, 2]);
    expect(Math.max(...seen)).toBe(2);
    await pool.close();
  });

  it('lets another run pass those who wait for the process of their own', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 2, idleMs: 10_000, log: SILENT });
    const begun: string[] = [];
    const use = (key: string, name: string, alone = false) =>
      pool.use(
        key,
        open,
        async () => {
          begun.push(name);
          await tick(5);
        },
        alone,
      );
    await Promise.all([
      ...[use('run-a', 'a1'), use('run-a', 'a2'), use('run-a', 'a3', true), use('run-a', 'a4')],
      ...[use('run-b', 'b1'), use('run-b', 'b2')],
    ]);
    expect(begun).toEqual(['a1', 'a2', 'b1', 'b2', 'a3', 'a4']);
    expect([counted.opened(), counted.most()]).toEqual([4, 2]);
    await pool.close();
  });

  it('lets nobody join a session while another run waits for its place', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 1, idleMs: 10_000, log: SILENT });
    const done: string[] = [];
    const use = (key: string, name: string) =>
      pool.use(key, open, async () => {
        await tick(5);
        done.push(name);
      });
    await Promise.all([use('run-a', 'a1'), use('run-b', 'b1'), use('run-a', 'a2'), use('run-a', 'a3')]);
    expect(done).toEqual(['a1', 'b1', 'a2', 'a3']);
    expect(counted.opened()).toBe(3);
    await pool.close();
  });

  it('gives a fresh session to whoever wants to be alone, and lets nobody join', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 1, idleMs: 10_000, log: SILENT });
    let kept: ModelSession | undefined;
    await pool.use('run-a', open, async (session) => void (kept = session));
    let busy = 0;
    const work = async (session: ModelSession) => {
      expect(session).not.toBe(kept);
      expect(++busy).toBe(1);
      await tick(5);
      busy--;
    };
    await Promise.all([pool.use('run-a', open, work, true), pool.use('run-a', open, work)]);
    expect([counted.opened(), counted.most()]).toEqual([3, 1]);
    await pool.close();
  });

  it('counts sessions outside of runs among its places, until they are closed', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 1, idleMs: 10_000, log: SILENT });
    await pool.use('run-a', open, async () => undefined);
    const outside = await pool.runner.open([], {} as never, {} as never);
    let ran = false;
    const later = pool.use('run-a', open, async () => void (ran = true));
    await tick(5);
    expect([ran, outside.alive]).toEqual([false, true]);
    await outside.close();
    await outside.close();
    await later;
    expect([ran, counted.opened(), counted.most()]).toEqual([true, 3, 1]);
    await pool.close();
  });

  it('ends the idle session of a run when it is told so, and says when it is gone; a busy one stays', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 3, idleMs: 10_000, log: SILENT });
    await pool.use('run-a', open, async () => {
      await pool.endIdle('run-a');
      expect(counted.living.size).toBe(1);
    });
    await pool.use('run-b', open, async () => undefined);
    expect(counted.living.size).toBe(2);
    await Promise.all([
      pool.endIdle('run-a').then(() => expect(counted.living.size).toBe(1)),
      pool.endIdle('run-a').then(() => expect(counted.living.size).toBe(1)), // that it is ending already is no difference
    ]);
    await pool.endIdle('run-a');
    await pool.endIdle('run-c');
    const outside = await pool.runner.open([], {} as never, {} as never);
    expect([counted.opened(), counted.most(), counted.living.size]).toEqual([3, 2, 2]);
    await outside.close();
    await pool.close();
  });

  it('after a crash under two cases, both go on in other sessions', async () => {
    const counted = countingRunner();
    const pool = createSessionPool({ runner: counted.runner, capacity: 1, idleMs: 10_000, log: SILENT });
    const first = pool.use('run-a', open, async (session) => {
      await tick(5);
      await kill(session);
      return session;
    });
    const second = pool.use('run-a', open, async (session) => {
      await tick(10);
      return session;
    });
    expect(await second).toBe(await first);
    await pool.use('run-a', open, async (session) => expect(session.alive).toBe(true));
    expect([counted.opened(), counted.most()]).toEqual([2, 1]);
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
