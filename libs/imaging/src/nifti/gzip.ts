import { ImageFormatError } from '../image-format-error.js';

/** Bytes handed to the engine at a time, so that little is inflated beyond the point where we stop. */
const SLICE_BYTES = 1 << 16;

/** Deflate cannot expand a byte into more than 1032. */
export const LARGEST_INFLATION = 1032;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates one gzip member piece by piece; whoever reads may stop at any time, and then nothing more is inflated.
 *
 * @throws ImageFormatError `nifti-gzip` when the stream is damaged or ends too early
 */
export async function* inflate(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  const stream = new DecompressionStream('gzip');
  const feeding = feed(stream.writable, bytes);
  // A fault of the stream reaches us through the reader as well; without this it would also count as unhandled.
  feeding.catch(() => undefined);
  const reader = stream.readable.getReader() as unknown as ByteReader;
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    finished = true;
  } catch (cause) {
    finished = true;
    throw new ImageFormatError('nifti-gzip', 'gzip stream is damaged or cut short; expected one complete member', {
      cause,
    });
  } finally {
    if (!finished) await reader.cancel(); // the caller stopped early
  }
}

/** Size of the inflated content, modulo 2^32, as the last four bytes of a gzip file state it. */
export function statedSize(bytes: Uint8Array): number {
  const n = bytes.length;
  return (bytes[n - 4] | (bytes[n - 3] << 8) | (bytes[n - 2] << 16) | (bytes[n - 1] << 24)) >>> 0;
}

/** Compresses with the gzip of the engine; engines differ in the bytes, never in what they inflate to. */
export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new CompressionStream('gzip');
  const feeding = feed(stream.writable, bytes);
  const reader = stream.readable.getReader() as unknown as ByteReader;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  await feeding;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

// The stream types of Node and of the browser's library differ in detail; these are the parts used here.
interface ByteWriter {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
interface ByteReader {
  read(): Promise<{ done: true; value?: undefined } | { done: false; value: Uint8Array }>;
  cancel(): Promise<void>;
}

async function feed(writable: WritableStream, bytes: Uint8Array): Promise<void> {
  const untyped: unknown = writable.getWriter();
  const writer = untyped as ByteWriter;
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    await writer.write(bytes.subarray(at, at + SLICE_BYTES));
  }
  await writer.close();
}
