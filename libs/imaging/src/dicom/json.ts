import type { DicomDataSet } from './data-set.js';

/** An element in the JSON model of DICOM, PS3.18 annex F. */
export interface DicomJsonElement {
  readonly vr: string;
  readonly Value?: readonly (string | number | { readonly Alphabetic: string } | DicomJson | null)[];
  /** Base64. */
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
}

/** A data set in the JSON model: elements by tag, eight upper-case hexadecimal digits. */
export interface DicomJson {
  readonly [tag: string]: DicomJsonElement;
}

export interface DicomJsonOptions {
  /** Address of a value that is not sent along: path of tags and item numbers from the top, joined by `/`. */
  readonly bulkUri: (path: string) => string;
  /** Longest value of bytes that is sent along; 1024 by default. Pixels never are. */
  readonly inlineBytes?: number;
}

const TEXTS = new Set(['AE', 'AS', 'CS', 'DA', 'DT', 'LO', 'SH', 'TM', 'UC', 'UI']);
/** Texts in which a backslash is a character. */
const LONG_TEXTS = new Set(['LT', 'ST', 'UR', 'UT']);
const BYTES = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
const PIXELS = new Set(['7FE00010', '7FE00008', '7FE00009']);
const INLINE_BYTES = 1024;

/**
 * A data set as JSON. Group lengths are left out, as the annex says; bytes above a limit become addresses.
 *
 * @throws TypeError for a data set whose elements do not name their representations, or has one that no standard knows
 */
export function dicomJson(dataSet: DicomDataSet, options: DicomJsonOptions): DicomJson {
  return objectOf(dataSet, '', options);
}

function objectOf(dataSet: DicomDataSet, path: string, options: DicomJsonOptions): DicomJson {
  const elements: [string, DicomJsonElement][] = [];
  for (const tag of dataSet.tags()) {
    if ((tag & 0xffff) === 0) continue;
    const name = tag.toString(16).toUpperCase().padStart(8, '0');
    elements.push([name, elementOf(dataSet, tag, `${path}${name}`, options)]);
  }
  return Object.fromEntries(elements);
}

function elementOf(dataSet: DicomDataSet, tag: number, path: string, options: DicomJsonOptions): DicomJsonElement {
  const { vr, length, open } = dataSet.element(tag)!;
  if (vr === 'SQ') {
    const items = [...dataSet.items(tag)].map((item, n) => objectOf(item, `${path}/${n + 1}/`, options));
    return items.length > 0 ? { vr, Value: items } : { vr };
  }
  if (PIXELS.has(path) || (BYTES.has(vr) && (open || length > (options.inlineBytes ?? INLINE_BYTES)))) {
    return { vr, BulkDataURI: options.bulkUri(path) };
  }
  if (length === 0) return { vr };
  if (BYTES.has(vr)) return { vr, InlineBinary: btoa(String.fromCharCode(...dataSet.bytes(tag)!)) };
  const values = valuesOf(dataSet, tag, vr);
  return values.some((value) => value !== null) ? { vr, Value: values } : { vr };
}

function valuesOf(dataSet: DicomDataSet, tag: number, vr: string): (string | number | { Alphabetic: string } | null)[] {
  const { encoding } = dataSet;
  if (TEXTS.has(vr)) return dataSet.texts(tag).map((text) => text || null);
  if (LONG_TEXTS.has(vr)) return [dataSet.texts(tag).join('\\')];
  if (vr === 'PN') {
    return dataSet.texts(tag).map((text) => (text === '' ? null : { Alphabetic: text.split('=', 1)[0] }));
  }
  if (vr === 'DS' || vr === 'IS' || vr === 'FD') {
    return dataSet.numbers(tag).map((number) => (Number.isFinite(number) ? number : null));
  }
  const bytes = dataSet.bytes(tag)!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = encoding.littleEndian;
  const each = <T>(width: number, read: (at: number) => T): T[] =>
    Array.from({ length: Math.floor(bytes.length / width) }, (_, n) => read(n * width));
  switch (vr) {
    case 'FL':
      return each(4, (at) => finite(view.getFloat32(at, little)));
    case 'SL':
      return each(4, (at) => view.getInt32(at, little));
    case 'SS':
      return each(2, (at) => view.getInt16(at, little));
    case 'UL':
      return each(4, (at) => view.getUint32(at, little));
    case 'US':
      return each(2, (at) => view.getUint16(at, little));
    case 'SV': // beyond 2^53 a JSON number is another number
      return each(8, (at) => String(view.getBigInt64(at, little)));
    case 'UV':
      return each(8, (at) => String(view.getBigUint64(at, little)));
    case 'AT':
      return each(4, (at) => hex(view.getUint16(at, little)) + hex(view.getUint16(at + 2, little)));
    default:
      throw new TypeError(`element ${tag.toString(16).padStart(8, '0')} has the representation "${vr}", which JSON has no form for`);
  }
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');
/** JSON has no NaN. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
