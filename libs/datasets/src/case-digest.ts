import { createHash } from 'node:crypto';
import type { Volume } from '#imaging';

/** Values turned at a time. */
const PIECE = 1 << 16;

/** What is remembered of an image once its voxels are forgotten. */
export interface ImageStudy {
  /**
   * SHA-256 over size and values as float32, the same for every format, type and compression. Its place is left out: a copy
   * whose header was changed is a copy.
   */
  readonly digest: string;
  readonly finite: boolean;
  readonly constant: boolean;
}

/** Studies the voxels of an image in one pass. */
export function studyImage({ geometry, data }: Volume): ImageStudy {
  const hash = createHash('sha256').update(geometry.sizeXyz.join('x'));
  const piece = new Float32Array(Math.min(PIECE, data.length));
  let finite = true;
  let constant = true;
  for (let from = 0; from < data.length; from += PIECE) {
    const count = Math.min(PIECE, data.length - from);
    for (let n = 0; n < count; n++) {
      const value = data[from + n];
      if (!Number.isFinite(value)) finite = false;
      if (value !== data[0]) constant = false;
      piece[n] = value;
    }
    hash.update(new Uint8Array(piece.buffer, 0, count * 4));
  }
  return { digest: hash.digest('hex'), finite, constant };
}
