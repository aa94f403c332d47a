import { openSync, closeSync, fstatSync, readFileSync, readSync, readdirSync, writeFileSync } from 'node:fs';
import { kilobytes } from '../resident-memory.js';

/** Linux keeps the highest resident memory per process; writing 5 starts it anew, so that each case has its own. */
export function forgetPeak(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch (error) {
    // not permitted in some containers: the peak then is that of the session so far, which is still an upper bound
    if (!['EACCES', 'EPERM', 'ENOENT', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

export function peakRssBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return kilobytes(readFileSync('/proc/self/status', 'utf8'), 'VmHWM') ?? process.resourceUsage().maxRSS * 1024;
}

/** Threads of this process by their numbers; empty where the system does not tell. */
export function threads(): readonly string[] {
  return process.platform === 'linux' ? readdirSync('/proc/self/task') : [];
}

/** CPU time of a thread so far, ms; null where the system does not tell. */
export function threadCpuMs(thread: string): number | null {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch (error) {
    // kernels without scheduler statistics
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** CPU time of the whole process so far, ms. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Length of a file when unpacked, from the last four bytes of a gzip file: exact below 4 GiB for files of one member. */
export function unpackedBytes(path: string): number {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(4);
    if (size < 18 || readSync(file, bytes, 0, 2, 0) < 2 || bytes.readUInt16BE(0) !== 0x1f8b) return size;
    readSync(file, bytes, 0, 4, size - 4);
    return Math.max(size, bytes.readUInt32LE(0));
  } finally {
    closeSync(file);
  }
}
