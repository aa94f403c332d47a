import { readNifti, writeNifti, type Geometry } from '#imaging';
import { scoreCase } from '#metrics';
import { runPipeline, type Manifest } from '#pipeline';
import { ModelFailure } from '#domain';
import { agreementWithFile } from './agreement.js';
import type { ModelFile, ModelRunner } from './ports.js';
import {
  CHECK_NAMES,
  preflight,
  type InspectionReport,
  type PreflightCheck,
  type PreflightPorts,
  type PreflightTask,
} from './preflight.js';

const GEOMETRY: Geometry = {
  sizeXyz: [8, 6, 4],
  spacingMm: [1, 1, 2],
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const LIMITS = { loadSeconds: 10, caseSeconds: 60, memoryMib: 512, threads: 1 };
const manifest: Manifest = {
  manifestVersion: 1,
  name: 'threshold',
  version: '1.0.0',
  inputs: [{ tensor: 'image', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
  output: { tensor: 'logits', layout: 'NCXYZ', meaning: 'logits' },
  preprocess: [{ op: 'orient', axes: 'SPL' }],
  inference: { mode: 'sliding', patch: [4, 4, 4], overlap: 0.5 },
  postprocess: [{ op: 'invert' }, { op: 'argmax' }],
  labels: [
    { value: 0, name: 'background' },
    { value: 1, name: 'bright' },
  ],
};
const model: ModelFile = { sha256: '0'.repeat(64), copyTo: async () => undefined };

/** Label 1 where the image exceeds 0.5: the whole pipeline, with a network of one line in place of a process. */
function runnerOf(options: { readonly secondsPerRun?: number; readonly lanes?: number; readonly fail?: (opened: number) => Error | null } = {}) {
  const { secondsPerRun = 0.25, lanes = 1, fail = () => null } = options;
  const log: { opened: Manifest[]; closed: number } = { opened: [], closed: 0 };
  const runner: Pick<ModelRunner, 'open'> = {
    async open(_models, opened) {
      log.opened.push(opened);
      const number = log.opened.length;
      return {
        facts: { inputs: [], outputs: [], runtime: 'a line of JavaScript', lanes },
        isolation: 'L0',
        alive: true,
        async predict(images) {
          const error = fail(number);
          if (error) throw error;
          let runs = 0;
          const volumes = await Promise.all(images.map((image) => readNifti(image)));
          const { labels } = await runPipeline(volumes, opened, (tile) => {
            runs++;
            const out = new Float32Array(2 * tile.length).fill(0.5, 0, tile.length);
            out.set(tile, tile.length);
            return Promise.resolve(out);
          });
          const sessionMs = 1000 * secondsPerRun * Math.ceil(runs / lanes) * lanes;
          const usage = { elapsedMs: sessionMs + 500, cpuMs: sessionMs, peakRssBytes: 1e6, sessionMs };
          return { labels, usage };
        },
        close: async () => void log.closed++,
      };
    },
  };
  return { runner, log };
}

const report = (findings: InspectionReport['findings'] = []): InspectionReport => ({
  accepted: findings.length === 0,
  findings,
  memoryEstimateBytes: 1000,
});
const portsOf = (runner: Pick<ModelRunner, 'open'>, found = report()): PreflightPorts => ({
  inspect: () => Promise.resolve(found),
  runner,
  score: async ({ reference, prediction, regions, metrics }) => {
    const { data, geometry } = await readNifti(reference);
    return {
      scores: scoreCase({ reference: { data: Uint8Array.from(data), geometry }, prediction, regions, metrics }),
      elapsedMs: 1,
    };
  },
  agree: ({ expected, predicted }) => agreementWithFile(expected, predicted),
  clock: { monotonicMs: () => 0 },
});
const nothing = { skip: 'not given' };
const taskOf = (parts: Partial<PreflightTask> = {}): PreflightTask => ({
  models: [model],
  manifest,
  limits: LIMITS,
  conformance: nothing,
  practice: nothing,
  budget: nothing,
  ...parts,
});
const file = (bright: (v: number) => boolean) =>
  writeNifti({ geometry: GEOMETRY, data: Uint8Array.from({ length: 192 }, (_, v) => (bright(v) ? 1 : 0)) });
const statuses = (checks: readonly PreflightCheck[]) =>
  Object.fromEntries(checks.map(({ name, status }) => [name, status]));
const of = (checks: readonly PreflightCheck[], name: PreflightCheck['name']) =>
  checks.find((check) => check.name === name)!;

describe('preflight', () => {
  it('where several tiles run at once, the zero tile is a row of them, and its time that of one among busy others', async () => {
    const { runner } = runnerOf({ lanes: 2 });
    const checks = await preflight(portsOf(runner), taskOf({ budget: { cases: [{ name: 'case-1', geometry: GEOMETRY }] } }));
    expect(of(checks, 'zero-tile').detail).toMatchObject({ shape: [4, 4, 4], secondsPerRun: 0.25 });
    const { tiles, secondsPerCase } = of(checks, 'budget').detail as { tiles: number; secondsPerCase: number };
    expect(secondsPerCase).toBe(Math.ceil(tiles / 2) * 2 * 0.25);
  });

  it('passes a model that does what its author says, and leaves no session open', async () => {
    const { runner, log } = runnerOf();
    const image = await file((v) => v % 5 === 0);
    const seen: string[] = [];
    const checks = await preflight(
      portsOf(runner),
      taskOf({
        conformance: { images: [image], expected: image, minDice: 0.999 },
        practice: () =>
          Promise.resolve({
            name: 'case-1',
            images: [image],
            reference: image,
            regions: [{ name: 'bright', labels: [1] }],
            metrics: ['dice', 'hd95'],
          }),
        budget: { cases: [{ name: 'case-1', geometry: GEOMETRY }] },
      }),
      { onStart: (name) => seen.push(name), onCheck: ({ name }) => seen.push(`${name}.`) },
    );
    expect(checks.map(({ name }) => name)).toEqual([...CHECK_NAMES]);
    expect(statuses(checks)).toEqual({
      inspect: 'passed',
      'zero-tile': 'passed',
      conformance: 'passed',
      'practice-case': 'passed',
      budget: 'passed',
    });
    expect(seen).toEqual(CHECK_NAMES.flatMap((name) => [name, `${name}.`]));
    expect(of(checks, 'zero-tile').detail).toMatchObject({ shape: [4, 4, 4], secondsPerRun: 0.25, isolation: 'L0' });
    expect(of(checks, 'conformance').detail).toMatchObject({
      voxelAgreement: 1,
      lowestDice: 1,
      labels: { 1: { dice: 1 } },
    });
    expect(of(checks, 'practice-case').detail.scores).toEqual([
      { region: 'bright', status: 'ok', values: { dice: 1, hd95: 0 }, reasons: {} },
    ]);
    // [4, 6, 8] in tiles of 4 with half overlap: 1 x 2 x 3, a quarter of a second each, and half a second around them
    expect(of(checks, 'budget').detail).toMatchObject({
      tiles: 6,
      runs: 6,
      secondsPerCase: 2,
      limitSeconds: 60,
      fits: true,
    });
    expect(JSON.parse(JSON.stringify(checks))).toEqual(checks); // nothing that JSON would lose
    expect(log).toMatchObject({ closed: 2 });
    // the tile of zeros: no preprocessing, one run; the cases: as the manifest says
    expect(log.opened.map(({ preprocess }) => preprocess)).toEqual([
      [{ op: 'orient', axes: 'storedZYX' }],
      manifest.preprocess,
    ]);
  });

  it('runs nothing of a model that is refused', async () => {
    const { runner, log } = runnerOf();
    const finding = { severity: 'refusal', code: 'model-operator', message: 'is not known', node: 'n1' } as const;
    const checks = await preflight(portsOf(runner, report([finding])), taskOf());
    expect(statuses(checks)).toEqual({
      inspect: 'failed',
      'zero-tile': 'skipped',
      conformance: 'skipped',
      'practice-case': 'skipped',
      budget: 'skipped',
    });
    expect(of(checks, 'inspect').detail).toMatchObject({ code: 'model-operator', message: 'node "n1" is not known' });
    expect(log.opened).toEqual([]);
  });

  it('feeds no case to a model that fails on zeros', async () => {
    const { runner, log } = runnerOf({ fail: () => new ModelFailure('output-not-finite', 'holds NaN') });
    const practice = () => Promise.reject(new Error('fetched without need'));
    const checks = await preflight(portsOf(runner), taskOf({ practice }));
    expect(of(checks, 'zero-tile')).toEqual({
      name: 'zero-tile',
      status: 'failed',
      detail: { code: 'output-not-finite', message: 'holds NaN' },
    });
    expect(of(checks, 'budget').status).toBe('skipped');
    expect(log).toMatchObject({ closed: 1 });
  });

  it('says label by label where the prediction is not what the author got', async () => {
    const { runner } = runnerOf();
    const [image, expected] = [await file((v) => v < 10), await file((v) => v < 11)];
    const checks = await preflight(
      portsOf(runner),
      taskOf({ conformance: { images: [image], expected, minDice: 0.99 } }),
    );
    const { status, detail } = of(checks, 'conformance');
    expect(status).toBe('failed');
    expect(detail).toMatchObject({ code: 'conformance-failed', lowestDice: 20 / 21, voxelAgreement: 191 / 192 });
    expect(detail.message).toBe('label 1 has Dice 0.9524; expected at least 0.99');
    const lenient = await preflight(
      portsOf(runner),
      taskOf({ conformance: { images: [image], expected, minDice: 0.95 } }),
    );
    expect(of(lenient, 'conformance').status).toBe('passed');
  });

  it('proves nothing by a case without labels, and refuses one that is no image', async () => {
    const { runner } = runnerOf();
    const empty = await file(() => false);
    const checks = await preflight(
      portsOf(runner),
      taskOf({ conformance: { images: [empty], expected: empty, minDice: 0.9 } }),
    );
    expect(of(checks, 'conformance').detail.code).toBe('conformance-empty');
    const junk = new Uint8Array(500);
    const refused = await preflight(
      portsOf(runner),
      taskOf({ conformance: { images: [empty], expected: junk, minDice: 0.9 } }),
    );
    expect(of(refused, 'conformance')).toMatchObject({ status: 'failed', detail: { code: 'nifti-header' } });
  });

  it('forecasts before anything is queued: 48 runs of 2 s do not fit into a minute', async () => {
    const { runner } = runnerOf({ secondsPerRun: 2 });
    const mirrored = { ...manifest, inference: { ...manifest.inference, mirror: [0, 1, 2] } } as Manifest;
    const budget = { cases: [{ name: 'case-7', geometry: GEOMETRY }] };
    const checks = await preflight(portsOf(runner), taskOf({ manifest: mirrored, budget }));
    expect(of(checks, 'budget')).toMatchObject({
      status: 'failed',
      detail: { code: 'budget-exceeded', tiles: 6, runs: 48, secondsPerCase: 96, fits: false },
    });
    expect(of(checks, 'budget').detail.message).toBe(
      'case case-7 would take about 96 s (6 tiles x 8 mirror images x 1 models x 2.00 s); the limit is 60 s',
    );
  });

  it('turns nobody away over a crop that it cannot see', async () => {
    const cropped = {
      ...manifest,
      preprocess: [...manifest.preprocess, { op: 'cropForeground', threshold: 0.5 }],
    } as Manifest;
    const limits = { ...LIMITS, caseSeconds: 5 };
    const budget = { cases: [{ name: 'case-7', geometry: GEOMETRY }] };
    const { runner } = runnerOf({ secondsPerRun: 2 }); // six tiles without a crop: 12 s
    const unseen = await preflight(portsOf(runner), taskOf({ manifest: cropped, limits, budget }));
    expect(of(unseen, 'budget')).toMatchObject({
      status: 'passed',
      detail: { secondsPerCase: 12, exact: false, fits: null },
    });
    const ran = (voxels: number) => async () => {
      const image = await file((v) => v < voxels);
      return {
        name: 'case-7',
        images: [image],
        reference: image,
        regions: [{ name: 'bright', labels: [1] }],
        metrics: ['dice'],
      };
    };
    // one of six tiles is left of it: 2 s and half a second around them
    const small = await preflight(portsOf(runner), taskOf({ manifest: cropped, limits, budget, practice: ran(3) }));
    expect(of(small, 'budget')).toMatchObject({ status: 'passed', detail: { fits: true, secondsPerCase: 2.5 } });
    expect(of(small, 'budget').detail.croppedTo).toBeCloseTo(1 / 6);
    // a case twice as long in one axis, cropped alike: 13 tiles and a bit without a crop
    const wide = {
      cases: [...budget.cases, { name: 'wide', geometry: { ...GEOMETRY, sizeXyz: [24, 6, 4] } as Geometry }],
    };
    const unknown = await preflight(
      portsOf(runner),
      taskOf({ manifest: cropped, limits, budget: wide, practice: ran(3) }),
    );
    // 1 x 2 x 11 tiles of 2 s, a sixth of them left; three times the voxels, and so three times the half second
    expect(of(unknown, 'budget')).toMatchObject({ status: 'passed', detail: { fits: null, tiles: 22 } });
    expect(of(unknown, 'budget').detail.secondsPerCase).toBeCloseTo(44 / 6 + 1.5);
    const large = await preflight(portsOf(runner), taskOf({ manifest: cropped, limits, budget, practice: ran(192) }));
    expect(of(large, 'budget')).toMatchObject({ status: 'failed', detail: { code: 'budget-exceeded', fits: false } });
    expect(of(large, 'budget').detail.message).toBe('case case-7 took 13 s, its crop included; the limit is 5 s');
  });

  it('guesses turn nobody away: not time that goes with the voxels, not memory beside the maps', async () => {
    const image = await file((v) => v < 10);
    const practice = async () => ({
      name: 'case-7',
      images: [image],
      reference: image,
      regions: [{ name: 'bright', labels: [1] }],
      metrics: ['dice'],
    });
    const { runner } = runnerOf({ secondsPerRun: 0.01 });
    const sized = (n: number) => ({
      cases: [GEOMETRY, { ...GEOMETRY, sizeXyz: [8, 6, 4 * n] as const }].map((geometry, at) => ({ name: at === 0 ? 'case-7' : 'long', geometry })),
    });
    const budgetOf = async (task: Partial<PreflightTask>) => of(await preflight(portsOf(runner), taskOf({ practice, ...task })), 'budget');
    // 40 times the voxels: 79 x 2 x 3 tiles of 10 ms, and 40 times half a second around them, which need not be so
    const far = await budgetOf({ budget: sized(40), limits: { ...LIMITS, caseSeconds: 10 } });
    expect(far).toMatchObject({ status: 'passed', detail: { fits: null, exact: true } });
    expect(far.detail.secondsPerCase).toBeCloseTo(4.74 + 20);
    // the network alone is too long: that is sure
    const sure = await budgetOf({ budget: sized(40), limits: { ...LIMITS, caseSeconds: 5 } });
    expect(sure.detail.message).toBe(
      'case long would take about 6 s (474 tiles x 1 mirror images x 1 models x 0.0100 s, and 0.50 s before and after); the limit is 5 s',
    );
    // 192 voxels x 1000 x three maps of float32: 2.2 MiB, and the process had 1 MB with a tile
    const tight = { ...LIMITS, caseSeconds: 1e6, memoryMib: 3 };
    const memory = await budgetOf({ budget: sized(1000), limits: tight });
    expect(memory).toMatchObject({ status: 'passed', detail: { fits: null } });
    expect(memory.detail.peakMemoryBytes).toBe(192_000 * 3 * 4 + 1e6 - 64 * 3 * 4);
    const short = await budgetOf({ budget: sized(1000), limits: { ...tight, memoryMib: 2 } });
    expect(short).toMatchObject({ status: 'failed', detail: { code: 'budget-exceeded', fits: false } });
    expect(short.detail.message).toBe('case long needs 0.00215 GiB for its image and the output channels on the grid of the network alone; the limit is 0.00195 GiB');
    // finer than is computed without its crop: nothing is known of it
    const cropped = {
      ...manifest,
      preprocess: [...manifest.preprocess, { op: 'cropForeground', threshold: 0.5 }, { op: 'resample', spacing: [0.001, 0.001, 0.001] }],
    } as Manifest;
    const unknown = await budgetOf({ manifest: cropped, budget: sized(1), practice: nothing });
    expect(unknown).toMatchObject({
      status: 'skipped',
      detail: { reason: expect.stringContaining('without its crop') },
    });
  });

  it('takes one abnormal end for an accident, of zeros as of a case, and the second for the model’s', async () => {
    const image = await file((v) => v < 10);
    const conformance = { images: [image], expected: image, minDice: 0.9 };
    const crash = new ModelFailure('inference-crashed', 'killed by SIGKILL');
    let calls = 0;
    const once = runnerOf({ fail: () => ([1, 4].includes(++calls) ? crash : null) });
    const lucky = await preflight(portsOf(once.runner), taskOf({ conformance }));
    expect(statuses(lucky)).toMatchObject({ 'zero-tile': 'passed', conformance: 'passed' });
    expect(calls).toBe(5); // zeros once in vain and twice measured, the case once in vain
    const always = await preflight(portsOf(runnerOf({ fail: () => crash }).runner), taskOf({ conformance }));
    expect(of(always, 'zero-tile')).toMatchObject({ status: 'failed', detail: { code: 'inference-crashed' } });
  });

  it('unpacks what the author expects no further than a map of the prediction’s size', async () => {
    const { runner } = runnerOf();
    const image = await file((v) => v < 10);
    const large = { ...GEOMETRY, sizeXyz: [256, 256, 64] } as Geometry;
    const bomb = await writeNifti({ geometry: large, data: new Uint8Array(2 ** 22) }, { gzip: true });
    expect(bomb.length).toBeLessThan(10_000);
    const checks = await preflight(
      portsOf(runner),
      taskOf({ conformance: { images: [image], expected: bomb, minDice: 0.9 } }),
    );
    expect(of(checks, 'conformance')).toMatchObject({ status: 'failed', detail: { code: 'nifti-too-large' } });
  });

  it('stops between checks, and does not call a fault of ours a failed check', async () => {
    const controller = new AbortController();
    const { runner, log } = runnerOf();
    const stopped = preflight(portsOf(runner), taskOf(), {
      signal: controller.signal,
      onCheck: () => controller.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(log.opened).toEqual([]);
    const broken = runnerOf({ fail: () => new Error('defect') });
    await expect(preflight(portsOf(broken.runner), taskOf())).rejects.toThrow('defect');
    expect(broken.log).toMatchObject({ closed: 1 });
  });
});
