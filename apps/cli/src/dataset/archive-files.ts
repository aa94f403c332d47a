import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, statfs, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { archiveKind, damaged, DatasetFileFault, filesOfArchive, refused, UNPACKED, type ArchiveSource, type DatasetFiles } from '#datasets';

/** An archive as the files of a dataset; `close` when it is no longer read. */
export interface OpenedArchive {
  readonly files: DatasetFiles;
  close(): Promise<void>;
}

/**
 * Opens an archive without unpacking it: entries of zip and tar files are read where they lie. A tar.gz can only be read from
 * its beginning, so it is gunzipped first, into a temporary file that has no name from its first byte on: whatever ends the
 * process, nothing of it stays.
 *
 * @param leastBomb bytes that a gzip file may always unpack to; above, only what images may
 * @param room bytes that the temporary folder has for it; unless told, what is free but for 1 GiB
 * @throws DatasetFileFault `archive-…`
 */
export async function archiveFiles(path: string, leastBomb: number = UNPACKED.least, room = roomForTemporary): Promise<OpenedArchive> {
  const name = basename(path);
  const { handle, forget } = archiveKind(name) === 'tar.gz' ? await gunzipped(path, leastBomb, await room()) : { handle: await open(path, 'r'), forget: () => Promise.resolve() };
  const close = async (): Promise<void> => {
    await handle.close();
    await forget();
  };
  try {
    return { files: await filesOfArchive(name, await sourceOf(handle)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function sourceOf(handle: FileHandle): Promise<ArchiveSource> {
  const { size } = await handle.stat();
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const { bytesRead } = await handle.read(bytes, at, length - at, offset + at).catch((error: NodeJS.ErrnoException) => {
          throw new DatasetFileFault('file-unreadable', `an archive that cannot be read (${error.code})`, 'a file that you may read', { cause: error });
        });
        if (bytesRead === 0) throw damaged(`${size} bytes, which end at byte ${offset + at}`);
        at += bytesRead;
      }
      return bytes;
    },
  };
}

/** What others may need of the disk, or of the memory where temporary files lie in it. */
const LEFT_FREE = 2 ** 30;

async function roomForTemporary(): Promise<number> {
  const { bavail, bsize } = await statfs(tmpdir());
  return bavail * bsize - LEFT_FREE;
}

async function gunzipped(path: string, least: number, room: number): Promise<{ readonly handle: FileHandle; readonly forget: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'voxelmark-tar-'));
  const handle = await open(join(folder, 'unpacked'), 'wx+', 0o600);
  // gone from the folder now, and from the disk once it is closed; where an open file cannot be removed, it is at the end
  const forget = () => rm(folder, { recursive: true, force: true, maxRetries: 0 }).catch(() => undefined);
  await forget();
  const bombs: DatasetFileFault[] = []; // the streams may end with a fault of their own once it is thrown
  try {
    const packed = createReadStream(path);
    let written = 0;
    await pipeline(packed, createGunzip(), async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) {
        written += piece.length;
        if (written > least && written > UNPACKED.ratio * packed.bytesRead) {
          bombs.push(refused('archive-too-large', `more than ${written} bytes, packed into ${packed.bytesRead}`, `above ${least} bytes not more than ${UNPACKED.ratio} times what is packed; unpack it and check the folder`));
          throw bombs[0];
        }
        if (written > room) {
          bombs.push(refused('archive-too-large', `more than ${written} bytes, where the temporary folder has room for ${Math.max(0, room)}`, 'an archive that fits; unpack it elsewhere and check the folder'));
          throw bombs[0];
        }
        await writeAll(handle, piece);
      }
    });
  } catch (error) {
    await handle.close();
    await forget();
    if (bombs.length > 0) throw bombs[0];
    if (!/^Z_/.test(String((error as NodeJS.ErrnoException).code))) throw error;
    throw damaged('no complete gzip stream', error);
  }
  return { handle, forget };
}

/** One call may write less than it was given. */
async function writeAll(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let written = 0; written < piece.byteLength; ) written += (await handle.write(piece, written)).bytesWritten;
}
