import { ImageFormatError } from '../image-format-error.js';
import { joinBytes } from '../inflate.js';
import { readCodestream, unwrapJp2 } from './codestream.js';
import { structure } from './data-set.js';
import type { DicomDataSet } from './data-set.js';
import { EXPLICIT_BIG_ENDIAN, NATIVE_SYNTAXES } from './file.js';
import type { DicomFile } from './file.js';
import type { Codestream, PixelCodecs } from './pixel-codecs.js';
import { decodeRle } from './rle.js';
import { TAG } from './tags.js';

/** How the pixels of an image are stored. One sample a pixel. */
export interface PixelFormat {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly bitsAllocated: 1 | 8 | 16 | 32;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
}

/** Stored values of one frame and more. */
export type StoredArray = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;

const RLE = '1.2.840.10008.1.2.5';
/** More frames than any scanner makes. */
const MOST_FRAMES = 100_000;
/** Frames of more pixels than this must not be compressed further than anything real is: decoders make room for all of them. */
const LARGE_FRAME = 2 ** 22;
const LARGEST_RATIO = 1024;
/** Zeros behind uncompressed pixels: one for even length, or up to the end of a disk block as some archives write them. */
const MOST_PADDING = 512;

/**
 * Reads the description of the pixels and checks that it holds together.
 *
 * @param palette whether pixels may be indices of colours, as in segmentations
 * @throws ImageFormatError `dicom-dimensions` or `dicom-pixel-format`
 */
export function readPixelFormat(dataSet: DicomDataSet, palette = false): PixelFormat {
  const rows = dataSet.uint16(TAG.rows) ?? 0;
  const columns = dataSet.uint16(TAG.columns) ?? 0;
  const stated = dataSet.texts(TAG.numberOfFrames)[0];
  const frames = stated === undefined || stated === '' ? 1 : (dataSet.number(TAG.numberOfFrames) ?? NaN);
  if (rows < 1 || columns < 1 || !Number.isInteger(frames) || frames < 1 || frames > MOST_FRAMES) {
    throw new ImageFormatError(
      'dicom-dimensions',
      `image has ${columns} columns, ${rows} rows and ${frames} frames; expected at least one of each, and at most ${MOST_FRAMES} frames`,
    );
  }
  const samples = dataSet.uint16(TAG.samplesPerPixel) ?? 1;
  const photometric = dataSet.text(TAG.photometric) ?? 'MONOCHROME2';
  if (samples !== 1 || !(/^MONOCHROME[12]$/.test(photometric) || (palette && photometric === 'PALETTE COLOR'))) {
    throw new ImageFormatError(
      'dicom-pixel-format',
      `image has ${samples} samples a pixel, ${photometric}; expected one, MONOCHROME1 or MONOCHROME2`,
    );
  }
  const bitsAllocated = dataSet.uint16(TAG.bitsAllocated) ?? 0;
  const bitsStored = dataSet.uint16(TAG.bitsStored) ?? bitsAllocated;
  const highBit = dataSet.uint16(TAG.highBit) ?? bitsStored - 1;
  const representation = dataSet.uint16(TAG.pixelRepresentation) ?? 0;
  if (
    ![1, 8, 16, 32].includes(bitsAllocated) ||
    bitsStored < 1 ||
    bitsStored > bitsAllocated ||
    highBit < bitsStored - 1 ||
    highBit >= bitsAllocated ||
    representation > 1
  ) {
    throw new ImageFormatError(
      'dicom-pixel-format',
      `pixels have ${bitsAllocated} bits of which ${bitsStored} are stored, the highest is bit ${highBit}, representation ${representation}; ` +
        'expected 1, 8, 16 or 32 bits that hold the stored ones, and representation 0 or 1',
    );
  }
  return {
    rows,
    columns,
    frames,
    bitsAllocated: bitsAllocated as PixelFormat['bitsAllocated'],
    bitsStored,
    highBit,
    signed: representation === 1,
  };
}

/** An array for `count` stored values. */
export function allocateStored({ bitsAllocated, signed }: PixelFormat, count: number): StoredArray {
  if (bitsAllocated <= 8) return signed ? new Int8Array(count) : new Uint8Array(count);
  if (bitsAllocated === 16) return signed ? new Int16Array(count) : new Uint16Array(count);
  return signed ? new Int32Array(count) : new Uint32Array(count);
}

/** Hands out the frames of an image, one at a time. */
export interface FrameReader {
  /** Writes the stored values of frame n, sign and unused bits settled, into `out` from `at` on. */
  read(n: number, out: StoredArray, at: number): Promise<void>;
}

/**
 * Opens the pixels of a file for reading.
 *
 * @throws ImageFormatError when the pixels are missing, incomplete or encoded in a way that is not read
 */
export function openFrames(
  { dataSet, transferSyntaxUid }: DicomFile,
  format: PixelFormat,
  codecs: PixelCodecs,
): FrameReader {
  const element = dataSet.element(TAG.pixelData);
  if (!element) throw new ImageFormatError('dicom-pixel-missing', 'file has no pixels; expected element (7fe0,0010)');
  const samples = format.rows * format.columns;
  if (NATIVE_SYNTAXES.has(transferSyntaxUid)) {
    if (element.open) throw structure('pixels of an uncompressed transfer syntax come in fragments');
    return nativeFrames(dataSet, format, transferSyntaxUid === EXPLICIT_BIG_ENDIAN);
  }
  if (transferSyntaxUid !== RLE && !codecs.transferSyntaxes.has(transferSyntaxUid)) {
    throw new ImageFormatError(
      'dicom-transfer-syntax',
      `transfer syntax is ${transferSyntaxUid}; expected one of ${[...NATIVE_SYNTAXES, RLE, ...codecs.transferSyntaxes].join(', ')}`,
    );
  }
  if (!element.open) throw structure('pixels of a compressed transfer syntax do not come in fragments');
  const frames = splitFrames(dataSet, format.frames);
  const unused = unusedLowBits(format);
  if (transferSyntaxUid === RLE) {
    const width = format.bitsAllocated / 8;
    return {
      async read(n, out, at) {
        settle(decodeRle(joined(frames[n]), samples, width), format.bitsAllocated, format, out, at, unused);
      },
    };
  }
  // All of them before any is decoded and before room is made for what they claim to be.
  frames.forEach((fragments, n) => checkedFrame(fragments, n, format));
  return {
    async read(n, out, at) {
      const { frame, stated } = checkedFrame(frames[n], n, format);
      let decoded: Uint8Array;
      try {
        decoded = await codecs.decode(transferSyntaxUid, frame, stated);
      } catch (cause) {
        throw new ImageFormatError(
          'dicom-codestream',
          `compressed frame ${n} of ${frame.length} bytes cannot be decoded; expected a complete codestream of ${transferSyntaxUid}`,
          { cause },
        );
      }
      const bits = stated.bitsPerSample <= 8 ? 8 : 16;
      if (decoded.length !== (samples * bits) / 8) {
        throw new ImageFormatError(
          'dicom-codestream',
          `frame ${n} decodes to ${decoded.length} bytes; expected ${(samples * bits) / 8}`,
        );
      }
      // A codestream of just the stored bits holds them lowest, wherever the header says they lay before.
      settle(decoded, bits, format, out, at, stated.bitsPerSample > format.bitsStored ? unused : 0);
    },
  };
}

/** A codestream whose own header agrees with the data set. */
function checkedFrame(
  fragments: readonly Uint8Array[],
  n: number,
  format: PixelFormat,
): { frame: Uint8Array; stated: Codestream } {
  const frame = unwrapJp2(joined(fragments));
  const stated = readCodestream(frame);
  const { columns, rows } = format;
  if (
    stated.columns !== columns ||
    stated.rows !== rows ||
    stated.components !== 1 ||
    stated.bitsPerSample > Math.min(16, format.bitsAllocated)
  ) {
    throw new ImageFormatError(
      'dicom-frame-differs',
      `compressed frame ${n} is ${stated.columns} x ${stated.rows} with ${stated.components} components of ${stated.bitsPerSample} bits; ` +
        `its header declares ${columns} x ${rows}, 1 component of ${format.bitsStored} bits`,
    );
  }
  if (columns * rows > LARGE_FRAME && frame.length * LARGEST_RATIO < columns * rows) {
    throw new ImageFormatError(
      'dicom-codestream',
      `compressed frame ${n} has ${frame.length} bytes for ${columns} x ${rows} pixels; expected at least one for every ${LARGEST_RATIO} of so many`,
    );
  }
  return { frame, stated };
}

function nativeFrames(dataSet: DicomDataSet, format: PixelFormat, bigEndian: boolean): FrameReader {
  const bytes = dataSet.bytes(TAG.pixelData) ?? new Uint8Array(0);
  const samples = format.rows * format.columns;
  const expected = Math.ceil((samples * format.frames * format.bitsAllocated) / 8);
  const padding = bytes.subarray(expected);
  if (bytes.length < expected || padding.length > MOST_PADDING || padding.some((byte) => byte !== 0)) {
    throw new ImageFormatError(
      'dicom-pixel-length',
      `pixels have ${bytes.length} bytes; ${format.columns} x ${format.rows} x ${format.frames} of ${format.bitsAllocated} bits are ${expected}`,
    );
  }
  // Words of 16 bits are swapped in big-endian files, also where two pixels share one.
  const word = dataSet.element(TAG.pixelData)?.vr === 'OW' ? 16 : 8;
  const width = bigEndian ? Math.max(word, format.bitsAllocated) / 8 : 1;
  return {
    async read(n, out, at) {
      if (format.bitsAllocated === 1) {
        const first = n * samples; // frames follow one another without padding to whole bytes
        for (let p = 0; p < samples; p++) out[at + p] = (bytes[(first + p) >> 3] >> ((first + p) & 7)) & 1;
        return;
      }
      const frameBytes = (samples * format.bitsAllocated) / 8;
      let frame = bytes.subarray(n * frameBytes, (n + 1) * frameBytes);
      if (width > 1) frame = swapped(bytes, n * frameBytes, frameBytes, width);
      settle(frame, format.bitsAllocated, format, out, at, unusedLowBits(format));
    },
  };
}

/** A copy of bytes with each group of `width` reversed; groups are counted from the start of the pixels. */
function swapped(bytes: Uint8Array, from: number, length: number, width: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let n = 0; n < length; n++) {
    const at = from + n;
    const partner = at - (at % width) + (width - 1 - (at % width));
    out[n] = bytes[Math.min(partner, bytes.length - 1)];
  }
  return out;
}

/** Takes the stored bits out of samples of 8, 16 or 32 bits, little endian: unused bits away, sign spread. */
function settle(
  bytes: Uint8Array,
  bits: number,
  { bitsStored, signed }: PixelFormat,
  out: StoredArray,
  at: number,
  low: number,
): void {
  const samples = samplesOf(bytes, bits);
  const drop = 32 - bitsStored;
  if (signed) for (let n = 0; n < samples.length; n++) out[at + n] = ((samples[n] >>> low) << drop) >> drop;
  else for (let n = 0; n < samples.length; n++) out[at + n] = ((samples[n] >>> low) << drop) >>> drop;
}

/** Little-endian bytes as unsigned samples: a view where memory allows one. */
function samplesOf(bytes: Uint8Array, bits: number): Uint8Array | Uint16Array | Uint32Array {
  if (bits === 8) return bytes;
  const width = bits / 8;
  const count = bytes.length / width;
  const hostLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  if (!hostLittleEndian) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bits === 16) return Uint16Array.from({ length: count }, (_, n) => view.getUint16(2 * n, true));
    return Uint32Array.from({ length: count }, (_, n) => view.getUint32(4 * n, true));
  }
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  if (bits === 16) return new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, count);
}

/** Bits below the stored ones: none in nearly all files. */
function unusedLowBits({ highBit, bitsStored }: PixelFormat): number {
  return highBit + 1 - bitsStored;
}

/** Fragments of each frame of compressed pixels. */
function splitFrames(dataSet: DicomDataSet, frames: number): Uint8Array[][] {
  const [table, ...fragments] = dataSet.fragments(TAG.pixelData);
  if (!table || fragments.length < frames) {
    throw new ImageFormatError(
      'dicom-pixel-missing',
      `compressed pixels come in ${fragments.length} fragments; expected at least one for each of ${frames} frames`,
    );
  }
  if (frames === 1) return [fragments];
  if (fragments.length === frames) return fragments.map((fragment) => [fragment]);
  const starts = table.length > 0 ? tableStarts(table, fragments, frames) : markerStarts(fragments);
  if (starts.length !== frames) {
    throw new ImageFormatError(
      'dicom-pixel-missing',
      `compressed pixels hold ${starts.length} frames; the header declares ${frames}`,
    );
  }
  return starts.map((start, n) => fragments.slice(start, starts[n + 1]));
}

/** Index of the first fragment of each frame from the basic offset table. */
function tableStarts(table: Uint8Array, fragments: readonly Uint8Array[], frames: number): number[] {
  if (table.length !== 4 * frames)
    throw structure(`offset table has ${table.length} bytes; expected 4 for each of ${frames} frames`);
  const indexAt = new Map<number, number>();
  let offset = 0;
  fragments.forEach((fragment, index) => {
    indexAt.set(offset, index);
    offset += 8 + fragment.length;
  });
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  return Array.from({ length: frames }, (_, n) => {
    const index = indexAt.get(view.getUint32(4 * n, true));
    if (index === undefined || (n === 0) !== (index === 0))
      throw structure(`offset table does not point at a fragment for frame ${n}`);
    return index;
  });
}

/** Without a table, a frame begins where a codestream does. */
function markerStarts(fragments: readonly Uint8Array[]): number[] {
  return fragments.flatMap(([a, b, c], index) => {
    const starts = a === 0xff && ((b === 0xd8 && c === 0xff) || (b === 0x4f && c === 0xff));
    return starts ? [index] : [];
  });
}

function joined(fragments: readonly Uint8Array[]): Uint8Array {
  if (fragments.length === 1) return fragments[0];
  return joinBytes(
    fragments,
    fragments.reduce((sum, { length }) => sum + length, 0),
  );
}
