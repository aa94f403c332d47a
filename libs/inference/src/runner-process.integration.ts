import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SessionLost } from '#domain';
import type { ModelRunner } from '#evaluation';
import { writeNifti } from '#imaging';
import type { Request } from './protocol.js';
import { createModelRunner } from './model-runner.js';
import { spawnChild } from './child-link.js';
import { RunnerProcess } from './runner-process.js';
import { builtChildScript } from './test-support/built.js';
import { minimalManifest } from './test-support/manifest.js';
import * as onnx from './test-support/onnx.js';
import { GEOMETRY, LIMITS, SILENT } from './test-support/test-runner.js';

/**
 * What the worker makes of a child that does not do as it should: a native hole in the runtime may have handed it over to a
 * model. The children here are small scripts that speak the protocol, each in its own way.
 */

const SPEAK = `
  const tell = (m) => { const b = Buffer.from(JSON.stringify(m)); const h = Buffer.alloc(4); h.writeUInt32BE(b.length); process.stdout.write(Buffer.concat([h, b])); };
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const usage = { elapsedMs: 1, cpuMs: 1, peakRssBytes: 1, sessionMs: 1, stagesMs: { read: 0, prepare: 0, network: 1, restore: 0 } };
  const geometry = { sizeXyz: [1, 1, 1], spacingMm: [1, 1, 1], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
  const predicted = (n) => tell({ kind: 'predicted', case: n, geometry, dtype: 'uint8', usage });
  const running = (n) => tell({ kind: 'running', case: n });
  let pending = Buffer.alloc(0), line = Promise.resolve();
  process.stdin.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32BE(0)) {
      const length = pending.readUInt32BE(0);
      const request = JSON.parse(pending.subarray(4, 4 + length));
      pending = pending.subarray(4 + length);
      line = line.then(() => onRequest(request));
    }
  });
  tell({ kind: 'ready' });
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxelmark-process-'));
  mkdirSync(join(folder, 'model'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let scripts = 0;
function scriptOf(onRequest: string): string {
  const childScript = join(folder, `child-${++scripts}.mjs`);
  writeFileSync(childScript, `${SPEAK}\nasync function onRequest(request) { ${onRequest} }`);
  return childScript;
}

/** A child whose `onRequest(request)` is given. */
function child(onRequest: string, { memoryMib = 512, cpuSeconds = 600 } = {}): RunnerProcess {
  const childScript = scriptOf(onRequest);
  const options = { childScript, nodePath: process.execPath, session: folder, memoryMib, cpuSeconds };
  return new RunnerProcess(spawnChild({ ...options, level: 0 }), memoryMib);
}

const predict = (number: number): Request => ({ kind: 'predict', case: number, images: ['x'], labels: 'y' });

async function outcomes(process: RunnerProcess, limitSeconds: number, cases: readonly number[]) {
  const ends = await Promise.allSettled(cases.map((number) => process.request(predict(number), limitSeconds)));
  await process.close();
  return ends.map((end) => {
    if (end.status === 'fulfilled') return end.value.reply.kind;
    const { code, name, detail } = end.reason as { code?: string; name: string; detail?: string };
    return detail === undefined ? (code ?? name) : `${code}: ${detail}`;
  });
}

describe('the line of requests', () => {
  it('a case has its limit for preparation and again for running, and none while it waits', async () => {
    const patient = child(`
      await wait(request.case === 1 ? 2000 : 0); running(request.case);
      await wait(request.case === 1 ? 2000 : 0); predicted(request.case);`);
    expect(await outcomes(patient, 3, [1, 2])).toEqual(['predicted', 'predicted']);
  }, 20_000);

  it('a child that keeps silent is ended at the limit all the same', async () => {
    expect(await outcomes(child(''), 1, [1, 2])).toEqual([
      'inference-timeout: no prepared image within 1 s',
      'SessionLost',
    ]);
  });

  it('a child that says that it runs, and nothing more, too', async () => {
    expect(await outcomes(child('running(request.case);'), 1, [1])).toEqual([
      'inference-timeout: no answer within 1 s',
    ]);
  });

  it.each([
    ['runs a case out of turn', 'running(2);', 'case 2 runs, out of turn'],
    ['begins twice, for more time', 'running(1); running(1);', 'case 1 runs, out of turn'],
    ['answers a case before it ran', 'predicted(1);', 'a reply to case 1 before it ran'],
    ['answers a case that nobody asked for', 'running(1); predicted(7);', 'a reply to case 7, which nobody asked for'],
    ['answers twice', 'running(1); predicted(1); predicted(1);', 'a reply to case 1, which nobody asked for'],
    [
      'says that it has loaded a model',
      "tell({ kind: 'loaded', facts: { inputs: [], outputs: [], runtime: 'x' } });",
      'a reply to case 0, which nobody asked for',
    ],
    [
      'sends no frames',
      "process.stdout.write('hello, worker');",
      'a frame of 1751477356 bytes; at most 262144 are accepted',
    ],
  ])('a child that %s is not believed, and ended', async (_, script, why) => {
    const ends = await outcomes(child(`if (request.case === 1) { ${script} }`), 20, [1, 2]);
    const [failed] = ends.filter((end) => end !== 'predicted' && end !== 'SessionLost');
    expect(failed).toContain(`inference-crashed: the process answered nonsense: `);
    expect(failed).toContain(why);
  });

  it('a case that cannot be prepared leaves the line, and those around it stay', async () => {
    const child2 = child(`
      if (request.case === 1) { running(1); await wait(300); }
      if (request.case === 2) return;
      if (request.case === 1) tell({ kind: 'failed', case: 2, code: 'case-unreadable', detail: 'torn', usage });
      if (request.case === 3) running(3);
      predicted(request.case);`);
    expect(await outcomes(child2, 20, [1, 2, 3])).toEqual(['predicted', 'failed', 'predicted']);
  });
});

describe('limits that hold by themselves', () => {
  it('a case is over its memory by the word of the process alone, too, and the next one goes on', async () => {
    const boastful = child(`
      usage.peakRssBytes = request.case === 1 ? 513 * 2 ** 20 : 1;
      running(request.case); predicted(request.case);`);
    expect(await outcomes(boastful, 20, [1, 2])).toEqual([
      'inference-out-of-memory: 513 MiB in use; the limit is 512 MiB',
      'predicted',
    ]);
  });

  it('a disk that fails the process is ours; a model that computes for ever ends by its processor time', async () => {
    mkdirSync(join(folder, 'cases'));
    writeFileSync(join(folder, 'model', 'endless.onnx'), onnx.endlessModel());
    const image = { geometry: GEOMETRY, data: new Float32Array(140) };
    writeFileSync(join(folder, 'cases', 'image.nii'), await writeNifti(image, { gzip: false }));
    const options = { childScript: builtChildScript(), nodePath: process.execPath, session: folder, level: 0 } as const;
    const busy = new RunnerProcess(spawnChild({ ...options, memoryMib: 512, cpuSeconds: 3 }), 512);
    const load = { models: ['endless.onnx'], manifest: minimalManifest(), threads: 1, sparing: false, inspect: false };
    const ask = (request: Request) => busy.request(request, 60);
    expect((await ask({ kind: 'load', ...load })).reply.kind).toBe('loaded');
    const lost = await ask({ kind: 'predict', case: 1, images: ['../cases/nowhere.nii'], labels: '../cases/1.labels' });
    expect(lost.reply).toMatchObject({ kind: 'failed', case: 1, code: 'runner-scratch' });
    await expect(
      ask({ kind: 'predict', case: 2, images: ['../cases/image.nii'], labels: '../cases/2.labels' }),
    ).rejects.toMatchObject({
      code: 'inference-timeout',
      detail: 'the process used up the processor time of a session',
    });
    await busy.close();
  }, 60_000);
});

describe('sessions with such a child', () => {
  const never = new AbortController().signal;
  const sha256 = createHash('sha256').update('a model').digest('hex');
  const open = (runner: ModelRunner) =>
    runner.open([{ sha256, copyTo: (path) => writeFile(path, 'a model') }], minimalManifest(), LIMITS);
  const loaded =
    "if (request.kind === 'load') return tell({ kind: 'loaded', facts: { inputs: [], outputs: [], runtime: 'x' } });";
  let runner: ModelRunner;
  let scratchDir: string;
  const start = async (onRequest: string) => {
    scratchDir = mkdtempSync(join(folder, 'scratch-'));
    const childScript = scriptOf(`${loaded} ${onRequest}`);
    runner = await createModelRunner({ scratchDir, log: SILENT, childScript, level: 0 });
  };
  afterEach(async () => {
    await runner.close();
    expect(readdirSync(scratchDir)).toEqual([]);
  });

  it('that says time and again that it cannot use its folder is not believed where it could', async () => {
    await start(`
      if (request.case > 1) return tell({ kind: 'failed', case: request.case, code: 'runner-scratch', detail: 'EIO', usage });
      (await import('node:fs')).writeFileSync(request.labels, Buffer.of(0));
      running(1); predicted(1);`);
    const session = await open(runner);
    const outcome = () =>
      session.predict([Uint8Array.of(1)], never).then(
        () => 'predicted',
        ({ code }: { code: string }) => code,
      );
    const outcomes: string[] = [];
    for (let n = 0; n < 4; n++) outcomes.push(await outcome());
    expect(outcomes).toEqual(['predicted', 'runner-scratch', 'runner-scratch', 'inference-crashed']);
  });

  it('a session that is closed lets its cases finish with their files first', async () => {
    await start('');
    const session = await open(runner);
    const [long, short] = [new Uint8Array(96 * 2 ** 20), Uint8Array.of(1)];
    const predicting = session.predict([long, short], never).catch((error: Error) => error.name);
    await session.close();
    expect(await predicting).toBe('SessionLost');
    await expect(session.predict([short], never)).rejects.toThrow(SessionLost);
  });
});
