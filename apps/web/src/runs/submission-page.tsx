import { useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { queries } from '../api/queries.js';
import { Notice } from '../ui/notice.js';
import { runOfInterest } from './run-events.js';
import { SubmissionFallback, SubmissionFrame } from './submission-frame.js';

/** A submission, opened at the run that matters now; follows it from practice to test as they go. */
export function SubmissionPage(): ReactNode {
  const { id } = useParams({ from: '/submissions/$id' });
  const { existing } = useSearch({ from: '/submissions/$id' });
  const submission = useQuery(queries.submission(id));
  const runId = submission.data ? runOfInterest(submission.data.runs)?.id : undefined;
  const run = useQuery({ ...queries.run(runId ?? ''), enabled: runId !== undefined });
  const [dismissed, setDismissed] = useState(false);
  if (!submission.data)
    return <SubmissionFallback error={submission.error} onRetry={() => void submission.refetch()} />;
  return (
    <SubmissionFrame
      submission={submission.data}
      run={run.data}
      runError={run.error}
      search={{}}
      notice={
        existing &&
        !dismissed && (
          <Notice
            live
            title="This file had been submitted before"
            actions={
              <button type="button" className="button button-small" onClick={() => setDismissed(true)}>
                Understood
              </button>
            }
          >
            <p>
              The same model with the same manifest is one submission, so nothing was sent twice. You are looking at the
              one that exists.
            </p>
          </Notice>
        )
      }
    />
  );
}
