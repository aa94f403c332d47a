import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { queries } from '../api/queries.js';
import { SubmissionFallback, SubmissionFrame } from './submission-frame.js';

/** One run of a submission. */
export function RunPage(): ReactNode {
  const { id } = useParams({ from: '/runs/$id' });
  const search = useSearch({ from: '/runs/$id' });
  const query = useQuery(queries.run(id));
  if (!query.data) return <SubmissionFallback error={query.error} onRetry={() => void query.refetch()} />;
  return <SubmissionFrame submission={query.data.submission} run={query.data} runError={null} search={search} />;
}
