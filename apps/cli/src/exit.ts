import { EngineUnavailable, VoxelmarkError } from '#domain';

/** What a command ends with. Scripts rely on these; they never change. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  notSignedIn: 3,
  forbidden: 4,
  notFound: 5,
  invalidInput: 6,
  denied: 7,
  runFailed: 8,
  belowThreshold: 9,
  network: 10,
  interrupted: 130,
} as const;
/** What each exit code says, for `--help`. */
export const EXIT_WORDS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'ok',
  unexpected: 'unexpected',
  usage: 'usage',
  notSignedIn: 'not signed in',
  forbidden: 'forbidden',
  notFound: 'not found, no such file',
  invalidInput: 'invalid input',
  denied: 'denied by consent or governance',
  runFailed: 'run failed',
  belowThreshold: 'threshold not met',
  network: 'network',
  interrupted: 'interrupted',
};
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command cannot do what was asked. */
export class CliError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly exit: ExitCode,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'CliError';
  }
}

export const interrupted = (what: string) => new CliError('interrupted', what, EXIT.interrupted);

export const usageError = (message: string) => new CliError('usage', message, EXIT.usage);

/** Any error as code, sentence and exit code. */
export function explain(error: unknown): { code: string; message: string; exit: ExitCode; defect: boolean } {
  if (error instanceof CliError) return { code: error.code, message: error.message, exit: error.exit, defect: false };
  // by name: the class would bring the whole platform along, also for commands that need none of it
  if (error instanceof Error && error.name === 'ConfigurationError') return { code: 'configuration', message: error.message, exit: EXIT.usage, defect: false };
  if (error instanceof EngineUnavailable) return { code: error.code, message: error.message, exit: EXIT.network, defect: false };
  if (error instanceof VoxelmarkError) return { code: error.code, message: error.message, exit: EXIT.invalidInput, defect: false };
  return { code: 'defect', message: error instanceof Error ? error.message : String(error), exit: EXIT.unexpected, defect: true };
}
