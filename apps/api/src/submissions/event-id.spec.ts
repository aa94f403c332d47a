import type { RunSummary } from '#contracts';
import { digestOfRun, readEventId, writeEventId } from './event-id.js';

const [one, two] = ['0192f0c4-7777-7777-8777-777777777777', '0192f0c4-7777-7777-8777-888888888888'];
const run = (id: string, change: Partial<RunSummary> = {}): RunSummary => ({
  id,
  phase: 'test',
  state: 'running',
  queuePosition: null,
  failure: null,
  progress: null,
  createdAt: 'c',
  startedAt: null,
  finishedAt: null,
  ...change,
});

describe('ids of server-sent events', () => {
  it('say what was seen of each run', () => {
    const seen = new Map([
      [one, digestOfRun(run(one))],
      [two, digestOfRun(run(two))],
    ]);
    expect(readEventId(writeEventId(seen), [one, two])).toEqual(seen);
    expect(writeEventId(seen)).toMatch(/^[A-Za-z0-9_.~-]+$/);
  });

  it('change with what is visible, and with nothing else', () => {
    expect(digestOfRun(run(one))).toBe(digestOfRun(run(one)));
    expect(digestOfRun(run(one, { state: 'scoring' }))).not.toBe(digestOfRun(run(one)));
    expect(digestOfRun(run(one, { progress: { done: 1, failed: 0, total: 2 } }))).not.toBe(digestOfRun(run(one)));
  });

  it.each([undefined, '', '42', '~~~', 'a.b', 'x'.repeat(100_000), '777777777777.short', '999999999999.AAAAAAAAAAAA'])(
    'take %j for nothing seen',
    (text) => {
      expect(readEventId(text, [one, two]).size).toBe(0);
    },
  );
});
