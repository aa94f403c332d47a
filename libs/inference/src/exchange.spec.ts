import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFromChild, removeExchanged, writeForChild } from './exchange.js';
import { createScratch, removeScratch } from './scratch.js';
import { boundByRights } from './test-support/rights.js';

describe('files handed to and from a process that runs foreign models', () => {
  let folder: string;
  let secret: string;
  const at = (name: string) => join(folder, name);
  const size = (bytes: number) => `${bytes} bytes`;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'voxelmark-exchange-'));
    secret = at('secret');
    writeFileSync(secret, 'ours');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes and reads plain files', async () => {
    await writeForChild(at('plain'), Uint8Array.of(1, 2, 3, 4));
    expect([...(await readFromChild(at('plain'), 4, size))]).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['a link to a file of ours', (path: string) => symlinkSync(secret, path)],
    ['a link to nowhere', (path: string) => symlinkSync(at('nowhere'), path)],
    ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
  ])('neither writes through %s nor reads from it, and removes only that', async (_, plant) => {
    plant(at('planted'));
    const failure = { name: 'ModelFailure', code: 'inference-crashed' };
    await expect(writeForChild(at('planted'), Uint8Array.of(9))).rejects.toMatchObject(failure);
    await expect(readFromChild(at('planted'), 4, size)).rejects.toMatchObject(failure);
    await removeExchanged(at('planted'));
    expect(readFileSync(secret, 'utf8')).toBe('ours');
    await writeForChild(at('planted'), Uint8Array.of(9));
  });

  it('goes into no folder that was planted, not even to remove it: it may be a link by then', async () => {
    mkdirSync(at('planted'));
    writeFileSync(at('planted/inside'), 'theirs');
    await expect(writeForChild(at('planted'), Uint8Array.of(9))).rejects.toMatchObject({ code: 'inference-crashed' });
    await expect(readFromChild(at('planted'), 4, size)).rejects.toMatchObject({ code: 'inference-crashed' });
    await removeExchanged(at('planted'));
    expect(readFileSync(at('planted/inside'), 'utf8')).toBe('theirs');
  });

  it('a folder that we may not write in any more is the doing of the process, and hides no error of ours', async () => {
    await writeForChild(at('first'), Uint8Array.of(1));
    await boundByRights(folder, async () => {
      chmodSync(folder, 0o500);
      await expect(writeForChild(at('second'), Uint8Array.of(1))).rejects.toMatchObject({
        name: 'ModelFailure',
        code: 'inference-crashed',
      });
      await removeExchanged(at('first')); // cannot be removed: it goes with the session
    });
    expect([...readFileSync(at('first'))]).toEqual([1]);
    chmodSync(folder, 0o700);
  });

  it('nor is a folder that it removed while we hold it open our fault', async () => {
    if (process.platform !== 'linux') return; // others hold none open
    const scratch = await createScratch(folder);
    rmdirSync(scratch.casesDir);
    await expect(writeForChild(join(scratch.exchange, '1.0.nii.gz'), Uint8Array.of(1))).rejects.toMatchObject({
      code: 'inference-crashed',
    });
    await removeScratch(scratch);
  });

  it('refuses another size before reading', async () => {
    await expect(readFromChild(secret, 5, size)).rejects.toMatchObject({ code: 'output-shape', detail: '4 bytes' });
  });

  it('a folder that is not there is our fault, a file that is not there its own', async () => {
    const gone = at('gone/file');
    await expect(writeForChild(gone, Uint8Array.of(1))).rejects.toMatchObject({ code: 'runner-scratch' });
    await expect(readFromChild(gone, 1, size)).rejects.toMatchObject({ code: 'inference-crashed' });
  });
});
