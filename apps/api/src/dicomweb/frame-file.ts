import type { StoredValues } from '#imaging';

/** What stands at the end of a file of frames. */
export interface FrameIndex {
  readonly columns: number;
  readonly rows: number;
  /** How the samples become real values. */
  readonly stored: StoredValues;
  /** Where each frame begins, and one past the last. */
  readonly offsets: readonly number[];
}

const MAGIC = 'VMFRAME1';
/** Length of the index, four bytes, and the magic. */
export const TAIL_BYTES = 12;
const MOST_INDEX_BYTES = 1 << 22;

/**
 * Slices of a volume, compressed one by one, then an index as JSON, its length and a magic: written in one go without
 * knowing how long the frames get, and read from the end.
 */
export async function* writeFrameFile(
  head: Omit<FrameIndex, 'offsets'>,
  frames: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const offsets = [0];
  for await (const frame of frames) {
    offsets.push(offsets[offsets.length - 1] + frame.length);
    yield frame;
  }
  const index = Buffer.from(JSON.stringify({ ...head, offsets } satisfies FrameIndex));
  const tail = Buffer.alloc(TAIL_BYTES);
  tail.writeUInt32LE(index.length, 0);
  tail.write(MAGIC, 4, 'latin1');
  yield Buffer.concat([index, tail]);
}

/** @returns length of the index before the tail @throws Error when the file is none of frames: a defect, we wrote it */
export function readTail(tail: Uint8Array, fileBytes: number): number {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  const length = bytes.length === TAIL_BYTES ? bytes.readUInt32LE(0) : 0;
  if (bytes.toString('latin1', 4) !== MAGIC || length > Math.min(MOST_INDEX_BYTES, fileBytes - TAIL_BYTES)) {
    throw new Error(`file of frames of ${fileBytes} bytes does not end as one`);
  }
  return length;
}

export const readIndex = (bytes: Uint8Array): FrameIndex => JSON.parse(Buffer.from(bytes).toString('utf8')) as FrameIndex;
