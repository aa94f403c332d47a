import type { EvaluationRecords } from '#evaluation';
import { form, type FormPart } from '../test-support/raw-http.js';
import { field, goodForm, MODEL, modelPart } from '../test-support/submission-forms.js';
import { testManifest } from '../test-support/test-manifest.js';
import { World } from '../test-support/world.js';

let world: World;

beforeAll(async () => {
  world = await World.open();
  await world.benchmark('bench');
  await world.benchmark('draft', { published: false, members: false });
}, 120_000);
afterAll(() => world?.close());

const submit = (
  parts: readonly FormPart[],
  headers: Record<string, string> = {},
  who: Parameters<World['ask']>[0] = 'owner',
) => {
  const { payload, headers: ours } = form(parts);
  return world.ask(who, 'POST', '/submissions', { payload, headers: { ...ours, ...headers } });
};

describe('submitting', () => {
  it('takes a model in: algorithm, version, two runs, the first in the queue', async () => {
    const answer = await submit(goodForm('Organ Finder 2'));
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      existing: false,
      benchmark: { slug: 'bench' },
      algorithm: { slug: 'organ-finder-2', name: 'Organ Finder 2' },
      version: '1.0.0',
      modelBytes: MODEL.length,
      mine: true,
      mayControl: true,
      submitter: 'The owner',
      runs: [
        { phase: 'practice', state: 'queued', queuePosition: expect.any(Number) },
        { phase: 'test', state: 'waiting', queuePosition: null, progress: null },
      ],
    });
    const card = (await world.ask('visitor', 'GET', '/algorithms/organ-finder-2')).json();
    expect(card).toMatchObject({
      owner: 'The owner',
      mine: false,
      versions: 1,
      versionList: [{ version: '1.0.0', modelBytes: MODEL.length, submissions: [{ id: answer.json().id }] }],
    });
    const download = await world.ask('owner', 'GET', '/algorithms/organ-finder-2/versions/1.0.0/model');
    expect(download.rawPayload.equals(MODEL)).toBe(true);
    expect(download.headers['content-disposition']).toBe('attachment; filename="organ-finder-2-1.0.0.onnx"');
  });

  it('takes the manifest as a file or as a JSON part, too, and an address of one’s own choice', async () => {
    const manifest = JSON.stringify(testManifest('By File'));
    expect(
      (
        await submit([
          field('benchmark', 'bench'),
          { name: 'manifest', value: manifest, filename: 'voxelmark.json', type: 'application/json' },
          modelPart(MODEL),
        ])
      ).statusCode,
    ).toBe(201);
    const typed = await submit([
      field('benchmark', 'bench'),
      { name: 'manifest', value: JSON.stringify(testManifest('Typed')), type: 'application/json' },
      field('algorithm', 'my-choice'),
      modelPart(MODEL),
    ]);
    expect([typed.statusCode, typed.json().algorithm?.slug]).toEqual([201, 'my-choice']);
    expect(
      (
        await submit([
          field('benchmark', 'bench'),
          field('manifest', JSON.stringify(testManifest('肝臓'))),
          modelPart(MODEL),
        ])
      ).json().code,
    ).toBe('algorithm-name');
  });

  it('the same again is the same submission', async () => {
    const first = await submit(goodForm('twice'));
    const before = await world.inventory();
    const second = await submit(goodForm('twice'));
    expect([first.statusCode, second.statusCode]).toEqual([201, 200]);
    expect(second.json()).toMatchObject({ id: first.json().id, existing: true });
    expect(await world.inventory()).toEqual(before);
  });

  it('two that come at once are one', async () => {
    const answers = await Promise.all([
      submit(goodForm('at-once')),
      submit(goodForm('at-once')),
      submit(goodForm('at-once')),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 201]);
    expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1);
  });

  it('an Idempotency-Key makes a repetition safe, and cannot be used for something else', async () => {
    const key = { 'idempotency-key': 'attempt-1' };
    const first = await submit(goodForm('with-key'), key);
    expect((await submit(goodForm('with-key'), key)).json().id).toBe(first.json().id);
    const other = await submit(goodForm('with-key', '2.0.0'), key);
    expect([other.statusCode, other.json().code]).toEqual([409, 'idempotency-key-reused']);
    const elses = await submit(goodForm('with-key-of-another'), key, 'researcher');
    expect(elses.statusCode).toBe(201);
  });

  it('works with a token that may submit, without a page', async () => {
    const { payload, headers } = form(goodForm('by-token'));
    const answer = await world.app.inject({
      method: 'POST',
      url: '/api/v1/submissions',
      headers: { ...headers, authorization: `Bearer ${await world.token('owner', ['submit', 'read'])}` },
      payload,
    });
    expect(answer.statusCode).toBe(201);
  });

  it('who may look at the held-out cases does not compete; an unpublished benchmark is not there', async () => {
    for (const who of ['organiser', 'reader', 'steward'] as const)
      expect((await submit(goodForm('insider'), {}, who)).json().code).toBe('forbidden');
    expect((await submit([field('benchmark', 'draft'), ...goodForm('x').slice(1)])).statusCode).toBe(404);
    expect((await submit([field('benchmark', 'nowhere'), ...goodForm('x').slice(1)])).statusCode).toBe(404);
  });

  it('a refused row takes its file with it, but never one that is in use', async () => {
    await submit(goodForm('mine'));
    const stranger = Buffer.concat([MODEL, Buffer.from([0x12, 1, 0x61])]); // the same model with a producer name appended
    const before = await world.inventory();
    const taken = await submit(
      [
        field('benchmark', 'bench'),
        field('manifest', JSON.stringify(testManifest('mine', '9.0.0'))),
        modelPart(stranger),
      ],
      {},
      'researcher',
    );
    expect([taken.statusCode, taken.json().code]).toEqual([409, 'algorithm-taken']);
    const changed = await submit([...goodForm('mine').slice(0, 2), modelPart(stranger)]);
    expect([changed.statusCode, changed.json().code]).toEqual([409, 'version-exists']);
    expect(await world.inventory()).toEqual(before);
    const again = await submit(
      [field('benchmark', 'bench'), field('manifest', JSON.stringify(testManifest('mine', '2.0.0'))), modelPart(MODEL)],
      {},
      'researcher',
    );
    expect(again.statusCode).toBe(409); // the file is somebody's: it stays
    expect(await world.inventory()).toEqual(before);
  });

  it('cancelling and retrying: by whom it belongs to', async () => {
    const { id } = (await submit(goodForm('to-cancel'))).json() as { id: string };
    expect((await world.ask('researcher', 'POST', `/submissions/${id}/cancel`)).statusCode).toBe(403);
    const cancelled = (await world.ask('owner', 'POST', `/submissions/${id}/cancel`)).json() as {
      runs: { id: string; state: string }[];
    };
    expect(cancelled.runs.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect((await world.ask('owner', 'POST', `/submissions/${id}/cancel`)).statusCode).toBe(200);
    const retried = await world.ask('owner', 'POST', `/runs/${cancelled.runs[0].id}/retry`);
    expect([retried.statusCode, retried.json().state]).toEqual([200, 'queued']);
    const twice = await world.ask('owner', 'POST', `/runs/${cancelled.runs[0].id}/retry`);
    expect([twice.statusCode, twice.json().code]).toEqual([409, 'run-not-retryable']);

    // of two who try at once, the later one is told how the run stands now, not how it stood when he asked
    await world.ask('owner', 'POST', `/submissions/${id}/cancel`);
    const records = world.parts.records as { retryRun: EvaluationRecords['retryRun'] };
    const { retryRun } = records;
    records.retryRun = async (...which) => {
      await retryRun(...which);
      return retryRun(...which);
    };
    const late = await world.ask('owner', 'POST', `/runs/${cancelled.runs[0].id}/retry`);
    records.retryRun = retryRun;
    expect([late.statusCode, late.json().detail]).toEqual([409, expect.stringMatching(/^This run is queued /)]);
  });

  it('lists page by page, newest first, each once', async () => {
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { id: string }[]; nextCursor: string | null } = (
        await world.ask('owner', 'GET', `/submissions?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`)
      ).json();
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    const all = (await world.ask('owner', 'GET', '/submissions?limit=200')).json() as {
      items: { id: string; createdAt: string }[];
    };
    expect(ids).toEqual(all.items.map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(6);
    const names: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: { items: { slug: string }[]; nextCursor: string | null } = (
        await world.ask('visitor', 'GET', `/algorithms?limit=2${next === '' ? '' : `&cursor=${next}`}`)
      ).json();
      names.push(...page.items.map(({ slug }) => slug));
      next = page.nextCursor;
    }
    expect(names).toEqual([...names].sort());
    expect(new Set(names).size).toBe(names.length);
  });
});

it('nothing that was asked here was a defect', () => {
  expect(world.logged).toEqual([]);
});
