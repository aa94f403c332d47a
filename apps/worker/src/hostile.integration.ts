import { readFileSync } from 'node:fs';
import { FAILURE_CODES, isTerminal, type FailureCode } from '#domain';
import { HOSTILE, type HostileModel } from '../../../test/corpus/hostile.js';
import * as onnx from '../../../libs/inference/src/test-support/onnx.js';
import {
  eventually,
  modelProcesses,
  smallPlatform,
  type ApiProcess,
  type SmallPlatform,
  type WorkerProcess,
} from './test-support/small-platform.js';

/**
 * The corpus through the whole product: to an API as a stranger sends it, and past a desk that looks at nothing through a
 * worker, for what a file does that the inspector had missed. All files with VOXELMARK_TEST_LONG=1, else those that hurt
 * most and one of each kind (`test/corpus` samples the others, without a worker). Each ends with a code, API and
 * worker are the same processes throughout, and an honest model is as well off afterwards as before.
 */
const LONG = process.env.VOXELMARK_TEST_LONG === '1';
/** Two threads: ONNX Runtime with two tiles at once where a file lets us know what that takes, so that two can swell. */
const LIMITS = { loadSeconds: 6, caseSeconds: 3, memoryMib: 512, threads: 2 };
const MIB = 2 ** 20;
const WORST = /least \/ -1|3000 functions|2\^62 turns|12,000 x 12,000|16 GiB|10 TiB|40 doublings|30 doublings/;
const worst = HOSTILE.filter(({ name }) => WORST.test(name));
/** The first of a kind that has nothing among the worst. */
const isFirst = ({ kind }: HostileModel, n: number) =>
  worst.every((one) => one.kind !== kind) && HOSTILE.findIndex((one) => one.kind === kind) === n;
const chosen = HOSTILE.filter((one, n) => LONG || worst.includes(one) || isFirst(one, n));

let small: SmallPlatform;
let api: ApiProcess;
let worker: WorkerProcess;
beforeAll(async () => {
  small = await smallPlatform();
  await small.makeBenchmark('tight', LIMITS);
  api = await small.startApi();
  worker = small.startWorker({ VOXELMARK_LOG_LEVEL: 'info' });
}, 120_000);
afterAll(() => small.remove(), 120_000);

function residentPeak(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0; // ended while we looked
  }
}

const unharmed = (name: string) => {
  for (const { process: one } of [api, worker])
    expect([name, one.exitCode, one.signalCode]).toEqual([name, null, null]);
};

/** The run has ended, or waits for an organiser; whatever it says is one of the codes. */
async function endOf(runId: string, name: string) {
  const run = await eventually(
    async () => {
      const now = await small.run(runId);
      return (isTerminal(now.state) || now.state === 'quarantined') && now;
    },
    60,
    () => `an end of "${name}"`,
  );
  const results = await small.results(run.id);
  const codes = [run.failureCode, ...results.map(({ failureCode }) => failureCode)].filter((code) => code !== null);
  if (run.state !== 'completed') expect([name, run.failureCode]).toEqual([name, expect.any(String)]);
  const unexpected = codes.filter((code) => code === 'defect' || !FAILURE_CODES.includes(code as FailureCode));
  const said = unexpected.length > 0 ? worker.lines().slice(-20) : [];
  expect([name, unexpected, said]).toEqual([name, [], []]);
}

it(`the API answers ${chosen.length} hostile models with a code, or takes what only the worker can stop`, async () => {
  expect(new Set(chosen.map(({ kind }) => kind)).size).toBe(new Set(HOSTILE.map(({ kind }) => kind)).size);
  for (const [n, { name, code, make }] of chosen.entries()) {
    const passes = code === 'walls';
    const { status, body } = await api.upload(make(), `sent-${n}`, 'tight');
    if (passes) expect([name, status, body.code]).toEqual([name, 201, undefined]);
    else expect([name, status, body.code]).toEqual([name, 422, expect.stringMatching(/^(model|manifest)-/)]);
    unharmed(name);
    if (passes) await endOf((body as { runs: { id: string }[] }).runs[0].id, name);
  }
}, 1_800_000);

it(`${chosen.length} hostile models harm nobody, and each ends with a code`, async () => {
  let highest = 0;
  const watch = setInterval(() => {
    for (const pid of modelProcesses(worker.pid)) highest = Math.max(highest, residentPeak(pid));
  }, 20);
  try {
    for (const [n, { name, make }] of chosen.entries()) {
      const { runs } = await small.submit(make(), `hostile-${n}`, { benchmark: 'tight' });
      await endOf(runs[0].id, name);
      unharmed(name);
    }
    expect(highest).toBeGreaterThan(20 * MIB); // the watch sees something
    expect(highest).toBeLessThan((LIMITS.memoryMib + 128) * MIB);
    const honest = await small.submit(onnx.thresholdModel(), 'honest');
    await eventually(
      async () => (await small.run(honest.runs[1].id)).state === 'completed',
      60,
      () => 'an honest run',
    );
    unharmed('an honest model');
  } finally {
    clearInterval(watch);
  }
}, 1_800_000);
