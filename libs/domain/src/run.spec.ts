import {
  ACTIVE_STATES,
  canMove,
  FAILURE_ADVICE,
  FAILURE_CODES,
  isTerminal,
  mayRetry,
  NEXT,
  RUN_STATES,
  STATE_DEADLINES,
  statesBefore,
  TERMINAL_STATES,
  type RunState,
} from './run.js';

describe('the table of moves', () => {
  it('divides the states into active and terminal ones', () => {
    expect([...ACTIVE_STATES, ...TERMINAL_STATES].sort()).toEqual([...RUN_STATES].sort());
    expect(RUN_STATES.filter(isTerminal).sort()).toEqual([...TERMINAL_STATES].sort());
  });

  it('completed is for ever; the other ends can be tried again', () => {
    expect(NEXT.completed).toEqual([]);
    for (const state of ['failed', 'cancelled', 'expired'] as const) expect(NEXT[state]).toEqual(['queued', 'waiting']);
  });

  it('has a way from the start to every state, and from every active state to an end', () => {
    const reach = (from: RunState): Set<RunState> => {
      const found = new Set<RunState>();
      const open: RunState[] = [from];
      for (let state = open.pop(); state !== undefined; state = open.pop()) {
        for (const next of NEXT[state]) {
          if (!found.has(next)) open.push(next);
          found.add(next);
        }
      }
      return found;
    };
    expect(RUN_STATES.filter((state) => state !== 'waiting' && !reach('waiting').has(state))).toEqual([]);
    expect(ACTIVE_STATES.filter((state) => !reach(state).has('completed') || !reach(state).has('failed'))).toEqual([]);
    for (const state of ACTIVE_STATES) expect(NEXT[state]).toContain('cancelled');
  });

  it('never jumps over the gate or the count', () => {
    expect(statesBefore('running')).toEqual(['validating']);
    expect(statesBefore('scoring')).toEqual(['running']);
    expect(statesBefore('completed')).toEqual(['scoring']);
    expect(canMove('queued', 'running')).toBe(false);
  });

  it('reads the same forwards and backwards', () => {
    for (const from of RUN_STATES)
      for (const to of RUN_STATES) expect(statesBefore(to).includes(from)).toBe(canMove(from, to));
  });

  it('lets a quarantined run only go back to the queue or end, and only a running one get there', () => {
    expect(statesBefore('quarantined')).toEqual(['running']);
    expect(NEXT.quarantined).toEqual(['queued', 'failed', 'cancelled', 'expired']);
  });

  it('gives every active state an owner and a deadline, and something legal to do when it passes', () => {
    for (const state of ACTIVE_STATES) {
      const { seconds, then } = STATE_DEADLINES[state];
      expect(seconds).toBeGreaterThan(0);
      expect(NEXT[state]).toContain(then === 'requeue' ? 'queued' : 'expired');
    }
  });
});

it('a run may be tried again once it ended without completing, unless only a new version can help', () => {
  const retriable = RUN_STATES.filter((state) => mayRetry({ state, failureCode: null }));
  expect(retriable).toEqual(['failed', 'cancelled', 'expired']);
  expect(mayRetry({ state: 'failed', failureCode: 'worker-lost' })).toBe(true);
  expect(mayRetry({ state: 'failed', failureCode: 'practice-all-failed' })).toBe(false);
});

describe('failure codes', () => {
  it('are kebab-case, each with a sentence that says what to do and names no case', () => {
    expect(Object.keys(FAILURE_ADVICE).sort()).toEqual([...FAILURE_CODES].sort());
    for (const code of FAILURE_CODES) {
      expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
      expect(FAILURE_ADVICE[code]).toMatch(/^[A-Z].{30,}\.$/);
    }
  });
});
