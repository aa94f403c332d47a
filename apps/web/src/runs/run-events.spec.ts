import type { RunSummary, RunView, SubmissionView } from '#contracts';
import { changesCases, isSettled, readRunEvent, runOfInterest, withRun, withRunNews } from './run-events.js';

const PRACTICE = '00000000-0000-4000-8000-000000000001';
const TEST = '00000000-0000-4000-8000-000000000002';
const run = (change: Partial<RunSummary> = {}): RunSummary => ({
  id: PRACTICE,
  phase: 'practice',
  state: 'running',
  queuePosition: null,
  failure: null,
  progress: { done: 2, failed: 0, total: 8 },
  createdAt: '2026-11-01T00:00:00Z',
  startedAt: '2026-11-01T00:01:00Z',
  finishedAt: null,
  ...change,
});
const waiting = run({ id: TEST, phase: 'test', state: 'waiting', progress: null, startedAt: null });
const submission = { id: '00000000-0000-4000-8000-00000000000a', runs: [run(), waiting] } as unknown as SubmissionView;

describe('readRunEvent', () => {
  it('reads an event of the contract', () => {
    expect(readRunEvent(JSON.stringify({ run: run() }))).toEqual(run());
  });

  it.each(['', 'null', '{"run":{}}', '{"run":{"state":"exploded"}}'])('gives null for %j', (data) => {
    expect(readRunEvent(data)).toBeNull();
  });
});

describe('withRun', () => {
  it('replaces that run only', () => {
    const after = withRun(submission, run({ progress: { done: 3, failed: 1, total: 8 } }));
    expect(after.runs[0].progress).toEqual({ done: 3, failed: 1, total: 8 });
    expect(after.runs[1]).toBe(waiting);
  });

  it('gives the same object for news of something else', () => {
    expect(withRun(submission, run({ id: '00000000-0000-4000-8000-0000000000ff' }))).toBe(submission);
  });

  it('keeps the full text of a failure that the stream does not carry, and drops it with the failure', () => {
    const failed = run({
      state: 'failed',
      failure: { code: 'model-input-rank', advice: 'x', detail: 'input "x" has 3 dimensions' },
    });
    const known = { ...submission, runs: [failed] };
    const news = { ...failed, failure: { code: 'model-input-rank', advice: 'x', detail: null } } as const;
    expect(withRun(known, news).runs[0].failure?.detail).toBe('input "x" has 3 dimensions');
    expect(withRun(known, run({ state: 'queued' })).runs[0].failure).toBeNull();
    const other = { ...failed, failure: { code: 'defect', advice: 'y', detail: null } } as const;
    expect(withRun(known, other).runs[0].failure).toEqual({ code: 'defect', advice: 'y', detail: null });
  });
});

describe('withRunNews', () => {
  const view = { ...run(), submission, signature: null, result: null, openCases: 'all' } as RunView;

  it('moves the page of that run and the steps beside it', () => {
    const after = withRunNews(view, run({ state: 'scoring' }));
    expect(after.state).toBe('scoring');
    expect(after.submission.runs[0].state).toBe('scoring');
    expect(after.openCases).toBe('all');
  });

  it('moves only the step when the news is about the sibling', () => {
    const after = withRunNews(view, { ...waiting, state: 'queued', queuePosition: 1 });
    expect(after.state).toBe('running');
    expect(after.submission.runs[1]).toMatchObject({ state: 'queued', queuePosition: 1 });
  });
});

it('asks for the cases again only when something about them moved', () => {
  expect(changesCases(undefined, run())).toBe(true);
  expect(changesCases(run(), run())).toBe(false);
  expect(changesCases(run(), run({ queuePosition: 3 }))).toBe(false);
  expect(changesCases(run(), run({ progress: { done: 3, failed: 0, total: 8 } }))).toBe(true);
  expect(changesCases(run(), run({ state: 'scoring' }))).toBe(true);
});

it('is settled when every run has ended', () => {
  expect(isSettled(submission)).toBe(false);
  expect(isSettled({ runs: [run({ state: 'completed' }), { ...waiting, state: 'cancelled' }] })).toBe(true);
});

describe('runOfInterest', () => {
  const done = run({ state: 'completed' });
  it.each([
    ['what moves', [run(), waiting], PRACTICE],
    ['the test run once practice has ended', [done, { ...waiting, state: 'queued' } as RunSummary], TEST],
    ['what failed', [run({ state: 'failed' }), { ...waiting, state: 'failed' } as RunSummary], PRACTICE],
    ['the failure rather than the run that waits for it', [run({ state: 'failed' }), waiting], PRACTICE],
    ['the last when all is well', [done, { ...waiting, state: 'completed' } as RunSummary], TEST],
  ])('is %s', (_, runs, id) => {
    expect(runOfInterest(runs)?.id).toBe(id);
  });

  it('is nothing without runs', () => {
    expect(runOfInterest([])).toBeNull();
  });
});
