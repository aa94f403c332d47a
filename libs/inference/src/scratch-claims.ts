import { lstat, opendir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_LIMIT_BYTES } from './child-link.js';

/** So often in a row may the processes of an algorithm say that they cannot use their folder, where others can. */
const MOST_IN_A_ROW = 3;
/** Algorithms that are remembered; one that was forgotten starts anew. */
const MOST_REMEMBERED = 1000;

/**
 * Whether the word of a process is to be believed that its folder cannot be read or written (`runner-scratch`). That is the
 * machine's doing and is tried again for as long as a day, at no attempt of the algorithm's own; a process which a model
 * took over could claim it for ever. So it is believed while no process of this worker had a case through yet, while the
 * disk is nearly full of what others have written, and otherwise for the first few times in a row.
 */
export class ScratchClaims {
  private readonly inARow = new Map<string, number>();
  private proven = false;

  /** @param freeBytes of the disk that the folders are on */
  constructor(private readonly freeBytes: () => Promise<number>) {}

  /** A process of this algorithm read its image and wrote its label map. */
  worked(algorithm: string): void {
    this.proven = true;
    this.inARow.delete(algorithm);
  }

  /**
   * False: the process is to count as one that ended abnormally.
   *
   * @param ownBytes what it has written itself: a process that fills the disk is not excused by a full disk
   */
  async believe(algorithm: string, ownBytes: () => Promise<number>): Promise<boolean> {
    if (!this.proven) return true;
    const free = await this.freeBytes();
    if (free < FILE_LIMIT_BYTES && free + (await ownBytes()) < FILE_LIMIT_BYTES) return true;
    const claims = (this.inARow.get(algorithm) ?? 0) + 1;
    this.inARow.delete(algorithm); // the latest stands last
    this.inARow.set(algorithm, claims);
    const [oldest] = this.inARow.keys();
    if (this.inARow.size > MOST_REMEMBERED) this.inARow.delete(oldest);
    return claims < MOST_IN_A_ROW;
  }
}

/** Entries of a session's folder that are counted; an honest one has a dozen. */
const MOST_ENTRIES = 10_000;

/** What a session's folder takes of the disk, bytes; without bound when it holds more entries than any session makes. */
export async function bytesWithin(folder: string): Promise<number> {
  let bytes = 0;
  let entries = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    // what vanishes meanwhile, or may not be entered, counts for nothing
    const within = await opendir(next).catch(() => null);
    if (within === null) continue;
    for await (const { name } of within) {
      if (++entries > MOST_ENTRIES) return Infinity;
      const path = join(next, name);
      const found = await lstat(path).catch(() => null);
      if (found?.isDirectory()) folders.push(path);
      else if (found?.isFile()) bytes += 512 * found.blocks; // of a file with holes only what is there
    }
  }
  return bytes;
}

/** Room on the disk of a folder, bytes; none when the system cannot tell. */
export async function freeBytesOf(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return 0; // a disk that does not answer is as bad as a full one
  }
}
