/** Which runs have how many cases under way in one worker. A run never has more of them than share a process. */
export interface Seats {
  /** A seat for one case of this run, given back by calling it; null when all are taken. */
  take(runId: string): (() => void) | null;
  /** Runs without a free seat. */
  full(): readonly string[];
  /** Settles when a seat of this run is given back, after `ms`, or when `signal` is aborted. */
  given(runId: string, ms: number, signal: AbortSignal): Promise<void>;
}

export function createSeats(perRun: number): Seats {
  const taken = new Map<string, number>();
  const waiting = new Map<string, Set<() => void>>();

  return {
    take(runId) {
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
        if (signal.aborted) done();
      }),
  };
}
