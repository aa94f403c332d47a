import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Folders of one session: `model` holds the model and nothing else and is the child's working directory, because a model
 * may name files of its working directory as weights; `cases` beside it holds images and label maps, one case at a time;
 * `root` is empty, and where a process of its own file system is cut off builds it.
 */
export interface SessionFolders {
  readonly modelDir: string;
  readonly casesDir: string;
  readonly newRoot: string;
}

export interface Scratch extends SessionFolders {
  readonly root: string;
  /**
   * The folder `cases` as it was made, for our own use: held open where the system can name an open folder (Linux), so that
   * a process which puts another under its name, or a link, changes nothing for us.
   */
  readonly exchange: string;
  /** Holds `exchange` open. */
  readonly held: FileHandle | null;
}

export function sessionFolders(session: string): SessionFolders {
  return { modelDir: join(session, 'model'), casesDir: join(session, 'cases'), newRoot: join(session, 'root') };
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
  const folders = sessionFolders(root);
  const { modelDir, casesDir, newRoot } = folders;
  for (const folder of [modelDir, casesDir, newRoot]) await mkdir(folder, { mode: 0o700 });
  if (process.platform !== 'linux') return { root, ...folders, exchange: casesDir, held: null };
  const held = await open(casesDir, constants.O_RDONLY | constants.O_DIRECTORY);
  return { root, ...folders, exchange: `/proc/self/fd/${held.fd}`, held };
}

/**
 * Removes the folders of a session whose process is gone. Those of one that may still live stay, for the next start of the
 * worker: going into a folder that it may swap for a link meanwhile would mean removing what lies behind the link.
 */
export async function removeScratch({ root, held }: Scratch, gone = true): Promise<void> {
  await held?.close();
  if (!gone) return;
  await removeTree(root);
}

/** Removes a folder that nobody uses any more, also where whoever used it took our rights on what is in it away. */
async function removeTree(folder: string): Promise<void> {
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    await remove();
  } catch (error) {
    if (!['EACCES', 'EPERM', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await unlock(folder);
    await remove();
  }
}

/** Not into links: they are no folders here. */
async function unlock(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await unlock(join(folder, entry.name));
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
  await Promise.all(dead.map((name) => removeTree(join(scratchDir, name))));
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
