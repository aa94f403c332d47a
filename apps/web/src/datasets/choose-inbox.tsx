import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { queries } from '../api/queries.js';
import { count, formatBytes } from '../format/numbers.js';
import { Icon } from '../ui/icons.js';
import { ProgressBar } from '../ui/progress.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, ErrorState, QueryView } from '../ui/states.js';
import { fetchInbox, type InboxProgress } from './fetch-inbox.js';
import type { CheckQuestion } from './open-chosen.js';

/** Takes the files of a dataset's inbox as if they had been chosen here, and has them checked. */
export function ChooseInbox({
  slug,
  names,
  onCheck,
}: {
  readonly slug: string;
  /** Names that cases of the dataset got before, by their own. */
  readonly names: CheckQuestion['names'];
  readonly onCheck: (question: CheckQuestion) => void;
}): ReactNode {
  const query = useQuery(queries.inbox(slug));
  const [progress, setProgress] = useState<InboxProgress | null>(null);
  const [error, setError] = useState<unknown>(null);
  const fetching = useRef<AbortController | null>(null);
  useEffect(() => () => fetching.current?.abort(), []);
  const stop = (): void => {
    fetching.current?.abort();
    setProgress(null);
  };
  return (
    <QueryView query={query} skeleton={<SkeletonBlocks count={1} height={120} label="Loading the inbox" />}>
      {(inbox) => {
        const start = (): void => {
          const controller = new AbortController();
          fetching.current = controller;
          setError(null);
          fetchInbox(slug, inbox, setProgress, controller.signal)
            .then((chosen) => {
              setProgress(null);
              // patients have pseudonyms for names there, which say nothing to anybody: cases get numbers
              onCheck({
                chosen,
                table: null,
                layout: 'dicom',
                image: null,
                accepted: [],
                rules: {},
                rename: true,
                names,
              });
            })
            .catch((fault: unknown) => {
              if (controller.signal.aborted) return;
              setProgress(null);
              setError(fault);
            });
        };
        if (inbox.instanceCount === 0)
          return (
            <EmptyState
              title="The inbox is empty"
              action={
                <Link to="/datasets/$slug" params={{ slug }} className="button">
                  Back to the dataset
                </Link>
              }
            />
          );
        return (
          <div className="import-choose">
            <p>
              The inbox of this dataset: {count(inbox.series.length, 'series', 'series')},{' '}
              {count(inbox.instanceCount, 'instance')}, {formatBytes(inbox.bytes)}. A series becomes a case where a SEG
              or RTSTRUCT file belongs to it; the cases are called case-0001, case-0002, …
            </p>
            {error !== null && <ErrorState error={error} />}
            {progress === null ? (
              <div className="form-actions">
                <button type="button" className="button button-primary button-large" onClick={start}>
                  Fetch and check
                </button>
                <p className="fine">It is read by this browser and checked here, as files of yours would be.</p>
              </div>
            ) : (
              <>
                <ProgressBar
                  label="Series fetched"
                  done={progress.done}
                  total={progress.of}
                  words={`${progress.done} of ${progress.of} series fetched`}
                />
                <p>
                  <button type="button" className="button button-small" onClick={stop}>
                    <Icon name="cross" size={14} /> Stop
                  </button>
                </p>
              </>
            )}
          </div>
        );
      }}
    </QueryView>
  );
}
