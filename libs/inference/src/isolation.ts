import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeScratchFolder } from './scratch.js';

/**
 * How far the process that runs models is cut off. Each level includes those before.
 *
 * L0  a process group of its own, an empty working directory, no environment, no inherited descriptors, limits on memory,
 *     files and time, SIGKILL
 * L1  no network: a network namespace without interfaces
 * L2  no files but what it needs: a root of its own with the programs, read-only, and the folder of its session
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
const SYSTEM_FILES = ['/dev/null', '/dev/urandom', '/dev/random', '/dev/zero', '/proc/cpuinfo', '/proc/meminfo'];

/**
 * Runs in a plain POSIX shell: volunteer for the kernel's memory killer, no core dumps, hard limits; at level 2 build a root
 * of binds, make it the root and let go of the old one; then become node. The process id stays that of the shell, so that
 * signals, limits and the watch on its memory find it.
 *
 * Arguments: level, data limit in KiB, file limit in 512-byte blocks, folder for the new root, session folder, list of
 * read-only paths (one per line), then the command.
 */
const SHELL = String.raw`
{ echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null
ulimit -c 0
ulimit -d "$2" 2>/dev/null
ulimit -f "$3" 2>/dev/null
ulimit -n 256 2>/dev/null
level=$1 root=$4 session=$5 paths=$6
shift 6
if [ "$level" = 2 ]; then
  set -e
  here=$PWD
  umask 022
  mount -t tmpfs -o size=1m,mode=755 tmpfs "$root"
  mkdir "$root/.old" "$root/proc" "$root/dev" "$root/tmp"
  IFS='
'
  for path in $paths; do
    if [ -e "$root$path" ]; then
      continue
    elif [ -L "$path" ]; then
      mkdir -p "$root$(dirname "$path")"
      ln -s "$(readlink "$path")" "$root$path"
    elif [ -d "$path" ]; then
      mkdir -p "$root$path"
      mount --rbind "$path" "$root$path"
      mount -o remount,bind,ro "$root$path"
    elif [ -e "$path" ]; then
      mkdir -p "$root$(dirname "$path")"
      : > "$root$path"
      mount --bind "$path" "$root$path"
    fi
  done
  unset IFS
  mkdir "$root/proc/$$"
  mount --bind "/proc/$$" "$root/proc/$$"
  ln -s "$$" "$root/proc/self"
  mkdir -p "$root$session"
  mount --bind "$session" "$root$session"
  # while the old root, and with it the table of mounts that mount reads, is still there
  mount -o remount,bind,ro "$root"
  cd "$root"
  pivot_root . .old
  umount -l /.old
  cd "$here"
  set +e
fi
if [ "$level" != 0 ] && command -v setpriv >/dev/null; then
  exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
fi
exec "$@"
`;

export interface Limits {
  readonly dataKib: number;
  /** Largest file, in blocks of 512 bytes. */
  readonly fileBlocks: number;
}

/**
 * The command that starts `command` at a level.
 *
 * @param session folder that it may write to: holds its working directory and the empty folder `root`
 * @param readable paths that it needs beside the programs of the system
 */
export function isolated(
  level: IsolationLevel,
  limits: Limits,
  session: string,
  readable: readonly string[],
  command: readonly string[],
): readonly [string, ...string[]] {
  const paths = [...SYSTEM_FOLDERS, ...SYSTEM_FILES, ...readable].join('\n');
  const shell = [
    '/bin/sh',
    '-c',
    SHELL,
    'sh',
    String(level),
    String(limits.dataKib),
    String(limits.fileBlocks),
    join(session, 'root'),
    session,
    paths,
    ...command,
  ] as const;
  if (level === 0) return [...shell];
  const namespaces = level === 1 ? ['--net'] : ['--net', '--ipc', '--uts', '--mount'];
  return ['unshare', '--user', '--map-root-user', ...namespaces, ...shell];
}

/** What the process that runs models reads of ours: compiled code and packages, nothing beside them. */
export function codePaths(childScript: string, nodePath: string): readonly string[] {
  const dist = childScript.lastIndexOf(`${'/'}dist/`);
  const root = dist < 0 ? resolve(dirname(fileURLToPath(import.meta.url)), '../../../..') : childScript.slice(0, dist);
  return [nodePath, join(root, 'dist'), join(root, 'node_modules'), join(root, 'package.json')];
}

const PROBE_MS = 10_000;

/**
 * Finds the highest level that works here, by starting a process at it that tries to do what it must not: reach a server of
 * ours, read a file of ours, write outside of its folder. A level is never assumed because a program for it is installed.
 *
 * @param folder where a folder for the probe may be made
 */
export async function probeIsolation(folder: string, childScript: string, nodePath: string): Promise<Isolation> {
  if (process.platform !== 'linux') return { level: 0, because: `namespaces are not available on ${process.platform}` };
  let because: string | null = null;
  for (const level of [2, 1] as const) {
    const fault = await probe(level, folder, childScript, nodePath);
    if (fault === null) return { level, because };
    because = `L${level}: ${fault}`;
  }
  return { level: 0, because };
}

/** Null when the level holds, otherwise why not. */
async function probe(
  level: IsolationLevel,
  folder: string,
  childScript: string,
  nodePath: string,
): Promise<string | null> {
  const place = await makeScratchFolder(folder);
  const session = join(place, 'session');
  let reached = false;
  const server = createServer((socket) => {
    reached = true;
    socket.destroy();
  });
  try {
    await mkdir(join(session, 'model'), { recursive: true, mode: 0o700 });
    await mkdir(join(session, 'root'), { mode: 0o700 });
    await writeFile(join(place, 'planted'), 'planted');
    await new Promise<void>((listening, failed) => {
      server.once('error', failed);
      server.listen(0, '127.0.0.1', listening);
    });
    const { port } = server.address() as AddressInfo;
    const script = attempts(port, join(place, 'planted'), level);
    const limits = { dataKib: 4 * 1024 * 1024, fileBlocks: 1024 };
    const [command, ...args] = isolated(level, limits, session, codePaths(childScript, nodePath), [
      nodePath,
      '--no-warnings',
      '-e',
      script,
    ]);
    const { code, output } = await ended(command, args, join(session, 'model'));
    if (reached) return 'a process at this level reached the network';
    return code === 0 && output.includes('held')
      ? null
      : (output.trim().split('\n')[0] || `the probe ended with ${code}`).slice(0, 200);
  } finally {
    server.close();
    await rm(place, { recursive: true, force: true });
  }
}

/** A script that prints `held` when everything that must fail has failed, and what must work has worked. */
function attempts(port: number, planted: string, level: IsolationLevel): string {
  return `
    const fs = require('node:fs'), net = require('node:net');
    fs.writeFileSync('own', 'x');
    const fails = (what, work) => { try { work(); } catch { return; } console.log(what); process.exit(1); };
    if (${level} === 2) {
      fails('a file of the machine was read', () => fs.readFileSync(${JSON.stringify(planted)}));
      fails('the accounts of the machine were read', () => fs.readFileSync('/etc/passwd'));
      fails('the programs could be written to', () => fs.writeFileSync(${JSON.stringify(process.execPath)} + '.probe', 'x'));
      fails('the root could be written to', () => fs.writeFileSync('/probe', 'x'));
      fails('other processes are visible', () => fs.readFileSync('/proc/1/status'));
    }
    const socket = net.connect(${port}, '127.0.0.1');
    socket.on('connect', () => { console.log('the network was reached'); process.exit(1); });
    socket.on('error', () => { console.log('held'); process.exit(0); });
    setTimeout(() => { console.log('held'); process.exit(0); }, 2000);`;
}

function ended(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PROBE_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(-4096)));
    child.once('error', (error) => done({ code: null, output: error.message }));
    child.once('close', (code) => done({ code, output }));
  });
}
