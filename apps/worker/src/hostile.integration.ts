import { readFileSync } from 'node:fs';
import { FAILURE_CODES, isTerminal } from '#domain';
import { HOSTILE } from '../../../test/corpus/hostile.js';
import * as onnx from '../../../libs/inference/src/test-support/onnx.js';
import { eventually, modelProcesses, smallPlatform, type SmallPlatform } from './test-support/small-platform.js';

/**
 * The corpus through a whole worker, past a desk that looks at nothing: what a file does that an inspector had missed. All
 * files with VOXELMARK_TEST_LONG=1, else those that hurt most (`test/corpus` samples the others, without a worker). Each ends
 * with a code, in the same worker, and an honest model is as well off afterwards as before.
 */
const LONG = process.env.VOXELMARK_TEST_LONG === '1';
const LIMITS = { loadSeconds: 6, caseSeconds: 3, memoryMib: 512 };
const MIB = 2 ** 20;
const WORST = /least \/ -1|3000 functions|2\^62 turns|12,000 x 12,000|16 GiB|40 doublings|30 doublings/;
const chosen = HOSTILE.filter(({ name }) => LONG || WORST.test(name));

let small: SmallPlatform;
beforeAll(async () => {
  small = await smallPlatform();
  await small.makeBenchmark('tight', LIMITS);
}, 120_000);
afterAll(() => small.remove(), 120_000);

function residentPeak(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0; // ended while we looked
  }
}

it(`${chosen.length} hostile models harm nobody, and each ends with a code`, async () => {
  const worker = small.startWorker({ VOXELMARK_LOG_LEVEL: 'info' });
  let highest = 0;
  const watch = setInterval(() => {
    for (const pid of modelProcesses(worker.pid)) highest = Math.max(highest, residentPeak(pid));
  }, 20);
  try {
    for (const [n, { name, make }] of chosen.entries()) {
      const { runs } = await small.submit(make(), `hostile-${n}`, { benchmark: 'tight' });
      const run = await eventually(
        async () => {
          const now = await small.run(runs[0].id);
          return (isTerminal(now.state) || now.state === 'quarantined') && now;
        },
        60,
        () => `an end of "${name}"`,
      );
      const results = await small.results(run.id);
      const codes = [run.failureCode, ...results.map(({ failureCode }) => failureCode)].filter((code) => code !== null);
      if (run.state !== 'completed') expect([name, run.failureCode]).toEqual([name, expect.any(String)]);
      for (const code of codes) expect(FAILURE_CODES.filter((one) => one !== 'defect')).toContain(code);
      expect([name, worker.process.exitCode, worker.process.signalCode]).toEqual([name, null, null]);
    }
    expect(highest).toBeGreaterThan(20 * MIB); // the watch sees something
    expect(highest).toBeLessThan((LIMITS.memoryMib + 128) * MIB);
    const honest = await small.submit(onnx.thresholdModel(), 'honest');
    await eventually(
      async () => (await small.run(honest.runs[1].id)).state === 'completed',
      60,
      () => 'an honest run',
    );
  } finally {
    clearInterval(watch);
    await worker.stop('SIGTERM');
  }
}, 1_800_000);
