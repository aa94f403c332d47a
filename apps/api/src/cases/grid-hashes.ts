import { Inject, Injectable } from '@nestjs/common';
import type { BlobStore, StoredObject } from '#evaluation';
import { gridHash, ImageFormatError, niftiGeometry } from '#imaging';
import { BLOBS } from '../settings.js';

/** A header of NIfTI lies within the first bytes of the file, packed or not. */
const HEAD_BYTES = 2 ** 16;
const MOST_KEPT = 10_000;

/**
 * Hash of the grid that a stored volume lies on, worked out from the very file that is served: whoever fetches it can tell
 * whether what arrived lies where the server's copy does. Files never change, so each is looked at once.
 */
@Injectable()
export class GridHashes {
  /** By digest, the one that was asked for least recently first. */
  private readonly known = new Map<string, string | null>();

  constructor(@Inject(BLOBS) private readonly blobs: Pick<BlobStore, 'open'>) {}

  /** Null for what is no NIfTI file. @throws EngineUnavailable */
  async of({ sha256, bytes }: Pick<StoredObject, 'sha256' | 'bytes'>): Promise<string | null> {
    const hash = this.known.has(sha256) ? this.known.get(sha256)! : bytes === 0 ? null : await this.workOut(sha256);
    this.known.delete(sha256);
    this.known.set(sha256, hash);
    if (this.known.size > MOST_KEPT) this.known.delete(this.known.keys().next().value!);
    return hash;
  }

  private async workOut(sha256: string): Promise<string | null> {
    try {
      return gridHash(await niftiGeometry(await this.blobs.open(sha256, { start: 0, end: HEAD_BYTES - 1 })));
    } catch (error) {
      if (error instanceof ImageFormatError) return null; // a model, or a file that whoever reads it will refuse
      throw error;
    }
  }
}
