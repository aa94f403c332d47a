import { createSeats, type Log, type ModelRunner, type ModelSession, type ModelSessions } from '#evaluation';

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

type Open = (runner: ModelRunner) => Promise<ModelSession>;

/** A place that is taken: by a process that is being started, is busy, waits for the next case of its run, or ends. */
interface Place {
  /** The run; a symbol stands for itself alone. */
  readonly key: string | symbol;
  /** Nobody else may join. */
  readonly alone: boolean;
  readonly opening: Promise<ModelSession>;
  /** Null while it opens and once it ends. */
  session: ModelSession | null;
  /** Could not be opened. */
  broken: boolean;
  users: number;
  idle: NodeJS.Timeout | undefined;
  /** Settles when the process that is being ended is gone; never rejects. */
  ending: Promise<void> | null;
}

/** A case that has no process yet. */
interface Waiting {
  readonly key: string | symbol;
  readonly alone: boolean;
  readonly open: Open;
  readonly enter: (place: Place) => void;
  readonly refuse: (error: Error) => void;
}

/**
 * Keeps the child process of a run between its cases: starting one costs about 200 ms, as much as a small case. At most
 * `capacity` of them live, and never two of one run: up to `CASES_PER_SESSION` of its cases share its process, the others
 * wait for it, and so does a case that has to be alone in a fresh one. A newcomer of another run takes a free place, or that
 * of the process that has been idle for longest. First come, first served: nobody joins a process while somebody before
 * them waits for a place, so a run never holds another one up by more than the cases it has begun; who waits for the
 * process of their own run holds up nobody else.
 */
export function createSessionPool({ runner, capacity, idleMs, log }: SessionPoolOptions): SessionPool {
  const places: Place[] = []; // least recently used first
  let waiting: Waiting[] = [];
  const endings = new Set<Promise<void>>();
  let closed = false;

  /** Everybody who waits looks, in their order. */
  function serve(): void {
    const held = new Set<string | symbol>();
    let full = false;
    for (const one of waiting) {
      const place = full || held.has(one.key) ? null : find(one);
      if (place === null) {
        held.add(one.key);
        // the own process will have room for it, or end; otherwise it needs a place that there is not
        if (!places.some(({ key }) => key === one.key)) full = true;
        continue;
      }
      clearTimeout(place.idle);
      place.users++;
      waiting = waiting.filter((other) => other !== one);
      one.enter(place);
    }
  }

  /** A place for one more case, or null when it has to wait. */
  function find({ key, alone, open }: Waiting): Place | null {
    const own = places.find((place) => place.key === key);
    if (own) {
      if (!alone && welcomes(own)) return own;
      if (isIdle(own)) end(own, own.session);
      return null;
    }
    if (places.length < capacity) return begin(key, alone, open);
    const idle = places.find(isIdle);
    if (idle && endings.size === 0) end(idle, idle.session);
    return null;
  }

  const isIdle = (place: Place): place is Place & { session: ModelSession } =>
    place.users === 0 && place.session !== null;
  const welcomes = (place: Place): boolean =>
    !place.alone &&
    !place.broken &&
    place.users < CASES_PER_SESSION &&
    (place.session === null ? place.users > 0 : place.session.alive);

  function begin(key: string | symbol, alone: boolean, open: Open): Place {
    const place: Place = {
      key,
      alone,
      opening: open(runner),
      session: null,
      broken: false,
      users: 0,
      idle: undefined,
      ending: null,
    };
    places.push(place);
    place.opening.then(
      (session) => (place.session = session),
      () => (place.broken = true), // told to everybody who waits for it
    );
    return place;
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
    place.ending = ending;
  }

  function remove(place: Place): void {
    places.splice(places.indexOf(place), 1);
    serve();
  }

  function acquire(key: string | symbol, alone: boolean, open: Open): Promise<Place> {
    return new Promise((enter, refuse) => {
      if (closed) return refuse(new Error('the session pool is closed'));
      waiting.push({ key, alone, open, enter, refuse });
      serve();
    });
  }

  function giveBack(place: Place): void {
    place.users--;
    const { session } = place;
    places.push(...places.splice(places.indexOf(place), 1));
    if (place.users > 0) return serve();
    if (session === null) return remove(place); // could not be opened
    if (closed || place.alone || !session.alive) return end(place, session);
    place.idle = setTimeout(() => end(place, session), idleMs);
    place.idle.unref();
    serve();
  }

  return {
    seats: createSeats(CASES_PER_SESSION),
    runner: {
      async open(models, manifest, limits) {
        const place = await acquire(Symbol('outside of runs'), true, (inner) => inner.open(models, manifest, limits));
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
    async endIdle(key) {
      const own = places.find((place) => place.key === key);
      if (own && isIdle(own)) end(own, own.session);
      await own?.ending;
    },
    async close() {
      closed = true;
      for (const place of [...places]) if (isIdle(place)) end(place, place.session);
      for (const { refuse } of waiting.splice(0)) refuse(new Error('the session pool is closed'));
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
