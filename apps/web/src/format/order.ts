export type Direction = 'asc' | 'desc';

/** Something to sort by: numbers by size, texts by alphabet; null and undefined have no place of their own. */
export type SortKey = number | string | null | undefined;

/**
 * Rows in order of a key. What has no value stands last in either direction, so that a missing score never leads.
 * Equal keys keep their order.
 */
export function sortRows<Row>(rows: readonly Row[], keyOf: (row: Row) => SortKey, direction: Direction): Row[] {
  const sign = direction === 'asc' ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    const [missingX, missingY] = [isMissing(x), isMissing(y)];
    if (missingX || missingY) return Number(missingX) - Number(missingY);
    return sign * compare(x as number | string, y as number | string);
  });
}

function isMissing(key: SortKey): boolean {
  return key === null || key === undefined || (typeof key === 'number' && Number.isNaN(key));
}

function compare(x: number | string, y: number | string): number {
  if (typeof x === 'number' && typeof y === 'number') return x < y ? -1 : x > y ? 1 : 0;
  return String(x).localeCompare(String(y), 'en', { numeric: true, sensitivity: 'base' });
}

/** The direction a column takes: the other way round when it is sorted by already, else its natural one (best first). */
export function nextDirection(sorted: Direction | null, natural: Direction): Direction {
  if (sorted === null) return natural;
  return sorted === 'asc' ? 'desc' : 'asc';
}

/** Value of `aria-sort`. */
export function ariaSort(sorted: Direction | null): 'ascending' | 'descending' | 'none' {
  if (sorted === null) return 'none';
  return sorted === 'asc' ? 'ascending' : 'descending';
}
