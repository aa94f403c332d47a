import { deflateRawSync } from 'node:zlib';
import { ctSlice, enhancedCt, join, text, writeDicom } from '../../libs/imaging/src/test-support/dicom-writer.js';
import type { SliceOptions, WriteOptions, Written } from '../../libs/imaging/src/test-support/dicom-writer.js';
import type { Malformed } from './malformed.js';

const IMPLICIT = '1.2.840.10008.1.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const RLE = '1.2.840.10008.1.2.5';
const JPEG_LOSSLESS = '1.2.840.10008.1.2.4.70';
const JPEG_LS = '1.2.840.10008.1.2.4.80';
const JPEG_2000 = '1.2.840.10008.1.2.4.90';
const HTJ2K = '1.2.840.10008.1.2.4.201';

const slice = (options: SliceOptions = {}, write?: WriteOptions): Uint8Array => writeDicom(ctSlice(options), write);
const with_ = (...elements: NonNullable<SliceOptions['with']>): Uint8Array => slice({ with: elements });
const enhanced = (options: SliceOptions = {}, frames?: readonly (readonly Written[])[]): Uint8Array =>
  writeDicom(enhancedCt(options, frames));
const stack = (...z: number[]): Uint8Array[] =>
  z.map((height, n) => slice({ instance: n, position: `-10\\20\\${height}` }));

/** A slice whose bytes a change then spoils. */
function spoiled(change: (bytes: Uint8Array, view: DataView) => Uint8Array | void, bytes = slice()): Uint8Array {
  return change(bytes, new DataView(bytes.buffer)) ?? bytes;
}

/** Byte at which the element of a tag begins, in an explicit little-endian file. */
function find(bytes: Uint8Array, tag: number): number {
  const wanted = [(tag >>> 16) & 255, tag >>> 24, tag & 255, (tag >>> 8) & 255];
  for (let at = 132; at < bytes.length; at++) if (wanted.every((byte, n) => bytes[at + n] === byte)) return at;
  throw new Error(`tag ${tag.toString(16)} is not in the file`);
}

/** Compressed pixels of one frame, or none for it. */
function fragments(
  transferSyntaxUid: string,
  frames: readonly Uint8Array[],
  options: SliceOptions = {},
  table = new Uint8Array(0),
): Uint8Array {
  return slice(options, { transferSyntaxUid, fragments: [table, ...frames] });
}

/** Head of a JPEG 2000 codestream of a given size, a tile without data, and the end. */
function jpeg2000(columns: number, rows: number, components = 1, bits = 16): Uint8Array {
  const siz = new DataView(new ArrayBuffer(45));
  siz.setUint32(0, 0xff4fff51);
  siz.setUint16(4, 41);
  siz.setUint32(8, columns);
  siz.setUint32(12, rows);
  siz.setUint32(24, columns);
  siz.setUint32(28, rows);
  siz.setUint16(40, components);
  siz.setUint8(42, bits - 1);
  siz.setUint16(43, 0x0101);
  const tile = Uint8Array.of(0xff, 0x90, 0, 10, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0x93); // its length left open
  return join([new Uint8Array(siz.buffer), tile, Uint8Array.of(0xff, 0xd9)]);
}

function withTileLength(length: number): Uint8Array {
  const bytes = join([jpeg2000(3, 2).subarray(0, -2), new Uint8Array(8).fill(7), Uint8Array.of(0xff, 0xd9)]);
  new DataView(bytes.buffer).setUint32(51, length);
  return bytes;
}

/** Head of a JPEG file of a process (c3: lossless, f7: JPEG-LS). */
function jpeg(process: number, columns: number, rows: number, bits = 16, components = 1): Uint8Array {
  return Uint8Array.of(
    0xff,
    0xd8,
    0xff,
    process,
    0,
    11,
    bits,
    rows >> 8,
    rows & 255,
    columns >> 8,
    columns & 255,
    components,
    1,
    0x11,
    0,
    0xff,
    0xd9,
  );
}

/** A frame of run-length encoding: the number of segments, where they begin, and their bytes. */
function rle(count: number, offsets: readonly number[], ...segments: Uint8Array[]): Uint8Array {
  const head = new DataView(new ArrayBuffer(64));
  [count, ...offsets].forEach((x, n) => head.setUint32(4 * n, x, true));
  return join([new Uint8Array(head.buffer), ...segments]);
}

const FLAT = Uint8Array.of(251, 7); // six times seven
const frame = (z: string): readonly Written[] => [[0x00209113, 'SQ', [[[0x00200032, 'DS', z]]]]];

function nested(depth: number): Written {
  let items: readonly Written[] = [[0x00080104, 'LO', 'deep']];
  for (let n = 0; n < depth; n++) items = [[0x00081140, 'SQ', [items]]];
  return items[0];
}

/** Open sequences within one another without an end, as bytes: no writer makes them. */
function endless(depth: number): Uint8Array {
  const open = join([
    Uint8Array.of(8, 0, 0x40, 0x11, 83, 81, 0, 0, 255, 255, 255, 255),
    Uint8Array.of(0xfe, 0xff, 0, 0xe0, 255, 255, 255, 255),
  ]);
  return join([writeDicom([]), ...Array.from({ length: depth }, () => open)]);
}

const OTHER = (element: Written): Uint8Array[] => [slice(), slice({ instance: 1, with: [element] })];

export const DICOM: readonly Malformed[] = [
  // not DICOM
  ...one('an empty file', 'dicom-header', () => new Uint8Array(0)),
  ...one('text', 'dicom-header', () =>
    text(
      'this is no image, it is a sentence of more than one hundred and thirty-two bytes so that there is something at byte 128, too. Yes.',
    ),
  ),
  ...one('a preamble alone', 'dicom-header', () => new Uint8Array(128)),
  ...one('zeros', 'dicom-header', () => new Uint8Array(4096)),
  ...one('the magic word alone', 'dicom-header', () => join([new Uint8Array(128), text('DICM')])),
  ...one('an archive', 'dicom-header', () => text('PK\x03\x04 and so on')),
  { kind: 'series', name: 'no file at all', code: 'dicom-no-files', files: () => [] },
  // elements
  ...one('cut in the pixels', 'dicom-truncated', () => slice().subarray(0, -3)),
  ...one('cut in an element head', 'dicom-truncated', () => spoiled((b) => b.subarray(0, find(b, 0x7fe00010) + 5))),
  ...one('cut in the file meta information', 'dicom-truncated', () => slice().subarray(0, 145)),
  ...one('an element longer than the file', 'dicom-truncated', () =>
    spoiled((b, v) => v.setUint16(find(b, 0x00180050) + 6, 0xfff0, true)),
  ),
  ...one('pixels that declare four gigabytes', 'dicom-truncated', () =>
    spoiled((b, v) => v.setUint32(find(b, 0x7fe00010) + 8, 0xfffffffe, true)),
  ),
  ...one('an element twice', 'dicom-structure', () =>
    writeDicom([...ctSlice(), [0x7fe00010, 'OW', [1, 2, 3, 4, 5, 6]]]),
  ),
  ...one('a value representation that is none', 'dicom-structure', () =>
    spoiled((b) => void b.set([0, 1], find(b, 0x00180050) + 4)),
  ),
  ...one('an item outside of a sequence', 'dicom-structure', () =>
    join([slice(), Uint8Array.of(0xfe, 0xff, 0, 0xe0, 0, 0, 0, 0)]),
  ),
  ...one('garbage behind the pixels', 'dicom-structure', () => join([slice(), text('garbage behind the pixels')])),
  ...one('a few bytes behind the pixels', 'dicom-truncated', () => join([slice(), Uint8Array.of(1, 2, 3)])),
  ...one('a number whose length is open', 'dicom-structure', () =>
    join([writeDicom([]), Uint8Array.of(8, 0, 0x40, 0x11, 85, 84, 0, 0, 255, 255, 255, 255)]),
  ),
  ...one('sequences nested a thousand deep', 'dicom-structure', () => writeDicom([nested(1000)], { open: true })),
  ...one('sequences that never end', 'dicom-structure', () => endless(100_000)),
  ...one('a sequence that never ends', 'dicom-truncated', () => endless(1)),
  ...one('a sequence of something else than items', 'dicom-structure', () =>
    enhanced({ with: [[0x52009230, 'SQ', text('no items here!! ')]] }),
  ),
  ...one('an item that is longer than its sequence', 'dicom-truncated', () =>
    spoiled((b, v) => v.setUint32(find(b, 0x00209113) + 16, 999, true), enhanced()),
  ),
  ...one('fifty thousand elements on one level', 'dicom-structure', () =>
    writeDicom(Array.from({ length: 50_000 }, (_, n) => [0x00090000 + n, 'UN', ''] as const)),
  ),
  ...one('no transfer syntax', 'dicom-structure', () => writeDicom(ctSlice(), { transferSyntaxUid: '' })),
  ...one('an unknown transfer syntax', 'dicom-transfer-syntax', () =>
    slice({}, { transferSyntaxUid: '1.2.3.4', fragments: [text(''), text('abcd')] }),
  ),
  ...one('a film', 'dicom-transfer-syntax', () =>
    slice({}, { transferSyntaxUid: '1.2.840.10008.1.2.4.102', fragments: [text(''), text('abcd')] }),
  ),
  ...one('implicit elements called explicit', 'dicom-structure', () =>
    join([writeDicom([]), writeDicom(ctSlice(), { transferSyntaxUid: IMPLICIT, preamble: false })]),
  ),
  // deflated
  ...one('a deflated data set cut short', 'dicom-deflate', () =>
    slice({}, { transferSyntaxUid: DEFLATED }).subarray(0, -9),
  ),
  ...one('a deflated data set of noise', 'dicom-deflate', () =>
    join([writeDicom([], { transferSyntaxUid: DEFLATED }).subarray(0, -2), text('\x07\xff\xfe noise and more noise')]),
  ),
  ...one('a deflated bomb', 'dicom-deflate', () => bomb(false)),
  ...one('a deflated bomb that declares itself', 'dicom-too-large', () => bomb(true)),
  // what kind of object
  ...one('a plan', 'dicom-not-image', () => with_([0x00080060, 'CS', 'RTPLAN'])),
  ...one('a segmentation where an image is due', 'dicom-not-image', () =>
    with_([0x00080060, 'CS', 'SEG'], [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.66.4']),
  ),
  ...one('an ultrasound film', 'dicom-not-image', () => with_([0x00080060, 'CS', 'US'])),
  ...one('no modality', 'dicom-not-image', () => with_([0x00080060, null])),
  ...one('no rows', 'dicom-not-image', () => with_([0x00280010, null])),
  // pixel format
  ...one('zero rows', 'dicom-dimensions', () => with_([0x00280010, 'US', 0])),
  ...one('no columns', 'dicom-dimensions', () => with_([0x00280011, null])),
  ...one('no frames', 'dicom-dimensions', () => with_([0x00280008, 'IS', '0'])),
  ...one('a negative number of frames', 'dicom-dimensions', () => with_([0x00280008, 'IS', '-1'])),
  ...one('half a frame', 'dicom-dimensions', () => with_([0x00280008, 'IS', '0.5'])),
  ...one('two billion frames', 'dicom-dimensions', () => with_([0x00280008, 'IS', '2147483647'])),
  ...one('frames that are a word', 'dicom-dimensions', () => with_([0x00280008, 'IS', 'many'])),
  ...one('colour', 'dicom-pixel-format', () => with_([0x00280002, 'US', 3], [0x00280004, 'CS', 'RGB'])),
  ...one('a palette', 'dicom-pixel-format', () => with_([0x00280004, 'CS', 'PALETTE COLOR'])),
  ...one('twelve bits allocated', 'dicom-pixel-format', () => with_([0x00280100, 'US', 12])),
  ...one('no bits allocated', 'dicom-pixel-format', () => with_([0x00280100, null])),
  ...one('more bits stored than allocated', 'dicom-pixel-format', () => with_([0x00280101, 'US', 17])),
  ...one('no bits stored', 'dicom-pixel-format', () => with_([0x00280101, 'US', 0])),
  ...one('a high bit below the stored ones', 'dicom-pixel-format', () =>
    with_([0x00280101, 'US', 12], [0x00280102, 'US', 5]),
  ),
  ...one('a high bit above all', 'dicom-pixel-format', () => with_([0x00280102, 'US', 16])),
  ...one('a pixel representation of 2', 'dicom-pixel-format', () => with_([0x00280103, 'US', 2])),
  ...one('one bit a pixel', 'dicom-pixel-format', () =>
    with_([0x00280100, 'US', 1], [0x00280101, 'US', 1], [0x00280102, 'US', 0]),
  ),
  // pixels
  ...one('no pixels', 'dicom-pixel-missing', () => with_([0x7fe00010, null])),
  ...one('too few pixels', 'dicom-pixel-length', () => slice({ pixels: [1, 2, 3] })),
  ...one('too many pixels', 'dicom-pixel-length', () => slice({ pixels: [1, 2, 3, 4, 5, 6, 7, 8] })),
  ...one('65535 x 65535 pixels in twelve bytes', 'dicom-too-large', () => slice({ rows: 65535, columns: 65535 })),
  ...one('20000 x 20000 pixels in twelve bytes', 'dicom-pixel-length', () => slice({ rows: 20000, columns: 20000 })),
  ...one('a hundred thousand frames in twelve bytes', 'dicom-position', () => with_([0x00280008, 'IS', '100000'])),
  ...one('fragments in an uncompressed file', 'dicom-structure', () =>
    slice({}, { fragments: [text(''), text('abcd')] }),
  ),
  ...one('plain pixels in a compressed file', 'dicom-structure', () => slice({}, { transferSyntaxUid: JPEG_2000 })),
  ...one('no fragments', 'dicom-pixel-missing', () => fragments(JPEG_2000, [])),
  ...one('not even an offset table', 'dicom-pixel-missing', () =>
    slice({}, { transferSyntaxUid: JPEG_2000, fragments: [] }),
  ),
  ...one('an empty fragment', 'dicom-codestream', () => fragments(JPEG_2000, [new Uint8Array(0)])),
  ...one('a fragment of text', 'dicom-codestream', () => fragments(JPEG_2000, [text('no codestream')])),
  ...one('JPEG 2000 without an end', 'dicom-codestream', () => fragments(JPEG_2000, [jpeg2000(3, 2).subarray(0, -2)])),
  ...one('JPEG 2000 that is all head', 'dicom-codestream', () => fragments(JPEG_2000, [jpeg2000(3, 2)])),
  ...one('JPEG 2000 without a tile', 'dicom-codestream', () =>
    fragments(JPEG_2000, [join([jpeg2000(3, 2).subarray(0, 45), Uint8Array.of(0xff, 0xd9)])]),
  ),
  ...one('HTJ2K with a tile longer than the frame', 'dicom-codestream', () => fragments(HTJ2K, [withTileLength(999)])),
  ...one('HTJ2K with a tile shorter than the frame', 'dicom-codestream', () => fragments(HTJ2K, [withTileLength(14)])),
  ...one('JPEG 2000 cut in its head', 'dicom-codestream', () => fragments(JPEG_2000, [jpeg2000(3, 2).subarray(0, 20)])),
  ...one('JPEG 2000 of another size', 'dicom-frame-differs', () => fragments(JPEG_2000, [jpeg2000(512, 512)])),
  ...one('JPEG 2000 that claims four billion columns', 'dicom-frame-differs', () =>
    fragments(JPEG_2000, [jpeg2000(0xffffffff, 2)]),
  ),
  ...one('JPEG 2000 in colour', 'dicom-frame-differs', () => fragments(JPEG_2000, [jpeg2000(3, 2, 3)])),
  ...one('JPEG 2000 of 38 bits', 'dicom-frame-differs', () => fragments(JPEG_2000, [jpeg2000(3, 2, 1, 38)])),
  ...one('JPEG 2000 of 900 million pixels in 48 bytes', 'dicom-codestream', () =>
    fragments(JPEG_2000, [jpeg2000(30000, 30000)], { rows: 30000, columns: 30000 }),
  ),
  ...one('a JP2 file without a codestream', 'dicom-codestream', () =>
    fragments(JPEG_2000, [join([Uint8Array.of(0, 0, 0, 12), text('jP  '), Uint8Array.of(13, 10, 0x87, 10)])]),
  ),
  ...one('HTJ2K that is all head', 'dicom-codestream', () => fragments(HTJ2K, [jpeg2000(3, 2)])),
  ...one('lossless JPEG that is all head', 'dicom-codestream', () => fragments(JPEG_LOSSLESS, [jpeg(0xc3, 3, 2)])),
  ...one('lossless JPEG of another size', 'dicom-frame-differs', () => fragments(JPEG_LOSSLESS, [jpeg(0xc3, 4, 2)])),
  ...one('JPEG without a frame', 'dicom-codestream', () =>
    fragments(JPEG_LOSSLESS, [Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)]),
  ),
  ...one('JPEG-LS that is all head', 'dicom-codestream', () => fragments(JPEG_LS, [jpeg(0xf7, 3, 2)])),
  ...one('12-bit JPEG that is all head', 'dicom-codestream', () =>
    fragments('1.2.840.10008.1.2.4.51', [jpeg(0xc1, 3, 2, 12)]),
  ),
  ...one('8-bit JPEG that is all head', 'dicom-codestream', () =>
    fragments('1.2.840.10008.1.2.4.50', [jpeg(0xc0, 3, 2, 8)]),
  ),
  ...one('runs: no segments', 'dicom-codestream', () => fragments(RLE, [rle(0, [])])),
  ...one('runs: one segment for two bytes', 'dicom-codestream', () => fragments(RLE, [rle(1, [64], FLAT)])),
  ...one('runs: four billion segments', 'dicom-codestream', () => fragments(RLE, [rle(0xffffffff, [64])])),
  ...one('runs: a segment outside of the frame', 'dicom-codestream', () =>
    fragments(RLE, [rle(2, [64, 999], FLAT, FLAT)]),
  ),
  ...one('runs: segments in the wrong order', 'dicom-codestream', () => fragments(RLE, [rle(2, [66, 64], FLAT, FLAT)])),
  ...one('runs: too short', 'dicom-codestream', () => fragments(RLE, [rle(2, [64, 66], Uint8Array.of(253, 7), FLAT)])),
  ...one('runs: too long', 'dicom-codestream', () => fragments(RLE, [rle(2, [64, 66], Uint8Array.of(200, 7), FLAT)])),
  ...one('runs: a literal past the end', 'dicom-codestream', () =>
    fragments(RLE, [rle(2, [64, 66], Uint8Array.of(9, 1), FLAT)]),
  ),
  ...one('runs: no head', 'dicom-codestream', () => fragments(RLE, [Uint8Array.of(1, 2)])),
  ...one('an offset table that points nowhere', 'dicom-structure', () =>
    writeDicom(enhancedCt(), {
      transferSyntaxUid: RLE,
      fragments: [Uint8Array.of(0, 0, 0, 0, 9, 9, 9, 9), FLAT, FLAT, FLAT],
    }),
  ),
  ...one('an offset table for another number of frames', 'dicom-structure', () =>
    writeDicom(enhancedCt(), { transferSyntaxUid: RLE, fragments: [Uint8Array.of(0, 0, 0, 0), FLAT, FLAT, FLAT] }),
  ),
  ...one('fewer fragments than frames', 'dicom-pixel-missing', () =>
    writeDicom(enhancedCt(), { transferSyntaxUid: RLE, fragments: [text(''), FLAT] }),
  ),
  ...one('fragments of which none begins a frame', 'dicom-pixel-missing', () =>
    writeDicom(enhancedCt(), { transferSyntaxUid: JPEG_2000, fragments: [text(''), FLAT, FLAT, FLAT] }),
  ),
  // place and scale
  ...one('no position', 'dicom-position', () => with_([0x00200032, null])),
  ...one('two coordinates', 'dicom-position', () => slice({ position: '1\\2' })),
  ...one('a coordinate that is a word', 'dicom-position', () => slice({ position: '1\\2\\three' })),
  ...one('an infinite coordinate', 'dicom-position', () => slice({ position: '1\\2\\1e999' })),
  ...one('a coordinate of sixty thousand digits', 'dicom-position', () =>
    slice({ position: `1\\2\\${'1'.repeat(60_000)}x` }, { transferSyntaxUid: IMPLICIT }),
  ),
  ...one('a coordinate of sixty thousand spaces', 'dicom-position', () =>
    slice({ position: `1\\2\\x${' '.repeat(60_000)}x` }, { transferSyntaxUid: IMPLICIT }),
  ),
  ...one('no orientation', 'dicom-orientation', () => with_([0x00200037, null])),
  ...one('five cosines', 'dicom-orientation', () => slice({ orientation: '1\\0\\0\\0\\1' })),
  ...one('cosines of length two', 'dicom-orientation', () => slice({ orientation: '2\\0\\0\\0\\1\\0' })),
  ...one('cosines of length zero', 'dicom-orientation', () => slice({ orientation: '0\\0\\0\\0\\0\\0' })),
  ...one('equal rows and columns', 'dicom-orientation', () => slice({ orientation: '1\\0\\0\\1\\0\\0' })),
  ...one('cosines that are no numbers', 'dicom-orientation', () => slice({ orientation: 'NaN\\0\\0\\0\\1\\0' })),
  ...one('no pixel spacing', 'dicom-spacing', () => with_([0x00280030, null])),
  ...one('one pixel spacing', 'dicom-spacing', () => slice({ spacing: '0.5' })),
  ...one('pixel spacing zero', 'dicom-spacing', () => slice({ spacing: '0\\0.5' })),
  ...one('negative pixel spacing', 'dicom-spacing', () => slice({ spacing: '-0.5\\0.5' })),
  ...one('one slice without thickness', 'dicom-spacing', () => with_([0x00180050, null])),
  ...one('slope zero', 'dicom-scaling', () => with_([0x00281053, 'DS', '0'])),
  ...one('a slope that is a word', 'dicom-scaling', () => with_([0x00281053, 'DS', 'steep'])),
  ...one('an infinite intercept', 'dicom-scaling', () => with_([0x00281052, 'DS', '1e999'])),
  // enhanced images
  ...one('frames without groups', 'dicom-position', () => with_([0x00280008, 'IS', '2'])),
  ...one('fewer groups than frames', 'dicom-position', () => enhanced({ with: [[0x00280008, 'IS', '3']] })),
  ...one('more groups than frames', 'dicom-position', () => enhanced({ with: [[0x00280008, 'IS', '1']] })),
  ...one('a frame without a place', 'dicom-position', () => enhanced({}, [frame('-10\\20\\0'), []])),
  ...one('two frames in one place', 'dicom-slice-duplicate', () =>
    enhanced({}, [frame('-10\\20\\0'), frame('-10\\20\\0')]),
  ),
  ...one('no shared groups', 'dicom-spacing', () => enhanced({ with: [[0x52009229, null]] })),
  // files together
  { kind: 'series', name: 'two series', code: 'dicom-several-series', files: () => OTHER([0x0020000e, 'UI', '1.2.4']) },
  {
    kind: 'series',
    name: 'two frames of reference',
    code: 'dicom-several-series',
    files: () => OTHER([0x00200052, 'UI', '1.2.8']),
  },
  { kind: 'series', name: 'one file twice', code: 'dicom-instance-twice', files: () => [slice(), slice()] },
  {
    kind: 'series',
    name: 'slices of two sizes',
    code: 'dicom-size-differs',
    files: () => [slice(), slice({ instance: 1, rows: 1, pixels: [1, 2, 3] })],
  },
  {
    kind: 'series',
    name: 'signed and unsigned slices',
    code: 'dicom-size-differs',
    files: () => OTHER([0x00280103, 'US', 0]),
  },
  {
    kind: 'series',
    name: 'slices that cross',
    code: 'dicom-orientation-differs',
    files: () => [slice(), slice({ instance: 1, orientation: '0\\1\\0\\0\\0\\1' })],
  },
  {
    kind: 'series',
    name: 'slices upside down',
    code: 'dicom-orientation-differs',
    files: () => [slice(), slice({ instance: 1, orientation: '1\\0\\0\\0\\-1\\0' })],
  },
  {
    kind: 'series',
    name: 'slices of two spacings',
    code: 'dicom-spacing-differs',
    files: () => [slice(), slice({ instance: 1, spacing: '0.5\\0.8' })],
  },
  {
    kind: 'series',
    name: 'two slices in one place',
    code: 'dicom-slice-duplicate',
    files: () => stack(0, 2.5, 2.5, 5),
  },
  { kind: 'series', name: 'a slice missing', code: 'dicom-slice-gap', files: () => stack(0, 2.5, 5, 10, 12.5) },
  { kind: 'series', name: 'many slices missing', code: 'dicom-slice-gap', files: () => stack(0, 1, 2, 3, 50, 51, 52) },
  { kind: 'series', name: 'uneven slices', code: 'dicom-slice-spacing', files: () => stack(0, 2.5, 5.8, 7.5, 10) },
  {
    kind: 'series',
    name: 'slices that come closer',
    code: 'dicom-slice-spacing',
    files: () => stack(0, 2.5, 4.8, 6.9, 8.8),
  },
  {
    kind: 'series',
    name: 'a tilted gantry',
    code: 'dicom-gantry-tilt',
    files: () => [0, 1, 2].map((n) => slice({ instance: n, position: `-10\\${20 + n}\\${2.5 * n}` })),
  },
  {
    kind: 'series',
    name: 'a slice aside',
    code: 'dicom-slice-spacing',
    files: () => [0, 1, 2, 3].map((n) => slice({ instance: n, position: `-10\\${n === 1 ? 29 : 20}\\${2.5 * n}` })),
  },
  {
    kind: 'series',
    name: 'one slice of three cut short',
    code: 'dicom-truncated',
    files: () => stack(0, 2.5, 5).map((b, n) => (n === 1 ? b.subarray(0, -2) : b)),
  },
  {
    kind: 'series',
    name: 'a text among slices',
    code: 'dicom-header',
    files: () => [...stack(0, 2.5), text('read me')],
  },
];

/** A case of a single file. */
function one(name: string, code: Malformed['code'], make: () => Uint8Array): Malformed[] {
  return [{ kind: 'series', name, code, files: () => [make()] }];
}

/** Forty megabytes of zeros in forty kilobytes, in an image that declares twelve bytes, or 7 GB. */
function bomb(declared: boolean): Uint8Array {
  const head = writeDicom([], { transferSyntaxUid: DEFLATED }).subarray(0, -2); // without its empty stream
  const size = declared ? 60_000 : 3;
  const elements = ctSlice({ rows: size, columns: size, pixels: [] });
  const dataSet = writeDicom(elements, { preamble: false });
  const length = 40_000_000;
  new DataView(dataSet.buffer).setUint32(dataSet.length - 4, length, true);
  return join([
    head,
    new Uint8Array(
      deflateRawSync(Buffer.concat([dataSet, Buffer.alloc(length)], dataSet.length + length), { level: 1 }),
    ),
  ]);
}
