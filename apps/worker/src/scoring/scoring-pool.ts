import { Worker } from 'node:worker_threads';
import { CaseUnreadable, type Scorer } from '#evaluation';

type Task = Parameters<Scorer['score']>[0];
type Scores = Awaited<ReturnType<Scorer['score']>>;

export interface ScoringTask {
  readonly id: number;
  readonly task: Task;
}

export interface ScoringAnswer {
  readonly id: number;
  readonly outcome:
    | ({ readonly kind: 'scored' } & Scores)
    | { readonly kind: 'unreadable'; readonly message: string }
    | { readonly kind: 'defect'; readonly message: string };
}

interface Thread {
  readonly worker: Worker;
  /** Tasks given to it and not answered yet. */
  readonly tasks: Map<number, { resolve: (scores: Scores) => void; reject: (error: Error) => void }>;
}

/**
 * A Scorer on worker threads, started when first needed and given to the least busy. A thread that ends takes its tasks
 * with it as errors; the next task starts a new one.
 *
 * @param script compiled `scoring-thread.js`
 */
export function createScoringPool({ threads, script }: { readonly threads: number; readonly script?: URL }): Scorer {
  const pool: Thread[] = [];
  let nextId = 1;
  let closed = false;

  function start(): Thread {
    const worker = new Worker(script ?? new URL('./scoring-thread.js', import.meta.url));
    const thread: Thread = { worker, tasks: new Map() };
    const fail = (error: Error) => {
      const at = pool.indexOf(thread);
      if (at >= 0) pool.splice(at, 1);
      for (const { reject } of thread.tasks.values()) reject(error);
      thread.tasks.clear();
    };
    worker.on('message', ({ id, outcome }: ScoringAnswer) => {
      const task = thread.tasks.get(id);
      if (!task) return;
      thread.tasks.delete(id);
      if (thread.tasks.size === 0) worker.unref();
      if (outcome.kind === 'scored') task.resolve({ scores: outcome.scores, elapsedMs: outcome.elapsedMs });
      else if (outcome.kind === 'unreadable') task.reject(new CaseUnreadable(outcome.message));
      else task.reject(new Error(`defect while computing metrics: ${outcome.message}`));
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`the thread that computes metrics ended with code ${code}`)));
    worker.unref();
    pool.push(thread);
    return thread;
  }

  function leastBusy(): Thread {
    const free = pool.find(({ tasks }) => tasks.size === 0);
    if (free) return free;
    if (pool.length < threads) return start();
    return pool.reduce((best, thread) => (thread.tasks.size < best.tasks.size ? thread : best));
  }

  return {
    score(task) {
      if (closed) return Promise.reject(new Error('the scoring pool is closed'));
      const thread = leastBusy();
      const id = nextId++;
      return new Promise((resolve, reject) => {
        thread.tasks.set(id, { resolve, reject });
        thread.worker.ref();
        thread.worker.postMessage({ id, task } satisfies ScoringTask);
      });
    },
    async close() {
      closed = true;
      await Promise.all(pool.map(({ worker }) => worker.terminate()));
    },
  };
}
