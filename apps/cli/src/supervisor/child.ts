import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import type { Log } from '#evaluation';

export interface ChildOptions {
  readonly name: string;
  /** Compiled entry point. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  /** Everything it prints goes here; the file of the last start is kept beside it as `….1`. */
  readonly logFile: string;
  readonly log: Log;
}

const RESTART_DELAYS_MS = [100, 250, 500, 1_000, 2_000, 5_000];
/** A child that lived this long is taken for healthy: the next loss counts as its first. */
const HEALTHY_AFTER_MS = 60_000;
const GIVE_UP_BEFORE_READY = 3;

/**
 * One process of the platform, kept running until stopped. It is started in a process group of its own, so that Ctrl-C in
 * the terminal reaches only the supervisor, which then stops everything in order. The IPC channel tells the child when
 * the supervisor is gone, however it went.
 */
export class Child {
  private process: ChildProcess | null = null;
  private losses = 0;
  private startedAt = 0;
  private stopping = false;
  private wasReady = false;
  private restart: NodeJS.Timeout | null = null;
  private readonly announced: Promise<{ url?: string }>;
  private announce!: (message: { url?: string }) => void;
  private giveUp!: (error: Error) => void;

  constructor(private readonly options: ChildOptions) {
    this.announced = new Promise((resolve, reject) => {
      this.announce = resolve;
      this.giveUp = reject;
    });
    // a failure that nobody waits for yet is told to the one who asks later
    this.announced.catch(() => undefined);
    if (existsSync(options.logFile)) renameSync(options.logFile, `${options.logFile}.1`);
  }

  get name(): string {
    return this.options.name;
  }

  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  /** Starts it. Resolves when the child says that it is ready; rejects when it ended several times before. */
  start(): Promise<{ url?: string }> {
    this.spawn();
    return this.announced;
  }

  /** SIGTERM, then SIGKILL to its whole group when it is still there after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    if (this.restart) clearTimeout(this.restart);
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), graceMs);
    await gone;
    clearTimeout(timer);
  }

  /** SIGKILL to the child and what it started. */
  kill(): void {
    const pid = this.process?.pid;
    if (pid === undefined || this.process?.exitCode !== null || this.process.signalCode !== null) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  private spawn(): void {
    const { script, env, logFile, log, name } = this.options;
    const output = openSync(logFile, 'a', 0o600);
    this.startedAt = performance.now();
    try {
      this.process = spawn(process.execPath, ['--enable-source-maps', script], {
        env: { ...env, VOXELMARK_PARENT_PID: String(process.pid) },
        detached: true,
        stdio: ['ignore', output, output, 'ipc'],
      });
    } finally {
      closeSync(output);
    }
    const child = this.process;
    child.on('message', (message: { ready?: boolean; url?: string }) => {
      if (message.ready !== true) return;
      this.wasReady = true;
      this.announce(message.url === undefined ? {} : { url: message.url });
    });
    child.on('error', (error) => log.error('child.fault', error, { name }));
    child.on('exit', (code, signal) => this.onExit(child.pid, code, signal));
  }

  private onExit(pid: number | undefined, code: number | null, signal: NodeJS.Signals | null): void {
    const { log, name, logFile } = this.options;
    if (this.stopping) return;
    if (performance.now() - this.startedAt > HEALTHY_AFTER_MS) this.losses = 0;
    this.losses++;
    log.warn('child.lost', { name, pid, code, signal, losses: this.losses });
    if (!this.wasReady && this.losses >= GIVE_UP_BEFORE_READY) {
      this.giveUp(new Error(`the ${name} process ended ${this.losses} times before it was ready; the end of ${logFile}:\n${tail(logFile)}`));
      return;
    }
    this.restart = setTimeout(() => this.spawn(), RESTART_DELAYS_MS[Math.min(this.losses, RESTART_DELAYS_MS.length) - 1]);
  }
}

function tail(file: string, bytes = 2000): string {
  const size = statSync(file).size;
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(bytes, size));
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8');
  } finally {
    closeSync(handle);
  }
}
