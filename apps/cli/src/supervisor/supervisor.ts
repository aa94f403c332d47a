import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '#evaluation';
import { LockHeld, startEmbeddedPostgres, takeLock, type EmbeddedPostgres, type ProcessLock } from '#persistence';
import { migrateAll, type Config } from '#platform';
import { CliError, EXIT, interrupted as interruptedError } from '../exit.js';
import { Child } from './child.js';

const script = (app: string) => fileURLToPath(new URL(`../../../${app}/src/main.js`, import.meta.url));
/** A worker may finish its case; a second Ctrl-C does not wait. */
const GRACE_MS = 30_000;
const STARTING = 'interrupted while starting';

/** The whole platform on this machine: database, API, workers; what dies is started again. */
export class Supervisor {
  private api: Child | null = null;
  private workers: Child[] = [];
  private stopped: Promise<void> | null = null;

  private constructor(
    private readonly config: Config,
    private readonly env: NodeJS.ProcessEnv,
    private readonly log: Log,
    private readonly lock: ProcessLock,
    private readonly postgres: EmbeddedPostgres | null,
  ) {}

  /**
   * Starts everything and waits until pages are served.
   * @param env passed on to the processes, which read their configuration from it as we did
   * @throws CliError `already-running` when another supervisor holds the data folder
   */
  static async start(config: Config, env: NodeJS.ProcessEnv, log: Log, interrupted: AbortSignal): Promise<Supervisor & { readonly url: string }> {
    await mkdir(join(config.dataDir, 'logs'), { recursive: true, mode: 0o700 });
    const lock = lockFolder(config.dataDir);
    let postgres: EmbeddedPostgres | null = null;
    let supervisor: Supervisor | null = null;
    try {
      if (!config.databaseUrl) {
        postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
        await migrateAll(config, log);
      }
      // what was asked while the database started is not answered by a platform that runs
      if (interrupted.aborted) throw interruptedError(STARTING);
      supervisor = new Supervisor(config, env, log, lock, postgres);
      const url = await supervisor.startProcesses(interrupted);
      return Object.assign(supervisor, { url });
    } catch (error) {
      if (supervisor) await supervisor.stop();
      else {
        await postgres?.stop();
        lock.release();
      }
      throw error;
    }
  }

  /** Process ids of what runs now. */
  get processes(): { supervisor: number; api: number | null; workers: number[]; postgres: number | null } {
    return {
      supervisor: process.pid,
      api: this.api?.pid ?? null,
      workers: this.workers.flatMap(({ pid }) => (pid === null ? [] : [pid])),
      postgres: this.postgres?.pid ?? null,
    };
  }

  /** Where the embedded database's cluster lies; null when another server is used. */
  get clusterDir(): string | null {
    return this.postgres?.clusterDir ?? null;
  }

  /** Stops every process that it started, database last. Called again: does not wait for cases to finish. */
  stop(): Promise<void> {
    if (this.stopped) this.kill();
    this.stopped ??= (async () => {
      await Promise.all([...this.workers, ...(this.api ? [this.api] : [])].map((child) => child.stop(GRACE_MS)));
      await this.postgres?.stop();
      this.lock.release();
    })();
    return this.stopped;
  }

  private kill(): void {
    for (const child of [...this.workers, ...(this.api ? [this.api] : [])]) child.kill();
  }

  private async startProcesses(interrupted: AbortSignal): Promise<string> {
    const child = (name: string, app: string, env: NodeJS.ProcessEnv) =>
      new Child({ name, script: script(app), env, logFile: join(this.config.dataDir, 'logs', `${name}.log`), log: this.log });
    // a port that was chosen once is kept, also by an API that had to be started again
    const apiEnv: NodeJS.ProcessEnv = { ...this.env };
    this.api = child('api', 'api', apiEnv);
    this.workers = Array.from({ length: this.config.workers }, (_, n) => child(`worker-${n + 1}`, 'worker', this.env));
    const aborted = new Promise<never>((_, reject) => {
      interrupted.addEventListener('abort', () => reject(interruptedError(STARTING)));
    });
    aborted.catch(() => undefined);
    const { url } = await Promise.race([this.api.start(), aborted]);
    if (!url) throw new Error('the API said that it is ready but not where');
    // after the API, which people wait for: on two cores the processes would slow one another down
    for (const worker of this.workers) {
      worker.start().catch((error: unknown) => this.log.error('worker.never-ready', error, { name: worker.name }));
    }
    apiEnv.VOXELMARK_PORT = new URL(url).port;
    return url;
  }
}

function lockFolder(dataDir: string): ProcessLock {
  try {
    return takeLock(join(dataDir, 'supervisor.lock'));
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    throw new CliError('already-running', `${dataDir} is in use by process ${error.holder.pid}; stop that one first, or choose another VOXELMARK_DATA_DIR`, EXIT.unexpected, { cause: error });
  }
}
