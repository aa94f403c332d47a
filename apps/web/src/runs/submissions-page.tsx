import type { ReactNode } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { queries } from '../api/queries.js';
import { Icon } from '../ui/icons.js';
import { LoadMore } from '../ui/load-more.js';
import { Page } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, QueryView } from '../ui/states.js';
import { isSettled } from './run-events.js';
import { SubmissionTable } from './submission-table.js';

/** What the signed-in person has submitted; asks again every few seconds while something moves. */
export function SubmissionsPage(): ReactNode {
  const query = useInfiniteQuery({
    ...queries.submissions(),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((item) => !isSettled(item))) ? 4000 : false,
  });
  return (
    <Page
      title="My submissions"
      actions={
        <Link to="/submit" className="button button-primary">
          <Icon name="upload" /> Submit an algorithm
        </Link>
      }
    >
      <QueryView query={query} skeleton={<SkeletonBlocks count={5} height={52} label="Loading your submissions" />}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) {
            return (
              <EmptyState
                icon="upload"
                title="You have not submitted anything yet"
                action={
                  <Link to="/submit" className="button button-primary">
                    Submit an algorithm
                  </Link>
                }
              >
                <p>
                  One ONNX file and a manifest are enough. The practice cases run first, so mistakes show before the
                  held-out cases are touched.
                </p>
              </EmptyState>
            );
          }
          return (
            <>
              <SubmissionTable submissions={items} caption="My submissions, newest first" />
              <LoadMore query={query}>Show older ones</LoadMore>
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}
