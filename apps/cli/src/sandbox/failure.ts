import { EngineUnavailable, ModelFailure } from '#domain';
import { ImageFormatError } from '#imaging';
import { CliError, EXIT, type ExitCode } from '../exit.js';

/** How a prediction ended. */
export const ENDINGS = ['ok', 'timeout', 'out-of-memory', 'crashed', 'refused'] as const;
export type Ending = (typeof ENDINGS)[number];

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly ending: Exclude<Ending, 'ok'>;
  readonly exit: ExitCode;
}

/**
 * What a model or an image does wrong, in the words of the command line: `refused` is what was not run, or cannot be run
 * (exit 6), the others are runs that failed (exit 8). Null for everything that is nobody's fault but ours or the caller's.
 */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof ModelFailure) return described(error.code, error.detail);
  if (error instanceof ImageFormatError) return refused(error.code, error.message);
  if (error instanceof CliError && error.exit === EXIT.invalidInput) return refused(error.code, error.message);
  return null;
}

export function refused(code: string, message: string): Failure {
  return { code, message, ending: 'refused', exit: EXIT.invalidInput };
}

function described(code: string, message: string): Failure {
  if (isRefusal(code)) return refused(code, message);
  const ending =
    code === 'inference-timeout' ? 'timeout' : code === 'inference-out-of-memory' ? 'out-of-memory' : 'crashed';
  return { code, message, ending, exit: EXIT.runFailed };
}

/** Codes of what cannot be run as it is, rather than of a run that failed. */
export function isRefusal(code: string): boolean {
  return /^(model|models|manifest|case|image|images|nifti|dicom|nrrd|metaimage|label|grid)-/.test(code);
}

/** The sandbox itself could not be had: no network is involved, whatever the family says elsewhere. */
export function notOurs(error: unknown): unknown {
  if (!(error instanceof EngineUnavailable)) return error;
  return new CliError(error.code, error.message, EXIT.unexpected, { cause: error });
}
