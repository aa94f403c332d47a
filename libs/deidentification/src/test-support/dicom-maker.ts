import { createHmac } from 'node:crypto';
import type { KeyedDigest } from '../keyed.js';

/** An element of a file to be made: text, bytes, numbers (US), or the items of a sequence. */
export type Value = string | Uint8Array | readonly number[] | readonly DataSet[];
export type DataSet = Readonly<Record<string, readonly [vr: string, value: Value]>>;

export interface Form {
  readonly littleEndian?: boolean;
  readonly explicitVr?: boolean;
  /** Sequences and items without length. */
  readonly open?: boolean;
}

const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SYNTAX = { implicit: '1.2.840.10008.1.2', explicit: '1.2.840.10008.1.2.1', big: '1.2.840.10008.1.2.2' };

const isItems = (value: Value): value is readonly DataSet[] => Array.isArray(value) && typeof value[0] !== 'number';

function bytesOf(vr: string, value: Value, form: Form): Buffer {
  if (isItems(value)) {
    return Buffer.concat([
      ...value.map((item) => {
        const inner = makeElements(item, form);
        const head = delimiter(0xe000, form.open ? 0xffffffff : inner.length, form);
        return Buffer.concat([head, inner, ...(form.open ? [delimiter(0xe00d, 0, form)] : [])]);
      }),
      ...(form.open ? [delimiter(0xe0dd, 0, form)] : []),
    ]);
  }
  if (Array.isArray(value)) {
    const bytes = Buffer.alloc(2 * value.length);
    (value as number[]).forEach((n, at) =>
      form.littleEndian === false ? bytes.writeUInt16BE(n, 2 * at) : bytes.writeUInt16LE(n, 2 * at),
    );
    return bytes;
  }
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value as Uint8Array);
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([vr === 'UI' || vr === 'OB' ? 0 : 0x20])]);
}

function delimiter(element: number, length: number, form: Form): Buffer {
  return Buffer.concat([u16(0xfffe, form), u16(element, form), u32(length, form)]);
}

function u16(n: number, form: Form): Buffer {
  const bytes = Buffer.alloc(2);
  return form.littleEndian === false ? (bytes.writeUInt16BE(n), bytes) : (bytes.writeUInt16LE(n), bytes);
}

function u32(n: number, form: Form): Buffer {
  const bytes = Buffer.alloc(4);
  return form.littleEndian === false ? (bytes.writeUInt32BE(n), bytes) : (bytes.writeUInt32LE(n), bytes);
}

/** Elements in ascending order of their tags (eight hexadecimal digits). */
export function makeElements(dataSet: DataSet, form: Form = {}): Buffer {
  return Buffer.concat(
    Object.keys(dataSet)
      .sort()
      .flatMap((tag) => {
        const [vr, value] = dataSet[tag];
        const bytes = bytesOf(vr, value, form);
        const head = [u16(parseInt(tag.slice(0, 4), 16), form), u16(parseInt(tag.slice(4), 16), form)];
        const length = isItems(value) && form.open ? 0xffffffff : bytes.length;
        if (form.explicitVr === false) return [...head, u32(length, form), bytes];
        if (LONG.has(vr)) return [...head, Buffer.from(vr), Buffer.alloc(2), u32(length, form), bytes];
        return [...head, Buffer.from(vr), u16(length, form), bytes];
      }),
  );
}

/** A file of a data set, elements of group 2 at their place, with a preamble and file meta information that say too much. */
export function makeFile(dataSet: DataSet, form: Form = {}, transferSyntaxUid?: string): Uint8Array {
  const syntax =
    transferSyntaxUid ??
    (form.littleEndian === false ? SYNTAX.big : form.explicitVr === false ? SYNTAX.implicit : SYNTAX.explicit);
  const meta = makeElements({
    '00020002': ['UI', dataSet['00080016']?.[1] ?? ''],
    '00020003': ['UI', '1.2.3.4.5'],
    '00020010': ['UI', syntax],
    '00020012': ['UI', '1.2.3.99'],
    '00020016': ['AE', 'SENTINEL-AE'],
    ...Object.fromEntries(Object.entries(dataSet).filter(([tag]) => tag.startsWith('0002'))),
  });
  const main = Object.fromEntries(Object.entries(dataSet).filter(([tag]) => !tag.startsWith('0002')));
  return new Uint8Array(
    Buffer.concat([Buffer.alloc(128, 'MZ SENTINEL '), Buffer.from('DICM'), meta, makeElements(main, form)]),
  );
}

export const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';

/** A slice of a CT of the abdomen, four pixels wide and two high. */
export function ctSlice(extra: DataSet = {}): DataSet {
  return {
    '00080008': ['CS', 'ORIGINAL\\PRIMARY\\AXIAL'],
    '00080016': ['UI', CT_IMAGE],
    '00080018': ['UI', '1.2.3.4.5'],
    '00080020': ['DA', '20200301'],
    '00080030': ['TM', '101112.5'],
    '00080060': ['CS', 'CT'],
    '00080070': ['LO', 'Maker'],
    '00100010': ['PN', 'Doe^John'],
    '00100020': ['LO', 'MRN-4711'],
    '00100030': ['DA', '19700615'],
    '00100040': ['CS', 'M'],
    '00180015': ['CS', 'ABDOMEN'],
    '00180050': ['DS', '2.5'],
    '0020000d': ['UI', '1.2.3.4'],
    '0020000e': ['UI', '1.2.3.4.1'],
    '00200032': ['DS', '-10\\-10\\5'],
    '00200037': ['DS', '1\\0\\0\\0\\1\\0'],
    '00200052': ['UI', '1.2.3.4.2'],
    '00280002': ['US', [1]],
    '00280004': ['CS', 'MONOCHROME2'],
    '00280010': ['US', [2]],
    '00280011': ['US', [4]],
    '00280030': ['DS', '0.7\\0.7'],
    '00280100': ['US', [16]],
    '00280101': ['US', [16]],
    '00280102': ['US', [15]],
    '00280103': ['US', [1]],
    '00281052': ['DS', '-1024'],
    '00281053': ['DS', '1'],
    '7fe00010': ['OW', [1, 2, 3, 4, 500, 600, 700, 65535]],
    ...extra,
  };
}

/** HMAC-SHA256 as an organiser's machine computes it. */
export const testDigest: KeyedDigest = (message) =>
  createHmac('sha256', 'a secret of a test, long enough').update(message).digest();
