import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Navigate, useParams } from '@tanstack/react-router';
import { queries } from '../api/queries.js';
import { Page } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { ErrorState } from '../ui/states.js';

/** The address that papers cite: leads to the board as it was in that state, for good. */
export function BoardStatePage(): ReactNode {
  const { hash } = useParams({ from: '/leaderboards/$hash' });
  const query = useQuery(queries.boardState(hash));
  if (query.data) {
    const { benchmark, phase } = query.data;
    return (
      <Navigate
        to="/benchmarks/$slug"
        params={{ slug: benchmark.slug }}
        search={{ phase: phase === 'test' ? undefined : phase, asOf: hash }}
        replace
      />
    );
  }
  return (
    <Page title="State of a leaderboard" wide>
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <SkeletonBlocks count={5} height={56} label="Looking up the state" />
      )}
    </Page>
  );
}
