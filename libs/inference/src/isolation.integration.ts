import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '#evaluation';
import { probeIsolation } from './isolation.js';
import { createModelRunner } from './model-runner.js';
import { builtChildScript } from './test-support/built.js';
import { minimalManifest } from './test-support/manifest.js';
import * as onnx from './test-support/onnx.js';

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxelmark-isolation-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function childOf(parent: number): number {
  return Number(readFileSync(`/proc/self/task/${parent}/children`, 'utf8').trim().split(' ').pop());
}

describe('isolation', () => {
  it('is proven by a process that tries, or says why it does not hold', async () => {
    const { level, because } = await probeIsolation(folder, builtChildScript(), process.execPath);
    expect([0, 1, 2]).toContain(level);
    if (level < 2) expect(because).toMatch(/\w/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is told in the log when a worker starts', async () => {
    const lines: [string, unknown][] = [];
    const log: Log = { ...SILENT, info: (event, fields) => void lines.push([event, fields]) };
    const runner = await createModelRunner({ scratchDir: folder, log, childScript: builtChildScript() });
    await runner.close();
    const [, fields] = lines.find(([event]) => event === 'inference.isolation') ?? [];
    expect(fields).toMatchObject({ level: expect.stringMatching(/^L[012]$/) as string });
  });

  it('leaves the process no descriptor of ours, no network at L1, no file system at L2', async () => {
    const { level } = await probeIsolation(folder, builtChildScript(), process.execPath);
    const runner = await createModelRunner({ scratchDir: folder, log: SILENT, childScript: builtChildScript() });
    const model = onnx.thresholdModel();
    const sha256 = createHash('sha256').update(model).digest('hex');
    const limits = { loadSeconds: 60, caseSeconds: 60, memoryMib: 512, threads: 1 };
    const session = await runner.open(
      [{ sha256, copyTo: (path) => writeFile(path, model) }],
      minimalManifest(),
      limits,
    );
    const pid = childOf(process.pid);
    const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    // pipes, the loop's own devices, code that a thread of it is just loading, and the empty file that ONNX Runtime opens
    // while it loads, telemetry or not: nothing that we had open
    const foreign = open.filter(
      (target) =>
        !/^(pipe:|socket:|anon_inode:|\/dev\/null|\/dev\/urandom)|\/(dist|node_modules)\/.*\.(js|json|node)$|\/mat-debug-\d+\.log$/.test(
          target,
        ),
    );
    expect(foreign).toEqual([]);
    expect(readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net')).toBe(level === 0);
    expect(readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync('/proc/self/ns/mnt')).toBe(level < 2);
    const limitsText = readFileSync(`/proc/${pid}/limits`, 'utf8');
    expect(limitsText).toMatch(/Max core file size\s+0\s/);
    expect(limitsText).toMatch(/Max open files\s+256\s/);
    expect(limitsText).toMatch(/Max file size\s+536870912\s/);
    expect(limitsText).not.toMatch(/Max data size\s+unlimited/);
    if (level > 0) expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^NoNewPrivs:\s+1$/m);
    if (level === 2)
      expect(
        readdirSync(`/proc/${pid}/root/`).filter((name) => ['home', 'root', 'srv', 'var', 'opt', 'mnt'].includes(name)),
      ).toEqual([]);
    // the group is its own, so that SIGKILL of the group reaches whatever it starts and nobody else
    expect(Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[2])).toBe(pid);
    await session.close();
    await runner.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
