import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkWritable, writeOutput } from './output-file.js';

describe('an output file', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'voxelmark-output-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is there whole, with nothing beside it, and keeps the permissions of the one before', async () => {
    const path = join(folder, 'out.json');
    await writeOutput(path, 'first');
    await chmod(path, 0o640);
    await writeOutput(path, 'second');
    expect(await readFile(path, 'utf8')).toBe('second');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(['out.json']);
  });

  it('is not made by looking whether it could be', async () => {
    const path = join(folder, 'out.json');
    await checkWritable(path);
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, 'before');
    await checkWritable(path);
    expect(await readFile(path, 'utf8')).toBe('before');
  });

  it('goes where a link leads, and leaves the link', async () => {
    await writeFile(join(folder, 'real.json'), 'before');
    await symlink('real.json', join(folder, 'link.json'));
    await writeOutput(join(folder, 'link.json'), 'after');
    expect(await readlink(join(folder, 'link.json'))).toBe('real.json');
    expect(await readFile(join(folder, 'real.json'), 'utf8')).toBe('after');
  });

  it('may be something else than a file', async () => {
    await checkWritable('/dev/null');
    await writeOutput('/dev/null', 'away');
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it('is refused in a folder that is not there, or in the place of one', async () => {
    await mkdir(join(folder, 'sub'));
    for (const write of [checkWritable, (path: string) => writeOutput(path, '')]) {
      await expect(write(join(folder, 'absent/out.json'))).rejects.toMatchObject({ code: 'not-writable', exit: 5 });
      await expect(write(join(folder, 'sub'))).rejects.toThrow('cannot be written (EISDIR)');
    }
    expect(await readdir(folder)).toEqual(['sub']);
  });
});
