import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { PhaseRules } from '#domain';
import {
  importBenchmark,
  submit,
  type Benchmark,
  type CaseResult,
  type EvaluationRun,
  type ImportedCase,
  type Log,
  type ModelReport,
  type Submission,
} from '#evaluation';
import { writeNifti, type Geometry } from '#imaging';
import { removeEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from '#persistence';
import { migrateAll, openPlatform, readConfig, type Platform } from '#platform';
import { descendants } from '../../../../libs/inference/src/test-support/processes.js';
import { THRESHOLD_MANIFEST } from '../../../../test/support/threshold-manifest.js';

const SILENT: Log & { debug: Log['info'] } = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};
const GEOMETRY: Geometry = {
  sizeXyz: [12, 10, 6],
  spacingMm: [2, 2, 5],
  originLps: [-10, 4, 100],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const VOXELS = 12 * 10 * 6;
const RULES: PhaseRules = {
  regions: [{ name: 'liver', labels: [1] }],
  metrics: [
    { id: 'dice', penalty: { kind: 'fixed', value: 0 } },
    { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
  ],
  ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' },
  limits: { loadSeconds: 60, caseSeconds: 60, memoryMib: 1024, threads: 1 },
};

/** The image is `peak` in the first 120 voxels; of the reference the first `missing` voxels lack, so that Dice is known. */
function smallCase(name: string, missing: number, peak = 1): ImportedCase {
  const image = Float32Array.from({ length: VOXELS }, (_, v) => (v < 120 ? peak : 0));
  const labels = Uint8Array.from({ length: VOXELS }, (_, v) => (v >= missing && v < 120 ? 1 : 0));
  return {
    name,
    patient: name,
    facts: { site: 'A' },
    files: async () => ({
      image: await writeNifti({ geometry: GEOMETRY, data: image }, { gzip: true }),
      references: [
        {
          reader: 'consensus',
          consensus: true,
          labels: await writeNifti({ geometry: GEOMETRY, data: labels }, { gzip: true }),
        },
      ],
    }),
  };
}

/** A report without a word about the file. */
const UNSEEN: ModelReport = {
  accepted: true,
  findings: [],
  opset: null,
  parameters: null,
  operators: null,
  inputs: null,
  outputs: null,
  memoryEstimateBytes: null,
};

/** Dice of the threshold models on a case whose reference lacks so many of 120 voxels. */
export const expectedDice = (missing: number): number => (2 * (120 - missing)) / (240 - missing);

export const PRACTICE_MISSING = [0, 20];
export const TEST_MISSING = [0, 40, 60];

export interface SmallPlatform {
  readonly platform: Platform;
  readonly server: EmbeddedPostgres;
  readonly dataDir: string;
  readonly benchmark: Benchmark;
  /** Enters a model as a new algorithm. */
  submit(model: Uint8Array, slug: string, rules?: { readonly benchmark?: string }): Promise<Submission>;
  /** Starts a worker as a process of its own, as the product does. */
  startWorker(environment?: Readonly<Record<string, string>>): WorkerProcess;
  /** Starts the API beside it, and gives a way to submit a file as a stranger does. */
  startApi(): Promise<ApiProcess>;
  /** Another benchmark of the same small cases under other limits; `peaks`: how bright its practice cases are. */
  makeBenchmark(
    slug: string,
    limits: Partial<PhaseRules['limits']>,
    changes?: { readonly rules?: Partial<PhaseRules>; readonly peaks?: readonly number[] },
  ): Promise<Benchmark>;
  run(id: string): Promise<EvaluationRun>;
  results(runId: string): Promise<readonly CaseResult[]>;
  remove(): Promise<void>;
}

export interface PlatformProcess {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What it logged so far. */
  lines(): readonly string[];
  stop(signal: NodeJS.Signals): Promise<number | null>;
}
export type WorkerProcess = PlatformProcess;

export interface ApiProcess extends PlatformProcess {
  /** Sends a model to a benchmark as a new algorithm. */
  upload(
    model: Uint8Array,
    slug: string,
    benchmark: string,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
}

/** Real database, queue and files in a folder of their own, and a benchmark of two practice and three held-out cases. */
export async function smallPlatform(): Promise<SmallPlatform> {
  const dist = process.env.VOXELMARK_TEST_DIST ?? resolve(import.meta.dirname, '../../../../dist');
  const entry = resolve(dist, 'apps/worker/src/main.js');
  const apiEntry = resolve(dist, 'apps/api/src/main.js');
  if (!existsSync(entry)) throw new Error(`${entry} is missing; run "npm run build" first`);
  const dataDir = mkdtempSync(join(tmpdir(), 'voxelmark-worker-'));
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  const config = readConfig({ VOXELMARK_DATA_DIR: dataDir });
  await migrateAll(config, SILENT);
  const platform = await openPlatform(config, 'test', SILENT);
  const { records, blobs, accounts } = platform;
  const { id: submitterId } = await accounts.createAccount({
    email: 'r@example.org',
    name: 'R',
    role: 'researcher',
    passwordHash: null,
  });
  const processes: PlatformProcess[] = [];

  const makeBenchmark: SmallPlatform['makeBenchmark'] = async (slug, limits, changes = {}) => {
    const rules = { ...RULES, ...changes.rules, limits: { ...RULES.limits, ...limits } };
    const peaks = changes.peaks ?? PRACTICE_MISSING.map(() => 1);
    const { benchmark } = await importBenchmark(platform, {
      slug,
      title: slug,
      question: 'Where is the liver?',
      summary: '',
      rules: '',
      synthetic: true,
      labels: [{ value: 1, name: 'liver' }],
      windowPresets: [],
      dataset: { slug: `${slug}-data`, name: slug, licence: 'CC0-1.0', description: '' },
      members: [],
      phases: [
        {
          kind: 'practice',
          title: 'Practice',
          label: 'PUBLIC',
          rules,
          cases: peaks.map((peak, n) => smallCase(`practice-${n}`, PRACTICE_MISSING[n] ?? 0, peak)),
        },
        {
          kind: 'test',
          title: 'Test',
          label: 'SEALED',
          rules,
          cases: TEST_MISSING.map((missing, n) => smallCase(`test-${n}`, missing)),
        },
      ],
    });
    return benchmark;
  };

  const begin = (script: string, environment: Readonly<Record<string, string>>): PlatformProcess => {
    const started = processOf(script, {
      VOXELMARK_DATA_DIR: dataDir,
      VOXELMARK_PARENT_PID: String(process.pid),
      ...environment,
    });
    processes.push(started);
    return started;
  };

  return {
    platform,
    server,
    dataDir,
    benchmark: await makeBenchmark('small', {}),
    makeBenchmark,
    async submit(model, slug, { benchmark = 'small' } = {}) {
      const stored = await blobs.put(
        (async function* () {
          yield model;
        })(),
      );
      // what is tested here are the walls behind the desk's inspector, so nothing is refused at the desk
      const inspector = { inspect: async () => UNSEEN };
      const algorithm = { slug, name: slug, description: '' };
      const command = {
        benchmark,
        submitterId,
        algorithm,
        version: '1.0.0',
        manifest: THRESHOLD_MANIFEST,
        models: [{ ...stored, file: 'model.onnx', copyTo: (path: string) => blobs.copyTo(stored.sha256, path) }],
        conformance: null,
        idempotencyKey: null,
      };
      return (await submit({ records, inspector, clock: { now: () => new Date() } }, command)).submission;
    },
    startWorker(environment = {}) {
      return begin(entry, environment);
    },
    async startApi() {
      const api = begin(apiEntry, { VOXELMARK_PORT: '0', VOXELMARK_DEMO: 'false', VOXELMARK_LOG_LEVEL: 'info' });
      const ready = await eventually(
        async () => api.lines().find((line) => line.includes('"api.ready"')),
        60,
        () => `the API:\n${api.lines().join('\n')}\n`,
      );
      const { url } = JSON.parse(ready) as { url: string };
      const secret = `vmk_${randomBytes(32).toString('base64url')}`;
      const token = { userId: submitterId, name: 'test', scopes: ['read', 'submit'], expiresAt: null } as const;
      await accounts.createToken(token, createHash('sha256').update(secret).digest('hex'));
      return {
        ...api,
        async upload(model, slug, benchmark) {
          const form = new FormData();
          for (const [name, value] of Object.entries({
            benchmark,
            algorithm: slug,
            manifest: JSON.stringify(THRESHOLD_MANIFEST),
          }))
            form.append(name, value);
          form.append('model', new Blob([new Uint8Array(model)]), 'model.onnx');
          const answer = await fetch(`${url}/api/v1/submissions`, {
            method: 'POST',
            headers: { authorization: `Bearer ${secret}` },
            body: form,
          });
          return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
        },
      };
    },
    async run(id) {
      const context = await records.runContext(id);
      if (!context) throw new Error(`no run ${id}`);
      return context.run;
    },
    results: (runId) => records.caseResults(runId),
    async remove() {
      await Promise.all(processes.map((one) => one.stop('SIGTERM')));
      await platform.close();
      await server.stop();
      removeEmbeddedPostgres(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function processOf(entry: string, environment: Readonly<Record<string, string>>): PlatformProcess {
  const child = spawn(process.execPath, ['--no-warnings', entry], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  return {
    process: child,
    pid: child.pid!,
    lines: () => log.split('\n').filter(Boolean),
    stop(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return ended;
    },
  };
}

/** Waits until `look` gives something; fails with what `describe` says after `seconds`. */
export async function eventually<T>(
  look: () => Promise<T | null | undefined | false>,
  seconds: number,
  describe: () => string = () => 'it',
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`${describe()} did not come about within ${seconds} s`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The processes that run models for a worker, behind whatever cuts them off (Linux). */
export function modelProcesses(workerPid: number): number[] {
  return descendants(workerPid).filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return basename(words[0]).startsWith('node') && words.some((word) => word.endsWith('runner-child.js'));
    } catch {
      return false; // ended while we looked
    }
  });
}

export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
