import { join } from 'node:path';
import { builtChildScript } from '../../../../libs/inference/src/test-support/built.js';
import {
  agreementWithFile,
  removeStaleFiles,
  runDryRun,
  runPreflight,
  studyCase,
  type Benchmark,
  type ModelSessions,
  type StagePorts,
} from '#evaluation';
import { gridHash, readLabelMap, readNifti, writeNifti } from '#imaging';
import { createModelRunner } from '#inference';
import { scoreCase } from '#metrics';
import { untouched } from '../test-support/no-parts.js';
import { form, type FormPart } from '../test-support/raw-http.js';
import { field, MODEL, modelPart } from '../test-support/submission-forms.js';
import { testManifest } from '../test-support/test-manifest.js';
import { World } from '../test-support/world.js';

/** The whole way of a preflight, with a real database and a real process that runs the model; only the queue is left out. */
let world: World;
let bench: Benchmark;
let ports: StagePorts;
let close: () => Promise<void>;

beforeAll(async () => {
  world = await World.open();
  bench = await world.benchmark('bench');
  const runner = await createModelRunner({
    scratchDir: join(world.folder, 'runner'),
    log: world.parts.log,
    childScript: builtChildScript(),
  });
  close = () => runner.close();
  const { records, blobs, clock, log } = world.parts;
  ports = {
    records,
    blobs,
    runner,
    sessions: untouched<ModelSessions>('sessions'),
    scorer: {
      score: async ({ reference, prediction, regions, metrics }) => ({
        scores: scoreCase({ reference: await readLabelMap(reference), prediction, regions, metrics }),
        elapsedMs: 1,
      }),
      agree: ({ expected, predicted }) => agreementWithFile(expected, predicted),
      study: (task) => studyCase(task),
      close: async () => undefined,
    },
    clock,
    log,
    owner: 'worker-1',
  };
}, 120_000);
afterAll(async () => {
  await close?.();
  await world?.close();
});

/** What the threshold model makes of an image: bright is liver. */
async function conformance(threshold: number): Promise<FormPart[]> {
  const [one] = await world.parts.records.cases(bench.phases[0].id);
  const { geometry, data } = await readNifti(await world.parts.blobs.read(one.images[0].sha256));
  const labels = Uint8Array.from(data, (value) => (value > threshold ? 1 : 0));
  const part = async (name: string, volume: Parameters<typeof writeNifti>[0]): Promise<FormPart> => ({
    name,
    value: Buffer.from(await writeNifti(volume, { gzip: true })),
    filename: `${name}.nii.gz`,
    type: 'application/gzip',
  });
  return [
    await part('conformanceImage', { geometry, data }),
    await part('conformanceLabels', { geometry, data: labels }),
  ];
}

async function tryOut(name: string, more: readonly FormPart[]) {
  const { payload, headers } = form([field('manifest', JSON.stringify(testManifest(name))), ...more, modelPart(MODEL)]);
  const asked = await world.ask('owner', 'POST', '/benchmarks/bench/preflights', { payload, headers });
  expect(asked.statusCode).toBe(201);
  const { id } = asked.json();
  await runPreflight(ports, { preflightId: id }, new AbortController().signal);
  return (await world.ask('owner', 'GET', `/preflights/${id}`)).json();
}

it('passes, shows what it predicted to its owner, and leaves nothing but that once its files are kept no longer', async () => {
  const before = await world.inventory();
  const done = await tryOut('works', await conformance(0));
  expect(done.checks.map(({ name, status }: Record<string, string>) => [name, status])).toEqual([
    ['inspect', 'passed'],
    ['zero-tile', 'passed'],
    ['conformance', 'passed'],
    ['practice-case', 'passed'],
    ['budget', 'passed'],
  ]);
  expect(done).toMatchObject({
    state: 'done',
    passed: true,
    failure: null,
    forecast: { tiles: 1, runs: 1, cases: 5, limitSeconds: 10, limitMemoryBytes: 512 * 1024 ** 2, fits: true },
    conformance: { passed: true, lowestDice: 1, voxelAgreement: 1, labels: [{ label: 1, name: 'liver', dice: 1 }] },
  });
  expect(done.forecast.peakMemoryBytes).toBeGreaterThan(1e6);
  const { caseId, predictionObjectId } = done.practice;
  const shown = (await world.ask('owner', 'GET', `/cases/${caseId}?preflight=${done.id}`)).json();
  expect(shown.predictions[0]).toMatchObject({ objectId: predictionObjectId, runId: done.id, version: '1.0.0' });
  expect(shown.predictions[0].scores[0]).toMatchObject({ region: 'liver', values: { dice: expect.anything() } });
  const served = await world.ask('owner', 'GET', `/objects/${predictionObjectId}`);
  const map = await readLabelMap(served.rawPayload);
  expect(served.headers['voxelmark-grid']).toBe(gridHash(map.geometry));
  expect(map.geometry.sizeXyz).toEqual([8, 8, 4]);
  const kept = await world.inventory();
  expect([kept.blobs, kept.stored_object]).toEqual([before.blobs + 4, before.stored_object + 1]);
  await world.kept(done.id, '-1 second');
  expect(await removeStaleFiles(world.parts, 10)).toBe(1);
  const after = await world.inventory();
  expect([after.blobs, after.stored_object]).toEqual([before.blobs + 1, before.stored_object + 1]);
}, 60_000);

it('says for each label how far platform and author are apart', async () => {
  const done = await tryOut('differs', await conformance(-2000)); // its author says that everything is liver
  expect(done.checks[2]).toMatchObject({ status: 'failed', detail: { code: 'conformance-failed' } });
  expect(done).toMatchObject({ passed: false, conformance: { passed: false, minDice: 0.99, labels: [{ label: 1 }] } });
  expect(done.conformance.labels[0].dice).toBeLessThan(0.99);
}, 60_000);

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A frozen dataset of the organiser: three patients, two readers each, of whom none is the consensus. */
async function frozen(slug: string): Promise<void> {
  const { records, blobs } = world.parts;
  const geometry = (await records.cases(bench.phases[0].id))[0].geometry;
  const ownerId = world.account('organiser').id;
  const { dataset } = await records.createDataset({
    slug,
    name: 'Livers',
    licence: 'CC-BY-4.0',
    description: '',
    ownerId,
    synthetic: false,
    labels: [{ value: 1, name: 'liver' }],
    ignoreLabel: null,
    regions: [],
    channels: [{ name: 'CT' }],
    dictionary: {},
  });
  const stored = async (data: Int16Array | Uint8Array) => {
    const bytes = await writeNifti({ geometry, data }, { gzip: true });
    return blobs.put(inOnePiece(bytes));
  };
  for (const n of [1, 2, 3]) {
    const image = Int16Array.from({ length: 8 * 8 * 4 }, (_, v) => (v % 8 < 2 + n ? 100 : -100));
    const drawn = (wide: number) => Uint8Array.from({ length: 8 * 8 * 4 }, (_, v) => (v % 8 < wide + n ? 1 : 0));
    await records.addDatasetCase(dataset.id, {
      name: `liver-${n}`,
      patient: `patient-${n}`,
      split: n < 3 ? 'test' : 'train',
      facts: {},
      geometry,
      digest: String(n).repeat(64),
      images: [await stored(image)],
      references: [
        { reader: 'A', consensus: false, recipe: null, reading: null, blob: await stored(drawn(2)) },
        { reader: 'B', consensus: false, recipe: null, reading: null, blob: await stored(drawn(3)) },
      ],
    });
  }
  await records.freezeDataset(dataset.id);
}

describe('a benchmark made from a dataset', () => {
  const say = (method: string, path: string, body?: unknown) =>
    world.ask('organiser', method as 'GET', path, body === undefined ? {} : { body });
  const codes = (view: { findings: { severity: string; code: string }[] }) =>
    view.findings.map(({ severity, code }) => `${severity} ${code}`);
  const dryRunOf = async (id: string) => {
    const { parts } = world;
    await runDryRun(ports, { dryRunId: id }, new AbortController().signal);
    return (await parts.records.findDryRun(id))!;
  };
  const newest = async (slug: string) =>
    (await world.parts.records.newestDryRun((await world.parts.records.findBenchmark(slug))!.id, 'preparation'))!.id;

  it('is drafted, measured, tried, published; a draft is for nobody else’s eyes', async () => {
    await frozen('livers');
    const body = { slug: 'livers', title: 'Livers', dataset: { slug: 'livers', version: 1 }, requiredIsolation: 'L0' };
    const checked = (await say('POST', '/benchmarks/check', body)).json();
    expect(checked.cases).toMatchObject({ practice: ['liver-3'], test: ['liver-1', 'liver-2'], left: [] });
    expect((await say('POST', '/benchmarks', { ...body, metrics: [{ id: 'niceness' }] })).json()).toMatchObject({ code: 'benchmark-invalid', status: 422 });
    const made = await say('POST', '/benchmarks', body);
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({
      benchmark: { published: false, dataset: { slug: 'livers', version: 1 } },
      preparation: { state: 'queued', done: 0, total: 3 },
    });
    expect(codes(made.json())).toContain('error not-prepared');
    expect((await say('POST', '/benchmarks', body)).json().code).toBe('benchmark-exists');

    for (const [who, status] of [['visitor', 401], ['researcher', 404], ['owner', 404], ['admin', 403]] as const)
      expect([who, (await world.ask(who, 'GET', '/benchmarks/livers/making')).statusCode]).toEqual([who, status]);
    for (const [who, status] of [['visitor', 404], ['owner', 404], ['admin', 200]] as const)
      expect([who, (await world.ask(who, 'GET', '/benchmarks/livers')).statusCode]).toEqual([who, status]);
    const [open] = await world.parts.records.cases((await world.parts.records.findBenchmark('livers'))!.phases[0].id);
    const image = `/objects/${open.images[0].id}`;
    for (const who of ['owner', 'admin'] as const) expect([who, (await world.ask(who, 'GET', image)).statusCode]).toEqual([who, 404]);
    expect((await say('GET', image)).statusCode).toBe(200);

    expect((await dryRunOf(await newest('livers'))).state).toBe('done');
    const prepared = (await say('GET', '/benchmarks/livers/making')).json();
    expect(prepared.preparation).toEqual({ state: 'done', done: 3, total: 3, failure: null });
    expect(prepared.voxels).toMatchObject([
      { region: 'liver', phase: 'practice', cases: 1, patients: 1 },
      { region: 'liver', phase: 'test', cases: 2, patients: 2 },
    ]);
    const [case3] = await world.parts.records.cases((await world.parts.records.findBenchmark('livers'))!.phases[0].id);
    expect(case3.references.find(({ consensus }) => consensus)?.recipe).toMatchObject({ method: 'majority', readers: ['A', 'B'] });
    expect(case3.referenceStudy?.agreement).toHaveLength(1);

    // other metrics, and the consensus of before
    const other = { expected: 'f'.repeat(64) };
    expect((await say('PUT', '/benchmarks/livers', { ...body, ...other })).json()).toMatchObject({ code: 'benchmark-changed', status: 409 });
    const seen = { expected: prepared.definitionSha256 as string };
    const replaced = (await say('PUT', '/benchmarks/livers', { ...body, metrics: [{ id: 'dice' }], ...seen })).json();
    expect(replaced.definition).not.toHaveProperty('expected');
    expect((await say('PUT', '/benchmarks/livers', { ...body, ...seen })).json().code).toBe('benchmark-changed');
    expect(replaced.preparation).toMatchObject({ done: 0, total: 3 });
    await dryRunOf(await newest('livers'));
    // other words: what was measured stays
    const renamed = (await say('PUT', '/benchmarks/livers', { ...body, title: 'Livers on CT', metrics: [{ id: 'dice' }] })).json();
    expect(renamed).toMatchObject({ benchmark: { title: 'Livers on CT' }, preparation: { state: 'done', done: 3 } });
    // one of the demo, and one of the organiser's own that was made for another benchmark
    await world.submission(bench, 'own-way', '2.0.0', { by: 'organiser', model: MODEL });
    const offered = (await say('GET', '/benchmarks/livers/making')).json().networks as { own: boolean }[];
    expect(offered.filter(({ own }) => own)).toEqual([{ network: 'own-way@2.0.0', name: 'own-way 2.0.0', own: true, fits: true, note: expect.any(String) as string }]);
    const asked = await say('POST', '/benchmarks/livers/dry-runs', { networks: ['threshold-smooth', 'own-way@2.0.0'] });
    expect(asked.statusCode).toBe(202);
    const tried = await dryRunOf(asked.json().id);
    expect(tried).toMatchObject({ state: 'done', failure: null, isolation: expect.stringMatching(/^L\d$/) as string });
    const shown = (await say('GET', `/benchmarks/livers/dry-runs/${tried.id}`)).json();
    expect(shown.networks).toMatchObject([
      { network: 'threshold-smooth', state: 'done', cases: [{ case: 'liver-3', state: 'scored' }] },
      { network: 'own-way@2.0.0', state: 'done', cases: [{ case: 'liver-3', state: 'scored' }] },
    ]);
    expect(shown.networks[0].means.dice).toEqual(expect.any(Number));

    const warned = (await say('POST', '/benchmarks/livers/publish', {})).json();
    expect(warned).toMatchObject({ code: 'benchmark-warnings', status: 409 });
    expect((await say('POST', '/benchmarks/livers/publish', { acceptWarnings: true, ...other })).json().code).toBe('benchmark-changed');
    // another consensus: the digest of a phase stands for it, although it was derived after the draft was made
    const digests = async () => (await world.parts.records.findBenchmark('livers'))!.phases.map(({ datasetDigest }) => datasetDigest);
    const staple = { ...body, metrics: [{ id: 'dice' }], consensus: { kind: 'staple' } };
    const last = (await say('PUT', '/benchmarks/livers', staple)).json();
    const { id, phases } = last.benchmark as { id: string; phases: { id: string }[] };
    expect(await world.parts.records.publishDraft(id, world.account('organiser').id, last.definitionSha256)).toBe(false); // not prepared
    await dryRunOf(await newest('livers'));
    const [{ id: caseId, referenceStudy }] = await world.parts.records.cases(phases[0].id);
    expect(await world.parts.records.prepareCase(caseId, { consensus: null, study: referenceStudy! })).toBe(false); // it is
    const bare = await digests();
    const published = (await say('POST', '/benchmarks/livers/publish', { acceptWarnings: true, expected: last.definitionSha256 })).json();
    expect(published.benchmark.published).toBe(true);
    expect(published.benchmark.phases.map(({ reveal }: { reveal: object }) => reveal)).toEqual([{ kind: 'all' }, { kind: 'never' }]);
    expect((await digests()).filter((digest) => bare.includes(digest))).toEqual([]);
    // a desk that had looked before that
    const late = { benchmarkId: id, by: world.account('organiser').id, definitionSha256: last.definitionSha256 as string, networks: [] };
    await expect(world.parts.records.createDryRun(late)).rejects.toMatchObject({ status: 409, code: 'benchmark-changed' });
    expect(published.history.map(({ act }: { act: string }) => act)).toEqual(['created', 'changed', 'changed', 'dry-run', 'changed', 'published']);
    expect((await say('PUT', '/benchmarks/livers', body)).json().code).toBe('benchmark-published');
    expect((await say('DELETE', '/benchmarks/livers')).json().code).toBe('benchmark-published');
    expect((await world.ask('owner', 'GET', '/benchmarks/livers')).statusCode).toBe(200);
    const record = (await say('GET', '/datasets/livers/versions/1/croissant')).body;
    expect(record).toContain('liver-3');
    expect(record).not.toContain('liver-1');
  }, 120_000);

  it('a draft that is deleted leaves nothing but its history', async () => {
    const before = await world.inventory();
    const body = { slug: 'gone', title: 'Gone', dataset: { slug: 'livers', version: 1 }, consensus: { kind: 'staple' } };
    const split = { kind: 'by-name', practice: ['liver-1'], test: ['liver-2', 'liver-3'] }; // livers hold liver-1 out
    const made = (await say('POST', '/benchmarks', { ...body, split })).json();
    expect(codes(made)).toContain('error held-out-elsewhere');
    await dryRunOf(await newest('gone'));
    const refused = (await say('POST', '/benchmarks/gone/publish', { acceptWarnings: true })).json();
    expect(refused).toMatchObject({ code: 'benchmark-unready', status: 409, detail: expect.stringContaining('liver-1') as string });
    // what was derived from its images goes when it is replaced, too
    const [{ images }] = await world.parts.records.cases(made.benchmark.phases[0].id);
    const slices = await world.parts.blobs.put(inOnePiece(Buffer.from('compressed slices')));
    expect(await world.parts.records.addFrames(images[0].id, slices)).toMatchObject({ sha256: slices.sha256 });
    const replaced = (await say('PUT', '/benchmarks/gone', body)).json();
    expect(codes(replaced)).not.toContain('error held-out-elsewhere');
    expect(await world.parts.blobs.head(slices.sha256)).toBeNull();
    expect(await world.parts.records.addFrames(images[0].id, slices)).toBeNull();
    await world.parts.blobs.delete(slices.sha256);
    await dryRunOf(await newest('gone'));
    // a preparation may take days, as long as a worker is at it; three lost workers are too many
    const long = await newest('gone');
    const swept = async (attempts: number, lease: string) => {
      const running = `state = 'running', failure = null, finished_at = null, attempts = $2, created_at = now() - interval '3 days', lease_until = now() + $3::interval`;
      await world.database.dataSource.query(`update dry_run set ${running} where id = $1`, [long, attempts, lease]);
      await world.parts.records.sweep();
      const { state, failure } = (await world.parts.records.findDryRun(long))!;
      return [state, failure?.code];
    };
    expect(await swept(1, '1 minute')).toEqual(['running', undefined]);
    expect(await swept(1, '-25 hours')).toEqual(['failed', 'deadline-passed']);
    expect(await swept(3, '-1 minute')).toEqual(['failed', 'worker-lost']);
    const { id } = made.benchmark;
    const stale = { benchmarkId: id, by: world.account('organiser').id, definitionSha256: made.definitionSha256 as string, networks: [] };
    await expect(world.parts.records.createDryRun(stale)).rejects.toMatchObject({ status: 409, code: 'benchmark-changed' });
    expect((await say('DELETE', '/benchmarks/gone')).statusCode).toBe(204);
    await expect(world.parts.records.createDryRun(stale)).rejects.toMatchObject({ status: 404 });
    expect((await say('GET', '/benchmarks/gone/making')).statusCode).toBe(404);
    expect(await world.inventory()).toEqual(before);
    expect((await world.parts.records.makingEvents(id)).map(({ act }) => act)).toEqual(['created', 'changed', 'deleted']);
  }, 60_000);
});
