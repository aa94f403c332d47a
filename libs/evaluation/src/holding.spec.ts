import { EngineUnavailable } from '#domain';
import { holding, Overtaken, type Lease } from './holding.js';

const clock = { now: () => new Date(0), monotonicMs: () => performance.now() };
const never = new AbortController().signal;
/** Resolves when the signal is aborted, as work that listens does. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('work noticed'))));

function lease(renew: () => Promise<boolean>, seconds = 10): Lease {
  return { what: 'case c', seconds, everySeconds: 0.005, renew };
}

describe('holding a lease', () => {
  it('renews while the work runs and stops when it ends', async () => {
    let renewals = 0;
    const renew = async () => ++renewals > 0;
    const result = await holding(lease(renew), clock, never, async () => {
      while (renewals < 3) await new Promise((resolve) => setTimeout(resolve, 2));
      return 'done';
    });
    expect(result).toBe('done');
    const after = renewals;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(renewals).toBe(after);
  });

  it('aborts the work and says Overtaken when the lease is lost', async () => {
    await expect(
      holding(
        lease(async () => false),
        clock,
        never,
        untilAborted,
      ),
    ).rejects.toThrow(Overtaken);
  });

  it('says Overtaken even when work that does not listen comes back with a result', async () => {
    let lost = false;
    const renew = async () => !(lost = true);
    const work = async () => {
      while (!lost) await new Promise((resolve) => setTimeout(resolve, 2));
      return 'too late';
    };
    await expect(holding(lease(renew), clock, never, work)).rejects.toThrow(Overtaken);
  });

  it('forgives a database that is away for less than the lease', async () => {
    let calls = 0;
    const renew = async () => {
      if (++calls <= 3) throw new Error('database is away');
      return true;
    };
    const work = async (signal: AbortSignal) => {
      while (calls < 6 && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 2));
      return calls;
    };
    await expect(holding(lease(renew, 1000), clock, never, work)).resolves.toBeGreaterThanOrEqual(6);
  });

  it('gives up when it could not renew for the whole lease: somebody else may hold it', async () => {
    const renew = () => Promise.reject(new Error('database is away'));
    await expect(holding(lease(renew, 0.02), clock, never, untilAborted)).rejects.toThrow(
      /no renewal.*database is away/,
    );
  });

  it('passes on why the caller aborted, and what the work threw', async () => {
    const outer = new AbortController();
    const held = holding(
      lease(async () => true),
      clock,
      outer.signal,
      untilAborted,
    );
    outer.abort(new EngineUnavailable('worker-stopping', 'the worker stops'));
    await expect(held).rejects.toThrow('the worker stops');
    await expect(
      holding(
        lease(async () => true),
        clock,
        never,
        () => Promise.reject(new Error('of its own')),
      ),
    ).rejects.toThrow('of its own');
    await expect(
      holding(
        lease(async () => true),
        clock,
        outer.signal,
        async () => 1,
      ),
    ).rejects.toThrow('the worker stops');
    const queue = new AbortController();
    queue.abort('a text, as some queues give');
    await expect(
      holding(
        lease(async () => true),
        clock,
        queue.signal,
        async () => 1,
      ),
    ).rejects.toMatchObject({ code: 'job-lost' });
  });
});
