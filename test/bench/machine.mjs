import { spawnSync } from 'node:child_process';
import { arch, availableParallelism, cpus, freemem, loadavg, platform, release, totalmem } from 'node:os';
import { rounded } from './figures.mjs';

/** What the figures depend on. */
export function machineFacts(root) {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    coresAvailable: availableParallelism(),
    memoryBytes: totalmem(),
    memoryFreeBytes: freemem(),
    node: process.version,
    platform: `${platform()} ${release()} ${arch()}`,
    ...commitOf(root),
  };
}

/** Load averages over 1, 5 and 15 minutes. Beyond the number of cores, the figures tell of the neighbours. */
export function load() {
  return loadavg().map((value) => rounded(value, 2));
}

/** The commit, and whether anything differs from it; nulls outside a clone or without git. */
function commitOf(root) {
  const git = (...words) => spawnSync('git', words, { cwd: root, encoding: 'utf8' });
  const head = git('rev-parse', 'HEAD');
  if (head.status !== 0) return { commit: null, changed: null };
  return { commit: head.stdout.trim(), changed: git('status', '--porcelain').stdout.trim() !== '' };
}
