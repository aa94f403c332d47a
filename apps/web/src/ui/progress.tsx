import type { ReactNode } from 'react';
import { percent } from '../format/numbers.js';

/** A bar with words: `done` of `total`. */
export function ProgressBar({
  done,
  total,
  label,
  words,
}: {
  readonly done: number;
  readonly total: number;
  readonly label: string;
  readonly words: ReactNode;
}): ReactNode {
  return (
    <div className="progress">
      <div
        className="progress-track"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
      >
        <span className="progress-fill" style={{ width: `${percent(done, total)}%` }} />
      </div>
      <p className="progress-words">{words}</p>
    </div>
  );
}

/** Something moves, but how far it is may not be told (held-out cases) or is not known. */
export function BusyBar({ label }: { readonly label: string }): ReactNode {
  return (
    <div className="progress-track progress-busy" role="progressbar" aria-label={label}>
      <span className="progress-fill" />
    </div>
  );
}
