import type { LoggerService } from '@nestjs/common';
import type { Clock, Log } from '#evaluation';
import { VoxelmarkError } from '#domain';

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];

/**
 * One JSON object a line on stderr: `at`, `level`, `event`, then the fields. Data goes to stdout, so the two never mix.
 * Ids as fields; never upload file names, header values or pixels.
 */
export function createLog(level: LogLevel, source: string, write: (line: string) => void = (line) => process.stderr.write(line)): Log & { debug: Log['info'] } {
  const emit = (severity: Exclude<LogLevel, 'silent'>, event: string, fields: Readonly<Record<string, unknown>>) => {
    if (LEVELS.indexOf(severity) < LEVELS.indexOf(level)) return;
    write(`${JSON.stringify({ at: new Date().toISOString(), level: severity, source, event, ...fields })}\n`);
  };
  return {
    debug: (event, fields = {}) => emit('debug', event, fields),
    info: (event, fields = {}) => emit('info', event, fields),
    warn: (event, fields = {}) => emit('warn', event, fields),
    error: (event, error, fields = {}) => emit('error', event, { ...fields, error: describeError(error) }),
  };
}

/** Message, code, stack and causes of whatever was thrown. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    name: error.name,
    message: error.message,
    ...(error instanceof VoxelmarkError ? { code: error.code } : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** Nest's own messages as lines of our log. */
export function nestLogger(log: Log & { debug: Log['info'] }): LoggerService {
  const fields = (context: unknown[]) => ({ context: context.filter((item) => typeof item === 'string').at(-1) });
  return {
    log: (message: unknown, ...context: unknown[]) => log.debug('nest.log', { message: String(message), ...fields(context) }),
    warn: (message: unknown, ...context: unknown[]) => log.warn('nest.warn', { message: String(message), ...fields(context) }),
    error: (message: unknown, ...context: unknown[]) => log.error('nest.error', message, fields(context)),
    debug: (message: unknown, ...context: unknown[]) => log.debug('nest.debug', { message: String(message), ...fields(context) }),
    verbose: (message: unknown, ...context: unknown[]) => log.debug('nest.verbose', { message: String(message), ...fields(context) }),
  };
}

/** The clocks of this machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
