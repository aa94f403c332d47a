import type { Log, ModelRunner, ModelSession, ModelSessions } from '#evaluation';

export interface SessionPoolOptions {
  readonly runner: ModelRunner;
  /** Child processes at once, busy and idle together; as many as jobs are taken at once. */
  readonly capacity: number;
  /** An idle session is kept this long for the next case of its run. */
  readonly idleMs: number;
  readonly log: Log;
}

interface Idle {
  readonly key: string;
  readonly session: ModelSession;
  readonly timer: NodeJS.Timeout;
}

/**
 * Keeps the child process of a run between its cases: starting one costs about 200 ms, as much as a small case.
 * At most `capacity` of them live; a newcomer takes the place of the one that has been idle for longest.
 */
export function createSessionPool({ runner, capacity, idleMs, log }: SessionPoolOptions): ModelSessions {
  const idle: Idle[] = []; // oldest first
  const waiting: (() => void)[] = [];
  const endings = new Set<Promise<void>>();
  let places = capacity; // neither busy, nor idle, nor ending
  let closed = false;

  /** Ends a session; its place is free again when the process is gone. */
  function end(session: ModelSession): void {
    const ending = session
      .close()
      .catch((error: unknown) => log.error('session.close-failed', error))
      .finally(() => {
        endings.delete(ending);
        places++;
        waiting.shift()?.();
      });
    endings.add(ending);
  }

  function takeIdle(key: string): ModelSession | null {
    const found = idle.findIndex((entry) => entry.key === key);
    if (found < 0) return null;
    const [entry] = idle.splice(found, 1);
    clearTimeout(entry.timer);
    if (entry.session.alive) return entry.session;
    end(entry.session); // died while nobody looked
    return takeIdle(key);
  }

  function evictOldest(): void {
    const entry = idle.shift();
    if (!entry) return;
    clearTimeout(entry.timer);
    end(entry.session);
  }

  async function acquire(key: string, open: (runner: ModelRunner) => Promise<ModelSession>): Promise<ModelSession> {
    for (;;) {
      if (closed) throw new Error('the session pool is closed');
      const kept = takeIdle(key);
      if (kept) return kept;
      if (places > 0) break;
      if (idle.length > 0) evictOldest();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    places--;
    try {
      return await open(runner);
    } catch (error) {
      places++;
      waiting.shift()?.();
      throw error;
    }
  }

  function giveBack(key: string, session: ModelSession): void {
    if (closed || !session.alive) return end(session);
    const entry: Idle = {
      key,
      session,
      timer: setTimeout(() => {
        idle.splice(idle.indexOf(entry), 1);
        end(session);
      }, idleMs),
    };
    entry.timer.unref();
    idle.push(entry);
    waiting.shift()?.();
  }

  return {
    async use(key, open, work) {
      const session = await acquire(key, open);
      try {
        return await work(session);
      } finally {
        giveBack(key, session);
      }
    },
    async close() {
      closed = true;
      while (idle.length > 0) evictOldest();
      for (const resolve of waiting.splice(0)) resolve();
      await Promise.all(endings);
      await runner.close();
    },
  };
}
