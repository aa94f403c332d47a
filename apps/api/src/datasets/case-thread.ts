import { parentPort } from 'node:worker_threads';
import { CaseFault } from '#evaluation';
import { DicomInexpressible, ImageFormatError } from '#imaging';
import { makeFrames } from '../dicomweb/frames-task.js';
import { makeSegmentation } from '../dicomweb/segmentation-task.js';
import type { CaseFaultMessage, CaseQuestion } from './case-engine.js';
import { plainDigest, rewriteFiles } from './case-task.js';

/** A thread that reads the files of cases: takes a question, answers with what came of it. */
if (!parentPort) throw new Error('case-thread runs as a worker thread');
const port = parentPort;

port.on('message', ({ id, ...question }: CaseQuestion & { readonly id: number }) => {
  answerTo(question).then(
    (answer) => port.postMessage({ id, answer }),
    (error: unknown) => {
      const fault = faultOf(error);
      if (fault !== null) port.postMessage({ id, fault });
      else port.postMessage({ id, defect: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    },
  );
});

function answerTo(question: CaseQuestion): Promise<unknown> {
  switch (question.kind) {
    case 'digest':
      return plainDigest(question.path);
    case 'rewrite':
      return rewriteFiles(question.task);
    case 'segmentation':
      return makeSegmentation(question.task);
    case 'frames':
      return makeFrames(question.task);
  }
}

function faultOf(error: unknown): CaseFaultMessage | null {
  if (error instanceof ImageFormatError) return { kind: 'format', code: error.code, message: error.message };
  if (error instanceof CaseFault) return { kind: 'case', message: error.message };
  return error instanceof DicomInexpressible ? { kind: 'dicom', message: error.message } : null;
}
