import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, lockHolder, LockHeld, processIdentity, takeLock } from './process-lock.js';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'voxelmark-lock-'));
  path = join(dir, 'lock');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('knows living processes by number and start, and no others', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'ignore' });
  const identity = processIdentity(child.pid!)!;
  expect(identity.pid).toBe(child.pid);
  expect(isAlive(identity)).toBe(true);
  expect(isAlive({ ...identity, startedAt: `${identity.startedAt}0` })).toBe(false); // the same number, somebody else
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
  expect(processIdentity(0)).toBeNull();
  expect(processIdentity(Number.NaN)).toBeNull();
});

it('lets one holder in at a time, and the next one after release', () => {
  const lock = takeLock(path);
  expect(lockHolder(path)?.pid).toBe(process.pid);
  expect(() => takeLock(path)).toThrow(LockHeld);
  expect(() => takeLock(path)).toThrow(`held by process ${process.pid}`);
  lock.release();
  lock.release();
  expect(lockHolder(path)).toBeNull();
  takeLock(path).release();
  expect(readdirSync(dir)).toEqual([]);
});

it('takes over from a holder that was killed, from another process with its number, and from junk', () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  for (const left of [
    JSON.stringify({ pid: dead, startedAt: 'boot:1' }),
    JSON.stringify({ pid: process.ppid, startedAt: 'another-boot:1' }),
    '{"pid":',
    '',
  ]) {
    writeFileSync(path, left);
    expect(lockHolder(path)).toBeNull();
    const lock = takeLock(path);
    expect(lockHolder(path)?.pid).toBe(process.pid);
    lock.release();
    expect(existsSync(path)).toBe(false);
  }
});

it('does not remove a lock that has passed to somebody else', () => {
  const lock = takeLock(path);
  writeFileSync(path, JSON.stringify(processIdentity(process.ppid)));
  lock.release();
  expect(lockHolder(path)?.pid).toBe(process.ppid);
});
