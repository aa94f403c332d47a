import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { MOST_VOLUME_BYTES } from '#contracts';
import { rewriteCase, type CaseForm } from '#evaluation';
import { ImageFormatError, type Geometry } from '#imaging';
import { partCompressor } from './part-compressor.js';

/** Files of a case on the spool, and where their like, written anew, are to lie: in the order of `images`, then `references`. */
export interface RewriteTask {
  readonly form: CaseForm;
  readonly images: readonly string[];
  readonly references: readonly { readonly reader: string; readonly path: string }[];
  readonly outputs: readonly string[];
}

export interface RewrittenFiles {
  readonly geometry: Geometry;
  /** In the order of `outputs`. */
  readonly files: readonly { readonly sha256: string; readonly bytes: number }[];
}

/** NIfTI has a header of 348 or 540 bytes and perhaps extensions before its voxels. */
const HEADER_ROOM = 2 ** 20;

/**
 * SHA-256 of a file as it is when unpacked; in memory is a piece at a time.
 *
 * @throws ImageFormatError `nifti-gzip` for a damaged stream, `nifti-too-large` for one that unpacks to more than is read
 */
export async function plainDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  const take = async (pieces: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > MOST_VOLUME_BYTES + HEADER_ROOM) {
        throw new ImageFormatError('nifti-too-large', `a file that unpacks to more than ${MOST_VOLUME_BYTES} bytes; at most ${MOST_VOLUME_BYTES} bytes are read`);
      }
      hash.update(piece);
    }
  };
  if (await isGzip(path)) {
    try {
      await pipeline(createReadStream(path), createGunzip(), take);
    } catch (cause) {
      if (!/^Z_/.test(String((cause as NodeJS.ErrnoException).code))) throw cause;
      throw new ImageFormatError('nifti-gzip', 'gzip stream is damaged or cut short; expected one complete stream', { cause });
    }
  } else await pipeline(createReadStream(path), take);
  return hash.digest('hex');
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

/** Checks a case and writes it anew, file by file. @throws ImageFormatError, CaseFault */
export async function rewriteFiles({ form, images, references, outputs }: RewriteTask): Promise<RewrittenFiles> {
  const files: { sha256: string; bytes: number }[] = [];
  const geometry = await rewriteCase(
    form,
    { images: images.map((path) => () => readFile(path)), references: references.map(({ reader, path }) => ({ reader, read: () => readFile(path) })) },
    { maxBytes: MOST_VOLUME_BYTES, partCompressor },
    async (part, n, bytes) => {
      const at = part === 'image' ? n : images.length + n;
      await writeFile(outputs[at], bytes, { mode: 0o600 });
      files[at] = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
    },
  );
  return { geometry, files };
}
