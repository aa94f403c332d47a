import * as onnx from '../../../../libs/inference/src/test-support/onnx.js';
import { bytes, join, text } from '../../../../libs/inference/src/test-support/protobuf.js';
import { CHECK_NAMES, type Benchmark, type EvaluationCase, type NotedCheck } from '#evaluation';
import { writeNifti } from '#imaging';
import { expandManifest } from '#pipeline';
import { form, type FormPart } from '../test-support/raw-http.js';
import { field, goodForm, MODEL, modelPart } from '../test-support/submission-forms.js';
import { testManifest } from '../test-support/test-manifest.js';
import { World, type Who } from '../test-support/world.js';

let world: World;
let bench: Benchmark;
let practice: readonly EvaluationCase[];

beforeAll(async () => {
  world = await World.open();
  bench = await world.benchmark('bench');
  practice = await world.parts.records.cases(bench.phases[0].id);
}, 120_000);
afterAll(() => world?.close());

const send = (path: string, parts: readonly FormPart[], who: Who = 'owner') => {
  const { payload, headers } = form(parts);
  return world.ask(who, 'POST', path, { payload, headers });
};
const submit = (parts: readonly FormPart[], who?: Who) => send('/submissions', parts, who);
const tryOut = (parts: readonly FormPart[], who?: Who) => send('/benchmarks/bench/preflights', parts, who);

const OTHER = Buffer.from(onnx.mixingModel([[1], [2]], [0, 0]));
const ensemble = (name: string, ...files: string[]): FormPart =>
  field('manifest', JSON.stringify({ ...testManifest(name), models: files.map((file) => ({ file })) }));
/** The model with one metadata property more: field 14 of ModelProto, an entry of key and value. */
const carrying = (manifest: unknown): Buffer =>
  Buffer.concat([MODEL, bytes(14, join(text(1, 'voxelmark.manifest'), text(2, JSON.stringify(manifest))))]);
const conformance = async (): Promise<FormPart[]> => {
  const geometry = practice[0].geometry;
  const data = new Uint8Array(8 * 8 * 4);
  const value = Buffer.from(await writeNifti({ geometry, data }, { gzip: true }));
  return ['conformanceImage', 'conformanceLabels'].map((name) => ({
    name,
    value,
    filename: `${name}.nii.gz`,
    type: 'application/gzip',
  }));
};

describe('several model files', () => {
  const parts = (name: string): FormPart[] => [
    field('benchmark', 'bench'),
    ensemble(name, 'fold_0.onnx', 'fold_1.onnx'),
    modelPart(OTHER, 'fold_1.onnx'),
    modelPart(MODEL, 'fold_0.onnx'),
  ];

  it('are one submission, in the order of the manifest; the same again is the same', async () => {
    const answer = await submit(parts('Ensemble'));
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      modelBytes: MODEL.length + OTHER.length,
      models: [
        { file: 'fold_0.onnx', bytes: MODEL.length },
        { file: 'fold_1.onnx', bytes: OTHER.length },
      ],
    });
    const [first, second] = answer.json().models;
    expect(answer.json().modelSha256).not.toBe(first.sha256);
    const again = await submit(parts('Ensemble'));
    expect([again.statusCode, again.json().id]).toEqual([200, answer.json().id]);

    const path = '/algorithms/ensemble/versions/1.0.0/model';
    const download = await world.ask('owner', 'GET', `${path}?file=1`);
    expect(download.rawPayload.equals(OTHER)).toBe(true);
    expect(download.headers['content-disposition']).toBe('attachment; filename="ensemble-1.0.0-1.onnx"');
    expect((await world.ask('owner', 'GET', `${path}?file=2`)).statusCode).toBe(404);
    const { versionList } = (await world.ask('visitor', 'GET', '/algorithms/ensemble')).json();
    expect(versionList[0].models).toMatchObject([
      { file: 'fold_0.onnx', sha256: first.sha256, facts: { opset: 17, operators: expect.any(Array) } },
      { file: 'fold_1.onnx', sha256: second.sha256, facts: { operators: [{ op: 'Conv', count: 1 }] } },
    ]);
  });

  it('have the names that the manifest lists, each once, and leave nothing when they have not', async () => {
    const before = await world.inventory();
    const wrong = await submit([...parts('Wrong').slice(0, 3), modelPart(MODEL, 'fold_2.onnx')]);
    expect([wrong.statusCode, wrong.json().code]).toEqual([422, 'manifest-invalid']);
    expect(wrong.json().detail).toContain('it lists fold_0.onnx; files were sent as fold_1.onnx, fold_2.onnx');
    expect(await world.inventory()).toEqual(before);
  });
});

describe('a manifest in the model', () => {
  it('makes one file a submission', async () => {
    const answer = await submit([field('benchmark', 'bench'), modelPart(carrying(testManifest('Embedded')))]);
    expect([answer.statusCode, answer.json().algorithm.slug]).toEqual([201, 'embedded']);
  });

  it('may be sent beside it as well, but not another one', async () => {
    const model = modelPart(carrying(testManifest('Both')));
    const same = field('manifest', JSON.stringify(expandManifest(testManifest('Both'))));
    expect((await submit([field('benchmark', 'bench'), same, model])).statusCode).toBe(201);
    const other = field('manifest', JSON.stringify(testManifest('Both', '2.0.0')));
    const refused = await submit([field('benchmark', 'bench'), other, model]);
    expect([refused.statusCode, refused.json().code]).toEqual([422, 'manifest-differs']);
    expect(refused.json().problems).toEqual([{ path: 'manifest', message: 'differs in version' }]);
  });
});

describe('a conformance case', () => {
  it('is kept with the version and served to nobody', async () => {
    const answer = await submit([...goodForm('conforming'), ...(await conformance())]);
    expect(answer.statusCode).toBe(201);
    const submission = await world.parts.records.findSubmission(answer.json().id);
    const kept = submission?.version.conformance;
    expect(kept?.images).toHaveLength(1);
    for (const { id, kind, label } of [...(kept?.images ?? []), kept!.expected]) {
      expect([kind, label]).toEqual(['conformance', 'PARTICIPANT']);
      for (const who of ['visitor', 'owner', 'organiser', 'admin'] as const) {
        expect((await world.ask(who, 'GET', `/objects/${id}`)).statusCode).toBe(404);
      }
    }
  });
});

describe('preflight', () => {
  const bundle = (name: string): FormPart[] => goodForm(name).slice(1);

  it('is looked at by the desk and waits for a worker; only its owner sees it', async () => {
    const answer = await tryOut(bundle('tried'));
    expect(answer.statusCode).toBe(201);
    const { id } = answer.json();
    expect(answer.json()).toMatchObject({
      state: 'queued',
      passed: null,
      forecast: null,
      practice: null,
      failure: null,
    });
    expect(answer.json().checks.map(({ name, status }: Record<string, string>) => [name, status])).toEqual(
      CHECK_NAMES.map((name) => [name, name === 'inspect' ? 'passed' : 'waiting']),
    );
    expect((await world.ask('owner', 'GET', `/preflights/${id}`)).json()).toEqual(answer.json());
    expect((await world.ask('researcher', 'GET', `/preflights/${id}`)).statusCode).toBe(404);
    const owed: unknown[] = [];
    await world.parts.records.relayOutbox(async (jobs) => void owed.push(...jobs.map(({ job }) => job)), 100);
    expect(owed).toContainEqual({ name: 'preflight', preflightId: id });
  });

  it('of a model that is refused has its answer at once, and keeps no file', async () => {
    const before = await world.inventory();
    const [manifest] = bundle('refused');
    const answer = await tryOut([
      manifest,
      modelPart(Buffer.from(onnx.externalDataModel('/etc/passwd', 'initialiser'))),
    ]);
    expect(answer.json()).toMatchObject({ state: 'done', passed: false, finishedAt: expect.any(String) });
    expect(answer.json().checks[0]).toMatchObject({
      name: 'inspect',
      status: 'failed',
      detail: { code: 'model-external-data' },
    });
    expect(await world.inventory()).toEqual({ ...before, preflight: before.preflight + 1 });
  });

  const figures = {
    tiles: 50, runs: 400, secondsPerRun: 1.75, secondsPerCase: 700, secondsTotal: 3500, totalCases: 5,
    peakMemoryBytes: 1e9, limitSeconds: 10, limitMemoryBytes: 5e8, secondsAround: 0.5, exact: true, fits: false,
  }; // prettier-ignore
  const { totalCases: cases, ...rest } = figures;
  const forecast = { ...rest, cases };

  it('counts for a submission of the same bundle: one that would take too long is refused, with the figures', async () => {
    const { id } = (await tryOut(bundle('slow'))).json();
    const { records } = world.parts;
    const taken = await records.claimPreflight(id, 'w1', 10);
    const message = 'case p-1 would take about 700 s; the limit is 10 s';
    const checks = taken!.preflight.checks.map((check) =>
      check.name === 'budget'
        ? ({ ...check, status: 'failed', detail: { code: 'budget-exceeded', message, ...figures } } as const)
        : ({ ...check, status: 'passed' } as const),
    );
    expect(await records.writePreflight(taken!, 10, checks)).toBe(true);
    expect((await world.ask('owner', 'GET', `/preflights/${id}`)).json()).toMatchObject({ state: 'running' });
    expect(await records.endPreflight(taken!, { checks, practice: null, failure: null })).toBe(true);
    expect((await world.ask('owner', 'GET', `/preflights/${id}`)).json()).toMatchObject({
      state: 'done',
      passed: false,
      forecast,
    });

    const refused = await submit(goodForm('slow'));
    expect([refused.statusCode, refused.json().code]).toEqual([422, 'budget-exceeded']);
    expect(refused.json().detail).toContain(message);
    expect((await submit(goodForm('slow', '1.0.1'))).statusCode).toBe(201); // another manifest: not measured
  });

  it('that passed is submitted without sending its files again, by whoever asked for it and while they are kept', async () => {
    const { records, blobs } = world.parts;
    const asked = (await tryOut(bundle('kept'))).json();
    const enter = (fields: Record<string, string>, who: Who = 'owner') =>
      submit(
        Object.entries({ benchmark: 'bench', ...fields }).map(([name, value]) => field(name, value)),
        who,
      );
    const preflight = asked.id as string;
    expect((await enter({ preflight })).json().code).toBe('preflight-files-gone'); // not tried yet
    const claim = await records.claimPreflight(preflight, 'w1', 10);
    const passed = (check: NotedCheck): NotedCheck => {
      const detail = check.name === 'budget' ? { ...figures, secondsPerCase: 7, fits: true } : check.detail;
      return { ...check, status: 'passed', detail };
    };
    const checks = claim!.preflight.checks.map(passed);
    await records.endPreflight(claim!, { checks, practice: null, failure: null });
    const shown = (await world.ask('owner', 'GET', `/preflights/${preflight}`)).json();
    expect(Date.parse(shown.submittableUntil)).toBeGreaterThan(Date.now());

    const others = await enter({ preflight }, 'researcher');
    expect([others.statusCode, others.json().code]).toEqual([409, 'preflight-files-gone']);
    for (const more of [{ manifest: '{}' }, { preflight: 'mine' }] as Record<string, string>[])
      expect((await enter({ preflight, ...more })).json().code).toBe('form-invalid');
    const entered = await enter({ preflight, algorithm: 'kept-algorithm' });
    expect([entered.statusCode, entered.json().code]).toEqual([201, undefined]);
    expect(entered.json()).toMatchObject({
      algorithm: { slug: 'kept-algorithm' },
      modelSha256: shown.modelSha256,
      existing: false,
      forecast: { ...forecast, secondsPerCase: 7, fits: true },
    });
    const path = `/submissions/${entered.json().id as string}`;
    expect((await world.ask('owner', 'GET', path)).json().forecast).toEqual(entered.json().forecast);
    expect((await world.ask('organiser', 'GET', path)).json().forecast).toBeNull();
    const [version] = (await world.ask('owner', 'GET', '/algorithms/kept-algorithm')).json().versionList;
    expect(version).toMatchObject({ manifestSha256: shown.manifestSha256, checks: [{}, {}, {}, {}, {}] });
    expect(await blobs.head(shown.models[0].sha256)).not.toBeNull();
    expect((await enter({ preflight, algorithm: 'kept-algorithm' })).json().existing).toBe(true);
  });

  it('takes workers’ time, so that there are not more than twenty an hour', async () => {
    const codes: number[] = [];
    for (let n = 0; n < 21; n++) codes.push((await tryOut(bundle(`many-${n}`), 'researcher')).statusCode);
    expect(codes).toEqual([...Array<number>(20).fill(201), 429]);
  }, 60_000);
});

describe('the card of a version', () => {
  it('says what the manifest says until its author edits it; nobody else can', async () => {
    const manifest = { ...testManifest('Carded'), licence: 'MIT', trainedOn: ['A', 'B'], intendedUse: 'Research.' };
    const answer = await submit([
      field('benchmark', 'bench'),
      field('manifest', JSON.stringify(manifest)),
      modelPart(MODEL),
    ]);
    expect(answer.statusCode).toBe(201);
    const version = async (who: Who) => (await world.ask(who, 'GET', '/algorithms/carded')).json().versionList[0];
    const written = { intendedUse: 'Research.', trainingData: 'A; B', licence: 'MIT', paper: null, limits: null };
    expect(await version('visitor')).toMatchObject({ card: written, mayEdit: false, checks: null, conformance: null });

    const path = '/algorithms/carded/versions/1.0.0/card';
    const edit = await world.ask('owner', 'PATCH', path, {
      body: { limits: 'Adults only.', licence: null, paper: ' ' },
    });
    expect(edit.statusCode).toBe(400); // a line is not empty
    const edited = await world.ask('owner', 'PATCH', path, { body: { limits: 'Adults only.', licence: null } });
    expect(edited.json()).toEqual({ ...written, limits: 'Adults only.', licence: null });
    expect(await version('owner')).toMatchObject({ card: edited.json(), mayEdit: true });
    expect((await world.ask('organiser', 'PATCH', path, { body: { limits: null } })).statusCode).toBe(403);
    expect((await world.ask('owner', 'PATCH', path, { body: { owner: 'me' } })).statusCode).toBe(400);
  });

  it('stands beside what was measured: practice for everybody, held-out for the keepers', async () => {
    const submission = await world.submission(bench, 'measured');
    await world.complete(submission.runs[0].id, { failing: 1 });
    await world.complete(submission.runs[1].id, { failing: 1 });
    const measured = async (who: Who) =>
      (await world.ask(who, 'GET', '/algorithms/measured')).json().versionList[0].measured;
    for (const who of ['visitor', 'owner', 'reader', 'admin'] as const) {
      expect(await measured(who)).toEqual([
        {
          benchmark: { slug: 'bench', title: 'Benchmark bench' },
          phase: 'practice',
          runId: submission.runs[0].id,
          cases: { total: 2, scored: 1, failed: 1 },
          seconds: { median: expect.any(Number), max: expect.any(Number) },
          cpuSeconds: { median: expect.any(Number), max: expect.any(Number) },
          peakRssBytes: { median: 1e6, max: 1e6 },
          isolation: 'L2',
          runtimes: ['onnxruntime-node 1.30.0'],
          failures: [{ code: 'inference-failed', count: 1 }],
        },
      ]);
    }
    expect((await measured('organiser')).map(({ phase }: { phase: string }) => phase)).toEqual(['practice', 'test']);
  });
});
