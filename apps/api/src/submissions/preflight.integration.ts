import { join } from 'node:path';
import { builtChildScript } from '../../../../libs/inference/src/test-support/built.js';
import {
  agreementWithFile,
  removeStaleFiles,
  runPreflight,
  type Benchmark,
  type ModelSessions,
  type StagePorts,
} from '#evaluation';
import { readLabelMap, readNifti, writeNifti } from '#imaging';
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
  const map = await readLabelMap((await world.ask('owner', 'GET', `/objects/${predictionObjectId}`)).rawPayload);
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
