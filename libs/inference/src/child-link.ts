import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { codePaths, isolated, signalOf, wrappersOf, type IsolationLevel } from './isolation.js';
import { memoryWatch, type Memory } from './resident-memory.js';
import { sessionFolders } from './scratch.js';

/**
 * What `ulimit -d` allows on top of the limit for resident memory. Node itself maps about 150 MiB that it hardly touches;
 * a single request far beyond the limit (a 98-byte model can ask for 16 GiB) then fails inside ONNX Runtime at once.
 */
const DATA_HEADROOM_MIB = 512;
/** `ulimit -f` counts in these. */
const BLOCK_BYTES = 512;
/** Largest file the child may write. */
export const FILE_LIMIT_BYTES = 512 * 1024 * 1024;
/** JavaScript heap of each thread; voxels and weights live outside it. */
const HEAP_MIB = 256;
const STDERR_KEPT = 4096;

/** How a process ended. `error`: it could not be started. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error: Error | null;
  /** Its last words. */
  readonly stderr: string;
  /** False: nobody who would know has said that it is gone; it may still write in its folder. */
  readonly gone: boolean;
  /** What the last look at it saw. */
  readonly last: Memory | null;
}

/** A process that runs models, on this machine or in a container of its own. */
export interface ChildLink {
  /** To its stdin. */
  write(bytes: Uint8Array): void;
  /** From its stdout. */
  onBytes(listener: (bytes: Buffer) => void): void;
  /** Called once, when the process is gone. */
  onEnd(listener: (end: ChildEnd) => void): void;
  /** SIGKILL to its group, and with that to its namespace where it has one; `onEnd` follows. */
  kill(): void;
  /** Of it and of what it started; null where that cannot be seen from here. */
  memory(): Promise<Memory | null>;
}

export interface ChildOptions {
  /** Compiled `runner-child.js`. */
  readonly childScript: string;
  readonly nodePath: string;
  /** Its folders (`SessionFolders`): that of the models becomes the working directory. */
  readonly session: string;
  readonly memoryMib: number;
  /** Most processor time of its whole life, all threads together. */
  readonly cpuSeconds: number;
  readonly level: IsolationLevel;
}

/** Starts a process here: a group of its own, a scrubbed environment, limits. */
export function spawnChild(options: ChildOptions): ChildLink {
  const { childScript, nodePath, session, memoryMib, cpuSeconds, level } = options;
  const node = [
    nodePath,
    `--max-old-space-size=${HEAP_MIB}`,
    '--expose-gc',
    '--no-warnings',
    childScript,
    String(memoryMib * 1024 * 1024),
  ];
  const posix = process.platform !== 'win32';
  const limits = {
    dataKib: (memoryMib + DATA_HEADROOM_MIB) * 1024,
    fileBlocks: FILE_LIMIT_BYTES / BLOCK_BYTES,
    cpuSeconds,
  };
  const [command, ...args] = posix ? isolated(level, limits, session, codePaths(childScript, nodePath), node) : node;
  const child = spawn(command, args, {
    cwd: sessionFolders(session).modelDir,
    detached: posix, // a process group of its own
    env: childEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'], // the fourth is the lifeline: it closes when we are gone, however we went
    windowsHide: true,
  });
  if (!posix) yieldToOthers(child.pid);
  const memory = child.pid === undefined ? null : memoryWatch(child.pid, wrappersOf(level));
  let stderr = '';
  let ended = false;
  let onEnd: (end: ChildEnd) => void = () => undefined;
  let last: Memory | null = null;
  const finish = (end: Pick<ChildEnd, 'code' | 'signal' | 'error'>) => {
    if (ended) return;
    ended = true;
    onEnd({ ...end, stderr, gone: true, last });
  };
  child.once('error', (error) => finish({ code: null, signal: null, error }));
  child.once('close', (code, signal) => {
    const within = signalOf(code, level);
    finish({ code: within === null ? code : null, signal: signal ?? within, error: null });
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
  });
  for (const stream of child.stdio) {
    // a broken pipe means that the child ended: `close` says so and how
    stream?.on('error', (error: Error) => {
      stderr = `${stderr}\n[pipe: ${error.message}]`.slice(-STDERR_KEPT);
    });
  }

  return {
    write: (bytes) => void child.stdin?.write(bytes),
    onBytes: (listener) => void child.stdout?.on('data', listener),
    onEnd: (listener) => (onEnd = listener),
    kill() {
      if (ended || child.pid === undefined) return; // never started: `error` follows
      try {
        if (posix) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: ended by itself in this moment
      }
    },
    async memory() {
      const seen = memory === null || ended ? null : await memory();
      last = seen ?? last;
      return seen;
    },
  };
}

/**
 * Nothing of ours: no credentials, no options; the usual places of programs, for the shell that sets the limits. Windows cannot start a process without its system folder.
 *
 * Official builds of ONNX Runtime from 1.29 on report to their maker by default, file and graph names and hashes of the
 * model among it (microsoft/onnxruntime#27379); the variable keeps them from even creating the uploader.
 */
function childEnvironment(): NodeJS.ProcessEnv {
  const base = { LANG: 'C.UTF-8', TZ: 'UTC', PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ORT_DISABLE_TELEMETRY: '1' };
  return process.platform === 'win32' ? { ...base, SystemRoot: process.env.SystemRoot } : base;
}

/** Windows: on a machine that also serves pages, those come first. Elsewhere the shell that sets the limits sees to it. */
function yieldToOthers(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    // ended already, which is no reason not to run
    if (!(error instanceof Error)) throw error;
  }
}
