import { parseJob } from './parse-job.js';

it('returns the job without anything else that came along', () => {
  expect(parseJob('evaluate-case', { runId: 'r', epoch: 2, caseId: 'c', name: 'x', pixels: [1] })).toEqual({
    name: 'evaluate-case',
    runId: 'r',
    epoch: 2,
    caseId: 'c',
  });
  expect(parseJob('close-run', { epoch: 2, runId: 'r', caseId: 'c' })).toEqual({
    name: 'close-run',
    runId: 'r',
    epoch: 2,
  });
  expect(parseJob('preflight', { preflightId: 'p', runId: 'r' })).toEqual({ name: 'preflight', preflightId: 'p' });
});

it.each([
  ['an unknown name', 'polish-case', { runId: 'r', epoch: 1 }],
  ['a missing run', 'close-run', { epoch: 1 }],
  ['a broken epoch', 'close-run', { runId: 'r', epoch: 1.5 }],
  ['a case without its id', 'evaluate-case', { runId: 'r', epoch: 1 }],
  ['a preflight without its id', 'preflight', { runId: 'r', epoch: 1 }],
  ['nothing at all', 'close-run', null],
])('refuses %s and says what it expected', (_, name, data) => {
  expect(() => parseJob(name, data)).toThrow(/expected validate-model, evaluate-case or close-run/);
});
