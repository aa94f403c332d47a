import { Worker } from 'node:worker_threads';
import { CaseFault } from '#evaluation';
import { ImageFormatError, type ImageFormatCode } from '#imaging';
import type { RewriteTask, RewrittenFiles } from './case-task.js';

/** Reads the files of cases somewhere that is not the event loop. */
export interface CaseEngine {
  /** SHA-256 of a file as it is when unpacked. @throws ImageFormatError */
  digest(path: string): Promise<string>;
  /** @throws ImageFormatError, CaseFault */
  rewrite(task: RewriteTask): Promise<RewrittenFiles>;
  close(): Promise<void>;
}

/** What the thread is asked, and what it says. */
export type CaseQuestion = { readonly kind: 'digest'; readonly path: string } | { readonly kind: 'rewrite'; readonly task: RewriteTask };
export type CaseFaultMessage = { readonly code: ImageFormatCode | null; readonly message: string };
type CaseMessage = { readonly id: number; readonly answer?: unknown; readonly fault?: CaseFaultMessage; readonly defect?: string };
type Waiting = { resolve: (answer: unknown) => void; reject: (error: Error) => void };

/** One thread, started when first needed. One that ends takes its questions with it as errors; the next question starts another. */
export function createCaseThread(script = new URL('./case-thread.js', import.meta.url)): CaseEngine {
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
    worker.on('message', ({ id, answer, fault, defect }: CaseMessage) => {
      const one = waiting.get(id);
      waiting.delete(id);
      if (waiting.size === 0) worker.unref();
      if (fault) one?.reject(fault.code === null ? new CaseFault(fault.message) : new ImageFormatError(fault.code, fault.message));
      else if (answer !== undefined) one?.resolve(answer);
      else one?.reject(new Error(`defect while reading a case: ${defect}`));
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`the thread that reads cases ended with code ${code}`)));
    worker.unref();
    return worker;
  }

  function ask(question: CaseQuestion): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(new Error('the thread that reads cases is closed'));
      thread ??= start();
      const id = ++last;
      waiting.set(id, { resolve, reject });
      thread.ref();
      thread.postMessage({ id, ...question });
    });
  }

  return {
    // the thread answers each kind of question with its own kind of answer
    digest: (path) => ask({ kind: 'digest', path }) as Promise<string>,
    rewrite: (task) => ask({ kind: 'rewrite', task }) as Promise<RewrittenFiles>,
    async close() {
      closed = true;
      await thread?.terminate();
    },
  };
}
