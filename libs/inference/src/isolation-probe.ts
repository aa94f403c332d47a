import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { codePaths, isolated, type Isolation, type IsolationLevel } from './isolation.js';
import { makeScratchFolder, sessionFolders } from './scratch.js';

const PROBE_MS = 20_000;
const PROGRAMS = '/usr/sbin:/usr/bin:/sbin:/bin';
const LIMITS = { dataKib: 4 * 1024 * 1024, fileBlocks: 1024, cpuSeconds: 60 };

/**
 * Finds the highest level that works here, by starting a process at it that tries to do what it must not: reach a server of
 * ours, signal a process of ours, read a file of ours, write outside of its folder, gain a privilege. A level is never
 * assumed because a program for it is installed.
 *
 * @param folder where a folder for the probe may be made
 * @param programs where `unshare`, `setpriv` and `mount` are, as in PATH
 */
export async function probeIsolation(
  folder: string,
  childScript: string,
  nodePath: string,
  programs: string = PROGRAMS,
): Promise<Isolation> {
  if (process.platform !== 'linux') return { level: 0, because: `namespaces are not available on ${process.platform}` };
  let because: string | null = null;
  for (const level of [2, 1] as const) {
    const fault = await probe(level, folder, childScript, nodePath, programs);
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
  programs: string,
): Promise<string | null> {
  const place = await makeScratchFolder(folder);
  const session = join(place, 'session');
  const planted = join(place, 'planted');
  const { modelDir, casesDir, newRoot } = sessionFolders(session);
  let reached = false;
  const server = createServer((socket) => {
    reached = true;
    socket.destroy();
  });
  try {
    for (const path of [modelDir, casesDir, newRoot]) await mkdir(path, { recursive: true, mode: 0o700 });
    await writeFile(planted, 'planted');
    await new Promise<void>((listening, failed) => {
      server.once('error', failed);
      server.listen(0, '127.0.0.1', listening);
    });
    const { port } = server.address() as AddressInfo;
    const script = attempts({ level, port, planted, casesDir, code: codePaths(childScript, nodePath) });
    const node = [nodePath, '--no-warnings', '-e', script];
    const [command, ...args] = isolated(level, LIMITS, session, codePaths(childScript, nodePath), node);
    const { code, output } = await ended(command, args, modelDir, programs);
    if (reached) return 'a process at this level reached the network';
    if (code === 0 && output.includes('held')) return null;
    return advice(
      output.trim().split('\n')[0].slice(0, 200) || `the process that tries it ended with code ${code}, without a word`,
    );
  } finally {
    server.close();
    await rm(place, { recursive: true, force: true });
  }
}

interface Attempts {
  readonly level: IsolationLevel;
  readonly port: number;
  readonly planted: string;
  readonly casesDir: string;
  readonly code: readonly string[];
}

/** A script that prints `held` when everything that must fail has failed, and what must work has worked. */
function attempts(given: Attempts): string {
  return `
    const given = ${JSON.stringify({ ...given, worker: process.pid })};
    const fs = require('node:fs'), net = require('node:net'), { spawnSync } = require('node:child_process');
    const read = (path) => fs.readFileSync(path, 'utf8');
    const say = (what) => { console.log(what); process.exit(1); };
    const fails = (what, work) => { try { work(); } catch { return; } say(what); };
    fs.writeFileSync('../cases/own', 'x');

    const status = read('/proc/self/status');
    const of = (name) => (new RegExp('^' + name + ':\\\\s*(\\\\S+)', 'm').exec(status) ?? [])[1];
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      if (!/^0+$/.test(of(set) ?? '')) say('the process has privileges (' + set + ' ' + of(set) + ')');
    if (of('NoNewPrivs') !== '1') say('the process can gain privileges (NoNewPrivs ' + of('NoNewPrivs') + ')');

    for (const line of read('/proc/self/limits').split('\\n'))
      if (/^Max (cpu time|file size|data size|core file size) +unlimited/.test(line)) say('a limit is missing: ' + line.trim());

    // in a namespace of its own it has a small number, and ours is nobody's
    if (process.pid > 9) say('the process has no process namespace (its number is ' + process.pid + ')');
    if (given.worker > 9) fails('a process of the worker could be signalled', () => process.kill(given.worker, 0));
    fails('the memory of the worker could be opened', () => fs.openSync('/proc/' + given.worker + '/mem', 'r'));
    if (!fs.existsSync('/proc/self/task/' + fs.readdirSync('/proc/self/task')[0] + '/children'))
      say('the kernel does not list the children of a process (CONFIG_PROC_CHILDREN), so that their memory cannot be watched');

    if (given.level === 2) {
      fails('a file of the machine was read', () => read(given.planted));
      fails('the accounts of the machine were read', () => read('/etc/passwd'));
      for (const path of ['', '/usr', ...given.code.filter((path) => fs.statSync(path).isDirectory())])
        fails('it could be written to ' + (path || '/'), () => fs.writeFileSync(path + '/voxelmark-probe', 'x'));
      fails('the folder of the models could be written to', () => fs.writeFileSync('probe', 'x'));
      fails('other processes are visible', () => fs.readdirSync('/proc/1'));
      if (spawnSync('mount', ['-o', 'remount,bind,rw', '/usr']).status === 0)
        say('the programs could be made writable');
      for (const line of read('/proc/self/mountinfo').trim().split('\\n')) {
        const fields = line.split(' ');
        const place = fields[4].replace(/\\\\(\\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
        if (!/^ro(,|$)/.test(fields[5]) && place !== given.casesDir && place !== '/proc/self') say(place + ' is writable');
      }
    }
    const socket = net.connect(given.port, '127.0.0.1');
    socket.on('connect', () => say('the network was reached'));
    socket.on('error', () => { console.log('held'); process.exit(0); });
    setTimeout(() => { console.log('held'); process.exit(0); }, 2000);`;
}

function ended(
  command: string,
  args: readonly string[],
  cwd: string,
  programs: string,
): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      env: { PATH: programs },
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

/** Switches of the kernel that keep namespaces from ordinary users, and the value that does. */
const SWITCHES = [
  ['/proc/sys/kernel/unprivileged_userns_clone', '0', 'kernel.unprivileged_userns_clone=1'],
  ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1', 'kernel.apparmor_restrict_unprivileged_userns=0'],
  ['/proc/sys/user/max_user_namespaces', '0', 'user.max_user_namespaces=10000'],
] as const;

/** What the programs say, and what an operator can do about it. */
async function advice(fault: string): Promise<string> {
  const missing = /spawn (\S+) ENOENT|(\S+): No such file or directory$|"(setpriv)" is missing/.exec(fault);
  const program = missing?.slice(1).find((name) => ['setpriv', 'unshare'].includes(name ?? ''));
  if (program) return `the program "${program}" is missing; install the package util-linux`;
  if (/^(mount|umount|pivot_root|mkdir|sh): /.test(fault)) return `a root of its own could not be built (${fault})`;
  if (!/unshare: (unshare failed|write failed)|uid_map/.test(fault)) return fault;
  for (const [path, value, remedy] of SWITCHES) {
    const found = await readFile(path, 'utf8').catch(() => null); // null: this kernel has no such switch
    if (found?.trim() === value)
      return `the system keeps namespaces from ordinary users (${fault}); "sysctl ${remedy}" allows them`;
  }
  return `namespaces are refused (${fault}); in a container its seccomp profile does that: see docs/sandbox.md, "A container of its own (L3)"`;
}
