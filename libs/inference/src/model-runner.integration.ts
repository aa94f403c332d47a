import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineUnavailable, ModelFailure, SessionLost, type RunLimits } from '#domain';
import type { ModelSession } from '#evaluation';
import { writeNifti } from '#imaging';
import type { Manifest } from '#pipeline';
import { createModelRunner } from './model-runner.js';
import { builtChildScript } from './test-support/built.js';
import { minimalManifest } from './test-support/manifest.js';
import * as onnx from './test-support/onnx.js';
import { descendants } from './test-support/processes.js';
import { GEOMETRY, LIMITS, never, SILENT, testRunner } from './test-support/test-runner.js';

const own = testRunner('runner');

interface OpenOptions {
  readonly manifest?: Manifest;
  readonly limits?: Partial<RunLimits>;
  readonly sha256?: string;
}

function open(
  model: Uint8Array,
  { manifest = minimalManifest(), limits, sha256 = digest(model) }: OpenOptions = {},
): Promise<ModelSession> {
  return own.runner.open([{ sha256, copyTo: (path) => writeFile(path, model) }], manifest, { ...LIMITS, ...limits });
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Opens, runs on one image and closes; gives the failure. */
async function failureOf(model: Uint8Array, options: OpenOptions = {}): Promise<ModelFailure> {
  let session: ModelSession | null = null;
  try {
    session = await open(model, options);
    await session.predict([await ramp()], never);
  } catch (error) {
    if (error instanceof ModelFailure) return error;
    throw error;
  } finally {
    await session?.close();
  }
  throw new Error('expected a failure, got a prediction');
}

/** What a failed case used up: figures, whichever. */
const USED = {
  elapsedMs: expect.any(Number) as number,
  cpuMs: expect.any(Number) as number,
  peakRssBytes: expect.any(Number) as number,
};

/** Voxel v holds v / 139: 0 to 1 over the 140 voxels. */
const RAMP = Float32Array.from({ length: 140 }, (_, v) => v / 139);
const ramp = () => writeNifti({ geometry: GEOMETRY, data: RAMP }, { gzip: true });

/** Process ids of our children that run models, as the system sees them. */
function children(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
        return parent === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('runner-child');
      } catch {
        return false; // ended while we looked
      }
    });
}

describe('a model in a child process', () => {
  it('gives the label map on the grid of the image, and what it cost', async () => {
    const session = await open(onnx.thresholdModel());
    expect(session.facts.runtime).toMatch(/^onnxruntime-node 1\.\d+\.\d+/);
    expect(session.facts.inputs).toEqual([{ name: 'image', dtype: 'float32', shape: [1, 1, 'x', 'y', 'z'] }]);
    const { labels, usage } = await session.predict([await ramp()], never);
    expect(labels.geometry.sizeXyz).toEqual(GEOMETRY.sizeXyz);
    expect([...labels.data]).toEqual([...RAMP].map((value) => (value > 0.5 ? 1 : 0)));
    expect(usage.sessionMs).toBeGreaterThan(0);
    expect(usage.elapsedMs).toBeGreaterThanOrEqual(usage.sessionMs);
    expect(usage.peakRssBytes).toBeGreaterThan(20e6);
    expect(usage.peakRssBytes).toBeLessThan(LIMITS.memoryMib * 1024 * 1024);
    await session.close();
    expect(session.alive).toBe(false);
  });

  it('serves all cases of a run with one process and gives equal answers', async () => {
    const session = await open(onnx.thresholdModel());
    const image = await ramp();
    const first = await session.predict([image], never);
    const pids = children();
    for (let i = 0; i < 4; i++) expect((await session.predict([image], never)).labels.data).toEqual(first.labels.data);
    expect(children()).toEqual(pids);
    await session.close();
    expect(children().filter((pid) => pids.includes(pid))).toEqual([]);
  });

  it('writes 16-bit labels when the manifest declares large values', async () => {
    const manifest = minimalManifest({
      labels: [
        { value: 0, name: 'background' },
        { value: 1000, name: 'liver' },
      ],
    });
    const session = await open(onnx.thresholdModel(), { manifest });
    const { labels } = await session.predict([await ramp()], never);
    expect(labels.data).toBeInstanceOf(Uint16Array);
    expect([...new Set<number>(labels.data)]).toEqual([0, 1000]);
    await session.close();
  });

  it('starts with nothing of ours: no environment, an empty working directory', async () => {
    process.env.VOXELMARK_TEST_SECRET = 'must not travel';
    const before = children();
    const session = await open(onnx.thresholdModel());
    const pid = children().find((id) => !before.includes(id))!;
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter(Boolean)
      .map((entry) => entry.split('=')[0]);
    expect(environment.filter((name) => !['LANG', 'TZ', 'PATH', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual(
      ['ORT_DISABLE_TELEMETRY'],
    );
    await session.predict([await ramp()], never);
    // the runtime's reporting leaves its own files here when it is on
    expect(readdirSync(`/proc/${pid}/cwd`)).toEqual(['model-0.onnx']);
    delete process.env.VOXELMARK_TEST_SECRET;
    await session.close();
  });
});

describe('a model at fault', () => {
  it.each([
    ['junk', () => new TextEncoder().encode('certainly not a model'), 'model-not-onnx'],
    ['nothing', () => new Uint8Array(0), 'model-not-onnx'],
    ['a truncated model', () => onnx.thresholdModel().subarray(0, 60), 'model-not-onnx'],
    ['an unknown operator', () => onnx.body([onnx.node('NoSuchOperator', ['image'], ['logits'])]), 'model-load-failed'],
    [
      'a foreign operator set',
      () =>
        onnx.model(
          onnx.graph({
            nodes: [onnx.node('Identity', ['nowhere'], ['logits'])],
            inputs: [onnx.IMAGE],
            outputs: [onnx.LOGITS],
          }),
        ),
      'model-load-failed',
    ],
    [
      'another input name',
      () =>
        onnx.model(
          onnx.graph({
            nodes: [],
            inputs: [onnx.value('x', onnx.FLOAT, [1, 1, 'a', 'b', 'c'])],
            outputs: [onnx.LOGITS],
          }),
        ),
      'model-input-missing',
    ],
    [
      'a three-dimensional input',
      () =>
        onnx.model(
          onnx.graph({ nodes: [], inputs: [onnx.value('image', onnx.FLOAT, [1, 'a', 'b'])], outputs: [onnx.LOGITS] }),
        ),
      'model-input-rank',
    ],
    [
      'a half precision input',
      () =>
        onnx.model(
          onnx.graph({
            nodes: [],
            inputs: [onnx.value('image', onnx.FLOAT16, [1, 1, 'a', 'b', 'c'])],
            outputs: [onnx.LOGITS],
          }),
        ),
      'model-input-dtype',
    ],
    ['an error at run time', onnx.failingModel, 'inference-failed'],
    ['a wrong number of channels', onnx.wrongChannelsModel, 'output-shape'],
    ['NaN in the output', onnx.notFiniteModel, 'output-not-finite'],
    ['a division that kills the process while it runs', onnx.divisionCrashModel, 'inference-crashed'],
    ['a division that kills the process while it loads', onnx.divisionCrashAtLoadModel, 'inference-crashed'],
    ['a request for 16 GiB', () => onnx.expandModel(2 ** 32), 'inference-out-of-memory'],
  ] as const)('is told by its code, and what it used up where it came to a case: %s', async (what, model, code) => {
    const failure = await failureOf(model());
    expect(failure.code).toBe(code);
    expect(failure.usage).toEqual(code.startsWith('model-') || what.endsWith('while it loads') ? null : USED);
  });

  it('names what it got and what it expected', async () => {
    const { detail } = await failureOf(onnx.wrongChannelsModel());
    expect(detail).toBe('output "logits" is float32 [1, 3, 7, 5, 4]; expected float32 [1, 2, 7, 5, 4]');
  });

  it('is stopped at the memory limit when it grows step by step', async () => {
    const failure = await failureOf(onnx.doublingModel(30), { limits: { memoryMib: 512 } });
    expect(failure.code).toBe('inference-out-of-memory');
    expect(failure.usage?.peakRssBytes).toBeGreaterThan(200 * 2 ** 20); // far above what the process has by itself
  });

  it('does not answer for the memory that the worker held when it started the process', async () => {
    const held = Buffer.alloc(700 * 2 ** 20, 1); // more than the limit; a process that only replaces ours inherits our peak
    const scratchDir = mkdtempSync(join(tmpdir(), 'voxelmark-large-worker-'));
    const runner = await createModelRunner({ scratchDir, log: SILENT, childScript: builtChildScript(), level: 0 });
    try {
      const model = onnx.thresholdModel();
      const source = { sha256: digest(model), copyTo: (path: string) => writeFile(path, model) };
      const session = await runner.open([source], minimalManifest(), { ...LIMITS, memoryMib: 512 });
      const { usage } = await session.predict([await ramp()], never);
      expect(usage.peakRssBytes).toBeLessThan(512 * 2 ** 20);
      await session.close();
    } finally {
      await runner.close();
      rmSync(scratchDir, { recursive: true });
    }
    expect(held).toHaveLength(700 * 2 ** 20);
  });

  it('is stopped at the time limit, in a load or in a case, and leaves no process behind', async () => {
    const start = performance.now();
    const { code, usage } = await failureOf(onnx.endlessModel(), { limits: { caseSeconds: 1 } });
    expect([code, usage]).toEqual(['inference-timeout', USED]);
    expect(usage?.elapsedMs).toBeGreaterThanOrEqual(1000); // it was ended because that was over
    expect(usage?.cpuMs).toBeGreaterThan(0);
    expect((performance.now() - start) / 1000).toBeLessThan(30);
    expect(children()).toEqual([]);
  });

  it('keeps the process after an ordinary error, and says that it is gone after a crash', async () => {
    const ordinary = await open(onnx.failingModel());
    await expect(ordinary.predict([await ramp()], never)).rejects.toMatchObject({ code: 'inference-failed' });
    expect(ordinary.alive).toBe(true);
    await ordinary.close();
    const crash = await open(onnx.divisionCrashModel());
    await expect(crash.predict([await ramp()], never)).rejects.toMatchObject({ code: 'inference-crashed' });
    expect(crash.alive).toBe(false);
    await expect(crash.predict([await ramp()], never)).rejects.toThrow(SessionLost); // it never ran
    await crash.close();
  });
});

describe('files of this machine', () => {
  it.each(['initialiser', 'constant', 'subgraph', 'sparse'] as const)(
    'are out of reach for a model that names them as weights: %s',
    async (place) => {
      const secret = join(own.scratchDir, '..', `planted-${process.pid}.bin`);
      writeFileSync(secret, Buffer.from(Float32Array.of(4711, 0, 0, 0).buffer));
      try {
        for (const location of [
          secret,
          `../../../planted-${process.pid}.bin`,
          'model-0.onnx',
          '/etc/hostname',
          '../cases/1.0.nii.gz',
        ]) {
          expect((await failureOf(onnx.externalDataModel(location, place))).code).toBe('model-external-data');
        }
      } finally {
        rmSync(secret);
      }
    },
  );
});

describe("faults that are not the model's", () => {
  it('an image that cannot be read is ours, and the session goes on', async () => {
    const session = await open(onnx.thresholdModel());
    await expect(session.predict([new TextEncoder().encode('no image')], never)).rejects.toMatchObject({
      code: 'case-unreadable',
    });
    expect((await session.predict([await ramp()], never)).labels.data.length).toBe(140);
    await session.close();
  });

  it('a model that differs from the submitted one is never loaded', async () => {
    await expect(open(onnx.thresholdModel(), { sha256: '0'.repeat(64) })).rejects.toThrow(
      /has digest [0-9a-f]{64}; the submission has 0000/,
    );
  });

  it("a process that cannot be started is the operator's", async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'voxelmark-nowhere-'));
    const broken = await createModelRunner({
      scratchDir: scratch,
      log: SILENT,
      childScript: builtChildScript(),
      nodePath: '/nowhere/node',
    });
    const model = onnx.thresholdModel();
    const opening = broken.open(
      [{ sha256: digest(model), copyTo: (path) => writeFile(path, model) }],
      minimalManifest(),
      LIMITS,
    );
    await expect(opening).rejects.toThrow(EngineUnavailable);
    rmSync(scratch, { recursive: true });
  });
});

describe('ending', () => {
  it('an aborted case kills the process within moments and gives the reason', async () => {
    const session = await open(onnx.endlessModel());
    const stop = new AbortController();
    const predicting = session.predict([await ramp()], stop.signal);
    setTimeout(() => stop.abort(new Error('the run was cancelled')), 300);
    await expect(predicting).rejects.toThrow('the run was cancelled');
    expect(session.alive).toBe(false);
    expect(children()).toEqual([]);
    await session.close();
  });

  it('a process killed from outside is a crash, and the next session works', async () => {
    const session = await open(onnx.endlessModel());
    const predicting = session.predict([await ramp()], never);
    setTimeout(() => children().forEach((pid) => process.kill(pid, 'SIGKILL')), 300);
    await expect(predicting).rejects.toMatchObject({ code: 'inference-crashed' });
    await session.close();
    const next = await open(onnx.thresholdModel());
    expect((await next.predict([await ramp()], never)).labels.data.length).toBe(140);
    await next.close();
  });

  it('the process ends with the worker that is killed with -9, even in an endless loop', async () => {
    // a worker of its own: starts the child on the endless model, tells its pid, waits to be killed
    const scratch = mkdtempSync(join(tmpdir(), 'voxelmark-orphan-'));
    const model = join(scratch, 'endless.onnx');
    const image = join(scratch, 'image.nii.gz');
    writeFileSync(model, onnx.endlessModel());
    writeFileSync(image, await ramp());
    const library = join(builtChildScript(), '../../index.js');
    const script = `
      import { copyFile, readFile } from 'node:fs/promises';
      const { createModelRunner } = await import(${JSON.stringify(library)});
      const log = { info() {}, warn() {}, error() {} };
      const runner = await createModelRunner({ scratchDir: ${JSON.stringify(join(scratch, 'sessions'))}, log });
      const session = await runner.open(
        [{ sha256: ${JSON.stringify(digest(onnx.endlessModel()))}, copyTo: (path) => copyFile(${JSON.stringify(model)}, path) }],
        ${JSON.stringify(minimalManifest())}, ${JSON.stringify(LIMITS)});
      const predicting = session.predict([await readFile(${JSON.stringify(image)})], new AbortController().signal);
      setTimeout(() => console.log('busy'), 500);
      await predicting;`;
    const worker = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH },
    });
    await new Promise<void>((resolve) => worker.stdout.once('data', () => resolve()));
    const child = descendants(worker.pid!).at(-1)!; // that runs the model, behind whatever cuts it off
    expect(existsSync(`/proc/${child}`)).toBe(true);
    const gone = once(worker, 'exit'); // until then its id is taken, and its folder not that of a dead process
    worker.kill('SIGKILL');
    await gone;
    for (let i = 0; i < 200 && isRunning(child); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isRunning(child)).toBe(false);
    // and what it left on disk goes at the next start
    expect(readdirSync(join(scratch, 'sessions'))).toHaveLength(1);
    const next = await createModelRunner({
      scratchDir: join(scratch, 'sessions'),
      log: SILENT,
      childScript: builtChildScript(),
    });
    expect(readdirSync(join(scratch, 'sessions'))).toEqual([]);
    await next.close();
    rmSync(scratch, { recursive: true });
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
