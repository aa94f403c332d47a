import type { ColumnOptions, ValueTransformer } from 'typeorm';

/** PostgreSQL's bigint comes as text; ours (byte counts, serial numbers) stay far below 2^53. */
const asNumber: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

export const BIGINT: ColumnOptions = { type: 'bigint', transformer: asNumber };

/**
 * Milliseconds, like a JavaScript Date: with PostgreSQL's microseconds, a cursor that went through JSON would skip rows
 * that share its millisecond.
 */
export const INSTANT: ColumnOptions = { type: 'timestamptz', precision: 3 };
export const CREATED: ColumnOptions = { ...INSTANT, default: () => 'now()' };

/** `column in ('a', 'b')` from one of the domain's lists, so that no list is written twice. */
export function oneOf(column: string, words: readonly string[]): string {
  return `${column} in (${words.map((word) => `'${word}'`).join(', ')})`;
}

/** The list of failure codes grows with the platform, and a new code should not need a migration: only their form is checked. */
export const KEBAB_FAILURE_CODE = `failure_code ~ '^[a-z][a-z0-9-]*$'`;
