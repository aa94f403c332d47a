import type { KeyboardEvent } from 'react';

/** Row that a key goes to from row `at` of `rows`; null: the key is not for rows. */
export function rowForKey(key: string, at: number, rows: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, rows - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return rows - 1;
    default:
      return null;
  }
}

const CONTROLS = 'a[href], button, input';

/**
 * Keys within the rows of a table, from whatever link or button has the focus: up, down, Home and End go to the same one in
 * another row; right and left open and close what belongs to the row. Rows carry `data-run`, the button that opens one
 * `aria-expanded`.
 */
export function moveInRows(event: KeyboardEvent<HTMLElement>): void {
  const { key, currentTarget: body, target } = event;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !(target instanceof HTMLElement)) return;
  const row = target.closest<HTMLTableRowElement>('tr[data-run]');
  const cell = target.closest<HTMLTableCellElement>('td, th');
  if (row === null || cell === null) return;
  if (key === 'ArrowRight' || key === 'ArrowLeft') {
    const opener = row.querySelector<HTMLElement>('[aria-expanded]');
    if (opener?.getAttribute('aria-expanded') === String(key === 'ArrowLeft')) opener.click();
    event.preventDefault();
    return;
  }
  const rows = [...body.querySelectorAll<HTMLTableRowElement>('tr[data-run]')];
  const to = rowForKey(key, rows.indexOf(row), rows.length);
  if (to === null) return;
  const within = [...cell.querySelectorAll(CONTROLS)].indexOf(target);
  const same = rows[to].cells[cell.cellIndex]?.querySelectorAll<HTMLElement>(CONTROLS)[within];
  (same ?? rows[to].querySelector<HTMLElement>(CONTROLS))?.focus();
  event.preventDefault();
}
