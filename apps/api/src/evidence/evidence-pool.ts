import { Worker } from 'node:worker_threads';
import type { BoardEvidence, BoardMeans } from '#ranking';
import type { EvidenceTask, MeansTask } from './evidence-task.js';

/** Works out evidence somewhere that is not the event loop. */
export interface EvidenceEngine {
  answer(task: EvidenceTask): Promise<BoardEvidence>;
  means(task: MeansTask): Promise<BoardMeans>;
  close(): Promise<void>;
}

/** What the thread is asked. */
export type Question =
  { readonly kind: 'evidence'; readonly task: EvidenceTask } | { readonly kind: 'means'; readonly task: MeansTask };
type Waiting = { resolve: (answer: unknown) => void; reject: (error: Error) => void };
type Message = { readonly id: number; readonly answer?: unknown; readonly defect?: string };

/** One thread, started when first needed; tasks wait their turn. One that ends takes its tasks with it as errors. */
export function createEvidencePool(script = new URL('./evidence-thread.js', import.meta.url)): EvidenceEngine {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | null = null;
  let last = 0;
  let closed = false;

  function start(): Worker {
    const worker = new Worker(script);
    const fail = (error: Error) => {
      if (thread === worker) thread = null;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    worker.on('message', ({ id, answer, defect }: Message) => {
      const one = waiting.get(id);
      waiting.delete(id);
      if (waiting.size === 0) worker.unref();
      if (answer !== undefined) one?.resolve(answer);
      else one?.reject(new Error(`defect while working out evidence: ${defect}`));
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`the thread that works out evidence ended with code ${code}`)));
    worker.unref();
    return worker;
  }

  function ask(question: Question): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(new Error('the evidence pool is closed'));
      thread ??= start();
      const id = ++last;
      waiting.set(id, { resolve, reject });
      thread.ref();
      thread.postMessage({ id, ...question });
    });
  }

  return {
    // the thread answers each kind of question with its own kind of answer
    answer: (task) => ask({ kind: 'evidence', task }) as Promise<BoardEvidence>,
    means: (task) => ask({ kind: 'means', task }) as Promise<BoardMeans>,
    async close() {
      closed = true;
      await thread?.terminate();
    },
  };
}
