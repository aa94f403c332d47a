import { EngineUnavailable } from '#domain';
import { createSeats } from './seats.js';
import type { StagePorts } from './stage-ports.js';
import { takeTurns } from './take-turns.js';

const never = new AbortController().signal;
const tick = () => new Promise((resolve) => setTimeout(resolve, 1));

/** A worker with so many jobs at once, a queue that gives out cases in the order given, and records that know who began. */
function world(cases: readonly string[], work: (caseId: string) => Promise<unknown> = tick) {
  const seats = createSeats(2);
  const untouched = [...cases];
  const begun: string[] = [];
  const most = new Map<string, number>();
  const underWay = new Map<string, number>();
  const warnings: string[] = [];
  const clock = { ms: 0 };
  const ports = {
    sessions: { seats },
    records: {
      untouchedCase: async (others: readonly string[]) => {
        const caseId = untouched.find((one) => !others.includes(one[0]));
        return caseId === undefined ? null : { runId: caseId[0], epoch: 1, caseId };
      },
    },
    log: { warn: (event: string) => void warnings.push(event) },
    clock: { monotonicMs: () => clock.ms },
  } as unknown as StagePorts;
  const evaluate = async (_: StagePorts, { runId, caseId }: { runId: string; caseId: string }) => {
    const at = untouched.indexOf(caseId);
    if (at < 0) return; // done by somebody already
    untouched.splice(at, 1);
    begun.push(caseId);
    underWay.set(runId, (underWay.get(runId) ?? 0) + 1);
    most.set(runId, Math.max(most.get(runId) ?? 0, underWay.get(runId)!));
    await work(caseId).finally(() => underWay.set(runId, underWay.get(runId)! - 1));
  };
  const jobs = [...cases];
  const take = async () => {
    for (let caseId = jobs.shift(); caseId !== undefined; caseId = jobs.shift())
      await takeTurns(ports, { runId: caseId[0], epoch: 1, caseId }, never, evaluate)
        .then((answer) => void (answer && jobs.push(caseId!)))
        .catch((error: Error) => {
          warnings.push(error.message);
        });
  };
  const run = (slots: number) => Promise.all(Array.from({ length: slots }, take));
  return { run, begun, most, warnings, ports, evaluate, seats, untouched, clock };
}

const of = (run: string, count: number) => Array.from({ length: count }, (_, n) => `${run}${n}`);

describe('cases of several runs in one worker', () => {
  it('go on side by side, although the queue has all of one before those of the other', async () => {
    const { run, begun, most } = world([...of('a', 12), ...of('b', 12)]);
    await run(4);
    expect(begun.slice(0, 4)).toEqual(['a0', 'a1', 'b0', 'b1']);
    expect([...begun].sort()).toEqual([...of('a', 12), ...of('b', 12)].sort()); // each once
    expect([most.get('a'), most.get('b')]).toEqual([2, 2]);
    const lastOfA = begun.indexOf('a11');
    expect(begun.slice(0, lastOfA).filter((caseId) => caseId.startsWith('b')).length).toBeGreaterThan(4);
  });

  it('of one run alone wait unread, and go on one after the other', async () => {
    const { run, begun, most } = world(of('a', 9));
    await run(6);
    expect(begun).toEqual(of('a', 9));
    expect(most.get('a')).toBe(2);
  });

  it('a case of another run that fails here is left to its own job, and that run is not tried time and again', async () => {
    const failing = world([...of('a', 6), ...of('b', 4)], async (caseId) => {
      await tick();
      if (caseId.startsWith('b')) throw new EngineUnavailable('runner-start', `no process for ${caseId}`);
    });
    await failing.run(4);
    expect([...failing.begun].sort()).toEqual([...of('a', 6), ...of('b', 4)].sort());
    // from the first one on that run is left to its own jobs, by all jobs of the others
    expect(failing.warnings.filter((event) => event === 'case.left-to-its-job').length).toBeLessThanOrEqual(2);
    expect(failing.warnings).toContain('case.left-to-its-job');
  });

  it('a job that waits is put back after a while, so that its place is free for what is no case', async () => {
    const { ports, evaluate, seats, begun, clock } = world(['a0']);
    const seated = [seats.take('a'), seats.take('a')];
    const { given } = seats;
    const waits: number[] = [];
    ports.sessions.seats.given = async (runId, ms, signal) => {
      waits.push(ms);
      clock.ms += ms;
      await given(runId, 1, signal);
    };
    expect(await takeTurns(ports, { runId: 'a', epoch: 1, caseId: 'a0' }, never, evaluate)).toEqual({
      againInMs: 1000,
    });
    expect([begun, waits]).toEqual([[], [1000, 1000]]);
    seated.forEach((giveBack) => giveBack?.());
    expect(await takeTurns(ports, { runId: 'a', epoch: 1, caseId: 'a0' }, never, evaluate)).toBeUndefined();
    expect(begun).toEqual(['a0']);
  });

  it('a job that did a case of another run gives its place back before it waits', async () => {
    const { ports, evaluate, seats, begun } = world(['b0', 'b1']);
    const seated = [seats.take('a'), seats.take('a')];
    expect(await takeTurns(ports, { runId: 'a', epoch: 1, caseId: 'a0' }, never, evaluate)).toEqual({ againInMs: 0 });
    expect(begun).toEqual(['b0']);
    seated.forEach((giveBack) => giveBack?.());
  });

  it('when the worker stops, what waits is put back at once, and no case begins any more', async () => {
    const { ports, evaluate, seats, begun, untouched } = world(['a0']);
    const seated = [seats.take('a'), seats.take('a')];
    const waiting = takeTurns(ports, { runId: 'a', epoch: 1, caseId: 'a0' }, never, evaluate);
    await tick();
    untouched.push('b0'); // another run would have something to do
    seats.close();
    expect(await waiting).toEqual({ againInMs: 1000 });
    seated.forEach((giveBack) => giveBack?.()); // the cases in hand end
    expect(await takeTurns(ports, { runId: 'a', epoch: 1, caseId: 'a0' }, never, evaluate)).toEqual({
      againInMs: 1000,
    });
    expect(begun).toEqual([]);
  });

  it('a job that is taken away while it waits stops waiting', async () => {
    const { ports, evaluate, seats, begun } = world(['a0']);
    const seated = [seats.take('a'), seats.take('a')];
    const stop = new AbortController();
    const waiting = takeTurns(ports, { runId: 'a', epoch: 1, caseId: 'a0' }, stop.signal, evaluate);
    setTimeout(() => stop.abort(new Error('stopping')), 5);
    await expect(waiting).rejects.toThrow('stopping');
    expect(begun).toEqual([]);
    seated.forEach((giveBack) => giveBack?.());
  });
});

describe('seats', () => {
  it('are as many for each run, and given back once', () => {
    const seats = createSeats(2);
    const first = seats.take('a');
    expect([seats.take('a'), seats.take('a'), seats.take('b')].map((seat) => seat !== null)).toEqual([
      true,
      false,
      true,
    ]);
    expect(seats.full()).toEqual(['a']);
    first?.();
    first?.();
    expect(seats.full()).toEqual([]);
    expect([seats.take('a'), seats.take('a')].map((seat) => seat !== null)).toEqual([true, false]);
  });

  it('wake whoever waits for one', async () => {
    const seats = createSeats(1);
    const giveBack = seats.take('a');
    const woken = seats.given('a', 60_000, never);
    giveBack?.();
    await woken;
    await seats.given('b', 1, never); // or after a while
  });
});
