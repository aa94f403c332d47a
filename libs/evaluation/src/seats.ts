/** Which runs have how many cases under way in one worker. A run never has more of them than share a process. */
export interface Seats {
  /** A seat for one case of this run, given back by calling it; null when all are taken. */
  take(runId: string): (() => void) | null;
  /** Runs without a free seat. */
  full(): readonly string[];
  /** Settles when a seat of this run is given back, after `ms`, when `signal` is aborted, or when seats are closed. */
  given(runId: string, ms: number, signal: AbortSignal): Promise<void>;
  /** A case of this run failed here for a job that was not its own: only its own jobs try it here from now on. */
  avoid(runId: string): void;
  /** A case of this run went through here: others may do its cases again. */
  welcome(runId: string): void;
  /** Runs that are left to their own jobs. */
  avoided(): readonly string[];
  /** From now on nobody gets a seat, and whoever waits is woken: the worker finishes what it has in hand. */
  close(): void;
  readonly closed: boolean;
}

/** Runs that are remembered as avoided; one that was forgotten is tried once more. */
const MOST_AVOIDED = 100;

export function createSeats(perRun: number): Seats {
  const taken = new Map<string, number>();
  const waiting = new Map<string, Set<() => void>>();
  const avoided = new Set<string>();
  let closed = false;

  return {
    take(runId) {
      if (closed) return null;
      const others = taken.get(runId) ?? 0;
      if (others >= perRun) return null;
      taken.set(runId, others + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        const left = taken.get(runId)! - 1;
        if (left === 0) taken.delete(runId);
        else taken.set(runId, left);
        for (const look of waiting.get(runId) ?? []) look();
      };
    },
    full: () => [...taken].filter(([, cases]) => cases >= perRun).map(([runId]) => runId),
    given: (runId, ms, signal) =>
      new Promise((resolve) => {
        const lookers = waiting.get(runId) ?? new Set();
        waiting.set(runId, lookers);
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          lookers.delete(done);
          if (lookers.size === 0 && waiting.get(runId) === lookers) waiting.delete(runId);
          resolve();
        };
        const timer = setTimeout(done, ms);
        lookers.add(done);
        signal.addEventListener('abort', done, { once: true });
        if (signal.aborted || closed) done();
      }),
    avoid(runId) {
      avoided.add(runId);
      const [oldest] = avoided;
      if (avoided.size > MOST_AVOIDED) avoided.delete(oldest);
    },
    welcome: (runId) => void avoided.delete(runId),
    avoided: () => [...avoided],
    close() {
      closed = true;
      for (const look of [...waiting.values()].flatMap((lookers) => [...lookers])) look();
    },
    get closed() {
      return closed;
    },
  };
}
