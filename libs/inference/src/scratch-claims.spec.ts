import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILE_LIMIT_BYTES } from './child-link.js';
import { bytesWithin, freeBytesOf, ScratchClaims } from './scratch-claims.js';

/** What the process itself has written. */
let own = 0;
const believed = async (claims: ScratchClaims, times: number, algorithm = 'a') => {
  const answers: boolean[] = [];
  for (let n = 0; n < times; n++) answers.push(await claims.believe(algorithm, () => Promise.resolve(own)));
  return answers;
};

describe('a process that says that it cannot use its folder', () => {
  let free = 2 * FILE_LIMIT_BYTES;
  const claims = () => new ScratchClaims(() => Promise.resolve(free));
  beforeEach(() => {
    free = 2 * FILE_LIMIT_BYTES;
    own = 0;
  });

  it('is believed for as long as none had a case through here: the folder may be wrong for all', async () => {
    expect(await believed(claims(), 5)).toEqual([true, true, true, true, true]);
  });

  it('is believed twice in a row where others can use theirs, each algorithm by itself', async () => {
    const some = claims();
    some.worked('b');
    expect(await believed(some, 4)).toEqual([true, true, false, false]);
    expect(await believed(some, 1, 'b')).toEqual([true]);
    some.worked('a');
    expect(await believed(some, 3)).toEqual([true, true, false]);
  });

  it('is believed while the disk has no room for a label map', async () => {
    const some = claims();
    some.worked('a');
    free = FILE_LIMIT_BYTES - 1;
    expect(await believed(some, 5)).not.toContain(false);
    free = FILE_LIMIT_BYTES;
    expect(await believed(some, 3)).toEqual([true, true, false]);
  });
});

it('is not excused by a disk that it filled itself', async () => {
  const some = new ScratchClaims(() => Promise.resolve(1000));
  some.worked('a');
  own = FILE_LIMIT_BYTES - 1000;
  expect(await believed(some, 3)).toEqual([true, true, false]);
  own = FILE_LIMIT_BYTES - 1001;
  expect(await believed(some, 3)).toEqual([true, true, true]);
});

it('what a folder takes of the disk: files at every depth, holes and links not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'voxelmark-bytes-'));
  try {
    await mkdir(join(folder, 'cases/deeper'), { recursive: true });
    await writeFile(join(folder, 'cases/deeper/full'), new Uint8Array(100_000).fill(1));
    await truncate(join(folder, 'cases/deeper/full'), 50_000_000); // the rest is a hole
    await symlink('/', join(folder, 'cases/everything'));
    const bytes = await bytesWithin(folder);
    expect(bytes).toBeGreaterThanOrEqual(100_000);
    expect(bytes).toBeLessThan(1_000_000);
    expect(await bytesWithin(join(folder, 'nowhere'))).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('room on a disk is a number; a folder that is not there has none', async () => {
  expect(await freeBytesOf(tmpdir())).toBeGreaterThan(0);
  expect(await freeBytesOf('/nowhere/at/all')).toBe(0);
});
