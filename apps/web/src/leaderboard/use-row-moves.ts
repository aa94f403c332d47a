import { useLayoutEffect, useRef, type RefObject } from 'react';

/**
 * Lets rows slide from where they were to where they are when the order changes. Whoever asked the system for less motion
 * sees them change at once.
 *
 * @param order what stands in `data-run` of each row, top to bottom
 */
export function useRowMoves(order: readonly string[]): RefObject<HTMLTableSectionElement | null> {
  const body = useRef<HTMLTableSectionElement>(null);
  const before = useRef(new Map<string, number>());
  const key = order.join(' ');
  useLayoutEffect(() => {
    const rows = [...(body.current?.querySelectorAll<HTMLElement>('tr[data-run]') ?? [])];
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const now = new Map(rows.map((row) => [row.dataset.run ?? '', row.offsetTop]));
    for (const row of rows) {
      const from = before.current.get(row.dataset.run ?? '');
      const distance = from === undefined ? 0 : from - row.offsetTop;
      if (distance === 0 || calm) continue;
      row.animate([{ transform: `translateY(${distance}px)` }, { transform: 'none' }], {
        duration: 320,
        easing: 'cubic-bezier(0.2, 0, 0, 1)',
      });
    }
    before.current = now;
  }, [key]);
  return body;
}
