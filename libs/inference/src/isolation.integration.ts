import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '#evaluation';
import { codePaths, isolated, signalOf, type Isolation, type IsolationLevel } from './isolation.js';
import { probeIsolation } from './isolation-probe.js';
import { createModelRunner } from './model-runner.js';
import { memoryWatch } from './resident-memory.js';
import { createScratch, removeScratch, type Scratch } from './scratch.js';
import { builtChildScript } from './test-support/built.js';
import { minimalManifest } from './test-support/manifest.js';
import * as onnx from './test-support/onnx.js';
import { commandLines, descendants } from './test-support/processes.js';

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const LIMITS = { dataKib: 4 * 1024 * 1024, fileBlocks: 1024, cpuSeconds: 60 };
let folder: string;
let here: Isolation;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'voxelmark-isolation-'));
  here = await probeIsolation(folder, builtChildScript(), process.execPath);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder of a session for the time of `work`. */
async function withSession<T>(work: (session: Scratch) => Promise<T> | T): Promise<T> {
  const session = await createScratch(folder);
  try {
    return await work(session);
  } finally {
    await removeScratch(session);
  }
}

/** Runs a shell script at a level, in a session of its own. */
function inShell(level: IsolationLevel, script: string, limits = LIMITS) {
  return withSession((session) => {
    const [command, ...args] = isolated(level, limits, session.root, [], ['/bin/sh', '-c', script]);
    const { status, signal, stdout, stderr } = spawnSync(command, args, {
      cwd: session.modelDir,
      env: ENV,
      encoding: 'utf8',
    });
    return { signal: signal ?? signalOf(status, level), status, stdout, stderr };
  });
}

const levels = () => ([0, 1, 2] as const).filter((level) => level <= here.level);

describe('isolation', () => {
  it('is proven by a process that tries, or says why it does not hold', () => {
    expect([0, 1, 2]).toContain(here.level);
    if (here.level < 2) expect(here.because).toMatch(/\w/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is told in the log when a worker starts; the process has no descriptor, network or file system of ours', async () => {
    const lines: [string, unknown][] = [];
    const log: Log = { ...SILENT, info: (event, fields) => void lines.push([event, fields]) };
    const runner = await createModelRunner({ scratchDir: folder, log, childScript: builtChildScript() });
    const [, fields] = lines.find(([event]) => event === 'inference.isolation') ?? [];
    expect(fields).toEqual({ level: `L${here.level}`, because: here.because });

    const model = onnx.thresholdModel();
    const sha256 = createHash('sha256').update(model).digest('hex');
    const limits = { loadSeconds: 60, caseSeconds: 60, memoryMib: 512, threads: 1 };
    const session = await runner.open(
      [{ sha256, copyTo: (path) => writeFile(path, model) }],
      minimalManifest(),
      limits,
    );
    try {
      const [first] = descendants(process.pid);
      const pid = descendants(process.pid).at(-1)!;
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
      const shared = (namespace: string) =>
        readlinkSync(`/proc/${pid}/ns/${namespace}`) === readlinkSync(`/proc/self/ns/${namespace}`);
      for (const namespace of ['net', 'pid', 'ipc', 'user']) expect(shared(namespace)).toBe(here.level === 0);
      expect(shared('mnt')).toBe(here.level < 2);
      const limitsText = readFileSync(`/proc/${pid}/limits`, 'utf8');
      expect(limitsText).toMatch(/Max core file size\s+0\s/);
      expect(limitsText).toMatch(/Max open files\s+256\s/);
      expect(limitsText).toMatch(/Max file size\s+536870912\s/);
      expect(limitsText).toMatch(/Max cpu time\s+121800\s+121805\s/); // 5 threads, 60 + 60 + 202 x 2 x 60 s
      expect(limitsText).not.toMatch(/Max data size\s+unlimited/);
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      if (here.level > 0) {
        expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
        for (const set of ['CapPrm', 'CapEff', 'CapBnd']) expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, 'm'));
      }
      if (here.level === 2) {
        // of the places where people and programs keep things there is only the way to what it runs, if it lies in one
        const allowed = codePaths(builtChildScript(), process.execPath);
        const beside = (path: string): string[] => {
          if (allowed.includes(path)) return [];
          if (!allowed.some((one) => one.startsWith(`${path}/`))) return [path];
          return readdirSync(`/proc/${pid}/root${path}`).flatMap((name) => beside(`${path}/${name}`));
        };
        const there = readdirSync(`/proc/${pid}/root/`);
        const places = ['home', 'root', 'srv', 'var', 'opt', 'mnt'].filter((name) => there.includes(name));
        expect(places.flatMap((name) => beside(`/${name}`))).toEqual([]);
      }
      // the group is its own, so that SIGKILL of the group reaches whatever it starts and nobody else
      expect(Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[2])).toBe(first);
    } finally {
      await session.close();
      await runner.close();
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['SEGV', 'FPE', 'KILL', 'ABRT'])('tells an end by SIG%s as such, at every level', async (name) => {
    for (const level of levels()) {
      const { signal, stderr } = await inShell(level, `kill -${name} $$`);
      expect([level, signal, stderr]).toEqual([level, `SIG${name}`, '']);
    }
  });

  it('hands on an ordinary end, and words on stderr', async () => {
    for (const level of levels()) {
      expect(await inShell(level, 'echo out; echo err >&2; exit 7')).toEqual({
        signal: null,
        status: 7,
        stdout: 'out\n',
        stderr: 'err\n',
      });
    }
  });

  it('ends a process that computes for longer than its limit, and tells it from others', async () => {
    for (const level of new Set([0, here.level] as const)) {
      const { signal } = await inShell(level, 'while :; do :; done', { ...LIMITS, cpuSeconds: 1 });
      expect([level, signal]).toEqual([level, 'SIGXCPU']);
    }
  });

  it('a signal to everybody, or to a number, reaches nobody outside; who leaves the group ends with the session', async () => {
    if (here.level === 0) return;
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      for (const level of levels().filter((one) => one > 0)) {
        // by number: nobody there. To everybody: its own children, which are started anew to outlive it
        const script = `
          kill -0 ${bystander.pid} && echo reached
          kill -0 ${process.pid} && echo reached
          setsid sh -c 'trap "" TERM HUP; sleep 61.${level}' & sleep 0.1
          kill -TERM -1; echo done`;
        const { stdout, signal } = await inShell(level, `trap '' TERM; ${script}`);
        expect([stdout, signal]).toEqual(['done\n', null]);
        expect(commandLines()).not.toContain(`sleep 61.${level}`);
      }
      expect(bystander.exitCode).toBeNull();
      expect(bystander.signalCode).toBeNull();
    } finally {
      bystander.kill('SIGKILL');
    }
  });

  it('ends with the worker, however that ends, also when it does not look after that itself', async () => {
    if (here.level === 0) return;
    await withSession(async (session) => {
      const command = isolated(here.level, LIMITS, session.root, [], ['sh', '-c', 'sleep 62.1 & setsid sleep 62.2']);
      const worker = spawn('/bin/sh', ['-c', '"$@" & wait', 'sh', ...command], { cwd: session.modelDir, env: ENV });
      const sleeping = () => commandLines().filter((line) => /^sleep 62\.[12]$/.test(line)).length;
      const become = async (count: number) => {
        for (let i = 0; i < 400 && sleeping() !== count; i++) await new Promise((later) => setTimeout(later, 10));
        expect(sleeping()).toBe(count);
      };
      await become(2);
      worker.kill('SIGKILL');
      await become(0);
    });
  });

  it('counts the memory of whatever the process starts, and not that of its wrappers', async () => {
    await withSession(async (session) => {
      const script = "setsid sh -c 'yes | tail -c 64m' & sleep 60"; // tail keeps what it is asked for
      const [command, ...args] = isolated(here.level, LIMITS, session.root, [], ['/bin/sh', '-c', script]);
      const child = spawn(command, args, { cwd: session.modelDir, env: ENV, stdio: 'ignore', detached: true });
      const look = memoryWatch(child.pid!, here.level === 0 ? 0 : 2);
      let most = 0;
      for (let i = 0; i < 400 && most < 64 * 2 ** 20; i++) {
        most = Math.max(most, (await look())?.rssBytes ?? 0);
        await new Promise((later) => setTimeout(later, 10));
      }
      const all = descendants(process.pid);
      process.kill(-child.pid!, 'SIGKILL');
      await new Promise((gone) => child.once('close', gone));
      // without a namespace, who left the group stays: docs/sandbox.md promises no more at L0
      for (const pid of all) if (here.level === 0 && existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
      expect(most).toBeGreaterThanOrEqual(64 * 2 ** 20);
    });
  });

  it('at L2 what is mounted below a folder of programs is read-only, too, and the folders of the session are what they were', async () => {
    if (here.level < 2) return;
    await withSession((session) => {
      const programs = join(folder, 'programs with spaces');
      mkdirSync(join(programs, 'mounted'), { recursive: true });
      const script = `
        echo x > "$1/x" && echo wrote
        echo x > "$1/mounted/x" && echo wrote below
        echo x > x && echo wrote beside the models
        mv ../cases ../away && echo moved the folder of the cases
        echo x > ../cases/x && cat ../cases/x`;
      const inside = ['/bin/sh', '-c', script, 'sh', programs];
      const outside = 'mount -t tmpfs -o nosuid,nodev,noatime tmpfs "$1/mounted" && shift && exec "$@"';
      const args = [
        ...['--user', '--map-root-user', '--mount', '/bin/sh', '-c', outside, 'sh', programs],
        ...isolated(2, LIMITS, session.root, [programs], inside),
      ];
      const { stdout, stderr } = spawnSync('unshare', args, { cwd: session.modelDir, env: ENV, encoding: 'utf8' });
      expect(stdout).toBe('x\n');
      expect(stderr.match(/Read-only file system/g)).toHaveLength(4);
      rmSync(programs, { recursive: true });
    });
  });

  it('without setpriv there is no level, and the operator reads what to install', async () => {
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    symlinkSync('/usr/bin/unshare', join(programs, 'unshare'));
    expect(await probeIsolation(folder, builtChildScript(), process.execPath, programs)).toEqual({
      level: 0,
      because: 'L1: the program "setpriv" is missing; install the package util-linux',
    });
    rmSync(programs, { recursive: true });
  });
});
