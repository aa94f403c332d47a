import type { BlobStore, Log } from './ports.js';
import type { EvaluationRecords, StaleFiles } from './records.js';

/** Held while a blob is removed, and by whoever wrote a row that refers to it while he looks whether it is there. */
export function blobLock(sha256: string): string {
  return `blob.${sha256}`;
}

/**
 * Removes the files of preflights from which nobody may submit any more, and the predictions of those that are forgotten:
 * blobs first, then the row that knows their digests, so that whatever is interrupted here is done the next time. A blob
 * that something else needs stays; one that somebody holds at the moment is looked at again later.
 *
 * @returns how many preflights are done with
 */
export async function removeStaleFiles(
  ports: {
    readonly records: Pick<EvaluationRecords, 'staleFiles' | 'forgetFiles' | 'blobInUse' | 'withLock'>;
    readonly blobs: Pick<BlobStore, 'delete'>;
    readonly log: Pick<Log, 'error'>;
  },
  limit: number,
): Promise<number> {
  let done = 0;
  for (const stale of await ports.records.staleFiles(limit)) {
    try {
      if (await removeFilesOf(ports, stale)) done++;
    } catch (error) {
      // one that cannot be removed keeps no other
      ports.log.error('files.removal-failed', error, { preflight: stale.preflightId });
    }
  }
  return done;
}

/** False when a blob is held by somebody at the moment. */
async function removeFilesOf(
  { records, blobs }: Pick<Parameters<typeof removeStaleFiles>[0], 'records' | 'blobs'>,
  { preflightId, digests, own }: StaleFiles,
): Promise<boolean> {
  let held = false;
  for (const sha256 of digests) {
    const free = await records.withLock(blobLock(sha256), async () => {
      if (!(await records.blobInUse(sha256))) await blobs.delete(sha256);
    });
    held ||= !free;
  }
  for (const sha256 of own) await blobs.delete(sha256);
  if (!held) await records.forgetFiles(preflightId);
  return !held;
}
