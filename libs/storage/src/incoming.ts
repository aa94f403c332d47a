import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { EngineUnavailable, RequestRefused } from '#domain';

const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

export interface Received {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Writes a stream to a file of its own in `dir`, hashing on the way, and makes sure that it is on the disk.
 * Whatever goes wrong, no file stays behind.
 *
 * @throws RequestRefused 413 `upload-too-large` as soon as more than `maxBytes` have come
 * @throws EngineUnavailable `blob-store-full` or `blob-store-io`
 * @throws what the stream itself throws, as it is
 */
export async function receive(
  content: AsyncIterable<Uint8Array>,
  dir: string,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Received> {
  const path = join(dir, `${hostname()}.${process.pid}.${randomBytes(8).toString('hex')}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await onDisk(() => open(path, 'wx', 0o600));
  try {
    try {
      for await (const chunk of content) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes)
          throw new RequestRefused(
            413,
            'upload-too-large',
            `the upload has more than ${maxBytes} bytes, which is the limit here`,
          );
        hash.update(chunk);
        await onDisk(() => writeAll(file, chunk));
      }
      await onDisk(() => file.sync());
    } finally {
      await file.close();
    }
  } catch (error) {
    await onDisk(() => unlink(path));
    throw error;
  }
  return { path, sha256: hash.digest('hex'), bytes };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, written);
    written += bytesWritten;
  }
}

/** Deletes what processes that no longer live left half-written. Files of living processes on this or another host stay. */
export async function sweepIncoming(dir: string): Promise<number> {
  let swept = 0;
  for (const name of await readdir(dir)) {
    if (!name.endsWith('.part')) continue;
    const path = join(dir, name);
    try {
      const [pid, host] = [Number(name.split('.').at(-3)), name.split('.').slice(0, -3).join('.')];
      const old = Date.now() - (await stat(path)).mtimeMs > STALE_AFTER_MS;
      if (!old && (host !== hostname() || isRunning(pid))) continue;
      await unlink(path);
      swept++;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // its owner has just finished
    }
  }
  return swept;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export async function makeFolder(path: string): Promise<void> {
  await onDisk(() => mkdir(path, { recursive: true, mode: 0o700 }));
}

/** Errors of the disk are the operator's: a code of ours, the cause kept. */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === undefined) throw cause;
    const full = ['ENOSPC', 'EDQUOT'].includes(code);
    throw new EngineUnavailable(
      full ? 'blob-store-full' : 'blob-store-io',
      full ? 'the disk of the blob store is full' : `the blob store's disk failed: ${code}`,
      { cause },
    );
  }
}
