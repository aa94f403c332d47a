import type { ReactNode } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { queries } from '../api/queries.js';
import { LoadMore } from '../ui/load-more.js';
import { Notice } from '../ui/notice.js';
import { ErrorState } from '../ui/states.js';
import { SubmissionTable } from './submission-table.js';

/** For the organiser of a benchmark: runs that wait for a decision. Nothing while there are none. */
export function OnHoldPanel({ slug }: { readonly slug: string }): ReactNode {
  const query = useInfiniteQuery(queries.onHold(slug));
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <Notice tone="caution" title="Runs on hold wait for you">
      <p>
        Something of this benchmark could not be used, so these runs stopped before it cost an algorithm a point. Open
        one to read what is wrong, and to start it again or end it.
      </p>
      <SubmissionTable
        submissions={items}
        caption="Submissions with a run on hold, newest first"
        benchmarkColumn={false}
      />
      <LoadMore query={query}>Show older ones</LoadMore>
    </Notice>
  );
}
