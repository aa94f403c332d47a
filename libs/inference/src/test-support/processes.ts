import { readdirSync, readFileSync } from 'node:fs';

/** Descendants of a process, the nearest first, by their numbers here. The process that runs models is the last. */
export function descendants(pid: number): number[] {
  const children = read(() => readdirSync(`/proc/${pid}/task`), []).flatMap((thread) =>
    read(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'), '')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
  return [...children, ...children.flatMap(descendants)];
}

/** The highest resident memory that a process had so far, bytes; 0 when it has ended. */
export function peakBytes(pid: number): number {
  const status = read(() => readFileSync(`/proc/${pid}/status`, 'utf8'), '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** What every process of the machine was started with, words joined by a blank. */
export function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '').split('\0').join(' ').trim());
}

/** What has ended while we looked has nothing. */
function read<T>(look: () => T, nothing: T): T {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) return nothing;
    throw error;
  }
}
