import { gzipSync } from 'node:zlib';
import { writeTar, writeZip } from '../../../../libs/datasets/src/test-support/archive-writer.js';
import { filesOfArchiveBlob } from './archive-blob.js';

const CONTENT = new TextEncoder().encode('voxels'.repeat(400));
const blob = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>]);
const tar = () => writeTar([{ name: 'data/a.nii', content: CONTENT }, { name: 'data/b.nii' }]);
const zip = () => writeZip([{ name: 'data/a.nii', content: CONTENT, deflated: true }, { name: 'data/b.nii' }]);

describe('an archive that was chosen', () => {
  it.each<[string, () => Uint8Array]>([
    ['d.zip', zip],
    ['d.tar', tar],
    ['d.tar.gz', () => gzipSync(tar())],
    ['d.tgz', () => gzipSync(tar())],
  ])('is a dataset, %s', async (name, write) => {
    const files = await filesOfArchiveBlob(name, blob(write()));
    expect(files.name).toBe('d');
    expect(files.files).toEqual([
      { path: 'data/a.nii', bytes: CONTENT.length },
      { path: 'data/b.nii', bytes: 0 },
    ]);
    expect(await files.read('data/a.nii')).toEqual(CONTENT);
    expect(await files.readStart('data/a.nii', 9)).toEqual(CONTENT.slice(0, 9));
  });

  it('is refused where it is damaged, leads out, or is none', async () => {
    const code = (name: string, bytes: Uint8Array) =>
      filesOfArchiveBlob(name, blob(bytes)).catch((error: { code?: string }) => error.code);
    expect(await code('d.7z', zip())).toBe('archive-format');
    expect(await code('d.zip', tar())).toBe('archive-damaged');
    expect(await code('d.zip', zip().subarray(0, 60))).toBe('archive-damaged');
    expect(await code('d.tar.gz', tar())).toBe('archive-damaged');
    expect(await code('d.tar.gz', gzipSync(tar()).subarray(0, 60))).toBe('archive-damaged');
    expect(await code('d.tar.gz', gzipSync(tar().subarray(0, 700)))).toBe('archive-damaged');
    expect(await code('d.zip', writeZip([{ name: '../a' }]))).toBe('archive-path');
    expect(await code('d.tar.gz', gzipSync(writeTar([{ name: '/a' }])))).toBe('archive-path');
  });

  it('that unpacks to more than an honest one, or than there is room for, is not unpacked further', async () => {
    const packed = gzipSync(Buffer.alloc(2 ** 22)); // a thousand times smaller
    const unpacking = (least: number, most: number) => filesOfArchiveBlob('d.tgz', blob(packed), { least, most });
    await expect(unpacking(2 ** 20, 2 ** 30)).rejects.toMatchObject({ code: 'archive-too-large' });
    await expect(unpacking(2 ** 23, 2 ** 21)).rejects.toMatchObject({
      code: 'archive-too-large',
      found: `more than ${2 ** 21} bytes`,
    });
    await expect(unpacking(2 ** 23, 2 ** 22)).resolves.toMatchObject({ files: [] }); // nothing but zeros: no entries
  });

  it('with a file that is larger than it says, or another than it was, is told when that is read', async () => {
    const read = async (bytes: Uint8Array) =>
      (await filesOfArchiveBlob('d.zip', blob(bytes))).read('a').catch((error: { code?: string }) => error.code);
    expect(await read(writeZip([{ name: 'a', content: CONTENT, deflated: true, bytes: 9 }]))).toBe('archive-too-large');
    expect(await read(writeZip([{ name: 'a', content: CONTENT, deflated: true, bytes: 9000 }]))).toBe(
      'archive-damaged',
    );
    expect(await read(writeZip([{ name: 'a', content: CONTENT, crc: 7 }]))).toBe('archive-damaged');
  });
});
