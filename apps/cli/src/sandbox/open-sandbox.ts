import { copyFile, lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log, ModelFile, ModelRunner } from '#evaluation';
import { createModelRunner } from '#inference';

/** Events of the runner are an operator's; what matters here comes as an error. */
const QUIET: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Does work with a runner that opens models as a worker does: in child processes, cut off as far as this machine can. The
 * processes are gone and their folders removed when it returns or throws.
 */
export async function withSandbox<T>(work: (runner: ModelRunner) => Promise<T>): Promise<T> {
  const scratchDir = await scratchFolder();
  const runner = await createModelRunner({ scratchDir, log: QUIET });
  try {
    return await work(runner);
  } finally {
    await runner.close();
    await removeOwn(scratchDir);
  }
}

/** A model file of this machine, as the runner takes it. */
export function modelFile(path: string, sha256: string): ModelFile {
  return { sha256, copyTo: (target) => copyFile(path, target) };
}

/**
 * One folder per user, so that the next call removes what a killed one left behind. Whatever has its name but is not a
 * folder of ours alone is not used.
 */
async function scratchFolder(): Promise<string> {
  const uid = process.getuid?.();
  if (uid !== undefined) {
    const path = join(tmpdir(), `voxelmark-${uid}`);
    await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const found = await lstat(path);
    if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return path;
  }
  return mkdtemp(join(tmpdir(), 'voxelmark-'));
}

/** Sessions that were still being opened when the work was given up; their processes end with this one. */
async function removeOwn(scratchDir: string): Promise<void> {
  const own = (await readdir(scratchDir)).filter((name) => name.includes(`-${process.pid}-`));
  await Promise.all(own.map((name) => rm(join(scratchDir, name), { recursive: true, force: true, maxRetries: 3 })));
}
