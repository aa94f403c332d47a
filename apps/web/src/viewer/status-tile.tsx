import type { ReactNode } from 'react';
import { Icon } from './icons.js';

/** Why nothing is seen yet, or nothing will be. */
export type Status =
  | { readonly kind: 'loading'; readonly what: string; readonly bytes: number; readonly total: number | null }
  | { readonly kind: 'problem'; readonly title: string; readonly sentence: string; readonly advice: string };

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export function StatusTile({ status, onRetry }: { readonly status: Status; readonly onRetry: () => void }): ReactNode {
  if (status.kind === 'loading') {
    const { bytes, total } = status;
    return (
      <div className="vmv-status" role="status">
        <p>{status.what}</p>
        <progress {...(total ? { max: total, value: Math.min(bytes, total) } : {})} aria-label={status.what} />
        <p className="vmv-faint vmv-number">
          {bytes > 0 ? (total ? `${megabytes(bytes)} of ${megabytes(total)}` : megabytes(bytes)) : ' '}
        </p>
      </div>
    );
  }
  return (
    <div className="vmv-status" role="alert">
      <h2>
        <Icon name="warning" />
        {status.title}
      </h2>
      <p>{status.sentence}</p>
      <p className="vmv-faint">{status.advice}</p>
      <button type="button" className="vmv-button vmv-plain" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
