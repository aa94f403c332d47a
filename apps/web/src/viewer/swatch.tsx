import type { ReactNode } from 'react';

/** SVG rather than a styled box: a colour from the benchmark then needs no inline style. */
export function Swatch({ color, hollow = false }: { readonly color: string; readonly hollow?: boolean }): ReactNode {
  return (
    <svg className="vmv-swatch" width="14" height="14" aria-hidden="true">
      <rect
        x="1.5"
        y="1.5"
        width="11"
        height="11"
        rx="3"
        fill={hollow ? 'none' : color}
        stroke={color}
        strokeWidth="2"
      />
    </svg>
  );
}
