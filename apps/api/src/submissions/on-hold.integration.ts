import { goodForm } from '../test-support/submission-forms.js';
import { form } from '../test-support/raw-http.js';
import { World, type Who } from '../test-support/world.js';

const DETAIL = 'case held-out-3: image 12ab is not in the blob store';
let world: World;

beforeAll(async () => {
  world = await World.open();
  await world.benchmark('bench');
}, 120_000);
afterAll(() => world?.close());

interface View {
  readonly id: string;
  readonly mayRelease: boolean;
  readonly runs: {
    id: string;
    state: string;
    failure: { code: string; advice: string; detail: string | null } | null;
  }[];
}

/** A submission whose practice run is on hold. */
async function onHold(name: string): Promise<View> {
  const { payload, headers } = form(goodForm(name));
  const view = (await world.ask('owner', 'POST', '/submissions', { payload, headers })).json() as View;
  const [{ id }] = view.runs;
  const { records } = world.parts;
  await records.claimRun(id, 1, 'w1');
  await records.startRun(id, 1, 'w1', 'signature');
  expect(await records.quarantineRun(id, 1, { code: 'case-unreadable', detail: DETAIL })).toBe(true);
  return view;
}
const look = async (who: Who, id: string): Promise<View> => (await world.ask(who, 'GET', `/submissions/${id}`)).json();
const states = ({ runs }: View): string[] => runs.map(({ state }) => state);

describe('a run on hold', () => {
  it('tells its submitter to wait, and who decides', async () => {
    const { id } = await onHold('waits');
    const mine = await look('owner', id);
    expect(mine).toMatchObject({ mayControl: true, mayRelease: false });
    expect(states(mine)).toEqual(['quarantined', 'waiting']);
    expect(mine.runs[0].failure).toMatchObject({
      code: 'case-unreadable',
      advice: expect.stringMatching(/waits until the organiser/),
    });
    for (const who of ['organiser', 'admin'] as const) expect((await look(who, id)).mayRelease).toBe(true);
    for (const who of ['visitor', 'researcher', 'reader', 'steward'] as const)
      expect((await look(who, id)).mayRelease).toBe(false);
  });

  it('is listed for those who decide, and for nobody else', async () => {
    const { id } = await onHold('listed');
    const address = '/benchmarks/bench/on-hold';
    for (const who of ['organiser', 'admin'] as const) {
      const { items } = (await world.ask(who, 'GET', address)).json() as { items: View[] };
      expect(items.map((item) => item.id)).toContain(id);
      expect(items.every((item) => states(item).includes('quarantined'))).toBe(true);
    }
    const first = (await world.ask('organiser', 'GET', `${address}?limit=1`)).json();
    const second = (await world.ask('organiser', 'GET', `${address}?limit=1&cursor=${first.nextCursor}`)).json();
    expect([first.items.length, second.items.length]).toEqual([1, 1]);
    expect(second.items[0].id).not.toBe(first.items[0].id);
    for (const who of ['owner', 'researcher', 'reader', 'steward'] as const)
      expect((await world.ask(who, 'GET', address)).statusCode).toBe(403);
    expect((await world.ask('visitor', 'GET', address)).statusCode).toBe(401);
    expect((await world.ask('organiser', 'GET', '/benchmarks/nothing/on-hold')).statusCode).toBe(404);
  });

  it('is started again by the organiser, not by its submitter', async () => {
    const { id, runs } = await onHold('released');
    const address = `/runs/${runs[0].id}/retry`;
    const early = await world.ask('owner', 'POST', address);
    expect([early.statusCode, early.json().code]).toEqual([403, 'forbidden']);
    expect(early.json().detail).toMatch(/waits for the organiser/);
    for (const who of ['researcher', 'reader', 'steward'] as const)
      expect((await world.ask(who, 'POST', address)).statusCode).toBe(403);
    expect((await world.ask('organiser', 'POST', address)).json()).toMatchObject({ state: 'queued', failure: null });
    expect(states(await look('owner', id))).toEqual(['queued', 'waiting']);
  });

  it('of held-out images of people is known to its submitter at its time only, whatever he tries', async () => {
    const { id, runs } = await onHold('later');
    const { records } = world.parts;
    await records.retryRun(runs[0].id, { release: true });
    await world.complete(runs[0].id, { epoch: 2 });
    await records.claimRun(runs[1].id, 1, 'w1');
    await records.startRun(runs[1].id, 1, 'w1', 'signature');
    await records.quarantineRun(runs[1].id, 1, { code: 'inference-crashed', detail: 'twice' });
    const retry = () => world.ask('owner', 'POST', `/runs/${runs[1].id}/retry`);
    await world.tellsLater(runs[1].id, '1 hour');
    expect(states(await look('owner', id))).toEqual(['completed', 'running']);
    expect((await look('owner', id)).runs[1].failure).toBeNull();
    expect([(await retry()).statusCode, (await retry()).json().code]).toEqual([409, 'run-not-retryable']);
    expect((await retry()).json().detail).toMatch(/^This run is running/);
    for (const who of ['organiser', 'steward', 'admin'] as const)
      expect([who, states(await look(who, id))[1]]).toEqual([who, 'quarantined']);
    await world.tellsLater(runs[1].id, '-1 second');
    expect(states(await look('owner', id))[1]).toBe('quarantined');
    expect((await retry()).json().code).toBe('forbidden');
  });

  it('is ended by an administrator: failed, for the reason it was on hold; its submitter may then try it again', async () => {
    const { id, runs } = await onHold('ended');
    const ended = (await world.ask('admin', 'POST', `/submissions/${id}/cancel`)).json() as View;
    expect(states(ended)).toEqual(['failed', 'failed']);
    expect((await look('owner', id)).runs[0].failure).toMatchObject({
      code: 'case-unreadable',
      detail: `Ended by the organiser while it was on hold. ${DETAIL}`, // practice: the full text
    });
    const again = await world.ask('owner', 'POST', `/runs/${runs[0].id}/retry`);
    expect([again.statusCode, again.json().state]).toEqual([200, 'queued']);
  });

  it('is withdrawn by its submitter', async () => {
    const { id } = await onHold('withdrawn');
    const withdrawn = (await world.ask('owner', 'POST', `/submissions/${id}/cancel`)).json() as View;
    expect(states(withdrawn)).toEqual(['cancelled', 'cancelled']);
  });
});

it('nothing that was asked here was a defect', () => {
  expect(world.logged).toEqual([]);
});
