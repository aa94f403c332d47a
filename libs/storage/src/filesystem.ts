import { copyFile, constants, open, readFile, readdir, rename, stat, unlink, chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BlobMissing, type BlobStore } from '#evaluation';
import { blobPath, cutRange, digestOf } from './digest.js';
import { makeFolder, onDisk, receive, sweepIncoming } from './incoming.js';

const READ_BYTES = 256 * 1024;

/**
 * Blobs as files below one folder: `objects/ab/cdef…`, written in `incoming` first and renamed when whole and on disk.
 * Several processes may share the folder. Opening it deletes what killed processes left half-written.
 *
 * @param root folder; made, with mode 0700, if need be
 */
export async function openFilesystemStore(root: string): Promise<BlobStore> {
  const incoming = join(root, 'incoming');
  const objects = join(root, 'objects');
  await makeFolder(incoming);
  await makeFolder(objects);
  await onDisk(() => sweepIncoming(incoming));

  const pathOf = (sha256: string): string => join(objects, blobPath(sha256));
  const head: BlobStore['head'] = async (sha256) => {
    const path = pathOf(sha256);
    try {
      return { sha256, bytes: (await stat(path)).size };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      return onDisk(() => Promise.reject(error as Error));
    }
  };

  return {
    put: async (content, limits) => {
      const { path, sha256, bytes } = await receive(content, incoming, limits?.maxBytes);
      const target = pathOf(sha256);
      if ((await head(sha256))?.bytes === bytes) {
        await onDisk(() => unlink(path)); // here already
        return { sha256, bytes };
      }
      await makeFolder(dirname(target));
      await onDisk(() => chmod(path, 0o400)); // content under its own digest never changes
      await onDisk(() => rename(path, target)); // two writers of the same content: the second replaces it by the same
      await syncFolder(dirname(target));
      await syncFolder(objects);
      return { sha256, bytes };
    },
    open: async (sha256, range) => {
      const found = await head(sha256);
      if (found === null) throw new BlobMissing(sha256);
      const cut = cutRange(found.bytes, range);
      return cut === null ? nothing() : chunks(pathOf(sha256), sha256, cut);
    },
    read: (sha256) => orMissing(sha256, () => readFile(pathOf(sha256))),
    head,
    copyTo: (sha256, path) =>
      orMissing(sha256, async () => {
        await copyFile(pathOf(sha256), path, constants.COPYFILE_FICLONE);
        await chmod(path, 0o600);
      }),
    delete: async (sha256) => {
      const path = pathOf(sha256);
      try {
        await unlink(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        return onDisk(() => Promise.reject(error as Error));
      }
      await syncFolder(dirname(path));
      return true;
    },
    list: async function* () {
      for (const folder of await onDisk(() => readdir(objects))) {
        for (const name of await onDisk(() => readdir(join(objects, folder)))) {
          const digest = digestOf(folder, name);
          if (digest !== null) yield digest;
        }
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Opened only when somebody reads, closed when he stops: an answer that is never sent costs no file handle. */
async function* chunks(
  path: string,
  sha256: string,
  { start, end }: { start: number; end: number },
): AsyncIterable<Uint8Array> {
  const file = await orMissing(sha256, () => open(path, 'r'));
  try {
    for (let at = start; at <= end;) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, end - at + 1));
      const { bytesRead } = await onDisk(() => file.read(buffer, 0, buffer.length, at));
      if (bytesRead === 0) throw new RangeError(`blob ${sha256} ends at byte ${at}, expected ${end + 1} bytes`);
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function* nothing(): AsyncIterable<Uint8Array> {
  // an empty blob
}

/** @param sha256 the blob whose absence a missing file means */
async function orMissing<T>(sha256: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new BlobMissing(sha256, { cause });
    return onDisk(() => Promise.reject(cause as Error));
  }
}

/** A rename is only safe once the folder itself is on disk. */
async function syncFolder(path: string): Promise<void> {
  await onDisk(async () => {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  });
}
