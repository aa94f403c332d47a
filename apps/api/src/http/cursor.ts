import { z } from 'zod';
import { RequestRefused } from '#domain';

/** Wraps where a page ended into an opaque string. */
export function writeCursor(place: Readonly<Record<string, string | number>>): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * Where the page before ended; undefined without a cursor.
 *
 * @throws RequestRefused 400 `cursor-invalid` when it was not made by this list
 */
export function readCursor<T extends z.ZodType>(cursor: string | undefined, schema: T): z.output<T> | undefined {
  if (cursor === undefined) return undefined;
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw refused({ cause });
  }
  const parsed = schema.safeParse(place);
  if (!parsed.success) throw refused({ cause: parsed.error });
  return parsed.data;
}

function refused(options: { cause: unknown }): RequestRefused {
  const message = 'expected the nextCursor of an earlier answer of the same list';
  return new RequestRefused(
    400,
    'cursor-invalid',
    `query.cursor: ${message}`,
    [{ path: 'query.cursor', message }],
    options,
  );
}

export const createdAtPlace = z.strictObject({ at: z.iso.datetime(), id: z.uuid() });
export const afterPlace = z.strictObject({
  after: z
    .string()
    .min(1)
    .max(120)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u),
});
export const offsetPlace = z.strictObject({ offset: z.number().int().min(0).max(10_000_000) });
/** Of a list that counts its items itself; PostgreSQL counts them in 32 bits. */
export const sequencePlace = z.strictObject({
  before: z
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1),
});
export const beforePlace = z.strictObject({ before: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
