import { RUN_STATES } from '#domain';
import { roadOf } from './run-road.js';
import { queueWords, RUN_WORDS } from './run-words.js';

const faces = (
  state: Parameters<typeof roadOf>[0]['state'],
  startedAt: string | null = null,
  done: number | null = null,
): string =>
  roadOf({ state, startedAt, progress: done === null ? null : { done, failed: 0, total: 8 }, failure: null })
    .map(({ face }) => face)
    .join(' ');

it.each([
  ['waiting', null, null, 'ahead ahead ahead ahead ahead'],
  ['queued', null, null, 'now ahead ahead ahead ahead'],
  ['running', 'x', 3, 'done done now ahead ahead'],
  ['quarantined', 'x', 3, 'done done now ahead ahead'],
  ['completed', 'x', 8, 'done done done done done'],
  ['failed', 'x', 0, 'done stopped ahead ahead ahead'],
  ['failed', 'x', 5, 'done done stopped ahead ahead'],
  ['cancelled', null, 0, 'stopped ahead ahead ahead ahead'],
  ['cancelled', null, null, 'ahead ahead ahead ahead ahead'],
] as const)('%s (started %p, done %p)', (state, startedAt, done, expected) => {
  expect(faces(state, startedAt, done)).toBe(expected);
});

it('takes from the code at which step a held-out run stopped, where the code says so', () => {
  const stopped = (code: 'model-input-rank' | 'practice-all-failed'): string =>
    roadOf({ state: 'failed', startedAt: null, progress: null, failure: { code, advice: '', detail: null } })
      .map(({ face }) => face)
      .join(' ');
  expect(stopped('model-input-rank')).toBe('done stopped ahead ahead ahead');
  expect(stopped('practice-all-failed')).toBe('ahead ahead ahead ahead ahead');
});

it('has words and a road for every state of the domain', () => {
  for (const state of RUN_STATES) {
    expect(RUN_WORDS[state].sentence).toMatch(/\.$/);
    expect(roadOf({ state, startedAt: null, progress: null, failure: null })).toHaveLength(5);
  }
});

it('says where a run stands in the queue', () => {
  expect([queueWords(null), queueWords(0), queueWords(1), queueWords(4)]).toEqual([
    null,
    'next in line',
    '1 run ahead of it',
    '4 runs ahead of it',
  ]);
});
