import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Folders of one session: `model` holds the model and nothing else and is the child's working directory, because a model
 * may name files of its working directory as weights; `cases` beside it holds images and label maps, one case at a time;
 * `root` is empty, and where a process of its own file system is cut off builds it.
 */
export interface Scratch {
  readonly root: string;
  readonly modelDir: string;
  readonly casesDir: string;
}

/**
 * Names carry machine and process, so that a later start can tell leftovers of the dead from folders in use, also where
 * several machines or containers (each with process numbers of its own) share a disk.
 */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const NAME = /^session-([0-9a-f]{8})-(\d+)-/;
/** Names of folders of sessions, and nothing that leads elsewhere. */
export const SESSION_NAME = /^session-[0-9a-f]{8}-\d+-[0-9A-Za-z]+$/;

/** A new empty folder of mode 0700 below `scratchDir`. */
export async function makeScratchFolder(scratchDir: string): Promise<string> {
  await mkdir(scratchDir, { recursive: true, mode: 0o700 });
  return mkdtemp(join(scratchDir, `session-${MACHINE}-${process.pid}-`));
}

export async function createScratch(scratchDir: string): Promise<Scratch> {
  const root = await makeScratchFolder(scratchDir);
  const modelDir = join(root, 'model');
  const casesDir = join(root, 'cases');
  await mkdir(modelDir, { mode: 0o700 });
  await mkdir(casesDir, { mode: 0o700 });
  await mkdir(join(root, 'root'), { mode: 0o700 });
  return { root, modelDir, casesDir };
}

export async function removeScratch({ root }: Scratch): Promise<void> {
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes folders of processes of this machine that are gone (killed before they could tidy up). Returns how many. */
export async function sweepScratch(scratchDir: string): Promise<number> {
  const names = await readdir(scratchDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const dead = names.filter((name) => {
    const [, machine, pid] = NAME.exec(name) ?? [];
    return machine === MACHINE && !isAlive(Number(pid));
  });
  await Promise.all(dead.map((name) => rm(join(scratchDir, name), { recursive: true, force: true, maxRetries: 3 })));
  return dead.length;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
