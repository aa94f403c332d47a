import type { RunSummary } from '#contracts';
import type { FailureCode, RunState } from '#domain';
import { controlsOf } from './run-controls.js';

const run = (state: RunState, code: FailureCode | null = null) =>
  ({ state, failure: code && { code, advice: '', detail: null } }) as RunSummary;
const of = (runs: RunSummary[], may: { mayRelease?: boolean; mayControl?: boolean; mine?: boolean } = {}) => ({
  mayControl: true,
  mayRelease: false,
  mine: !(may.mayRelease ?? false),
  runs,
  ...may,
});

describe('what can be done with a run', () => {
  it.each([
    ['failed', 'worker-lost', 'retry'],
    ['failed', 'inference-failed', 'retry'],
    ['failed', 'practice-all-failed', null],
    ['cancelled', 'cancelled-by-submitter', 'retry'],
    ['expired', 'deadline-passed', 'retry'],
    ['completed', null, null],
    ['running', null, null],
  ] as const)('%s (%p): again %p', (state, code, again) => {
    const one = run(state, code);
    expect(controlsOf(of([one]), one).again).toBe(again);
  });

  it('cancelling is offered while something moves, also from the page of the run that ended', () => {
    const done = run('completed');
    expect(controlsOf(of([done, run('running')]), done).stop).toBe('cancel');
    expect(controlsOf(of([done, run('completed')]), done).stop).toBeNull();
  });

  it('on hold: the submitter may withdraw, the organiser starts it again or ends it', () => {
    const held = run('quarantined', 'case-unreadable');
    const runs = [held, run('waiting')];
    expect(controlsOf(of(runs), held)).toEqual({ again: null, stop: 'cancel' });
    expect(controlsOf(of(runs, { mayRelease: true }), held)).toEqual({ again: 'release', stop: 'end' });
    expect(controlsOf(of(runs, { mayRelease: true }), runs[1])).toEqual({ again: null, stop: 'end' });
    expect(controlsOf(of(runs, { mayRelease: true, mine: true }), held)).toEqual({ again: 'release', stop: 'cancel' });
  });

  it('nothing for those who may not', () => {
    const held = run('quarantined');
    expect(controlsOf(of([held], { mayControl: false }), held)).toEqual({ again: null, stop: null });
  });
});
