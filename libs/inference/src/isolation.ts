import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHELL } from './isolation-shell.js';
import { sessionFolders } from './scratch.js';

/**
 * How far the process that runs models is cut off. Each level includes those before.
 *
 * L0  a process group of its own, an empty working directory, no environment, no inherited descriptors, limits on memory,
 *     files and processor time, SIGKILL
 * L1  no network and no other processes: namespaces of its own, which end with all that was started in them; no privileges
 * L2  no files but what it needs: a root of its own with the programs and the models, read-only, and one folder to write to
 *
 * L3, a container of its own, is another process's to give: `startRunnerHost`.
 */
export type IsolationLevel = 0 | 1 | 2;

export interface Isolation {
  readonly level: IsolationLevel;
  /** Why it is not more; null at the highest level. */
  readonly because: string | null;
}

/** Program folders that a level-2 process sees, read-only. `node` and our own code are added. */
const SYSTEM_FOLDERS = ['/usr', '/lib', '/lib64', '/lib32', '/bin', '/sbin', '/nix', '/etc/ld.so.cache'];
const SYSTEM_FILES = ['/dev/null', '/dev/urandom', '/proc/cpuinfo', '/proc/meminfo'];

/** For each process, not for all together. */
export interface Limits {
  readonly dataKib: number;
  /** Largest file, in blocks of 512 bytes. */
  readonly fileBlocks: number;
  /** Processor time of all threads: SIGXCPU, and five seconds later SIGKILL. */
  readonly cpuSeconds: number;
}

/**
 * The command that starts `command` at a level. At levels 1 and 2 the program `unshare` waits for it outside of the
 * namespace and is itself ended when we are, however that happens.
 *
 * @param session folder with the folders of a session (`Scratch`); the one for label maps is written to, its working
 *   directory is that of the models
 * @param readable paths that it needs beside the programs of the system
 */
export function isolated(
  level: IsolationLevel,
  limits: Limits,
  session: string,
  readable: readonly string[],
  command: readonly string[],
): readonly [string, ...string[]] {
  const { modelDir, casesDir, newRoot } = sessionFolders(session);
  const shell = [
    '/bin/sh',
    '-c',
    SHELL,
    'sh',
    String(level),
    String(limits.dataKib),
    String(limits.fileBlocks),
    String(limits.cpuSeconds),
    newRoot,
    casesDir,
    [...SYSTEM_FOLDERS, ...SYSTEM_FILES, ...readable, modelDir].join('\n'),
    ...command,
  ] as const;
  if (level === 0) return [...shell];
  const namespaces = ['--net', '--ipc', '--uts', '--pid', ...(level === 2 ? ['--mount'] : [])];
  const unshare = ['unshare', '--user', '--map-root-user', ...namespaces, '--fork', '--kill-child'];
  return ['setpriv', '--pdeathsig', 'KILL', ...unshare, ...shell];
}

/**
 * How many processes stand between the one that `isolated` starts and the command: at levels 1 and 2 `unshare` and the
 * first process of the namespace, to which every orphan in it is given. Neither can be reached from within: the one has no
 * number there, the other has privileges that the command has not.
 */
export function wrappersOf(level: IsolationLevel): number {
  return level === 0 ? 0 : 2;
}

/** Through those wrappers a signal comes as exit code 128 + signal. */
export function signalOf(code: number | null, level: IsolationLevel): NodeJS.Signals | null {
  if (level === 0 || code === null) return null;
  const [name] = Object.entries(constants.signals).find(([, number]) => number === code - 128) ?? [];
  return (name as NodeJS.Signals | undefined) ?? null;
}

/** What the process that runs models reads of ours: compiled code and packages, nothing beside them. */
export function codePaths(childScript: string, nodePath: string): readonly string[] {
  const dist = childScript.lastIndexOf(`${'/'}dist/`);
  const root = dist < 0 ? resolve(dirname(fileURLToPath(import.meta.url)), '../../../..') : childScript.slice(0, dist);
  return [nodePath, `${root}/dist`, `${root}/node_modules`, `${root}/package.json`];
}
