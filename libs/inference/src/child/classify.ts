import { ModelFailure, type FailureCode } from '#domain';
import { ImageFormatError } from '#imaging';
import { PipelineError } from '#pipeline';
import { ranOutOfMemory } from '../out-of-memory.js';
import { MAX_DETAIL } from '../protocol.js';

export interface Failure {
  readonly code: FailureCode;
  readonly detail: string;
}

/** Whose doing an error in the process that runs models is. What is nobody's doing is a defect, with its stack. */
export function classify(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const told = (code: FailureCode, detail: string): Failure => ({ code, detail: detail.slice(0, MAX_DETAIL) });
  if (error instanceof ModelFailure) return told(error.code, error.detail);
  if (error instanceof PipelineError) return told(error.code, text);
  if (error instanceof ImageFormatError) return told('case-unreadable', `${error.code}: ${text}`);
  if (ranOutOfMemory(text)) return told('inference-out-of-memory', text);
  return told('defect', error instanceof Error ? (error.stack ?? text) : text);
}
