import type { ReactNode } from 'react';
import { ariaSort, nextDirection, type Direction } from '../format/order.js';
import { Icon } from './icons.js';

export interface Sorting {
  readonly column: string;
  readonly direction: Direction;
}

/** Header of a sortable column: a real button inside `th`, with `aria-sort` and an arrow. */
export function SortHeader({
  column,
  natural,
  sorting,
  onSort,
  children,
  note,
  numeric = false,
  className = '',
}: {
  readonly column: string;
  /** What a first click gives: best first. */
  readonly natural: Direction;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly children: ReactNode;
  /** Second line: unit and direction. */
  readonly note?: ReactNode;
  readonly numeric?: boolean;
  readonly className?: string;
}): ReactNode {
  const sorted = sorting.column === column ? sorting.direction : null;
  return (
    <th scope="col" aria-sort={ariaSort(sorted)} className={`${numeric ? 'numeric' : ''} ${className}`.trim()}>
      <button
        type="button"
        className="sort-button"
        onClick={() => onSort({ column, direction: nextDirection(sorted, natural) })}
      >
        <span className="sort-title">
          {children}
          <Icon name={sorted === null ? 'sort' : sorted === 'asc' ? 'up' : 'down'} size={13} />
        </span>
        {note !== undefined && <span className="sort-note">{note}</span>}
      </button>
    </th>
  );
}
