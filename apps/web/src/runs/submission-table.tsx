import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { SubmissionView } from '#contracts';
import { PHASE_WORDS, queueWords } from './run-words.js';
import { StateBadge } from '../ui/phase-state.js';
import { Time } from '../ui/time.js';

/** Submissions, one a row, with the state of each run. */
export function SubmissionTable({
  submissions,
  caption,
  algorithmColumn = true,
  benchmarkColumn = true,
}: {
  readonly submissions: readonly SubmissionView[];
  readonly caption: string;
  readonly algorithmColumn?: boolean;
  readonly benchmarkColumn?: boolean;
}): ReactNode {
  return (
    <div className="table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table className="plain">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Submitted</th>
            {algorithmColumn && <th scope="col">Algorithm version</th>}
            <th scope="col">{PHASE_WORDS.practice.name}</th>
            <th scope="col">{PHASE_WORDS.test.name}</th>
            {benchmarkColumn && <th scope="col">Benchmark</th>}
          </tr>
        </thead>
        <tbody>
          {submissions.map((submission) => (
            <tr key={submission.id}>
              <th scope="row" className="nowrap">
                <Link to="/submissions/$id" params={{ id: submission.id }} className="strong-link">
                  <Time at={submission.createdAt} />
                </Link>
              </th>
              {algorithmColumn && (
                <td>
                  <Link
                    to="/algorithms/$slug"
                    params={{ slug: submission.algorithm.slug }}
                    search={{ version: submission.version }}
                  >
                    {submission.algorithm.name}
                  </Link>{' '}
                  <span className="version">{submission.version}</span>
                </td>
              )}
              {(['practice', 'test'] as const).map((phase) => (
                <td key={phase}>
                  <RunCell submission={submission} phase={phase} />
                </td>
              ))}
              {benchmarkColumn && (
                <td>
                  <Link to="/benchmarks/$slug" params={{ slug: submission.benchmark.slug }}>
                    {submission.benchmark.title}
                  </Link>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RunCell({
  submission,
  phase,
}: {
  readonly submission: SubmissionView;
  readonly phase: 'practice' | 'test';
}): ReactNode {
  const run = submission.runs.find((candidate) => candidate.phase === phase);
  if (!run) return <span className="quiet">–</span>;
  const note =
    queueWords(run.queuePosition) ??
    (run.state === 'running' && run.progress ? `${run.progress.done} of ${run.progress.total}` : null);
  return (
    <Link to="/runs/$id" params={{ id: run.id }} className="run-cell">
      <span className="visually-hidden">{PHASE_WORDS[phase].name} run:</span>
      <StateBadge state={run.state} />
      {note !== null && <span className="quiet">{note}</span>}
      {run.failure && <code className="failure-code">{run.failure.code}</code>}
    </Link>
  );
}
