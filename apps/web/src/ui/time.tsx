import type { ReactNode } from 'react';
import { formatDay, formatMinute, formatUtc } from '../format/dates.js';

/** An instant in the reader's time zone; UTC on hover and for machines. */
export function Time({ at, day = false }: { readonly at: string; readonly day?: boolean }): ReactNode {
  return (
    <time dateTime={at} title={formatUtc(at)}>
      {day ? formatDay(at) : formatMinute(at)}
    </time>
  );
}
