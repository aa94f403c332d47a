import { unzipSync } from 'fflate';
import { zipStream, type ArchiveEntry } from './zip-stream.js';

const entry = (path: string, chunks: readonly string[], stored = false): ArchiveEntry => ({
  path,
  stored,
  content: async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  },
});

async function archive(...entries: ArchiveEntry[]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of zipStream(entries, new Date('2026-01-02T03:04:06Z'))) parts.push(part);
  return Buffer.concat(parts);
}

it('what goes in comes out, in pieces or at once, stored or deflated, empty too', async () => {
  const zip = await archive(
    entry('README.md', ['Hello ', 'world', '!']),
    entry('images/one.nii.gz', ['\x1f\x8bnot really'], true),
    entry('empty.txt', []),
  );
  const files = Object.entries(unzipSync(zip)).map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
  expect(files).toEqual([
    ['README.md', 'Hello world!'],
    ['images/one.nii.gz', '\x1f\x8bnot really'],
    ['empty.txt', ''],
  ]);
});

it('the same files make the same bytes', async () => {
  const once = await archive(entry('a', ['1']), entry('b', ['2'], true));
  expect(await archive(entry('a', ['1']), entry('b', ['2'], true))).toEqual(once);
});

it('a file that cannot be read ends the archive with its error, not with half a file', async () => {
  const broken: ArchiveEntry = { path: 'x', stored: true, content: () => Promise.reject(new Error('gone')) };
  await expect(archive(entry('a', ['1']), broken)).rejects.toThrow('gone');
});
