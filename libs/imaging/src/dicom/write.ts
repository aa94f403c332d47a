import { DicomInexpressible } from './dicom-inexpressible.js';
import { EXPLICIT_LITTLE_ENDIAN } from './file.js';

/** An element to be written: its value in pieces, so that pixels are not copied. Values have an even number of bytes. */
export interface WrittenElement {
  readonly tag: number;
  readonly vr: string;
  readonly pieces: readonly Uint8Array[];
  /** Pixels in fragments: the length stays open, and the pieces bring their own delimiters. */
  readonly open?: true;
}

const LONG_VR = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const OPEN = 0xffffffff;

const lengthOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** Elements in ascending order, explicit little endian, as pieces of bytes. */
export function writeDicomElements(elements: readonly WrittenElement[]): Uint8Array[] {
  return [...elements]
    .sort((a, b) => a.tag - b.tag)
    .flatMap(({ tag, vr, pieces, open }) => {
      const length = lengthOf(pieces);
      // A value too long for a length of 16 bits is written as UN, as PS3.5 6.2.2 says.
      const written = !LONG_VR.has(vr) && length > 0xfffe ? 'UN' : vr;
      const head = new Uint8Array(LONG_VR.has(written) ? 12 : 8);
      const view = new DataView(head.buffer);
      view.setUint16(0, tag >>> 16, true);
      view.setUint16(2, tag & 0xffff, true);
      head[4] = written.charCodeAt(0);
      head[5] = written.charCodeAt(1);
      if (LONG_VR.has(written)) view.setUint32(8, open ? OPEN : length, true);
      else view.setUint16(6, length, true);
      return [head, ...pieces];
    });
}

/** Item of a sequence or fragment of pixels with its length. */
export function writeDicomItem(pieces: readonly Uint8Array[]): Uint8Array[] {
  return [delimiter(0xe000, lengthOf(pieces)), ...pieces];
}

/** Ends a sequence or fragments whose length was left open. */
export const dicomSequenceEnd = (): Uint8Array => delimiter(0xe0dd, 0);

function delimiter(element: number, length: number): Uint8Array {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint16(0, 0xfffe, true);
  view.setUint16(2, element, true);
  view.setUint32(4, length, true);
  return head;
}

const encoder = new TextEncoder();

/** Text as bytes of even length: UTF-8, padded by a space, UIDs by a zero. */
export function textBytes(vr: string, text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.length % 2 === 0) return bytes;
  const padded = new Uint8Array(bytes.length + 1);
  padded.set(bytes);
  padded[bytes.length] = vr === 'UI' ? 0 : 0x20;
  return padded;
}

/** Text, several values divided by backslashes; '' is an element without a value. */
export const writtenText = (tag: number, vr: string, value: string): WrittenElement => ({
  tag,
  vr,
  pieces: value === '' ? [] : [textBytes(vr, value)],
});

/** Unsigned numbers of 16 bits. */
export function writtenUint16(tag: number, ...values: readonly number[]): WrittenElement {
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, n) => view.setUint16(2 * n, value, true));
  return { tag, vr: 'US', pieces: [bytes] };
}

/** Unsigned numbers of 32 bits. */
export function writtenUint32(tag: number, ...values: readonly number[]): WrittenElement {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, n) => view.setUint32(4 * n, value, true));
  return { tag, vr: 'UL', pieces: [bytes] };
}

/** Tags as the value of an element. */
export function writtenTags(tag: number, ...values: readonly number[]): WrittenElement {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, n) => {
    view.setUint16(4 * n, value >>> 16, true);
    view.setUint16(4 * n + 2, value & 0xffff, true);
  });
  return { tag, vr: 'AT', pieces: [bytes] };
}

/** Numbers as text of at most 16 characters each; see `decimalString`. */
export const writtenDecimals = (tag: number, ...values: readonly number[]): WrittenElement =>
  writtenText(tag, 'DS', values.map(decimalString).join('\\'));

/** A sequence of items, each a list of elements. */
export const writtenSequence = (tag: number, items: readonly (readonly WrittenElement[])[]): WrittenElement => ({
  tag,
  vr: 'SQ',
  pieces: items.flatMap((item) => writeDicomItem(writeDicomElements(item))),
});

/**
 * The number nearest to `value` that 16 characters can hold, the limit of a decimal string (DS).
 *
 * @throws DicomInexpressible for NaN and infinities, which DICOM has no word for
 */
export function decimalString(value: number): string {
  if (!Number.isFinite(value)) throw new DicomInexpressible(`${value} cannot be written as a decimal string`);
  let text = String(value === 0 ? 0 : value); // -0 is 0
  for (let digits = 16; text.length > 16; digits--) {
    const short = Number(value.toPrecision(digits));
    const [plain, scientific] = [String(short), short.toExponential()];
    text = plain.length <= 16 ? plain : scientific;
  }
  return text;
}

/** One piece of bytes of many small ones. */
export function joinedBytes(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const all = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** This program as a writer of files; a UUID of its own. */
const IMPLEMENTATION_CLASS_UID = '2.25.153056122302448292535768456654591370041';
const PREAMBLE_BYTES = 128;

/** Preamble of zeros, magic, and file meta information that says nothing of who wrote the file before. */
export function writeDicomHead(sopClassUid: string, sopInstanceUid: string, transferSyntaxUid: string): Uint8Array[] {
  const meta = writeDicomElements([
    { tag: 0x00020001, vr: 'OB', pieces: [new Uint8Array([0, 1])] },
    writtenText(0x00020002, 'UI', sopClassUid),
    writtenText(0x00020003, 'UI', sopInstanceUid),
    writtenText(0x00020010, 'UI', transferSyntaxUid),
    writtenText(0x00020012, 'UI', IMPLEMENTATION_CLASS_UID),
    writtenText(0x00020013, 'SH', 'VOXELMARK'),
  ]);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, lengthOf(meta), true);
  const start = new Uint8Array(PREAMBLE_BYTES + 4);
  start.set([0x44, 0x49, 0x43, 0x4d], PREAMBLE_BYTES); // DICM
  return [start, ...writeDicomElements([{ tag: 0x00020000, vr: 'UL', pieces: [length] }]), ...meta];
}

/** An instance before it becomes a file or an answer of DICOMweb. */
export interface DicomInstance {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** Main data set, no file meta information; (0008,0016), (0008,0018) and the pixels are among them. */
  readonly elements: readonly WrittenElement[];
}

/**
 * A DICOM file (PS3.10) in pieces; the pieces of pixels are the ones given.
 *
 * @param transferSyntaxUid explicit little endian unless told; a compressed one where the caller has replaced (7fe0,0010)
 * @throws RangeError when a value has an odd number of bytes
 */
export function writeDicom(instance: DicomInstance, transferSyntaxUid = EXPLICIT_LITTLE_ENDIAN): Uint8Array[] {
  const odd = instance.elements.find(({ pieces }) => lengthOf(pieces) % 2 === 1);
  if (odd) throw new RangeError(`value of element ${odd.tag.toString(16).padStart(8, '0')} has an odd number of bytes`);
  const { sopClassUid, sopInstanceUid, elements } = instance;
  return [...writeDicomHead(sopClassUid, sopInstanceUid, transferSyntaxUid), ...writeDicomElements(elements)];
}
