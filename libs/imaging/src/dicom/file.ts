import { ImageFormatError } from '../image-format-error.js';
import { inflateUpTo } from '../inflate.js';
import { DicomDataSet, structure } from './data-set.js';
import type { Encoding } from './data-set.js';
import { TAG } from './tags.js';

/** A DICOM file whose elements have been found. */
export interface DicomFile {
  readonly transferSyntaxUid: string;
  readonly dataSet: DicomDataSet;
}

export const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const DEFLATED = '1.2.840.10008.1.2.1.99';
export const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';
/** Syntaxes whose pixels are not compressed. Deflated files count as explicit little endian once they are open. */
export const NATIVE_SYNTAXES: ReadonlySet<string> = new Set([
  IMPLICIT_LITTLE_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  EXPLICIT_BIG_ENDIAN,
]);

const PREAMBLE_BYTES = 128;
/** Deflated data sets are inflated this far to learn how large they say they are. */
const PROBE_BYTES = 1 << 22;
/** Bytes that a deflated data set may have beside its header and pixels. */
const LARGEST_BESIDE_PIXELS = 1 << 24;

/**
 * Finds the elements of a DICOM file.
 *
 * Files without preamble and file meta information, as old archives hold them, are read as what their first element shows
 * them to be. A deflated data set is inflated, though not beyond the size that its own image declares.
 *
 * @throws ImageFormatError `dicom-header`, `dicom-structure`, `dicom-truncated`, `dicom-transfer-syntax`, `dicom-deflate`
 */
export async function openDicom(bytes: Uint8Array, maxBytes: number): Promise<DicomFile> {
  const head = readMeta(bytes);
  if (head.transferSyntaxUid === DEFLATED) {
    const inflated = await inflateDataSet(bytes.subarray(head.at), maxBytes);
    return { transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN, dataSet: open(inflated, 0, EXPLICIT_LITTLE_ENDIAN) };
  }
  return { transferSyntaxUid: head.transferSyntaxUid, dataSet: open(bytes, head.at, head.transferSyntaxUid) };
}

/** Elements of a file before its pixels: enough to sort a folder. Deflated files too, of which only the beginning is read. */
export async function openDicomHeader(bytes: Uint8Array): Promise<DicomDataSet> {
  const head = readMeta(bytes);
  if (head.transferSyntaxUid !== DEFLATED) return open(bytes, head.at, head.transferSyntaxUid, TAG.sharedGroups);
  const probe = await inflateUnpadded(bytes.subarray(head.at), PROBE_BYTES);
  return open(probe.bytes, 0, EXPLICIT_LITTLE_ENDIAN, TAG.sharedGroups);
}

function open(bytes: Uint8Array, at: number, transferSyntaxUid: string, until = Infinity): DicomDataSet {
  return new DicomDataSet(encodingOf(bytes, transferSyntaxUid), at, bytes.length, { until });
}

/** Everything but three native syntaxes is explicit little endian around its compressed frames. */
function encodingOf(bytes: Uint8Array, transferSyntaxUid: string): Encoding {
  return {
    bytes,
    littleEndian: transferSyntaxUid !== EXPLICIT_BIG_ENDIAN,
    explicitVr: transferSyntaxUid !== IMPLICIT_LITTLE_ENDIAN,
  };
}

/** Transfer syntax of a file and the byte at which its data set begins. */
function readMeta(bytes: Uint8Array): { transferSyntaxUid: string; at: number } {
  const magic = String.fromCharCode(...bytes.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + 4));
  if (magic !== 'DICM') return { transferSyntaxUid: guessSyntax(bytes, 0), at: 0 };
  const from = PREAMBLE_BYTES + 4;
  const meta = new DicomDataSet(encodingOf(bytes, EXPLICIT_LITTLE_ENDIAN), from, bytes.length, { until: 0x00030000 });
  const transferSyntaxUid = meta.text(TAG.transferSyntax);
  if (transferSyntaxUid !== undefined) return { transferSyntaxUid, at: meta.end };
  if (meta.end > from) throw structure('file meta information names no transfer syntax');
  return { transferSyntaxUid: guessSyntax(bytes, from), at: from };
}

/** Data sets without file meta information begin with group 8. */
function guessSyntax(bytes: Uint8Array, at: number): string {
  const refuse = (): ImageFormatError =>
    new ImageFormatError(
      'dicom-header',
      `file of ${bytes.length} bytes has no "DICM" at byte 128 and does not begin with an element of group 8; expected a DICOM file`,
    );
  if (bytes.length < at + 8) throw refuse();
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const named = /^[A-Z]{2}$/.test(String.fromCharCode(view.getUint8(4), view.getUint8(5)));
  if (view.getUint16(0, true) === 8) return named ? EXPLICIT_LITTLE_ENDIAN : IMPLICIT_LITTLE_ENDIAN;
  if (view.getUint16(0, false) === 8 && named) return EXPLICIT_BIG_ENDIAN;
  throw refuse();
}

/** Inflates a data set in two steps: the header first, then no more than the image that it declares. */
async function inflateDataSet(deflated: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const probe = await inflateUnpadded(deflated, PROBE_BYTES);
  if (probe.complete) return probe.bytes;
  const header = open(probe.bytes, 0, EXPLICIT_LITTLE_ENDIAN, TAG.sharedGroups);
  const pixelBytes =
    (header.uint16(TAG.rows) ?? 0) *
    (header.uint16(TAG.columns) ?? 0) *
    (header.number(TAG.numberOfFrames) ?? 1) *
    (header.uint16(TAG.samplesPerPixel) ?? 1) *
    Math.ceil((header.uint16(TAG.bitsAllocated) ?? 8) / 8);
  if (pixelBytes > maxBytes) {
    throw new ImageFormatError(
      'dicom-too-large',
      `image declares ${pixelBytes} bytes; at most ${maxBytes} bytes are read`,
    );
  }
  const most = header.end + pixelBytes + LARGEST_BESIDE_PIXELS;
  const all = await inflateUnpadded(deflated, most);
  if (all.complete) return all.bytes;
  throw new ImageFormatError(
    'dicom-deflate',
    `data set inflates to more than ${most} bytes; its image has ${pixelBytes} bytes of pixels`,
  );
}

/** A file of even length may end with a zero that is no part of the stream; some engines refuse the stream with it. */
async function inflateUnpadded(deflated: Uint8Array, most: number): ReturnType<typeof inflateUpTo> {
  try {
    return await inflateUpTo(deflated, 'deflate-raw', most, 'dicom-deflate');
  } catch (error) {
    if (deflated.length === 0 || deflated[deflated.length - 1] !== 0) throw error;
    return inflateUpTo(deflated.subarray(0, -1), 'deflate-raw', most, 'dicom-deflate');
  }
}
