import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunLimits } from '#domain';
import type { Log, ModelRunner, ModelSession } from '#evaluation';
import { writeNifti } from '#imaging';
import type { ChildEnd } from './child-link.js';
import { createModelRunner } from './model-runner.js';
import { remoteChild, word } from './remote-child.js';
import { startRunnerHost, type RunnerHost } from './runner-host.js';
import { builtChildScript } from './test-support/built.js';
import { minimalManifest } from './test-support/manifest.js';
import * as onnx from './test-support/onnx.js';

/** The host of a container of its own, here as a plain process: all but the container itself, which no test can make. */

const LIMITS: RunLimits = { loadSeconds: 60, caseSeconds: 60, memoryMib: 512, threads: 1 };
const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const never = new AbortController().signal;
let folder: string;
let scratchDir: string;
let socketPath: string;
let host: RunnerHost;
let runner: ModelRunner;
const told: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'voxelmark-host-'));
  [scratchDir, socketPath] = [join(folder, 'scratch'), join(folder, 'runner.sock')];
  const childScript = builtChildScript();
  host = await startRunnerHost({
    socketPath,
    scratchDir,
    log: SILENT,
    childScript,
    isolation: { level: 0, because: 'as in a container that allows no namespaces' },
  });
  const log: Log = { ...SILENT, info: (event, fields) => void told.push({ event, ...fields }) };
  runner = await createModelRunner({ scratchDir, log, hostSocket: socketPath, inspect: false });
});
afterAll(async () => {
  await runner.close();
  await host.close();
  rmSync(folder, { recursive: true });
});

function open(model: Uint8Array, limits: Partial<RunLimits> = {}): Promise<ModelSession> {
  const sha256 = createHash('sha256').update(model).digest('hex');
  const file = { sha256, copyTo: (path: string) => writeFile(path, model) };
  return runner.open([file], minimalManifest(), { ...LIMITS, ...limits });
}

const image = (peak: number) =>
  writeNifti({
    geometry: {
      sizeXyz: [4, 3, 2],
      spacingMm: [1, 1, 1],
      originLps: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    },
    data: Float32Array.from({ length: 24 }, (_, v) => (peak * v) / 23),
  });

function children(): number[] {
  const ids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  return ids.map(Number).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('runner-child'));
}

async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 200 && children().includes(pid); i++) await new Promise((done) => setTimeout(done, 25));
  expect(children()).not.toContain(pid);
}

it('claims no container where there is none, and says what is missing', () => {
  const [{ level, because }] = told as { level: string; because: string }[];
  expect(level).toBe('L0');
  expect(because).toMatch(/^L3: .*(network interfaces|root)/);
});

it('runs the cases of a session as a process here would', async () => {
  const session = await open(onnx.dislikesBrightImages(1n, 'crashes'));
  expect(session.isolation).toBe('L0');
  const [dark, darker] = await Promise.all([
    session.predict([await image(0.4)], never),
    session.predict([await image(0.2)], never),
  ]);
  expect([...dark.labels.data].reduce((sum, label) => sum + label, 0)).toBe(9); // 0.4 v / 23 > 0.25 from v = 15 on
  expect([...darker.labels.data]).not.toContain(1);
  expect(dark.usage.peakRssBytes).toBeGreaterThan(20e6);
  await expect(session.predict([await image(1)], never)).rejects.toMatchObject({
    code: 'inference-crashed',
    detail: expect.stringContaining('SIGFPE') as string,
  });
  expect(session.alive).toBe(false);
  await session.close();
  expect(readdirSync(scratchDir)).toEqual([]);
});

it('has one process at a time where it cannot keep them apart', async () => {
  const session = await open(onnx.thresholdModel());
  await expect(open(onnx.thresholdModel())).rejects.toMatchObject({ code: 'runner-busy' });
  const [pid] = children();
  await session.close();
  await gone(pid);
  await (await open(onnx.thresholdModel())).close();
});

it('ends what exceeds its memory, what takes too long, and what the worker lets go of', async () => {
  const greedy = await open(onnx.doublingModel(30));
  const whole = { elapsedMs: expect.any(Number) as number, cpuMs: expect.any(Number) as number };
  await expect(greedy.predict([await image(1)], never)).rejects.toMatchObject({
    code: 'inference-out-of-memory',
    usage: whole,
  });
  await greedy.close();
  const endless = await open(onnx.endlessModel(), { caseSeconds: 1 });
  await expect(endless.predict([await image(1)], never)).rejects.toMatchObject({ code: 'inference-timeout' });
  await endless.close();
  const dropped = await open(onnx.endlessModel());
  const [pid] = children();
  const stop = new AbortController();
  const predicting = dropped.predict([await image(1)], stop.signal);
  setTimeout(() => stop.abort(new Error('cancelled')), 100);
  await expect(predicting).rejects.toThrow('cancelled');
  await gone(pid);
  await dropped.close();
});

it('ends the process of a worker that is gone', async () => {
  const session = await open(onnx.thresholdModel());
  const [pid] = children();
  const ends = session.predict([await image(1)], never).catch(() => undefined);
  // as when the kernel closes the sockets of a process that was killed
  const link = (session as unknown as { child: { link: { kill(): void } } }).child.link;
  link.kill();
  await ends;
  await gone(pid);
  await session.close();
});

it.each([
  ['another folder', { session: '../../etc', memoryMib: 512 }],
  ['no memory', { session: 'session-00000000-1-abc', memoryMib: 'all' }],
  ['no object', 7],
])('refuses %s', async (_, asked) => {
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(socketPath);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.once('end', () => resolve(text));
    const body = Buffer.from(JSON.stringify(asked));
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    socket.write(Buffer.concat([head, body]));
  });
  expect(answer).toContain('runner-request');
  expect(children()).toEqual([]);
});

it('a worker without its host says so', async () => {
  const lost = createModelRunner({ scratchDir, log: SILENT, hostSocket: join(folder, 'nobody.sock') });
  await expect(lost).rejects.toMatchObject({ code: 'runner-host' });
});

it.each([
  ['says that the process ended', { kind: 'ended', code: null, signal: 'SIGKILL', stderr: '' }, true],
  ['goes away without a word', null, false],
] as const)('when the host %s, the process counts as gone only if it did', async (_, words, gone) => {
  const path = join(folder, 'other.sock');
  const server = createServer((socket) => {
    socket.on('data', () => undefined);
    socket.once('end', () => (words ? socket.end(word(words)) : socket.destroy()));
  });
  await new Promise<void>((listening) => server.listen(path, listening));
  const link = remoteChild(path, { session: 'session-00000000-1-abc', memoryMib: 512, cpuSeconds: 1 });
  const end = new Promise<ChildEnd>((ended) => link.onEnd(ended));
  await new Promise<void>((connected) => server.once('connection', () => connected()));
  link.kill();
  expect((await end).gone).toBe(gone);
  await new Promise<unknown>((closed) => server.close(closed));
});

it('a process that no host was asked for is gone', async () => {
  const link = remoteChild(join(folder, 'nobody.sock'), { session: 'x', memoryMib: 1, cpuSeconds: 1 });
  expect((await new Promise<ChildEnd>((ended) => link.onEnd(ended))).gone).toBe(true);
});
