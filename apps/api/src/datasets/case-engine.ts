import { Worker } from 'node:worker_threads';
import { CaseFault } from '#evaluation';
import { DicomInexpressible, ImageFormatError, type DicomInstance, type ImageFormatCode } from '#imaging';
import type { FramesTask } from '../dicomweb/frames-task.js';
import type { SegmentationTask } from '../dicomweb/segmentation-task.js';
import type { RewriteTask, RewrittenFiles } from './case-task.js';

/** Reads the files of cases somewhere that is not the event loop. */
export interface CaseEngine {
  /** SHA-256 of a file as it is when unpacked. @throws ImageFormatError */
  digest(path: string): Promise<string>;
  /** @throws ImageFormatError, CaseFault */
  rewrite(task: RewriteTask): Promise<RewrittenFiles>;
  /** A stored label map as a DICOM segmentation. @throws ImageFormatError, DicomInexpressible */
  segmentation(task: SegmentationTask): Promise<DicomInstance>;
  /** The slices of a stored image, compressed one by one, as a file. @throws ImageFormatError, DicomInexpressible */
  frames(task: FramesTask): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What the thread is asked, and what it says. */
export type CaseQuestion =
  | { readonly kind: 'digest'; readonly path: string }
  | { readonly kind: 'rewrite'; readonly task: RewriteTask }
  | { readonly kind: 'segmentation'; readonly task: SegmentationTask }
  | { readonly kind: 'frames'; readonly task: FramesTask };
export type CaseFaultMessage =
  | { readonly kind: 'format'; readonly code: ImageFormatCode; readonly message: string }
  | { readonly kind: 'case' | 'dicom'; readonly message: string };
type CaseMessage = { readonly id: number; readonly answer?: unknown; readonly fault?: CaseFaultMessage; readonly defect?: string };
type Waiting = { resolve: (answer: unknown) => void; reject: (error: Error) => void };
/** Each thread has its own questions: the end of one is no answer to what the next was asked. */
type Thread = { readonly worker: Worker; readonly waiting: Map<number, Waiting> };

/** One thread, started when first needed. One that ends takes its questions with it as errors; the next question starts another. */
export function createCaseThread(script = new URL('./case-thread.js', import.meta.url)): CaseEngine {
  let thread: Thread | null = null;
  let last = 0;
  let closed = false;

  function start(): Thread {
    const worker = new Worker(script);
    const waiting = new Map<number, Waiting>();
    const started: Thread = { worker, waiting };
    const fail = (error: Error) => {
      if (thread === started) thread = null;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    worker.on('message', ({ id, answer, fault, defect }: CaseMessage) => {
      const one = waiting.get(id);
      waiting.delete(id);
      if (waiting.size === 0) worker.unref();
      if (fault) one?.reject(errorOf(fault));
      else if (answer !== undefined) one?.resolve(answer);
      else one?.reject(new Error(`defect while reading a case: ${defect}`));
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`the thread that reads cases ended with code ${code}`)));
    worker.unref();
    return started;
  }

  function ask(question: CaseQuestion): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(new Error('the thread that reads cases is closed'));
      thread ??= start();
      const { worker, waiting } = thread;
      const id = ++last;
      waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, ...question });
    });
  }

  return {
    // the thread answers each kind of question with its own kind of answer
    digest: (path) => ask({ kind: 'digest', path }) as Promise<string>,
    rewrite: (task) => ask({ kind: 'rewrite', task }) as Promise<RewrittenFiles>,
    segmentation: (task) => ask({ kind: 'segmentation', task }) as Promise<DicomInstance>,
    frames: (task) => ask({ kind: 'frames', task }) as Promise<Uint8Array>,
    async close() {
      closed = true;
      await thread?.worker.terminate();
    },
  };
}

function errorOf(fault: CaseFaultMessage): Error {
  switch (fault.kind) {
    case 'format':
      return new ImageFormatError(fault.code, fault.message);
    case 'case':
      return new CaseFault(fault.message);
    case 'dicom':
      return new DicomInexpressible(fault.message);
  }
}
