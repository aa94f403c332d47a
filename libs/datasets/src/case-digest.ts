import { canonicalJson } from '#domain';
import type { Volume } from '#imaging';
import type { Sha256 } from './sha256.js';

/** Values turned at a time. */
const PIECE = 1 << 20;

/** What is remembered of an image once its voxels are forgotten. */
export interface ImageStudy {
  /**
   * SHA-256 over size and values as float32, the same for every format, type and compression: over the digests of pieces of
   * 2^20 values, since engines digest what is in memory whole. Its place is left out: a copy whose header was changed is a
   * copy. Compared within one check, never stored.
   */
  readonly digest: string;
  readonly finite: boolean;
  readonly constant: boolean;
}

/** Studies the voxels of an image in one pass. */
export async function studyImage({ geometry, data }: Volume, sha256: Sha256): Promise<ImageStudy> {
  const digests = [geometry.sizeXyz.join('x')];
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
    digests.push(await sha256(new Uint8Array(piece.buffer, 0, count * 4)));
  }
  return { digest: await sha256(new TextEncoder().encode(digests.join(' '))), finite, constant };
}

/** What the digest of a case that is sent is over. */
export interface DigestedCase {
  readonly name: string;
  readonly patient: string;
  readonly split: string | null;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly images: readonly { readonly sha256: string }[];
  readonly references: readonly { readonly reader: string; readonly consensus: boolean; readonly file: { readonly sha256: string } }[];
}

/**
 * SHA-256 over what is sent for a case: its facts and the bytes of its files, in order. A sender can work it out beforehand
 * and leave out what is there already.
 */
export function sentCaseDigest({ name, patient, split, facts, images, references }: DigestedCase, sha256: Sha256): Promise<string> {
  const content = [
    name,
    patient,
    split,
    facts,
    images.map((image) => image.sha256),
    references.map(({ reader, consensus, file }) => [reader, consensus, file.sha256]),
  ];
  return sha256(new TextEncoder().encode(canonicalJson(content)));
}
