import { parentPort } from 'node:worker_threads';
import { CaseFault } from '#evaluation';
import { ImageFormatError } from '#imaging';
import type { CaseQuestion } from './case-engine.js';
import { plainDigest, rewriteFiles } from './case-task.js';

/** A thread that reads the files of cases: takes a question, answers with what came of it. */
if (!parentPort) throw new Error('case-thread runs as a worker thread');
const port = parentPort;

port.on('message', ({ id, ...question }: CaseQuestion & { readonly id: number }) => {
  const work: Promise<unknown> = question.kind === 'digest' ? plainDigest(question.path) : rewriteFiles(question.task);
  work.then(
    (answer) => port.postMessage({ id, answer }),
    (error: unknown) => {
      if (error instanceof ImageFormatError) port.postMessage({ id, fault: { code: error.code, message: error.message } });
      else if (error instanceof CaseFault) port.postMessage({ id, fault: { code: null, message: error.message } });
      else port.postMessage({ id, defect: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    },
  );
});
