import { EngineUnavailable } from '#domain';

/** Socket and resolver errors of Node. */
const NODE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * SQLSTATEs that speak of the server and not of the statement: 08 connection, 53 out of resources (disk full, too many
 * connections), 57P shutting down or starting up, 58 its disk, 25P03 our idle limit, and refusals at the door.
 */
const SQL_STATES = /^(08...|53...|57P..|58...|25P0[34]|28...|3D000)$/;

/** Errors of `pg` and its pool that carry no code. */
const MESSAGES = [
  /^Connection terminated/,
  /^timeout exceeded when trying to connect/,
  /^Client has encountered a connection error and is not queryable/,
  /^Client was closed and is not queryable/,
  /^Cannot use a pool after calling end on the pool/,
  /query runner (was )?already released/i, // TypeORM's words for a connection that broke inside a transaction
  /^SASL: /,
];

/** Deadlock or serialisation failure: the whole transaction may simply be tried again. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40P01' || code === '40001';
}

/** True when the constraint was broken by an insert or update. */
export function violates(error: unknown, constraint: string): boolean {
  return codeOf(error) === '23505' && driverErrorOf(error).constraint === constraint;
}

/** An EngineUnavailable when the server could not be reached or could not work; any other error as it is. */
export function asEngineFault(error: unknown): unknown {
  if (error instanceof EngineUnavailable) return error;
  const driverError = driverErrorOf(error);
  const { code, message = '' } = driverError;
  if (
    (code !== undefined && (NODE_CODES.has(code) || SQL_STATES.test(code))) ||
    MESSAGES.some((pattern) => pattern.test(message))
  ) {
    return new EngineUnavailable(
      'database-unavailable',
      `the database did not answer as it should: ${message || code}`,
      { cause: error },
    );
  }
  return error;
}

interface DriverError {
  readonly code?: string;
  readonly constraint?: string;
  readonly message?: string;
}

/** Node reports "tried IPv6 and IPv4" as an AggregateError; TypeORM wraps what pg threw. */
function driverErrorOf(error: unknown): DriverError {
  if (error instanceof AggregateError && error.errors.length > 0) return driverErrorOf(error.errors[0]);
  if (typeof error !== 'object' || error === null) return {};
  const { driverError } = error as { driverError?: unknown };
  return driverError !== undefined && driverError !== error ? driverErrorOf(driverError) : (error as DriverError);
}

function codeOf(error: unknown): string | undefined {
  return driverErrorOf(error).code;
}
