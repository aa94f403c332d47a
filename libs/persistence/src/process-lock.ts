import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

/**
 * What tells one process from every other, also from a later one that got the same number:
 * its pid and when it started (ticks since boot and the boot id on Linux, the start date elsewhere).
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** Identity of a living process, or null when no such process exists. Processes of other users count as living. */
export function processIdentity(pid: number): ProcessIdentity | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
  }
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // the command may contain spaces and brackets: fields are counted after the last bracket
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') return null; // ended, only not yet reaped
      return { pid, startedAt: `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${fields[19]}` };
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
      throw error;
    }
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    });
    return { pid, startedAt: started.trim() };
  } catch (error) {
    // ps ends with status 1 when there is no such process; anything else is a fault of ours
    if ((error as { status?: number }).status === 1) return null;
    throw error;
  }
}

/** True while exactly that process lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  return processIdentity(identity.pid)?.startedAt === identity.startedAt;
}

/** Somebody living holds the lock. */
export class LockHeld extends Error {
  constructor(
    readonly path: string,
    readonly holder: ProcessIdentity,
  ) {
    super(`${path} is held by process ${holder.pid}, which is still running`);
    this.name = 'LockHeld';
  }
}

export interface ProcessLock {
  readonly path: string;
  /** Gives the lock back. Calling it twice is harmless. */
  release(): void;
}

/** Who holds the lock, or null when nobody living does. */
export function lockHolder(path: string): ProcessIdentity | null {
  const holder = readHolder(path);
  return holder !== null && holder !== 'unreadable' && isAlive(holder) ? holder : null;
}

/**
 * Takes a lock that dies with its holder: a file naming the holding process. A file left by a process that was killed
 * is recognised by pid and start time, and replaced. Works between processes that see one another (one pid namespace).
 *
 * @throws LockHeld when a living process, this one included, holds it
 */
export function takeLock(path: string): ProcessLock {
  const self = processIdentity(process.pid);
  if (self === null) throw new Error(`this process (${process.pid}) does not find itself in the process table`);
  const text = JSON.stringify(self) + '\n';
  const mine = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(mine, text, { flag: 'wx', mode: 0o644 });
  try {
    for (;;) {
      try {
        linkSync(mine, path); // atomic, content included: nobody ever reads a half-written lock
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(path);
      if (holder === null) continue; // released in between
      if (holder !== 'unreadable' && isAlive(holder)) throw new LockHeld(path, holder);
      discardStale(path, `${mine}.stale`);
    }
  } finally {
    unlinkSync(mine);
  }
  let released = false;
  return {
    path,
    release: () => {
      if (released) return;
      released = true;
      const holder = readHolder(path);
      if (holder !== null && holder !== 'unreadable' && holder.pid === self.pid && holder.startedAt === self.startedAt)
        unlinkSync(path);
    },
  };
}

/** Moves a dead holder's file away. Should a living process have replaced it in the same instant, its file is put back. */
function discardStale(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== null && moved !== 'unreadable' && isAlive(moved)) {
    try {
      linkSync(aside, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  unlinkSync(aside);
}

function readHolder(path: string): ProcessIdentity | 'unreadable' | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const value = JSON.parse(text) as Partial<ProcessIdentity>;
    if (typeof value.pid === 'number' && typeof value.startedAt === 'string')
      return { pid: value.pid, startedAt: value.startedAt };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return 'unreadable';
}
