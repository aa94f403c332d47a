import { textBytes } from './values.js';

/** An element to be written: its value in pieces, so that pixels are not copied. */
export interface Written {
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
export function writeElements(elements: readonly Written[]): Uint8Array[] {
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
export function writeItem(pieces: readonly Uint8Array[]): Uint8Array[] {
  return [delimiter(0xe000, lengthOf(pieces)), ...pieces];
}

export const sequenceEnd = (): Uint8Array => delimiter(0xe0dd, 0);

function delimiter(element: number, length: number): Uint8Array {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint16(0, 0xfffe, true);
  view.setUint16(2, element, true);
  view.setUint32(4, length, true);
  return head;
}

export const writtenText = (tag: number, vr: string, value: string): Written => ({
  tag,
  vr,
  pieces: value === '' ? [] : [textBytes(vr, value)],
});

/** One piece of bytes of many small ones. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
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
export function writeHead(sopClassUid: string, sopInstanceUid: string, transferSyntaxUid: string): Uint8Array[] {
  const meta = writeElements([
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
  return [start, ...writeElements([{ tag: 0x00020000, vr: 'UL', pieces: [length] }]), ...meta];
}
