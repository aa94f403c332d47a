import { type DicomDataSet, dicomSequenceEnd, writeDicomItem, type WrittenElement } from '#imaging';
import { DeidentificationRefused } from './refusal.js';
import { SWAP_BYTES, swapped } from './values.js';

const PIXELS = 0x7fe00010;
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
/** Implicit and explicit little endian and big endian; deflated files count as explicit little endian once they are open. */
const NATIVE = new Set(['1.2.840.10008.1.2', EXPLICIT_LITTLE_ENDIAN, '1.2.840.10008.1.2.2']);
/** JPEG, JPEG-LS, JPEG 2000, high-throughput JPEG 2000 and run lengths. Films (MPEG) and references to servers are not taken. */
const COMPRESSED = /^1\.2\.840\.10008\.1\.2\.(4\.(50|51|57|70|80|81|90|91|201|202|203)|5)$/;
const RUN_LENGTHS = '1.2.840.10008.1.2.5';

/** Uncompressed files all leave as explicit little endian; compressed ones as they are. */
export function transferSyntaxOf(transferSyntaxUid: string): string {
  if (NATIVE.has(transferSyntaxUid)) return EXPLICIT_LITTLE_ENDIAN;
  if (COMPRESSED.test(transferSyntaxUid)) return transferSyntaxUid;
  throw new DeidentificationRefused(
    'deid-transfer-syntax',
    'the transfer syntax is not one that is read; expected an uncompressed one, RLE, JPEG, JPEG-LS, JPEG 2000 or HTJ2K',
  );
}

/** Bytes that the header says the image has; null when it says nothing or something impossible. */
function declaredBytes(dataSet: DicomDataSet): number | null {
  const [rows, columns, bits] = [0x00280010, 0x00280011, 0x00280100].map((tag) => dataSet.uint16(tag));
  const samples = dataSet.uint16(0x00280002) ?? 1;
  const frames = dataSet.has(0x00280008) ? dataSet.number(0x00280008) : 1;
  if (!rows || !columns || !bits || frames === undefined || !Number.isInteger(frames) || frames < 1) return null;
  // the colours of two neighbours are stored once
  const perPixel = dataSet.text(0x00280004) === 'YBR_FULL_422' && samples === 3 ? 2 : samples;
  return Math.ceil((rows * columns * frames * perPixel * bits) / 8);
}

/**
 * Pixels as they are, value for value. Two things are left behind: bytes after the last pixel or the end of a frame, and what
 * the comments of a JPEG or JPEG 2000 stream say; the lengths of compressed frames do not change.
 *
 * @throws DeidentificationRefused `deid-pixels`
 */
export function rewritePixels(dataSet: DicomDataSet, transferSyntaxUid: string): WrittenElement | null {
  const element = dataSet.element(PIXELS);
  if (!element) return null;
  if (!NATIVE.has(transferSyntaxUid)) {
    if (!element.open) throw refuse('pixels of a compressed transfer syntax do not come in fragments');
    const [offsets, ...fragments] = dataSet.fragments(PIXELS);
    if (!offsets || fragments.length === 0) throw refuse('there is no compressed frame');
    // with as many fragments as frames, each fragment ends where its frame ends
    const whole = fragments.length === (dataSet.number(0x00280008) ?? 1);
    const quiet =
      transferSyntaxUid === RUN_LENGTHS ? fragments : fragments.map((fragment) => withoutComments(fragment, whole));

    return {
      tag: PIXELS,
      vr: 'OB',
      open: true,
      pieces: [...[offsets, ...quiet].flatMap((piece) => writeDicomItem([piece])), dicomSequenceEnd()],
    };
  }
  if (element.open) throw refuse('pixels of an uncompressed transfer syntax come in fragments');
  const expected = declaredBytes(dataSet);
  if (expected === null) throw refuse('the header does not say how many pixels there are');
  if (element.length < expected)
    throw refuse(`there are ${element.length} bytes of pixels; the header declares ${expected}`);
  const { littleEndian, explicitVr } = dataSet.encoding;
  const bits = dataSet.uint16(0x00280100)!;
  const vr = explicitVr ? element.vr : 'OW';
  const all = dataSet.bytes(PIXELS)!;
  // words are turned before bytes are cut: the last pixel of eight bits is the other half of a word
  const width = littleEndian || vr === 'OB' ? 1 : Math.max(SWAP_BYTES.OW, bits / 8);
  const image = (width > 1 ? swapped(all, width) : all).subarray(0, expected);
  const padding = expected % 2 === 0 ? [] : [new Uint8Array(1)];
  return { tag: PIXELS, vr: bits > 8 ? 'OW' : vr === 'OB' ? 'OB' : 'OW', pieces: [image, ...padding] };
}

function refuse(message: string): DeidentificationRefused {
  return new DeidentificationRefused('deid-pixels', message);
}

/** Segments of a JPEG whose content is none of the picture's: comments, and applications other than JFIF, SPIFF and Adobe. */
const isJpegRemark = (marker: number): boolean =>
  marker === 0xfe || (marker >= 0xe1 && marker <= 0xef && marker !== 0xe8 && marker !== 0xee);
const J2K_COMMENT = 0x64;

/**
 * A fragment whose comments are spaces. Only the header of a stream is walked: what follows the start of its scans or tiles
 * is pixels. A fragment that begins in any other way continues a frame and is left alone.
 *
 * @param whole the fragment is a whole frame: what follows its end is zeros
 */
export function withoutComments(fragment: Uint8Array, whole: boolean): Uint8Array {
  const jpeg = fragment[0] === 0xff && fragment[1] === 0xd8;
  const j2k = fragment[0] === 0xff && fragment[1] === 0x4f;
  if (!jpeg && !j2k) return fragment;
  const [isRemark, starts] = jpeg ? [isJpegRemark, 0xda] : [(marker: number) => marker === J2K_COMMENT, 0x90];
  let copy: Uint8Array | null = null;
  for (let at = 2; at + 4 <= fragment.length && fragment[at] === 0xff;) {
    const marker = fragment[at + 1];
    const length = (fragment[at + 2] << 8) | fragment[at + 3];
    if (marker === starts || length < 2) break;
    if (isRemark(marker)) {
      copy ??= fragment.slice();
      // a comment of JPEG 2000 begins with two bytes that say whether it is text
      copy.fill(0x20, at + 4 + (j2k ? 2 : 0), Math.min(at + 2 + length, fragment.length));
    }
    at += 2 + length;
  }
  const end = whole ? endOf(fragment) : fragment.length;
  if (fragment.subarray(end).some((byte) => byte !== 0)) {
    copy ??= fragment.slice();
    copy.fill(0, end);
  }
  return copy ?? fragment;
}

/** One past the last end marker (both families have the same); the whole length where there is none. */
function endOf(fragment: Uint8Array): number {
  for (let at = fragment.length - 2; at >= 2; at--)
    if (fragment[at] === 0xff && fragment[at + 1] === 0xd9) return at + 2;
  return fragment.length;
}
