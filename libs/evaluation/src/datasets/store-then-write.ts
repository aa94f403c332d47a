import { RequestRefused } from '#domain';
import type { BlobStore, StoredBlob } from '../ports.js';
import type { EvaluationRecords } from '../records.js';
import { blobLock } from '../stale-files.js';
import { underLock } from '../under-lock.js';

/** A file that can be put into the blob store, again if need be. */
export interface StorableFile extends StoredBlob {
  read(): AsyncIterable<Uint8Array>;
}

export interface StorePorts {
  readonly records: Pick<EvaluationRecords, 'blobInUse' | 'withLock'>;
  readonly blobs: Pick<BlobStore, 'put' | 'head' | 'delete'>;
}

/**
 * Blobs first, row second: whoever reads the row finds the blobs. After the row is written each blob is looked for once more,
 * under its lock, since somebody may have removed one that nothing referred to a moment before. When the row is refused, those
 * that nothing refers to are removed under the same lock.
 */
export async function storeThenWrite<T>(ports: StorePorts, files: readonly StorableFile[], write: () => Promise<T>): Promise<T> {
  const { blobs } = ports;
  const fresh: string[] = [];
  for (const file of files) {
    if ((await blobs.head(file.sha256)) !== null) continue;
    await blobs.put(file.read());
    fresh.push(file.sha256);
  }
  try {
    const written = await write();
    for (const file of files) {
      await underLock(ports.records, blobLock(file.sha256), async () => {
        if ((await blobs.head(file.sha256)) === null) await blobs.put(file.read());
      });
    }
    return written;
  } catch (error) {
    if (error instanceof RequestRefused) await removeUnused(ports, fresh);
    throw error;
  }
}

/** Removes those blobs that no row refers to. */
export async function removeUnused(ports: StorePorts, digests: readonly string[]): Promise<void> {
  for (const sha256 of digests) {
    await underLock(ports.records, blobLock(sha256), async () => {
      if (!(await ports.records.blobInUse(sha256))) await ports.blobs.delete(sha256);
    });
  }
}
