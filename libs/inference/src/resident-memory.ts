import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/**
 * Resident memory of a process in bytes; null when it has ended or cannot be asked. Linux: VmRSS of /proc/PID/status
 * (in kB whatever the page size). Elsewhere: ps.
 */
export async function residentBytes(pid: number): Promise<number | null> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null); // null: ended between two looks
    return status === null ? null : kilobytes(status, 'VmRSS');
  }
  if (process.platform === 'win32') return null;
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'rss=', '-p', String(pid)], (error, stdout) => {
      const value = Number(stdout.trim());
      resolve(error || !Number.isFinite(value) || value === 0 ? null : value * 1024);
    });
  });
}

/** A line such as `VmRSS:     1234 kB` of /proc/PID/status, in bytes. Null when there is none (a zombie has no memory). */
export function kilobytes(status: string, name: string): number | null {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return value === undefined ? null : Number(value) * 1024;
}
