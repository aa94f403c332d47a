import { useState, type ReactNode } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ENDPOINTS, type RunSummary, type SubmissionView } from '#contracts';
import { call } from '../api/api-client.js';
import { ConfirmDialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { ErrorState } from '../ui/states.js';
import { controlsOf } from './run-controls.js';

/**
 * Cancel what has not ended; try again what ended without completing; as the organiser, decide on a run that is on hold.
 * All ask first.
 */
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
      client.invalidateQueries({ queryKey: ['on-hold'] }),
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
  const controls = controlsOf(submission, run);

  return (
    <>
      {controls.again !== null && (
        <button type="button" className="button button-primary" onClick={() => setAsking('retry')}>
          <Icon name="retry" /> {controls.again === 'release' ? 'Start this run again' : 'Try this run again'}
        </button>
      )}
      {controls.stop !== null && (
        <button type="button" className="button" onClick={() => setAsking('cancel')}>
          <Icon name="cross" /> {controls.stop === 'end' ? 'End this run' : 'Cancel'}
        </button>
      )}
      {asking === 'cancel' && (
        <ConfirmDialog
          title={controls.stop === 'end' ? 'End the run that is on hold?' : 'Cancel this submission?'}
          confirm={controls.stop === 'end' ? 'End the run' : 'Cancel the submission'}
          tone="danger"
          busy={cancel.isPending}
          onConfirm={() => cancel.mutate()}
          onClose={close}
        >
          <p>
            {controls.stop === 'end'
              ? 'The run counts as failed for a fault of the benchmark, and so do the runs that wait for it. Its submitter is told the same code, and may try it again later.'
              : 'Every run of it that has not ended stops now. Cases that are already scored keep their figures, and a run can be tried again later.'}
          </p>
          {cancel.isError && <ErrorState error={cancel.error} />}
        </ConfirmDialog>
      )}
      {asking === 'retry' && (
        <ConfirmDialog
          title={controls.again === 'release' ? 'Start this run again?' : 'Try this run again?'}
          confirm={controls.again === 'release' ? 'Start again' : 'Try again'}
          busy={retry.isPending}
          onConfirm={() => retry.mutate()}
          onClose={close}
        >
          <p>
            The same model and manifest run again. Cases that were scored keep their figures; failed and pending ones
            are evaluated anew.{' '}
            {controls.again === 'release'
              ? 'If the fault is not repaired yet, the run will be on hold again.'
              : 'If the model itself was at fault, submit a corrected version instead: this one cannot change.'}
          </p>
          {retry.isError && <ErrorState error={retry.error} />}
        </ConfirmDialog>
      )}
    </>
  );
}
