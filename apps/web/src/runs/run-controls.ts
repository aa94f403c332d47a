import type { RunSummary, SubmissionView } from '#contracts';
import { mayRetry } from '#domain';
import { isSettled } from './run-events.js';

/** What the asking person can do with a run: the same rule as the server's, so that no button leads to a refusal. */
export interface RunControls {
  /** `release`: the organiser starts a run that is on hold. */
  readonly again: 'retry' | 'release' | null;
  /** `end`: the organiser ends a run that is on hold, which then has failed. `cancel` stops the whole submission. */
  readonly stop: 'cancel' | 'end' | null;
}

export function controlsOf(
  submission: Pick<SubmissionView, 'mayControl' | 'mayRelease' | 'mine' | 'runs'>,
  run: Pick<RunSummary, 'state' | 'failure'>,
): RunControls {
  if (!submission.mayControl) return { again: null, stop: null };
  const decides = submission.mayRelease && submission.runs.some(({ state }) => state === 'quarantined');
  const retry = mayRetry({ state: run.state, failureCode: run.failure?.code ?? null });
  return {
    again: retry ? 'retry' : decides && run.state === 'quarantined' ? 'release' : null,
    stop: isSettled(submission) ? null : decides && !submission.mine ? 'end' : 'cancel',
  };
}
