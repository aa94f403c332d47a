import type { Log, ModelRunner, ModelSession, ModelSessions } from '#evaluation';

export interface SessionPoolOptions {
  readonly runner: ModelRunner;
  /** Child processes at once, busy and idle together. */
  readonly capacity: number;
  /** An idle session is kept this long for the next case of its run. */
  readonly idleMs: number;
  readonly log: Log;
}

export interface SessionPool extends ModelSessions {
  /** For sessions outside of runs. Each takes a place until it is closed; whoever holds one must not ask for another. */
  readonly runner: Pick<ModelRunner, 'open'>;
}

/** Cases that a process has at once: one that runs, and one that is prepared meanwhile. */
export const CASES_PER_SESSION = 2;

/** A place that is taken: by a process that is being started, is busy, or waits for the next case of its run. */
interface Place {
  readonly key: string;
  /** Nobody else may join. */
  readonly alone: boolean;
  readonly opening: Promise<ModelSession>;
  session: ModelSession | null;
  /** Could not be opened. */
  broken: boolean;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/**
 * Keeps the child process of a run between its cases: starting one costs about 200 ms, as much as a small case. At most
 * `capacity` of them live. Up to `CASES_PER_SESSION` cases of a run share one, once every place is taken; a newcomer of
 * another run takes the place of the one that has been idle for longest. First come, first served: nobody joins a session
 * while somebody else waits for a place, so a run never holds another one up by more than the cases it has begun.
 */
export function createSessionPool({ runner, capacity, idleMs, log }: SessionPoolOptions): SessionPool {
  const places: Place[] = []; // least recently used first
  const waiting: (() => void)[] = [];
  const endings = new Set<Promise<void>>();
  let closed = false;

  /** Those who wait look again, in their order. */
  function wake(): void {
    waiting[0]?.();
  }

  /** Ends an unused process; its place is free when it is gone. */
  function end(place: Place, session: ModelSession): void {
    clearTimeout(place.idle);
    place.session = null;
    const ending = session
      .close()
      .catch((error: unknown) => log.error('session.close-failed', error))
      .finally(() => {
        endings.delete(ending);
        remove(place);
      });
    endings.add(ending);
  }

  function remove(place: Place): void {
    places.splice(places.indexOf(place), 1);
    wake();
  }

  const isIdle = (place: Place): place is Place & { session: ModelSession } =>
    place.users === 0 && place.session !== null;
  const welcomes = (place: Place, key: string): boolean =>
    place.key === key &&
    !place.alone &&
    !place.broken &&
    (place.session === null ? place.users > 0 : place.session.alive);

  /** A place for one more case, or null when it has to wait. */
  function find(key: string, alone: boolean, open: (runner: ModelRunner) => Promise<ModelSession>): Place | null {
    if (!alone) {
      const kept = places.find((place) => isIdle(place) && welcomes(place, key));
      if (kept) return kept;
    }
    if (places.length < capacity) return begin(key, alone, open);
    const idle = places.find(isIdle);
    if (idle) {
      end(idle, idle.session);
      return null;
    }
    if (alone || endings.size > 0) return null;
    return places.find((place) => welcomes(place, key) && place.users < CASES_PER_SESSION) ?? null;
  }

  function begin(key: string, alone: boolean, open: (runner: ModelRunner) => Promise<ModelSession>): Place {
    const place: Place = { key, alone, opening: open(runner), session: null, broken: false, users: 0, idle: undefined };
    places.push(place);
    place.opening.then(
      (session) => (place.session = session),
      () => (place.broken = true), // told to everybody who waits for it
    );
    return place;
  }

  async function acquire(
    key: string,
    alone: boolean,
    open: (runner: ModelRunner) => Promise<ModelSession>,
  ): Promise<Place> {
    let turn: Promise<void> | null = waiting.length > 0 ? queue() : null;
    for (;;) {
      if (turn) await turn;
      if (closed) throw new Error('the session pool is closed');
      const place = find(key, alone, open);
      if (place) {
        clearTimeout(place.idle);
        place.users++;
        wake(); // whoever comes next may look as soon as this one has its place
        return place;
      }
      turn = queue(turn !== null);
    }
  }

  /** Waits for its turn to look: at the end of the line, or again at its head. */
  function queue(again = false): Promise<void> {
    return new Promise((resolve) => {
      if (again) waiting.unshift(go);
      else waiting.push(go);
      function go(): void {
        waiting.splice(waiting.indexOf(go), 1);
        resolve();
      }
    });
  }

  function giveBack(place: Place): void {
    place.users--;
    const { session } = place;
    places.push(...places.splice(places.indexOf(place), 1));
    if (place.users > 0) return wake();
    if (session === null) return remove(place); // could not be opened
    if (closed || place.alone || !session.alive) return end(place, session);
    place.idle = setTimeout(() => end(place, session), idleMs);
    place.idle.unref();
    wake();
  }

  return {
    runner: {
      async open(models, manifest, limits) {
        const place = await acquire('outside of runs', true, (inner) => inner.open(models, manifest, limits));
        let held = true;
        const letGo = () => {
          if (held) giveBack(place);
          held = false;
        };
        try {
          return closingWith(await place.opening, letGo);
        } catch (error) {
          letGo();
          throw error;
        }
      },
    },
    async use(key, open, work, alone = false) {
      const place = await acquire(key, alone, open);
      try {
        return await work(await place.opening);
      } finally {
        giveBack(place);
      }
    },
    async close() {
      closed = true;
      for (const place of [...places]) if (isIdle(place)) end(place, place.session);
      while (waiting.length > 0) wake();
      await Promise.all(endings);
      await runner.close();
    },
  };
}

/** A session that gives its place back when it is closed. */
function closingWith(session: ModelSession, letGo: () => void): ModelSession {
  return {
    facts: session.facts,
    isolation: session.isolation,
    get alive() {
      return session.alive;
    },
    predict: (images, signal) => session.predict(images, signal),
    close() {
      letGo();
      return session.close();
    },
  };
}
