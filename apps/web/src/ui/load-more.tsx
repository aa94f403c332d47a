import type { ReactNode } from 'react';
import type { InfiniteQueryObserverResult } from '@tanstack/react-query';

/** The button under a list that came in pages; nothing once the last page is there. */
export function LoadMore({
  query,
  children,
}: {
  readonly query: Pick<InfiniteQueryObserverResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
  /** Words of the button. */
  readonly children: ReactNode;
}): ReactNode {
  if (!query.hasNextPage) return null;
  return (
    <p className="more">
      <button
        type="button"
        className="button"
        onClick={() => void query.fetchNextPage()}
        disabled={query.isFetchingNextPage}
      >
        {query.isFetchingNextPage ? 'Loading…' : children}
      </button>
    </p>
  );
}
