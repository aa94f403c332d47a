import { useEffect, useReducer } from 'react';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { ENDPOINTS, type RunSummary, type RunView, type SubmissionView } from '#contracts';
import { isTerminal } from '#domain';
import { addressOf } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { nextConnection, POLL_EVERY_MS, reopenAfterMs, type Connection } from './live-connection.js';
import { changesCases, readRunEvent, withRun, withRunNews } from './run-events.js';

/**
 * Keeps a submission and its runs current while the page is open: server-sent events, and where these fail, asking every
 * few seconds while the stream is tried again with growing pauses. Stops once nothing can change any more.
 */
export function useLiveSubmission(submissionId: string | undefined, settled: boolean): Connection {
  const client = useQueryClient();
  const [connection, tell] = useReducer(nextConnection, { kind: 'connecting' } satisfies Connection as Connection);

  useEffect(() => {
    if (submissionId === undefined) return;
    if (settled) {
      tell('settled');
      return;
    }
    tell('restarted');
    return watch(submissionId, client, tell);
  }, [submissionId, settled, client]);

  return connection;
}

function watch(submissionId: string, client: QueryClient, tell: (event: 'open' | 'lost') => void): () => void {
  let source: EventSource | null = null;
  let polling: ReturnType<typeof setInterval> | undefined;
  let reopening: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const address = addressOf(ENDPOINTS.submissionEvents, { id: submissionId });

  const open = (): void => {
    source = new EventSource(address);
    source.addEventListener('open', () => {
      failures = 0;
      clearInterval(polling);
      polling = undefined;
      tell('open');
      refresh(client, submissionId); // whatever happened between the page's first answer and the stream
    });
    source.addEventListener('run', (event: MessageEvent<string>) => {
      const run = readRunEvent(event.data);
      if (run !== null) applyNews(client, submissionId, run);
      else refresh(client, submissionId);
    });
    source.addEventListener('error', () => {
      source?.close();
      failures += 1;
      tell('lost');
      polling ??= setInterval(() => refresh(client, submissionId), POLL_EVERY_MS);
      clearTimeout(reopening);
      reopening = setTimeout(open, reopenAfterMs(failures));
    });
  };
  open();

  return () => {
    source?.close();
    clearInterval(polling);
    clearTimeout(reopening);
  };
}

function refresh(client: QueryClient, submissionId: string): void {
  void client.invalidateQueries({ queryKey: queries.submission(submissionId).queryKey });
  const runs = client.getQueryData<SubmissionView>(queries.submission(submissionId).queryKey)?.runs ?? [];
  const open = client
    .getQueriesData<RunView>({ queryKey: ['run'] })
    .flatMap(([, view]) => (view?.submission.id === submissionId ? [view] : []));
  for (const { id } of new Map([...runs, ...open].map((run) => [run.id, run])).values()) {
    void client.invalidateQueries({ queryKey: queries.run(id).queryKey });
    void client.invalidateQueries({ queryKey: queries.caseResults(id).queryKey });
  }
}

function applyNews(client: QueryClient, submissionId: string, run: RunSummary): void {
  const submissionKey = queries.submission(submissionId).queryKey;
  const views = client.getQueriesData<RunView>({ queryKey: ['run'] });
  const before =
    views
      .flatMap(([, view]) => (view?.submission.id === submissionId ? view.submission.runs : []))
      .find(({ id }) => id === run.id) ??
    client.getQueryData<SubmissionView>(submissionKey)?.runs.find(({ id }) => id === run.id);

  client.setQueryData<SubmissionView>(submissionKey, (known) => known && withRun(known, run));
  for (const [key, view] of views) {
    if (view?.submission.id === submissionId) client.setQueryData<RunView>(key, withRunNews(view, run));
  }
  if (changesCases(before, run)) void client.invalidateQueries({ queryKey: queries.caseResults(run.id).queryKey });
  // before its first case a run learns what the cases will take
  if (run.state === 'running' && before?.state !== run.state) {
    void client.invalidateQueries({ queryKey: submissionKey });
    void client.invalidateQueries({ queryKey: queries.run(run.id).queryKey });
  }
  if (isTerminal(run.state) && before?.state !== run.state) {
    void client.invalidateQueries({ queryKey: queries.run(run.id).queryKey }); // rank, means, signature
    void client.invalidateQueries({ queryKey: ['leaderboard'] });
    void client.invalidateQueries({ queryKey: ['benchmarks'] });
  }
}
