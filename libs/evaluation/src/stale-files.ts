import type { BlobStore } from './ports.js';
import type { EvaluationRecords } from './records.js';

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
  {
    records,
    blobs,
  }: {
    readonly records: Pick<EvaluationRecords, 'staleFiles' | 'forgetFiles' | 'blobInUse' | 'withLock'>;
    readonly blobs: Pick<BlobStore, 'delete'>;
  },
  limit: number,
): Promise<number> {
  let done = 0;
  for (const { preflightId, digests, own } of await records.staleFiles(limit)) {
    let held = false;
    for (const sha256 of digests) {
      const free = await records.withLock(blobLock(sha256), async () => {
        if (!(await records.blobInUse(sha256))) await blobs.delete(sha256);
      });
      held ||= !free;
    }
    for (const sha256 of own) await blobs.delete(sha256);
    if (held) continue;
    await records.forgetFiles(preflightId);
    done++;
  }
  return done;
}
