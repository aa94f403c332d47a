import { useState, type ReactNode } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ENDPOINTS, type RunSummary, type SubmissionView } from '#contracts';
import { isTerminal } from '#domain';
import { call } from '../api/api-client.js';
import { ConfirmDialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { ErrorState } from '../ui/states.js';
import { isSettled } from './run-events.js';

/** Cancel what has not ended; try again what ended without completing. Both ask first. */
export function RunControl({
  submission,
  run,
}: {
  readonly submission: SubmissionView;
  readonly run: RunSummary;
}): ReactNode {
  const client = useQueryClient();
  const [asking, setAsking] = useState<'cancel' | 'retry' | null>(null);
  const refresh = (): Promise<unknown> =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['submission', submission.id] }),
      client.invalidateQueries({ queryKey: ['run'] }),
      client.invalidateQueries({ queryKey: ['case-results'] }),
      client.invalidateQueries({ queryKey: ['submissions'] }),
    ]);
  const finish = async (): Promise<void> => {
    await refresh();
    setAsking(null);
  };
  const cancel = useMutation({
    mutationFn: () => call(ENDPOINTS.cancelSubmission, { params: { id: submission.id } }),
    onSuccess: finish,
  });
  const retry = useMutation({
    mutationFn: () => call(ENDPOINTS.retryRun, { params: { id: run.id } }),
    onSuccess: finish,
  });
  if (!submission.mayControl) return null;
  const close = (): void => {
    setAsking(null);
    cancel.reset();
    retry.reset();
  };
  const retriable = isTerminal(run.state) && run.state !== 'completed';

  return (
    <>
      {retriable && (
        <button type="button" className="button button-primary" onClick={() => setAsking('retry')}>
          <Icon name="retry" /> Try this run again
        </button>
      )}
      {!isSettled(submission) && (
        <button type="button" className="button" onClick={() => setAsking('cancel')}>
          <Icon name="cross" /> Cancel
        </button>
      )}
      {asking === 'cancel' && (
        <ConfirmDialog
          title="Cancel this submission?"
          confirm="Cancel the submission"
          tone="danger"
          busy={cancel.isPending}
          onConfirm={() => cancel.mutate()}
          onClose={close}
        >
          <p>
            Every run of it that has not ended stops now. Cases that are already scored keep their figures, and a run
            can be tried again later.
          </p>
          {cancel.isError && <ErrorState error={cancel.error} />}
        </ConfirmDialog>
      )}
      {asking === 'retry' && (
        <ConfirmDialog
          title="Try this run again?"
          confirm="Try again"
          busy={retry.isPending}
          onConfirm={() => retry.mutate()}
          onClose={close}
        >
          <p>
            The same model and manifest run again. Cases that were scored keep their figures; failed and pending ones
            are evaluated anew. If the model itself was at fault, submit a corrected version instead: this one cannot
            change.
          </p>
          {retry.isError && <ErrorState error={retry.error} />}
        </ConfirmDialog>
      )}
    </>
  );
}
