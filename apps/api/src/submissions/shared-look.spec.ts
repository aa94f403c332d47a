import { SharedLook } from './shared-look.js';

/** A look whose answers come when the test says so, on a clock that the test moves. */
function world() {
  const asked: { id: string; answer(value: string): void; fail(error: Error): void }[] = [];
  const clock = { ms: 0 };
  const shared = new SharedLook<string>(
    (id) => new Promise((answer, fail) => asked.push({ id, answer, fail })),
    () => clock.ms,
    1000,
  );
  return { asked, clock, shared };
}

describe('a shared look', () => {
  it('is taken once for all who ask while it is on its way, however long that takes', async () => {
    const { asked, clock, shared } = world();
    const one = shared.look('a');
    clock.ms = 5000;
    const two = shared.look('a');
    expect(asked).toHaveLength(1);
    asked[0].answer('seen');
    expect(await Promise.all([one, two])).toEqual(['seen', 'seen']);
  });

  it('serves others for a moment, then is taken again', async () => {
    const { asked, clock, shared } = world();
    const one = shared.look('a');
    asked[0].answer('old');
    await one;
    clock.ms = 999;
    expect(await shared.look('a')).toBe('old');
    clock.ms = 1000;
    void shared.look('a');
    expect(asked).toHaveLength(2);
  });

  it('is never given to somebody who asks after a change, even when it is still on its way', async () => {
    const { asked, shared } = world();
    const before = shared.look('a');
    shared.forget('a');
    const after = shared.look('a');
    asked[1].answer('new');
    asked[0].answer('old');
    expect(await Promise.all([before, after])).toEqual(['old', 'new']);
    expect(await shared.look('a')).toBe('new');
  });

  it('keeps no failure, and different things apart', async () => {
    const { asked, shared } = world();
    const failing = shared.look('a');
    const other = shared.look('b');
    asked[0].fail(new Error('away'));
    asked[1].answer('b');
    await expect(failing).rejects.toThrow('away');
    expect(await other).toBe('b');
    const again = shared.look('a');
    asked[2].answer('back');
    expect(await again).toBe('back');
  });

  it('does not grow with what was asked once', async () => {
    const { asked, clock, shared } = world();
    for (let n = 0; n < 50; n++) {
      const look = shared.look(`s${n}`);
      asked[n].answer('x');
      await look;
    }
    clock.ms = 2000;
    void shared.look('last');
    expect(shared.size).toBe(1);
  });
});
