import { Worker } from 'node:worker_threads';
import { CaseUnreadable, type Agreement, type AgreementTask, type CaseStudy, type Scorer, type StudyTask } from '#evaluation';
import { ImageFormatError, type ImageFormatCode } from '#imaging';

type Scores = Awaited<ReturnType<Scorer['score']>>;

/** What the thread is asked for. */
export type ScoringTask = { readonly id: number } & (
  | { readonly kind: 'score'; readonly task: Parameters<Scorer['score']>[0] }
  | { readonly kind: 'agree'; readonly task: AgreementTask }
  | { readonly kind: 'study'; readonly task: StudyTask }
);

export interface ScoringAnswer {
  readonly id: number;
  readonly outcome:
    | { readonly kind: 'done'; readonly value: Scores | Agreement | CaseStudy }
    | { readonly kind: 'unreadable'; readonly code: ImageFormatCode; readonly message: string }
    | { readonly kind: 'defect'; readonly message: string };
}

type Fault = Exclude<ScoringAnswer['outcome'], { kind: 'done' }>;

interface Thread {
  readonly worker: Worker;
  /** Tasks given to it and not answered yet. */
  readonly tasks: Map<number, { resolve: (value: never) => void; reject: (error: Error) => void; whose: Blame }>;
}

/** What an unreadable file means to whoever asked: a reference of ours, or a file of the author's. */
type Blame = (fault: Extract<Fault, { kind: 'unreadable' }>) => Error;

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
      if (outcome.kind === 'done')
        task.resolve(outcome.value as never); // of the kind that was asked for
      else if (outcome.kind === 'unreadable') task.reject(task.whose(outcome));
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

  function ask<Value>(question: Omit<ScoringTask, 'id'>, whose: Blame): Promise<Value> {
    if (closed) return Promise.reject(new Error('the scoring pool is closed'));
    const thread = leastBusy();
    const id = nextId++;
    return new Promise<Value>((resolve, reject) => {
      thread.tasks.set(id, { resolve, reject, whose });
      thread.worker.ref();
      thread.worker.postMessage({ id, ...question });
    });
  }

  return {
    score: (task) =>
      ask<Scores>({ kind: 'score', task }, ({ code, message }) => new CaseUnreadable(`${code}: ${message}`)),
    agree: (task) =>
      ask<Agreement>({ kind: 'agree', task }, ({ code, message }) => new ImageFormatError(code, message)),
    study: (task) =>
      ask<CaseStudy>({ kind: 'study', task }, ({ code, message }) => new CaseUnreadable(`${code}: ${message}`)),
    async close() {
      closed = true;
      await Promise.all(pool.map(({ worker }) => worker.terminate()));
    },
  };
}
