import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { writeForChild } from './exchange.js';
import { createScratch, removeScratch, sweepScratch } from './scratch.js';
import { boundByRights } from './test-support/rights.js';

describe('scratch folders', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'voxelmark-scratch-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('are ours alone, and hold the model apart from the cases', async () => {
    const scratch = await createScratch(parent);
    for (const folder of [scratch.root, scratch.modelDir, scratch.casesDir]) {
      expect(statSync(folder).mode & 0o777).toBe(0o700);
    }
    expect(scratch.casesDir.startsWith(scratch.modelDir)).toBe(false);
    await removeScratch(scratch);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('are those that were made, whatever is put under their names later', async () => {
    const scratch = await createScratch(parent);
    const elsewhere = join(parent, 'elsewhere');
    mkdirSync(elsewhere);
    renameSync(scratch.casesDir, join(scratch.root, 'away'));
    symlinkSync(elsewhere, scratch.casesDir);
    await writeForChild(join(scratch.exchange, '1.0.nii.gz'), Uint8Array.of(1));
    if (process.platform === 'linux') expect(readdirSync(elsewhere)).toEqual([]);
    await removeScratch(scratch);
    expect(readdirSync(parent)).toEqual(['elsewhere']);
  });

  it('go also when the process took our rights on them away', async () => {
    await boundByRights(parent, async () => {
      const scratch = await createScratch(parent);
      const inner = join(scratch.casesDir, 'inner');
      mkdirSync(inner);
      writeFileSync(join(inner, '1.labels'), 'theirs');
      for (const folder of [inner, scratch.casesDir]) chmodSync(folder, 0o000);
      await removeScratch(scratch);
    });
    expect(readdirSync(parent)).toEqual([]);
  });

  it('stay where nobody says that the process is gone, which may still put links into them', async () => {
    const scratch = await createScratch(parent);
    await removeScratch(scratch, false);
    expect(readdirSync(parent)).toEqual([basename(scratch.root)]);
  });

  it('of the living, of other machines, and folders that are none stay; those of the dead go', async () => {
    const mine = await createScratch(parent);
    const [, machine] = basename(mine.root).split('-');
    const dead = join(parent, `session-${machine}-4194305-abcdef`); // beyond the largest process id of Linux
    const elsewhere = join(parent, 'session-00000000-4194305-abcdef');
    const unrelated = join(parent, 'keep-me');
    for (const folder of [dead, elsewhere, unrelated]) mkdirSync(folder);
    expect(await sweepScratch(parent)).toBe(1);
    expect([dead, mine.root, elsewhere, unrelated].map((folder) => existsSync(folder))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    await removeScratch(mine);
  });

  it('a folder that does not exist yet has nothing to sweep', async () => {
    expect(await sweepScratch(join(parent, 'not-yet'))).toBe(0);
  });
});
