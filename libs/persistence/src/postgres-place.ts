import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EngineUnavailable } from '#domain';
import { canReach, type PostgresBinaries, type ServerUser } from './postgres-binaries.js';

/** Where the cluster of one data folder lies. Decided at the first start, then read from `<dataDir>/postgres.json`. */
export interface PostgresPlace {
  /** Real path of the data folder. */
  readonly dataDir: string;
  /** Folder of the server's user that holds the cluster; `<dataDir>/postgres` unless the server's user cannot get there. */
  readonly home: string;
  readonly clusterDir: string;
}

export const SYSTEM_PARENT = '/var/lib/voxelmark';
const RECORD = 'postgres.json';
/** sun_path holds 104 bytes on macOS and 108 on Linux; `/.s.PGSQL.5432` has to fit as well. */
const LONGEST_SOCKET_DIR = 85;

/** Makes the data folder if need be and returns its real path. Root's is traversable, so that the server's user can get in. */
export function makeDataDir(dataDir: string): string {
  if (!existsSync(dataDir)) {
    mkdirSync(dataDir, { recursive: true });
    chmodSync(dataDir, process.geteuid?.() === 0 ? 0o711 : 0o700);
  }
  return realpathSync(dataDir);
}

/** The recorded place of a data folder, or null when it never had a cluster. */
export function recordedPlace(dataDir: string): PostgresPlace | null {
  let text: string;
  try {
    text = readFileSync(join(dataDir, RECORD), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const home = (JSON.parse(text) as { home?: unknown }).home;
  if (typeof home !== 'string') {
    throw new EngineUnavailable(
      'data-folder-damaged',
      `${join(dataDir, RECORD)} does not say where the database cluster lies (expected {"home": "…"}, got ${text.slice(0, 80)})`,
    );
  }
  const real = realpathSync(dataDir);
  // a home inside the data folder is recorded as a relative path, so that the folder can be moved
  const absolute = home.startsWith('/') ? home : join(real, home);
  return { dataDir: real, home: absolute, clusterDir: join(absolute, 'cluster') };
}

/**
 * Chooses and records the place for a new cluster: inside the data folder if the server's user can get there, otherwise
 * a folder of its own below /var/lib/voxelmark, named by the data folder's path and a random part. The random part keeps
 * a data folder that was deleted and made anew from finding rows whose blobs are gone.
 */
export function choosePlace(dataDir: string, user: ServerUser | null): PostgresPlace {
  const inside = user === null || canReach(user, dataDir);
  const name = `${pathKey(dataDir)}-${randomBytes(4).toString('hex')}`;
  const home = inside ? join(dataDir, 'postgres') : join(SYSTEM_PARENT, name);
  try {
    mkdirSync(home, { recursive: true });
    if (!inside) {
      chmodSync(SYSTEM_PARENT, 0o755);
      writeFileSync(join(home, 'data-dir'), dataDir + '\n');
    }
    if (user !== null) chownSync(home, user.uid, user.gid);
    chmodSync(home, 0o700);
  } catch (cause) {
    throw new EngineUnavailable(
      'postgres-place',
      `cannot make a folder for the database cluster at ${home}; set DATABASE_URL or another VOXELMARK_DATA_DIR`,
      { cause },
    );
  }
  const growing = join(dataDir, `${RECORD}.${process.pid}`);
  writeFileSync(growing, JSON.stringify({ home: inside ? 'postgres' : home }, null, 2) + '\n', { mode: 0o644 });
  renameSync(growing, join(dataDir, RECORD));
  return { dataDir, home, clusterDir: join(home, 'cluster') };
}

/** Clusters below /var/lib/voxelmark that earlier lives of this data folder left. Never deleted by us: they may be wanted. */
export function abandonedHomes(place: PostgresPlace): string[] {
  if (!existsSync(SYSTEM_PARENT)) return [];
  return readdirSync(SYSTEM_PARENT)
    .filter((name) => name.startsWith(`${pathKey(place.dataDir)}-`))
    .map((name) => join(SYSTEM_PARENT, name))
    .filter((home) => home !== place.home);
}

function pathKey(dataDir: string): string {
  return createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
}

/** Runs initdb into a folder beside the final one and renames it: a cluster is whole or absent. */
export function createCluster(
  place: PostgresPlace,
  binaries: PostgresBinaries,
  user: ServerUser | null,
  env: NodeJS.ProcessEnv,
  durable: boolean,
): void {
  for (const name of readdirSync(place.home))
    if (name.startsWith('cluster.')) rmSync(join(place.home, name), { recursive: true, force: true });
  const growing = join(place.home, `cluster.${process.pid}`);
  const made = spawnSync(
    binaries.initdb,
    // the collation is PostgreSQL's own C.UTF-8: the same order and upper case on every machine, whatever its libc
    [
      '-D',
      growing,
      '-U',
      'voxelmark',
      '-A',
      'trust',
      '--encoding=UTF8',
      '--no-locale',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ],
    { cwd: '/', env, encoding: 'utf8', ...user },
  );
  if (made.error || made.status !== 0) {
    rmSync(growing, { recursive: true, force: true });
    throw new EngineUnavailable(
      'postgres-initdb',
      `initdb could not make a cluster in ${place.clusterDir}: ${(made.stderr ?? '').trim() || `status ${made.status}`}`,
      { cause: made.error },
    );
  }
  renameSync(growing, place.clusterDir);
}

/** A private folder for the server's socket whose path is short enough for the kernel. */
export function makeSocketDir(place: PostgresPlace, user: ServerUser | null): string {
  const owner = user?.uid ?? process.geteuid!();
  const inside = join(place.home, 'socket');
  // the setting is a comma-separated list: paths with other characters go elsewhere too
  if (Buffer.byteLength(inside) <= LONGEST_SOCKET_DIR && /^[\w./-]+$/.test(inside))
    return claimSocketDir(inside, owner, user);
  const parent = Buffer.byteLength(tmpdir()) <= 60 && /^[\w./-]+$/.test(tmpdir()) ? tmpdir() : '/tmp';
  const key = createHash('sha256').update(place.clusterDir).digest('hex').slice(0, 16);
  return claimSocketDir(join(parent, `voxelmark-${owner}-${key}`), owner, user);
}

function claimSocketDir(dir: string, owner: number, user: ServerUser | null): string {
  mkdirSync(dirname(dir), { recursive: true });
  try {
    mkdirSync(dir, { mode: 0o700 });
    if (user !== null) chownSync(dir, user.uid, user.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // a folder in /tmp may have been made by somebody who would like to listen in
  const found = lstatSync(dir);
  if (!found.isDirectory() || found.uid !== owner) {
    throw new EngineUnavailable('postgres-socket', `${dir} exists and is not a folder of uid ${owner}; remove it`);
  }
  chmodSync(dir, 0o700);
  return dir;
}
