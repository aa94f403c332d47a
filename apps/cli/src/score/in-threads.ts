import { Worker } from 'node:worker_threads';

/** What there is to do, in a number of threads. */
export interface ThreadedWork<Task, Answer> {
  /** A module that answers every message with one message. */
  readonly script: URL;
  readonly threads: number;
  /** Number of tasks. */
  readonly count: number;
  /**
   * Task number n, asked for when a thread is free: no more tasks exist at any time than there are threads. Null: there is
   * nothing to do, and there will be no answer.
   */
  task(n: number): Task | null | Promise<Task | null>;
  /** Called as answers come, in any order. */
  answered(n: number, answer: Answer): void;
}

/**
 * Does all tasks, each thread one at a time. The main thread stays free, so that Ctrl-C is heard at once.
 *
 * @throws whatever a thread or `task` throws; all threads are ended first
 */
export async function inThreads<Task, Answer>(work: ThreadedWork<Task, Answer>): Promise<void> {
  const workers: Worker[] = [];
  let next = 0;
  let stopped = false;
  const serve = async (): Promise<void> => {
    let worker: Worker | undefined;
    while (next < work.count && !stopped) {
      const n = next++;
      const task = await work.task(n);
      if (task === null || stopped) continue;
      if (!worker) workers.push((worker = new Worker(work.script)));
      work.answered(n, await ask<Answer>(worker, task));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(work.threads, work.count) }, serve));
  } finally {
    stopped = true;
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function ask<Answer>(worker: Worker, task: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number) =>
      settle(() => reject(new Error(`a thread ended with code ${code} before it answered`)));
    const failed = (error: Error) => settle(() => reject(error));
    const answered = (answer: Answer) => settle(() => resolve(answer));
    const settle = (done: () => void) => {
      worker.off('message', answered).off('error', failed).off('exit', ended);
      done();
    };
    worker.on('message', answered).on('error', failed).on('exit', ended);
    worker.postMessage(task);
  });
}
