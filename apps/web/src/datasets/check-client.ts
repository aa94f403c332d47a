import type { DatasetReport, PreparedCase } from '#datasets';
import type { CheckedDataset, CheckMessage, CheckRequest, Preparation } from './check-messages.js';
import type { CheckQuestion } from './open-chosen.js';

/** As much of a `Worker` as is used here. */
export interface CheckWorker {
  postMessage(request: CheckRequest): void;
  terminate(): void;
  onmessage: ((event: { readonly data: CheckMessage }) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
}

export interface Checked {
  readonly report: DatasetReport;
  readonly dataset: CheckedDataset | null;
}

/** A file that was fit when it was checked and is not any more; its sentence may be shown. */
export class ChangedSince extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'ChangedSince';
  }
}

/** A check under way, and the cases that it found: read again when they are sent, one at a time. */
export interface CheckClient {
  readonly checked: Promise<Checked>;
  /** @throws ChangedSince */
  prepare(index: number, how: Preparation): Promise<PreparedCase>;
  /** Ends the work; nothing is answered after it. */
  end(): void;
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a check in a worker of its own. */
export function startCheck(
  question: CheckQuestion,
  onProgress: (progress: { readonly name: string; readonly done: number; readonly of: number }) => void,
  start: () => CheckWorker,
): CheckClient {
  const worker = start();
  const preparing = new Map<number, Waiting<PreparedCase>>();
  let tickets = 0;
  let answer!: Waiting<Checked>;
  const checked = new Promise<Checked>((resolve, reject) => (answer = { resolve, reject }));
  const failAll = (error: Error): void => {
    answer.reject(error);
    for (const { reject } of preparing.values()) reject(error);
    preparing.clear();
  };
  worker.onmessage = ({ data }) => {
    switch (data.kind) {
      case 'progress':
        return onProgress(data);
      case 'checked':
        return answer.resolve(data);
      case 'prepared':
        preparing.get(data.ticket)?.resolve(data.prepared);
        return preparing.delete(data.ticket);
      case 'failed': {
        const error = data.changed ? new ChangedSince(data.sentence) : new Error(data.sentence);
        if (data.ticket === null) return answer.reject(error);
        preparing.get(data.ticket)?.reject(error);
        return preparing.delete(data.ticket);
      }
    }
  };
  worker.onerror = (event: unknown) => {
    console.error('the worker that checks a dataset stopped', event);
    failAll(new Error('the check stopped; the browser may have run out of memory'));
  };
  worker.postMessage({ kind: 'check', question });
  return {
    checked,
    prepare: (index, how) =>
      new Promise((resolve, reject) => {
        const ticket = tickets++;
        preparing.set(ticket, { resolve, reject });
        worker.postMessage({ kind: 'prepare', ticket, index, how });
      }),
    end: () => worker.terminate(),
  };
}
