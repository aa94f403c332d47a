import { runEvent, type RunSummary, type RunView, type SubmissionView } from '#contracts';
import { isTerminal } from '#domain';
import { parseJson } from '../api/api-client.js';

/** The run that an event speaks of, or null when the text is not an event of the contract (then it is not used). */
export function readRunEvent(data: string): RunSummary | null {
  const parsed = runEvent.safeParse(parseJson(data));
  return parsed.success ? parsed.data.run : null;
}

/** A submission after news of one of its runs; the same object when the news concerns none of them. */
export function withRun(submission: SubmissionView, run: RunSummary): SubmissionView {
  if (!submission.runs.some(({ id }) => id === run.id)) return submission;
  return {
    ...submission,
    runs: submission.runs.map((known) => (known.id === run.id ? keepPrivate(known, run) : known)),
  };
}

/** A run page after news: its own state when the news is about it, and the step of its sibling otherwise. */
export function withRunNews(view: RunView, run: RunSummary): RunView {
  const submission = withRun(view.submission, run);
  return view.id === run.id ? { ...view, ...keepPrivate(view, run), submission } : { ...view, submission };
}

/**
 * One stream serves everybody who watches a submission, so it may carry less than the page was given (the full text of a
 * failure). News never takes away what was known of the same failure.
 */
function keepPrivate(known: RunSummary, news: RunSummary): RunSummary {
  const detail =
    news.failure !== null && known.failure?.code === news.failure.code
      ? (news.failure.detail ?? known.failure.detail)
      : news.failure?.detail;
  return { ...news, failure: news.failure === null ? null : { ...news.failure, detail: detail ?? null } };
}

/** Whether the per-case table has to be asked for again after this news. */
export function changesCases(before: RunSummary | undefined, after: RunSummary): boolean {
  if (before === undefined || before.state !== after.state) return true;
  return before.progress?.done !== after.progress?.done || before.progress?.failed !== after.progress?.failed;
}

/** A submission that will not move on its own any more. */
export function isSettled(submission: Pick<SubmissionView, 'runs'>): boolean {
  return submission.runs.every(({ state }) => isTerminal(state));
}

/**
 * The run that somebody who opens a submission wants to see: what is moving now, else what ended badly, else the last.
 * A waiting run waits for an earlier one, so it is looked at last among the moving.
 */
export function runOfInterest(runs: readonly RunSummary[]): RunSummary | null {
  const moving = runs.filter(({ state }) => !isTerminal(state));
  const awake = moving.find(({ state }) => state !== 'waiting');
  if (awake) return awake;
  return runs.find(({ state }) => isTerminal(state) && state !== 'completed') ?? moving[0] ?? runs.at(-1) ?? null;
}
