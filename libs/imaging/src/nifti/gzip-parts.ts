import { joinBytes } from '../inflate.js';

/**
 * A gzip file (RFC 1952, one member) that can be read from the middle: it is deflated in parts, each begun anew at a byte, and
 * an extra field says where they lie and what the checksum of each is. Whoever knows nothing of it reads the same file from
 * its beginning.
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
  /** CRC-32 of the content of each part; null in files from before there were any. */
  readonly checksums: readonly number[] | null;
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
/** Subfields: 'VM' holds lead, each and lengths, 'VC' the checksums; 32 bits little endian each. */
const [LAYOUT, CHECKSUMS] = ['VM', 'VC'];
/** So that the extra field fits into 65,535 bytes. */
export const MOST_PARTS = 8_000;
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
  const checksums: number[] = [];
  for (let n = 0; n < count; n++) {
    const from = n === 0 ? 0 : lead + (n - 1) * each;
    const content = bytes.subarray(from, n === 0 ? lead : from + each);
    parts.push(compressor.deflate(content, n === count - 1));
    checksums.push(compressor.crc32(content));
  }
  const fields = joinBytes(
    [subfield(LAYOUT, [lead, each, ...parts.map(({ length }) => length)]), subfield(CHECKSUMS, checksums)],
    2 * SUBFIELD_BYTES + 8 + 8 * count,
  );
  const head = new Uint8Array(FIXED_BYTES + fields.length);
  head.set([0x1f, 0x8b, 8, EXTRA, 0, 0, 0, 0, 0, 255]);
  new DataView(head.buffer).setUint16(10, fields.length, true);
  head.set(fields, FIXED_BYTES);
  const tail = new DataView(new ArrayBuffer(8));
  tail.setUint32(0, compressor.crc32(bytes), true);
  tail.setUint32(4, bytes.length >>> 0, true);
  const pieces = [head, ...parts, new Uint8Array(tail.buffer)];
  return joinBytes(
    pieces,
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
}

function subfield(name: string, values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(SUBFIELD_BYTES + 4 * values.length));
  [...name].forEach((letter, n) => view.setUint8(n, letter.charCodeAt(0)));
  view.setUint16(2, 4 * values.length, true);
  values.forEach((value, n) => view.setUint32(SUBFIELD_BYTES + 4 * n, value, true));
  return new Uint8Array(view.buffer);
}

/** Values of each subfield by its name; null where they do not fill the extra field. */
function subfields(extra: Uint8Array): Map<string, number[]> | null {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  const found = new Map<string, number[]>();
  for (let at = 0; at < extra.length;) {
    if (at + SUBFIELD_BYTES > extra.length) return null;
    const bytes = view.getUint16(at + 2, true);
    const from = at + SUBFIELD_BYTES;
    if (from + bytes > extra.length) return null;
    const name = String.fromCharCode(extra[at], extra[at + 1]);
    const values = Array.from({ length: Math.floor(bytes / 4) }, (_, n) => view.getUint32(from + 4 * n, true));
    if (bytes % 4 === 0) found.set(name, values);
    at = from + bytes;
  }
  return found;
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
  if (start === FIXED_BYTES || head.length < start) return null;
  const fields = subfields(head.subarray(FIXED_BYTES, start));
  const [lead = 0, each = 0, ...lengths] = fields?.get(LAYOUT) ?? [];
  if (!(lead > 0 && each > 0 && lengths.length > 0 && lengths.every((length) => length > 0))) return null;
  const checksums = fields?.get(CHECKSUMS);
  return { start, lead, each, lengths, checksums: checksums?.length === lengths.length ? checksums : null };
}

/** Where a part begins in the file. */
export function partOffset({ start, lengths }: GzipParts, part: number): number {
  let offset = start;
  for (let n = 0; n < part; n++) offset += lengths[n];
  return offset;
}

/** A part as a gzip file of its own, so that engines check it as they do others. */
export function partAsFile(bytes: Uint8Array, isLast: boolean, checksum: number, contentBytes: number): Uint8Array {
  const tail = new DataView(new ArrayBuffer(8));
  tail.setUint32(0, checksum, true);
  tail.setUint32(4, contentBytes, true);
  const pieces = [
    Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255),
    bytes,
    ...(isLast ? [] : [END_OF_DEFLATE]),
    new Uint8Array(tail.buffer),
  ];
  return joinBytes(
    pieces,
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
}
