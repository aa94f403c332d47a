import { spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Writable } from 'node:stream';
import { ModelFailure } from '#evaluation';
import { EngineUnavailable } from '#domain';
import { ranOutOfMemory } from './out-of-memory.js';
import { FrameReader, frame, MAX_DETAIL, MAX_REPLY_BYTES, parseReply, type Reply, type Request } from './protocol.js';
import { codePaths, isolated, type IsolationLevel } from './isolation.js';
import { residentBytes } from './resident-memory.js';

/** Between two looks at the resident memory of the child. */
const WATCH_EVERY_MS = 20;
/**
 * What `ulimit -d` allows on top of the limit for resident memory. Node itself maps about 150 MiB that it hardly touches;
 * a single request far beyond the limit (a 98-byte model can ask for 16 GiB) then fails inside ONNX Runtime at once.
 */
const DATA_HEADROOM_MIB = 512;
/** Largest file the child may write, in the 512-byte blocks of `ulimit -f`. */
const FILE_LIMIT_BLOCKS = 1024 * 1024;
/** JavaScript heap; voxels and weights live outside it. */
const HEAP_MIB = 256;
const STDERR_KEPT = 4096;

/** Why we ended the child. */
type Killing =
  | { readonly why: 'time'; readonly seconds: number }
  | { readonly why: 'memory'; readonly bytes: number }
  | { readonly why: 'abort' | 'protocol' | 'close'; readonly reason: unknown };

export interface RunnerProcessOptions {
  /** Compiled `runner-child.js`. */
  readonly childScript: string;
  readonly nodePath: string;
  /** The one folder that it may write to. */
  readonly session: string;
  /** Becomes the working directory, below `session`; holds the model only. */
  readonly cwd: string;
  readonly memoryMib: number;
  readonly level: IsolationLevel;
}

/**
 * One child process that runs a stranger's model: its own process group, a scrubbed environment, limits, and SIGKILL as
 * the only way to end it (ONNX Runtime blocks the thread it runs on; nothing softer is heard).
 */
export class RunnerProcess {
  private readonly child: ChildProcess;
  private readonly reader = new FrameReader(MAX_REPLY_BYTES);
  private readonly watch: NodeJS.Timeout;
  private stderr = '';
  private killing: Killing | null = null;
  /** The child runs; how it ends from now on may be the model's doing. */
  private ready = false;
  private peakBytes = 0;
  private pending: { resolve: (reply: Reply) => void; reject: (error: unknown) => void } | null = null;
  private end: {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly error: Error | null;
  } | null = null;
  /** Settles when the process is gone; never rejects. */
  readonly ended: Promise<void>;

  constructor(private readonly options: RunnerProcessOptions) {
    const { childScript, nodePath, session, cwd, memoryMib, level } = options;
    const node = [
      nodePath,
      `--max-old-space-size=${HEAP_MIB}`,
      '--no-warnings',
      childScript,
      String(memoryMib * 1024 * 1024),
    ];
    const posix = process.platform !== 'win32';
    const limits = { dataKib: (memoryMib + DATA_HEADROOM_MIB) * 1024, fileBlocks: FILE_LIMIT_BLOCKS };
    const [command, ...args] = posix ? isolated(level, limits, session, codePaths(childScript, nodePath), node) : node;
    this.child = spawn(command, args, {
      cwd,
      detached: posix, // a process group of its own
      env: childEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'], // the fourth is the lifeline: it closes when we are gone, however we went
      windowsHide: true,
    });
    if (this.child.pid !== undefined) yieldToOthers(this.child.pid);
    this.ended = new Promise((resolve) => {
      const finish = (code: number | null, signal: NodeJS.Signals | null, error: Error | null) => {
        if (this.end) return;
        this.end = { code, signal, error };
        clearInterval(this.watch);
        this.settle();
        resolve();
      };
      this.child.once('error', (error) => finish(null, null, error));
      this.child.once('close', (code, signal) => finish(code, signal, null));
    });
    this.child.stdout?.on('data', (chunk: Buffer) => this.receive(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
    });
    for (const stream of this.child.stdio) {
      // a broken pipe means that the child ended: `close` says so and how
      stream?.on('error', (error: Error) => {
        this.stderr = `${this.stderr}\n[pipe: ${error.message}]`.slice(-STDERR_KEPT);
      });
    }
    this.watch = setInterval(() => void this.look(), WATCH_EVERY_MS);
    this.watch.unref();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get alive(): boolean {
    return this.end === null && this.killing === null;
  }

  /** Highest resident memory seen since the last request began. */
  get peakRssBytes(): number {
    return this.peakBytes;
  }

  /**
   * Sends a request and waits for its reply; one at a time.
   *
   * @throws ModelFailure when the process ended abnormally or was ended because of a limit
   * @throws EngineUnavailable when it could not be started
   * @throws the reason of `signal` when that was aborted; the process is gone then
   */
  async request(message: Request, limitSeconds: number, signal?: AbortSignal): Promise<Reply> {
    if (this.pending) throw new Error('a request is under way in this process already');
    signal?.throwIfAborted();
    this.peakBytes = 0;
    const answered = new Promise<Reply>((resolve, reject) => {
      this.pending = { resolve, reject };
    });
    const timer = setTimeout(() => this.kill({ why: 'time', seconds: limitSeconds }), limitSeconds * 1000);
    const abort = () => this.kill({ why: 'abort', reason: signal?.reason });
    signal?.addEventListener('abort', abort, { once: true });
    try {
      if (this.end) this.settle();
      else (this.child.stdin as Writable).write(frame(message));
      return await answered;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends the process and waits until it is gone. */
  async close(): Promise<void> {
    this.kill({ why: 'close', reason: new Error('the session was closed') });
    await this.ended;
  }

  private kill(killing: Killing): void {
    if (this.end) return;
    this.killing ??= killing;
    const { pid } = this.child;
    if (pid === undefined) return; // never started: `error` follows
    try {
      if (process.platform === 'win32') this.child.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: ended by itself in this moment
    }
  }

  private receive(chunk: Buffer): void {
    try {
      for (const message of this.reader.push(chunk)) {
        const reply = parseReply(message);
        if (reply.kind === 'ready') {
          this.ready = true;
          continue;
        }
        if (!this.pending) throw new Error('a reply that nobody asked for');
        const { resolve } = this.pending;
        this.pending = null;
        resolve(reply);
      }
    } catch (reason) {
      this.kill({ why: 'protocol', reason });
    }
  }

  /** Tells a waiting request how the process ended. */
  private settle(): void {
    if (!this.pending || !this.end) return;
    const { reject } = this.pending;
    this.pending = null;
    reject(this.failure());
  }

  private failure(): unknown {
    const { code, signal, error } = this.end!;
    if (error) {
      return new EngineUnavailable(
        'runner-start',
        `the process that runs models could not be started: ${error.message}`,
        { cause: error },
      );
    }
    switch (this.killing?.why) {
      case 'abort':
        return this.killing.reason;
      case 'close':
        return this.killing.reason;
      case 'time':
        return new ModelFailure('inference-timeout', `no answer within ${this.killing.seconds} s`);
      case 'memory':
        return new ModelFailure(
          'inference-out-of-memory',
          `${mebibytes(this.killing.bytes)} in use; the limit is ${this.options.memoryMib} MiB`,
        );
      case 'protocol':
        return new ModelFailure('inference-crashed', `the process answered nonsense: ${String(this.killing.reason)}`, {
          cause: this.killing.reason,
        });
      default: {
        const how = signal ? `signal ${signal}` : `exit code ${code}`;
        const detail = `the process ended with ${how}${this.stderr ? `; its last words: ${this.stderr.trim()}` : ''}`;
        if (!this.ready)
          return new EngineUnavailable('runner-start', `the process that runs models did not start: ${detail}`);
        return new ModelFailure(
          ranOutOfMemory(this.stderr) ? 'inference-out-of-memory' : 'inference-crashed',
          detail.slice(0, MAX_DETAIL),
        );
      }
    }
  }

  private async look(): Promise<void> {
    const { pid } = this.child;
    if (pid === undefined || this.end) return;
    const bytes = await residentBytes(pid);
    if (bytes === null) return;
    this.peakBytes = Math.max(this.peakBytes, bytes);
    if (bytes > this.options.memoryMib * 1024 * 1024) this.kill({ why: 'memory', bytes });
  }
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

/** On a machine that also serves pages, those come first. Everything the child starts inherits it. */
function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, 5);
  } catch (error) {
    // ended already, or a system without priorities: both are no reason not to run
    if (!(error instanceof Error)) throw error;
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
