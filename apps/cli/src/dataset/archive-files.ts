import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { DatasetFileFault, DatasetFiles } from '#evaluation';
import { damaged, refused, type ArchiveSource } from './archive-source.js';
import { openTar } from './tar.js';
import { openZip } from './zip.js';

/** An archive as the files of a dataset; `close` when it is no longer read. */
export interface OpenedArchive {
  readonly files: DatasetFiles;
  close(): Promise<void>;
}

const NAMES = /\.(zip|tar|tar\.gz|tgz)$/i;
/** A tar file that has grown to this may be as much larger than what it was packed into as images are. */
const UNPACKED_RATIO = 200;
const UNPACKED_LEAST = 2 ** 27;

export const isArchive = (path: string): boolean => NAMES.test(path) || /\.(7z|rar|tar\.[a-z0-9]+|tbz2?|txz)$/i.test(path);

/**
 * Opens an archive without unpacking it: entries of zip and tar files are read where they lie. A tar.gz can only be read from
 * its beginning, so it is gunzipped first, into a temporary file that has no name while it is used.
 *
 * @param leastBomb bytes that a gzip file may always unpack to; above, only what images may
 * @throws DatasetFileFault `archive-…`
 */
export async function archiveFiles(path: string, leastBomb = UNPACKED_LEAST): Promise<OpenedArchive> {
  const name = basename(path);
  if (!NAMES.test(path)) throw refused('archive-format', `an archive called ${name.slice(-60)}`, '.zip, .tar or .tar.gz, or the folder itself');
  const zipped = /\.zip$/i.test(path);
  const handle = /gz$/i.test(path) ? await gunzipped(path, leastBomb) : await open(path, 'r');
  try {
    const source = await sourceOf(handle);
    const { entries, read } = zipped ? await openZip(source) : await openTar(source);
    return {
      files: {
        name: name.replace(NAMES, ''),
        files: [...entries.values()].map(({ path: entry, bytes }) => ({ path: entry, bytes })).sort((a, b) => (a.path < b.path ? -1 : 1)),
        passedOver: [],
        read: (entry) => read(entry, Infinity),
        readStart: read,
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
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
        const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
        if (bytesRead === 0) throw damaged(`${size} bytes, which end at byte ${offset + at}`);
        at += bytesRead;
      }
      return bytes;
    },
  };
}

async function gunzipped(path: string, least: number): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'voxelmark-tar-'));
  const handle = await open(join(folder, 'unpacked'), 'wx+', 0o600);
  const bombs: DatasetFileFault[] = []; // the streams may end with a fault of their own once it is thrown
  try {
    const packed = createReadStream(path);
    let written = 0;
    await pipeline(packed, createGunzip(), async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) {
        written += piece.length;
        if (written > least && written > UNPACKED_RATIO * packed.bytesRead) {
          bombs.push(refused('archive-too-large', `more than ${written} bytes, packed into ${packed.bytesRead}`, `above ${least} bytes not more than ${UNPACKED_RATIO} times what is packed; unpack it and check the folder`));
          throw bombs[0];
        }
        await handle.write(piece);
      }
    });
  } catch (error) {
    await handle.close();
    if (bombs.length > 0) throw bombs[0];
    if (!/^Z_/.test(String((error as NodeJS.ErrnoException).code))) throw error;
    throw damaged('no complete gzip stream', error);
  } finally {
    // gone from the folder, and from the disk once it is closed; where an open file cannot be removed, the system's tidying does it
    await rm(folder, { recursive: true, force: true, maxRetries: 0 }).catch(() => undefined);
  }
  return handle;
}
