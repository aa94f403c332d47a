import { tmpdir } from 'node:os';
import { FILE_LIMIT_BYTES } from './child-link.js';
import { freeBytesOf, ScratchClaims } from './scratch-claims.js';

const believed = async (claims: ScratchClaims, times: number, algorithm = 'a') => {
  const answers: boolean[] = [];
  for (let n = 0; n < times; n++) answers.push(await claims.believe(algorithm));
  return answers;
};

describe('a process that says that it cannot use its folder', () => {
  let free = 2 * FILE_LIMIT_BYTES;
  const claims = () => new ScratchClaims(() => Promise.resolve(free));
  beforeEach(() => (free = 2 * FILE_LIMIT_BYTES));

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

it('room on a disk is a number; a folder that is not there has none', async () => {
  expect(await freeBytesOf(tmpdir())).toBeGreaterThan(0);
  expect(await freeBytesOf('/nowhere/at/all')).toBe(0);
});
