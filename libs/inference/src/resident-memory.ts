import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What a process and all that it started use. */
export interface Memory {
  /** Resident now, all processes together. Pages that two of them share count twice. */
  readonly rssBytes: number;
  /**
   * The most that one of them ever had resident, as the system recorded it, since the process had this forgotten. Nothing
   * is too short for it. Linux; elsewhere what is resident now.
   */
  readonly peakBytes: number;
  /** CPU time so far, all threads, in steps of 10 ms; null where the system does not tell. */
  readonly cpuMs: number | null;
}

/** New processes are looked for at every so many looks. */
const FAMILY_EVERY = 5;
/** In which /proc counts CPU time for programs, whatever the kernel's own clock: USER_HZ, 100 on every architecture that Node runs on. */
const TICK_MS = 10;

/**
 * A look at the memory of a process and its descendants; null when it has ended or cannot be asked. Linux: VmRSS and VmHWM
 * of /proc/PID/status (in kB whatever the page size), and /proc/PID/stat. Elsewhere: ps, of the one process.
 *
 * @param wrappers so many generations, from `pid` on, are ours and do not count
 */
export function memoryWatch(pid: number, wrappers: number): () => Promise<Memory | null> {
  if (process.platform === 'win32') return () => Promise.resolve(null);
  if (process.platform !== 'linux') return () => psMemory(pid);
  let family: readonly number[] = [];
  let looks = 0;
  return () => {
    if (family.length === 0 || looks++ % FAMILY_EVERY === 0) family = familyOf(pid, wrappers);
    const found = family.map(memoryOf).filter((memory) => memory !== null);
    if (found.length === 0) return Promise.resolve(null);
    return Promise.resolve({
      rssBytes: found.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
      peakBytes: Math.max(...found.map(({ peakBytes }) => peakBytes)),
      cpuMs: found.reduce((sum, { cpuMs }) => sum + (cpuMs ?? 0), 0),
    });
  };
}

/** Files of /proc are read where we stand: they take microseconds, and a way through the pool of threads takes longer. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // ended between two looks or while we looked, or we have no descriptor left to look with: the next look may, and the
    // process watches itself as well
    return null;
  }
}

function memoryOf(pid: number): Memory | null {
  const status = read(`/proc/${pid}/status`);
  const rssBytes = status === null ? null : kilobytes(status, 'VmRSS');
  if (status === null || rssBytes === null) return null;
  return { rssBytes, peakBytes: kilobytes(status, 'VmHWM') ?? rssBytes, cpuMs: cpuMsOf(pid) };
}

/** Its threads, those that ended among them. The second field of /proc/PID/stat is a name in brackets, of any characters. */
function cpuMsOf(pid: number): number | null {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const [userTicks, systemTicks] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (userTicks + systemTicks) * TICK_MS;
}

/** The process and its descendants, without the first `wrappers` generations. Whichever thread started a process has it. */
function familyOf(pid: number, wrappers: number): number[] {
  let generation = [pid];
  const family: number[] = [];
  for (let depth = 0; generation.length > 0; depth++) {
    if (depth >= wrappers) family.push(...generation);
    generation = generation.flatMap((parent) =>
      threadsOf(parent).flatMap((thread) =>
        (read(`/proc/${parent}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
      ),
    );
  }
  return family;
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // as above
  }
}

function psMemory(pid: number): Promise<Memory | null> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'rss=', '-p', String(pid)], (error, stdout) => {
      const kib = Number(stdout.trim());
      const bytes = kib * 1024;
      resolve(error || !Number.isFinite(kib) || kib === 0 ? null : { rssBytes: bytes, peakBytes: bytes, cpuMs: null });
    });
  });
}

/** A line such as `VmRSS:     1234 kB` of /proc/PID/status, in bytes. Null when there is none (a zombie has no memory). */
export function kilobytes(status: string, name: string): number | null {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return value === undefined ? null : Number(value) * 1024;
}
