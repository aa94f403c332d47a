import { ImageFormatError } from './image-format-error.js';
import type { ImageFormatCode } from './image-format-error.js';

/** Bytes handed to the engine at a time, so that little is inflated beyond the point where we stop. */
const SLICE_BYTES = 1 << 16;

/** Deflate cannot expand a byte into more than 1032. */
export const LARGEST_INFLATION = 1032;

/** gzip: RFC 1952; deflate: RFC 1950 (zlib); deflate-raw: RFC 1951. */
export type DeflateFormat = 'gzip' | 'deflate' | 'deflate-raw';

/**
 * Inflates a stream piece by piece; whoever reads may stop at any time, and then nothing more is inflated.
 *
 * @param bytes the whole stream, or its pieces as they arrive; an error of theirs is passed on as it is
 * @param code code of the error when the stream is damaged or ends too early
 */
export async function* inflate(
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  format: DeflateFormat,
  code: ImageFormatCode,
): AsyncGenerator<Uint8Array, void, void> {
  const stream = new DecompressionStream(format);
  let ofSource: { readonly error: unknown } | undefined;
  const feeding = feed(stream.writable, bytes, (error) => (ofSource = { error }));
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
    if (ofSource) throw ofSource.error;
    throw new ImageFormatError(code, `${format} stream is damaged or cut short; expected one complete stream`, {
      cause,
    });
  } finally {
    if (!finished) await reader.cancel(); // the caller stopped early
  }
}

/**
 * Inflates at most `most` bytes.
 *
 * @returns the bytes and whether the stream ended with them
 */
export async function inflateUpTo(
  bytes: Uint8Array,
  format: DeflateFormat,
  most: number,
  code: ImageFormatCode,
): Promise<{ bytes: Uint8Array; complete: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let complete = true;
  for await (const piece of inflate(bytes, format, code)) {
    const rest = most - length;
    if (piece.length > rest) {
      pieces.push(piece.subarray(0, rest));
      length = most;
      complete = false;
      break;
    }
    pieces.push(piece);
    length += piece.length;
  }
  return { bytes: joinBytes(pieces, length), complete };
}

/** Codes with which a format refuses compressed voxels. */
export interface InflationCodes {
  readonly damaged: ImageFormatCode;
  readonly truncated: ImageFormatCode;
  readonly trailing: ImageFormatCode;
}

/**
 * Inflates a stream that must hold exactly `expected` bytes, into a buffer of that size and no larger.
 *
 * @throws ImageFormatError with one of `codes`
 */
export async function inflateExactly(
  bytes: Uint8Array,
  format: DeflateFormat,
  expected: number,
  codes: InflationCodes,
): Promise<Uint8Array<ArrayBuffer>> {
  const possible = bytes.length * LARGEST_INFLATION;
  if (expected > possible) throw tooShort(codes, `at most ${possible}`, expected);
  const all = new Uint8Array(expected);
  let length = 0;
  for await (const piece of inflate(bytes, format, codes.damaged)) {
    if (length + piece.length > expected) {
      throw new ImageFormatError(
        codes.trailing,
        `compressed voxels hold more than ${expected} bytes; the header declares ${expected}`,
      );
    }
    all.set(piece, length);
    length += piece.length;
  }
  if (length < expected) throw tooShort(codes, length, expected);
  return all;
}

function tooShort(codes: InflationCodes, found: number | string, expected: number): ImageFormatError {
  return new ImageFormatError(
    codes.truncated,
    `compressed voxels hold ${found} bytes; the header declares ${expected}`,
  );
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
  return joinBytes(pieces, length);
}

/** Pieces one after the other in a buffer of their own. */
export function joinBytes(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
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
  abort(reason: unknown): Promise<void>;
}
interface ByteReader {
  read(): Promise<{ done: true; value?: undefined } | { done: false; value: Uint8Array }>;
  cancel(): Promise<void>;
}

async function feed(
  writable: WritableStream,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  onSourceError: (error: unknown) => void = () => undefined,
): Promise<void> {
  const untyped: unknown = writable.getWriter();
  const writer = untyped as ByteWriter;
  if (bytes instanceof Uint8Array) return feedWhole(writer, bytes);
  const pieces = bytes[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<Uint8Array>;
    try {
      next = await pieces.next();
    } catch (error) {
      onSourceError(error);
      return writer.abort(error);
    }
    if (next.done) return writer.close();
    try {
      await writer.write(next.value);
    } catch (error) {
      await pieces.return?.(); // the stream is damaged, or nobody reads on: nothing more is fetched
      throw error;
    }
  }
}

async function feedWhole(writer: ByteWriter, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    await writer.write(bytes.subarray(at, at + SLICE_BYTES));
  }
  await writer.close();
}
