import { spawn } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { later } from './undo.mjs';

export const root = resolve(import.meta.dirname, '../..');
export const bin = 'apps/cli/bin/voxelmark.mjs';

const STOP_WITHIN_MS = 60_000;
const STDERR_KEPT = 4_000;

export function say(sentence) {
  process.stderr.write(`bench: ${sentence}\n`);
}

export async function temporaryFolder(name) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `voxelmark-bench-${name}-`)));
  later(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A data folder that is deleted in the end, together with its database cluster, wherever that lies. */
export async function newDataDir(name) {
  const dataDir = await temporaryFolder(name);
  later(async () => {
    const { findEmbeddedPostgres, removeEmbeddedPostgres, startEmbeddedPostgres } = await import('#persistence');
    // left running by a supervisor that had to be killed: taken over, then stopped
    if (await findEmbeddedPostgres(dataDir)) await (await startEmbeddedPostgres({ dataDir })).stop();
    removeEmbeddedPostgres(dataDir);
  });
  return dataDir;
}

/** The environment of a newcomer: none of the caller's settings. */
function cleanEnv(extra) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VOXELMARK_|DATABASE_|REDIS_URL$|S3_|SMTP_|NODE_OPTIONS$|NODE_ENV$)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...extra };
}

/**
 * Runs a program of the product in a process group of its own, so that Ctrl-C reaches only us, who then stop it in order.
 * `firstLine` is what it prints first on stdout; `ended` its exit code and all of stdout; both reject when it fails.
 */
export function launch(words, { env = {}, cwd = root } = {}) {
  const child = spawn(process.execPath, words, {
    cwd,
    env: cleanEnv(env),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr = (stderr + chunk).slice(-STDERR_KEPT)));
  const closed = new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => done(signal ?? code));
  });
  const ended = closed.then((code) => {
    if (code === 0) return stdout;
    throw new Error(`\`node ${words.join(' ')}\` ended with ${code}: ${stdout.slice(0, 1000)}\n${stderr}`);
  });
  const firstLine = new Promise((done, fail) => {
    createInterface({ input: child.stdout }).once('line', done);
    ended.then(() => fail(new Error(`\`node ${words.join(' ')}\` ended without a word`)), fail);
  });
  for (const promise of [closed, ended, firstLine]) promise.catch(() => undefined); // told to whoever waits for it
  const stop = async () => {
    for (const signal of ['SIGINT', 'SIGINT', 'SIGKILL']) {
      if (child.exitCode !== null || child.signalCode !== null) break;
      child.kill(signal);
      await Promise.race([closed, pause(STOP_WITHIN_MS)]);
    }
    await closed;
  };
  later(stop);
  return { firstLine, ended, stop };
}

/** A wait that keeps nobody alive. */
export function pause(ms) {
  return new Promise((done) => setTimeout(done, ms).unref());
}

/**
 * `voxelmark start` (or another entry with the same options) on a free port, with the product's own settings.
 * @returns its address, what it said when it was ready, and how long that and the first good answer of /api/v1/health
 *   took from the start of the process, in milliseconds
 */
export async function startPlatform(dataDir, { entry = [bin, 'start'], args = [], cwd = root } = {}) {
  const port = await freePort();
  const began = performance.now();
  const { firstLine, ended, stop } = launch(
    [...entry, '--json', '--port', String(port), '--data-dir', dataDir, ...args],
    { cwd },
  );
  const toBanner = firstLine.then((line) => ({ said: JSON.parse(line), bannerMs: performance.now() - began }));
  const toHealth = firstHealth(`http://127.0.0.1:${port}`, ended).then(() => performance.now() - began);
  const [{ said, bannerMs }, healthMs] = await Promise.all([toBanner, toHealth]);
  if (said.error) throw new Error(`start failed: ${said.error.message}`);
  return { url: said.url, readyAfterMs: said.readyAfterMs, bannerMs, healthMs, stop };
}

async function firstHealth(url, ended) {
  let over = false;
  const failed = ended.then(
    () => Promise.reject(new Error('the platform ended before it was healthy')),
    (error) => Promise.reject(error),
  );
  failed.catch(() => (over = true));
  const healthy = (async () => {
    while (!over) {
      try {
        const answer = await fetch(`${url}/api/v1/health`);
        await answer.arrayBuffer();
        if (answer.status === 200) return;
      } catch (error) {
        if (!['ECONNREFUSED', 'ECONNRESET'].includes(error.cause?.code)) throw error; // nobody listens yet
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  })();
  await Promise.race([healthy, failed]);
}

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
