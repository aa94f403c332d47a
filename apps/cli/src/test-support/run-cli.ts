import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../..');

export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** The command line in a process of its own, from the sources. */
export function runCli(args: readonly string[], env: Readonly<Record<string, string>>): RunningCli {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VOXELMARK_|DATABASE_URL$|REDIS_URL$|S3_|SMTP_|NODE_OPTIONS$|JEST_|NODE_ENV$)/.test(name),
  );
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--no-warnings', '--import', './test/typescript.mjs', 'apps/cli/src/main.ts', ...args],
    {
      cwd: root,
      env: { ...Object.fromEntries(kept), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  return { child, ended: new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr }))) };
}
