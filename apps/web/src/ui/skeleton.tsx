import type { ReactNode } from 'react';

/** Grey bars where text will stand. Screen readers hear "Loading" once. */
export function Skeleton({
  lines = 3,
  label = 'Loading',
}: {
  readonly lines?: number;
  readonly label?: string;
}): ReactNode {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, n) => (
        <span key={n} className="skeleton-line" style={{ width: `${[92, 76, 84, 61, 70][n % 5]}%` }} />
      ))}
    </div>
  );
}

/** Grey boxes where cards or a table will stand. */
export function SkeletonBlocks({
  count,
  height,
  label = 'Loading',
}: {
  readonly count: number;
  readonly height: number;
  readonly label?: string;
}): ReactNode {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: count }, (_, n) => (
        <span key={n} className="skeleton-block" style={{ height }} />
      ))}
    </div>
  );
}
