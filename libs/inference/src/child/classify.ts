import { ModelFailure } from '#domain';
import { ImageFormatError } from '#imaging';
import { PipelineError } from '#pipeline';
import { ranOutOfMemory } from '../out-of-memory.js';
import { MAX_DETAIL, type ReplyCode } from '../protocol.js';

export interface Failure {
  readonly code: ReplyCode;
  readonly detail: string;
}

/** A file of the exchange, or of the models, could not be read or written. */
export class ScratchFault extends Error {}

/** Whose doing an error in the process that runs models is. What is nobody's doing is a defect, with its stack. */
export function classify(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const told = (code: ReplyCode, detail: string): Failure => ({ code, detail: detail.slice(0, MAX_DETAIL) });
  if (error instanceof ModelFailure) return told(error.code, error.detail);
  if (error instanceof PipelineError) return told(error.code, text);
  if (error instanceof ImageFormatError) return told('case-unreadable', `${error.code}: ${text}`);
  if (isTooLarge(error)) return told('output-shape', `the label map is larger than a file may be here: ${text}`);
  if (error instanceof ScratchFault || isOfFiles(error)) return told('runner-scratch', text);
  if (ranOutOfMemory(text)) return told('inference-out-of-memory', text);
  return told('defect', error instanceof Error ? (error.stack ?? text) : text);
}

/** Beyond `ulimit -f`: nothing but what a model makes us write grows that large. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EFBIG';
}

/** Files of the exchange are read and written by us alone; ONNX Runtime's own errors carry no name of a system call. */
function isOfFiles(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}
