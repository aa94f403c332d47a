import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatasetFileFault } from '#datasets';
import { archiveFiles } from './archive-files.js';
import { folderFiles, namedFiles } from './folder-files.js';
import { openZip } from '../../../../libs/datasets/src/archive/zip.js';
import { writeTar, writeZip } from '../../../../libs/datasets/src/test-support/archive-writer.js';

let root: string;
let outside: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'voxelmark-dataset-'));
  outside = await mkdtemp(join(tmpdir(), 'voxelmark-outside-'));
  await mkdir(join(root, 'images'));
  await writeFile(join(root, 'images/a.nii'), 'image');
  await writeFile(join(outside, 'secret.nii'), 'secret');
});
afterEach(() => Promise.all([root, outside].map((folder) => rm(folder, { recursive: true }))));

const textOf = async (reading: Promise<Uint8Array>): Promise<string> => new TextDecoder().decode(await reading);
const codeOf = (reading: Promise<unknown>): Promise<unknown> =>
  reading.then(
    () => 'read',
    (error: unknown) => (error instanceof DatasetFileFault ? error.code : error),
  );

describe('files of a folder', () => {
  it('follows links within the folder and no others', async () => {
    await symlink(join(root, 'images/a.nii'), join(root, 'images/b.nii'));
    await symlink(join(outside, 'secret.nii'), join(root, 'images/c.nii'));
    await symlink(outside, join(root, 'references'));
    await symlink('../..', join(root, 'images/up'));
    await symlink(root, join(root, 'images/circle'));
    await symlink('nowhere', join(root, 'broken'));
    const files = await folderFiles(root);
    expect(files.files).toEqual([
      { path: 'images/a.nii', bytes: 5 },
      { path: 'images/b.nii', bytes: 5 },
    ]);
    expect(files.passedOver.map(({ path, why }) => `${why} ${path}`).sort()).toEqual(['broken', 'images/c.nii', 'images/circle', 'images/up', 'references'].map((path) => `link ${path}`));
    expect(await textOf(files.read('images/b.nii'))).toBe('image');
  });

  it('reads nothing that was not listed, nor a link that took its place', async () => {
    const files = await folderFiles(root);
    for (const path of ['../x', '/etc/passwd', 'images/../images/a.nii', join(outside, 'secret.nii')]) expect(await codeOf(files.read(path))).toBe('file-unreadable');
    await rm(join(root, 'images/a.nii'));
    await symlink(join(outside, 'secret.nii'), join(root, 'images/a.nii'));
    expect(await codeOf(files.read('images/a.nii'))).toBe('file-unreadable');
  });

  it('reads the beginning of a file, and a link as the dataset itself', async () => {
    await symlink(root, join(outside, 'dataset'));
    const files = await folderFiles(join(outside, 'dataset'));
    expect(await textOf(files.readStart('images/a.nii', 2))).toBe('im');
    expect(await textOf(files.readStart('images/a.nii', 99))).toBe('image');
    const named = await namedFiles([join(root, 'images'), join(outside, 'secret.nii')]);
    expect(named.files.map(({ path }) => path)).toEqual(['images/a.nii', 'secret.nii']);
    expect(await textOf(named.read('images/a.nii'))).toBe('image');
  });
});

describe('files of an archive', () => {
  const content = 'voxels '.repeat(100);

  it('are read where they lie, from zip, tar and tar.gz', async () => {
    const tar = writeTar([{ name: 'images', type: '5' }, { name: 'images/a.nii', content }, { name: 'x', type: 'L', content: `images/${'b'.repeat(120)}.nii\0` }, { name: 'cut', content: 'b' }]);
    const zip = writeZip([{ name: 'images/' }, { name: 'images/a.nii', content, deflated: true }, { name: `images/${'b'.repeat(120)}.nii`, content: 'b' }], { comment: 'with a comment' });
    for (const [name, bytes] of [['d.zip', zip], ['d.tar', tar], ['d.tar.gz', gzipSync(tar)]] as const) {
      await writeFile(join(outside, name), bytes);
      const { files, close } = await archiveFiles(join(outside, name));
      expect(files.name).toBe('d');
      expect(files.files).toEqual([
        { path: 'images/a.nii', bytes: 700 },
        { path: `images/${'b'.repeat(120)}.nii`, bytes: 1 },
      ]);
      expect(await textOf(files.read('images/a.nii'))).toBe(content);
      expect(await textOf(files.readStart('images/a.nii', 6))).toBe('voxels');
      await close();
    }
  });

  it('are refused with a code where the archive is damaged or of another kind', async () => {
    const tar = gzipSync(writeTar([{ name: 'a', content }]));
    const lying = Buffer.from(writeZip([{ name: 'a' }, { name: 'b' }, { name: 'c' }]));
    for (const field of [8, 10]) lying.writeUInt16LE(1, lying.length - 22 + field);
    for (const [name, bytes, code] of [
      ['a.tar.gz', tar.subarray(0, 40), 'archive-damaged'],
      ['b.tgz', new Uint8Array(100), 'archive-damaged'],
      ['c.7z', new Uint8Array(100), 'archive-format'],
      ['d.tar.gz', gzipSync(writeTar([{ name: '../a', content }])), 'archive-path'],
      ['between two entries.tar', writeTar([{ name: 'a', content }], { end: false }), 'archive-damaged'],
      ['more than it says.zip', lying, 'archive-damaged'],
    ] as const) {
      await writeFile(join(outside, name), bytes);
      expect(await codeOf(archiveFiles(join(outside, name)))).toBe(code);
    }
  });

  it('leave a bomb unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(2 ** 21));
    await writeFile(join(outside, 'bomb.tar.gz'), bomb);
    expect(await codeOf(archiveFiles(join(outside, 'bomb.tar.gz'), 2 ** 20))).toBe('archive-too-large');
    // nor more than the disk has room for, however honest
    const honest = gzipSync(writeTar([{ name: 'a', content: randomBytes(2 ** 16) }]));
    await writeFile(join(outside, 'large.tar.gz'), honest);
    expect(await codeOf(archiveFiles(join(outside, 'large.tar.gz'), 2 ** 20, async () => 2 ** 16))).toBe('archive-too-large');
  });

  it('leave nothing behind when the process ends while a tar.gz is open', async () => {
    await writeFile(join(outside, 'd.tar.gz'), gzipSync(writeTar([{ name: 'a', content }])));
    const place = join(outside, 'tmp');
    await mkdir(place);
    const before = process.env.TMPDIR;
    process.env.TMPDIR = place;
    try {
      const { files, close } = await archiveFiles(join(outside, 'd.tar.gz'));
      expect([await readdir(place), await textOf(files.read('a'))]).toEqual([[], content]);
      await close();
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });

  it('say so when they cannot be read any more', async () => {
    const bytes = Buffer.from(writeZip([{ name: 'a', content: randomBytes(2 ** 18), deflated: true }]));
    const gone = new DatasetFileFault('file-unreadable', 'a share that is gone', 'a file that you may read');
    let reads = 0;
    const source = { size: bytes.length, read: async (offset: number, length: number) => (++reads > 4 ? Promise.reject(gone) : bytes.subarray(offset, offset + length)) };
    const { read } = await openZip(source);
    await expect(read('a', Infinity)).rejects.toBe(gone);
  });
});
