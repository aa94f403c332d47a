import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RunView, SubmissionView } from '#contracts';
import { queries } from '../api/queries.js';
import type { RunSearch } from '../app/search.js';
import { formatBytes } from '../format/numbers.js';
import { Badge } from '../ui/badge.js';
import { Digest } from '../ui/copy.js';
import { Page } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { ErrorState } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { CONNECTION_WORDS } from './live-connection.js';
import { RunControl } from './run-control.js';
import { isSettled } from './run-events.js';
import { RunPanel } from './run-panel.js';
import { RunStepper } from './run-stepper.js';
import { PHASE_WORDS } from './run-words.js';
import { useLiveSubmission } from './use-live-submission.js';

/** A submission with one of its runs opened: what the submission page and the run page share. Stays current by itself. */
export function SubmissionFrame({
  submission,
  run,
  runError,
  search,
  notice,
}: {
  readonly submission: SubmissionView;
  readonly run: RunView | undefined;
  readonly runError: unknown;
  readonly search: RunSearch;
  readonly notice?: ReactNode;
}): ReactNode {
  const connection = useLiveSubmission(submission.id, isSettled(submission));
  const benchmark = useQuery(queries.benchmark(submission.benchmark.slug));
  const name = `${submission.algorithm.name} ${submission.version}`;
  return (
    <Page
      title={run ? `${name}, ${PHASE_WORDS[run.phase].name.toLowerCase()} run` : name}
      trail={
        <>
          <Link to="/benchmarks/$slug" params={{ slug: submission.benchmark.slug }}>
            {submission.benchmark.title}
          </Link>
          {submission.mine && <Link to="/submissions">My submissions</Link>}
        </>
      }
      heading={
        <>
          <Link
            to="/algorithms/$slug"
            params={{ slug: submission.algorithm.slug }}
            search={{ version: submission.version }}
            className="plain-link"
          >
            {submission.algorithm.name}
          </Link>{' '}
          <span className="version">{submission.version}</span>
        </>
      }
      lead={
        <p className="meta-line">
          <Badge icon="person">{submission.submitter}</Badge>
          <span>
            submitted <Time at={submission.createdAt} />
          </span>
          <span>
            model {formatBytes(submission.modelBytes)}, <Digest value={submission.modelSha256} what="the model" />
          </span>
        </p>
      }
      actions={run && <RunControl submission={submission} run={run} />}
    >
      {notice}
      <p className={`connection connection-${connection.kind}`} role="status">
        <span className="connection-dot" aria-hidden="true" />
        {CONNECTION_WORDS[connection.kind]}
      </p>
      <RunStepper runs={submission.runs} current={run?.id ?? ''} />
      {run ? (
        <RunPanel run={run} benchmark={benchmark.data} search={search} />
      ) : runError ? (
        <ErrorState error={runError} />
      ) : (
        <SkeletonBlocks count={3} height={80} label="Loading the run" />
      )}
      {benchmark.isError && <ErrorState error={benchmark.error} onRetry={() => void benchmark.refetch()} />}
    </Page>
  );
}

/** Before the submission is known: its skeleton, or why it cannot be shown. */
export function SubmissionFallback({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry: () => void;
}): ReactNode {
  return (
    <Page title={error ? 'Run' : 'Loading run'}>
      {error ? (
        <ErrorState error={error} onRetry={onRetry} />
      ) : (
        <SkeletonBlocks count={4} height={90} label="Loading the run" />
      )}
    </Page>
  );
}
