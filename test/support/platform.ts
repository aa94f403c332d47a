import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { removeEmbeddedPostgres } from '../../libs/persistence/src/embedded-postgres.js';

export const root = resolve(import.meta.dirname, '../..');
export const bin = join(root, 'apps/cli/bin/voxelmark.mjs');

/** The environment of a newcomer: none of the caller's settings, and nothing that Jest set for itself. */
export function cleanEnv(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VOXELMARK_|DATABASE_URL$|REDIS_URL$|S3_|SMTP_|NODE_OPTIONS$|JEST_|NODE_ENV$)/.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

export interface RunningPlatform {
  readonly url: string;
  readonly dataDir: string;
  readonly processes: { readonly supervisor: number; readonly api: number; readonly workers: number[]; readonly postgres: number };
  readonly child: ChildProcess;
  /** Words on stderr so far. */
  words(): string;
  /** As Ctrl-C does; resolves to the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the built product as `npm start` does, on a free port. */
export async function startPlatform({ dataDir, demo = false, env = {}, args = [] }: { dataDir: string; demo?: boolean; env?: Record<string, string>; args?: string[] }): Promise<RunningPlatform> {
  const child = spawn(process.execPath, [bin, 'start', '--json', '--port', '0', '--data-dir', dataDir, ...(demo ? [] : ['--no-demo']), ...args], {
    cwd: root,
    env: cleanEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  child.stderr.on('data', (chunk) => (words += String(chunk)));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ready = new Promise<{ url: string; processes: RunningPlatform['processes'] }>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => {
      const said = JSON.parse(line) as { url: string; processes: RunningPlatform['processes']; error?: { message: string } };
      if (said.error) reject(new Error(`start failed: ${said.error.message}`));
      else resolve(said);
    });
    void exited.then((code) => reject(new Error(`start ended with ${code}:\n${words}`)));
  });
  const { url, processes } = await ready;
  return {
    url,
    dataDir,
    processes,
    child,
    words: () => words,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      return exited;
    },
  };
}

export async function newDataDir(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `voxelmark-${name}-`));
}

/** Deletes a data folder and its database, wherever that lies. */
export async function removeDataDir(dataDir: string): Promise<void> {
  removeEmbeddedPostgres(dataDir);
  await rm(dataDir, { recursive: true, force: true });
}

/** Runs a command of the product to its end. */
export function voxelmark(args: readonly string[], { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {}): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: root, env: cleanEnv(env) });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}

/** True while a process of that id exists and is no zombie. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
