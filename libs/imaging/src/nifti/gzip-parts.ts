import { joinBytes } from '../inflate.js';

/**
 * A gzip file (RFC 1952, one member) that can be read from the middle: it is deflated in parts, each begun anew at a byte, and
 * an extra field says where they lie. Whoever knows nothing of it reads the same file from its beginning.
 */

/** Where the parts of a file lie. Lengths in bytes. */
export interface GzipParts {
  /** Offset of the first part in the file. */
  readonly start: number;
  /** Content of the first part; of each that follows, of which the last may be shorter. */
  readonly lead: number;
  readonly each: number;
  /** Length of each part in the file. */
  readonly lengths: readonly number[];
}

/** What zlib has and engines have not. */
export interface PartCompressor {
  /** A part (RFC 1951) without looking back at others: up to a byte with a full flush, or, of the last, to the end. */
  readonly deflate: (bytes: Uint8Array, isLast: boolean) => Uint8Array;
  /** Checksum of RFC 1952. */
  readonly crc32: (bytes: Uint8Array) => number;
}

const [FIXED_BYTES, SUBFIELD_BYTES] = [12, 4];
const EXTRA = 4;
const ID = [0x56, 0x4d]; // 'VM'
/** So that the extra field fits into 65,535 bytes. */
export const MOST_PARTS = 16_000;
/** An empty last block, for a part that is not the last. */
export const END_OF_DEFLATE = Uint8Array.of(1, 0, 0, 0xff, 0xff);

/**
 * @param lead bytes of the first part, `each` of those that follow
 * @throws RangeError when there would be more than `MOST_PARTS`
 */
export function gzipInParts(bytes: Uint8Array, lead: number, each: number, compressor: PartCompressor): Uint8Array {
  const count = 1 + Math.ceil((bytes.length - lead) / each);
  if (!(lead > 0 && each > 0 && lead <= bytes.length && count <= MOST_PARTS)) {
    throw new RangeError(`${bytes.length} bytes in parts of ${lead} and ${each}; expected at most ${MOST_PARTS} parts`);
  }
  const parts: Uint8Array[] = [];
  for (let n = 0; n < count; n++) {
    const from = n === 0 ? 0 : lead + (n - 1) * each;
    parts.push(compressor.deflate(bytes.subarray(from, n === 0 ? lead : from + each), n === count - 1));
  }
  const data = SUBFIELD_BYTES + 8 + 4 * count;
  const head = new Uint8Array(FIXED_BYTES + data);
  const view = new DataView(head.buffer);
  head.set([0x1f, 0x8b, 8, EXTRA, 0, 0, 0, 0, 0, 255]);
  view.setUint16(10, data, true);
  head.set(ID, FIXED_BYTES);
  view.setUint16(FIXED_BYTES + 2, data - SUBFIELD_BYTES, true);
  [lead, each, ...parts.map(({ length }) => length)].forEach((value, n) =>
    view.setUint32(FIXED_BYTES + SUBFIELD_BYTES + 4 * n, value, true),
  );
  const tail = new DataView(new ArrayBuffer(8));
  tail.setUint32(0, compressor.crc32(bytes), true);
  tail.setUint32(4, bytes.length >>> 0, true);
  const pieces = [head, ...parts, new Uint8Array(tail.buffer)];
  return joinBytes(
    pieces,
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
}

/**
 * How many bytes of a file have to be there for `partsOf`: of one without parts, few.
 *
 * @param bytes the first twelve or more
 */
export function partsHeadBytes(bytes: Uint8Array): number {
  return bytes.length >= FIXED_BYTES && bytes[3] === EXTRA ? FIXED_BYTES + bytes[10] + 256 * bytes[11] : FIXED_BYTES;
}

/**
 * Where the parts lie; null when the file says nothing of it, or nothing that can be true.
 *
 * @param head at least `partsHeadBytes` of the file
 */
export function partsOf(head: Uint8Array): GzipParts | null {
  const start = partsHeadBytes(head);
  if (start < FIXED_BYTES + SUBFIELD_BYTES + 12 || head.length < start) return null;
  const view = new DataView(head.buffer, head.byteOffset, start);
  const stated = view.getUint16(FIXED_BYTES + 2, true);
  if (
    head[FIXED_BYTES] !== ID[0] ||
    head[FIXED_BYTES + 1] !== ID[1] ||
    stated % 4 !== 0 ||
    FIXED_BYTES + SUBFIELD_BYTES + stated !== start
  )
    return null;
  const [lead, each, ...lengths] = Array.from({ length: stated / 4 }, (_, n) =>
    view.getUint32(FIXED_BYTES + SUBFIELD_BYTES + 4 * n, true),
  );
  return lead > 0 && each > 0 && lengths.every((length) => length > 0) ? { start, lead, each, lengths } : null;
}
