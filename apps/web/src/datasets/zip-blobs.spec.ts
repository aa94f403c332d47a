import { zipSync } from 'fflate';
import { zipStream } from '../../../api/src/starter-kit/zip-stream.js';
import { filesOfZip } from './zip-blobs.js';

const FILES = {
  'P01/1.2.3/1.dcm': Uint8Array.from({ length: 3000 }, (_, n) => (n * n) % 251),
  'P01/1.2.3/2.dcm': new Uint8Array(500),
  'ä.dcm': new Uint8Array(0),
};
const contents = async (archive: Blob): Promise<Record<string, Uint8Array>> =>
  Object.fromEntries(
    await Promise.all(
      (await filesOfZip(archive)).map(
        async ({ path, file }) => [path, new Uint8Array(await file.arrayBuffer())] as const,
      ),
    ),
  );

it.each([0, 6] as const)('files come out as they went in, packed at level %d', async (level) => {
  expect(await contents(new Blob([zipSync(FILES, { level }) as Uint8Array<ArrayBuffer>]))).toEqual(FILES);
});

it('what the server writes while it reads can be read', async () => {
  const entries = Object.entries(FILES).map(([path, bytes], n) => ({
    path,
    stored: n !== 1,
    content: () => pieces(bytes),
  }));
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of zipStream(entries, new Date('2027-01-01T00:00:00Z'))) chunks.push(chunk.slice());
  expect(await contents(new Blob(chunks))).toEqual(FILES);
});

it('an archive that broke off is no archive', async () => {
  const whole = zipSync(FILES) as Uint8Array<ArrayBuffer>;
  await expect(filesOfZip(new Blob([whole.slice(0, -30)]))).rejects.toThrow('its directory is missing');
  await expect(filesOfZip(new Blob([whole.slice(-60)]))).rejects.toThrow('not whole');
  await expect(filesOfZip(new Blob([]))).rejects.toThrow('it ends too early');
});

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}
