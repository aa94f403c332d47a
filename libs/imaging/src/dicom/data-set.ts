import { ImageFormatError } from '../image-format-error.js';

/** Bytes of a DICOM data set and how its elements are written. */
export interface Encoding {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  /** Whether each element names its value representation. */
  readonly explicitVr: boolean;
}

/** Where the value of an element lies. `length` never reaches past the data set. */
export interface Element {
  readonly tag: number;
  /** Two letters, or '' in implicit data sets. */
  readonly vr: string;
  readonly at: number;
  readonly length: number;
  /** Length was left open: a sequence, or pixels in fragments. */
  readonly open: boolean;
}

export const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
export const SEQUENCE_END = 0xfffee0dd;
const OPEN = 0xffffffff;

/** Real files nest four or five deep. */
const DEEPEST = 24;
/** Elements of one data set at one level; items of sequences count for themselves. */
const MOST_ELEMENTS = 20_000;
/** Value representations whose length has 32 bits. */
const LONG_VR = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/**
 * The elements of a data set, found but not copied; sequences are walked when asked for.
 *
 * Bounded for hostile files: memory grows with the elements of one level only, nesting is limited, and no length is
 * believed beyond the end of the data set that holds it. Read like this, a segmentation with a hundred thousand items in
 * its functional groups costs no memory.
 */
export class DicomDataSet {
  readonly #encoding: Encoding;
  readonly #view: DataView;
  readonly #depth: number;
  readonly #elements = new Map<number, Element>();
  /** One past the last byte of the data set. */
  readonly end: number;

  /**
   * @param from first byte
   * @param to   one past the last byte; an item of open length ends earlier, at its delimiter
   * @param open whether the data set is an item of open length
   * @param until stop before this tag
   * @throws ImageFormatError `dicom-truncated` or `dicom-structure`
   */
  constructor(encoding: Encoding, from: number, to: number, { open = false, depth = 0, until = Infinity } = {}) {
    this.#encoding = encoding;
    this.#view = new DataView(encoding.bytes.buffer, encoding.bytes.byteOffset, encoding.bytes.byteLength);
    this.#depth = depth;
    if (depth > DEEPEST) throw structure(`sequences are nested more than ${DEEPEST} deep`);
    let at = from;
    let ended = !open;
    while (at < to) {
      if (at + 8 <= to && this.#tagAt(at, encoding.littleEndian) >= until) break;
      const element = this.#elementAt(at, to);
      if (element.tag === ITEM_END && open) {
        at = element.at;
        ended = true;
        break;
      }
      if (element.tag >>> 16 === 0xfffe) throw structure(`${tagName(element.tag)} stands outside of a sequence`);
      if (this.#elements.has(element.tag)) throw structure(`element ${tagName(element.tag)} occurs twice`);
      if (this.#elements.size === MOST_ELEMENTS) throw structure(`data set has more than ${MOST_ELEMENTS} elements`);
      this.#elements.set(element.tag, element);
      at = element.at + element.length;
    }
    if (!ended) throw truncated('an item of a sequence has no end');
    this.end = at;
  }

  get encoding(): Encoding {
    return this.#encoding;
  }

  has(tag: number): boolean {
    return this.#elements.has(tag);
  }

  element(tag: number): Element | undefined {
    return this.#elements.get(tag);
  }

  tags(): IterableIterator<number> {
    return this.#elements.keys();
  }

  /** Value bytes, padding included; undefined when the element is absent. */
  bytes(tag: number): Uint8Array | undefined {
    const element = this.#elements.get(tag);
    return element && this.#encoding.bytes.subarray(element.at, element.at + element.length);
  }

  /** Texts of an element, divided at backslashes, without padding. Empty when the element is absent or empty. */
  texts(tag: number): string[] {
    const value = this.bytes(tag);
    if (!value || value.length === 0) return [];
    if (value.length > 1 << 16) throw structure(`text ${tagName(tag)} has ${value.length} bytes`);
    const utf8 = this.#isUtf8();
    const text = new TextDecoder(utf8 ? 'utf-8' : 'latin1').decode(value);
    return text.split('\\').map(withoutPadding);
  }

  text(tag: number): string | undefined {
    return this.texts(tag)[0] || undefined;
  }

  /** Unsigned 16-bit number; null when the element is absent or empty. */
  uint16(tag: number, index = 0): number | null {
    const element = this.#elements.get(tag);
    if (!element || element.length < 2 * (index + 1)) return null;
    return this.#view.getUint16(element.at + 2 * index, this.#encoding.littleEndian);
  }

  /** Unsigned 32-bit number; null when the element is absent or empty. */
  uint32(tag: number, index = 0): number | null {
    const element = this.#elements.get(tag);
    if (!element || element.length < 4 * (index + 1)) return null;
    return this.#view.getUint32(element.at + 4 * index, this.#encoding.littleEndian);
  }

  /** Numbers written as text (DS, IS) or as float64 or float32 where the element says so. NaN where text is no number. */
  numbers(tag: number): number[] {
    const element = this.#elements.get(tag);
    if (!element) return [];
    const width = { FD: 8, FL: 4 }[element.vr];
    if (width) {
      return Array.from({ length: Math.floor(element.length / width) }, (_, n) =>
        this.#float(element.at + n * width, width),
      );
    }
    // Number('') is 0, and so is Number(' '): an empty part is no number. Longer ones than a standard allows are none either.
    return this.texts(tag).map((part) => (part.length <= 64 && DECIMAL.test(part) ? Number(part) : NaN));
  }

  number(tag: number): number | undefined {
    const value = this.numbers(tag)[0];
    return Number.isFinite(value) ? value : undefined;
  }

  /** Numbers of an element that is FD by the standard, for data sets that do not name representations. */
  doubles(tag: number): number[] {
    const element = this.#elements.get(tag);
    if (!element) return [];
    return Array.from({ length: Math.floor(element.length / 8) }, (_, n) => this.#float(element.at + n * 8, 8));
  }

  /** Items of a sequence, one at a time. */
  *items(tag: number): Generator<DicomDataSet, void, void> {
    const element = this.#elements.get(tag);
    if (!element) return;
    if (!['', 'SQ', 'UN'].includes(element.vr)) {
      throw structure(`element ${tagName(tag)} is ${element.vr}; expected a sequence`);
    }
    const encoding = insideOf(element, this.#encoding);
    const to = element.at + element.length;
    let at = element.at;
    while (at < to) {
      const head = this.#itemHead(at, to, encoding.littleEndian);
      if (head.tag === SEQUENCE_END) return;
      const options = { open: head.open, depth: this.#depth + 1 };
      const item = new DicomDataSet(encoding, at + 8, head.open ? to : at + 8 + head.length, options);
      yield item;
      at = item.end;
    }
  }

  item(tag: number): DicomDataSet | undefined {
    return this.items(tag).next().value ?? undefined;
  }

  /** Fragments of an element of open length that is not a sequence: compressed pixels. The first is the offset table. */
  fragments(tag: number): Uint8Array[] {
    const element = this.#elements.get(tag);
    if (!element?.open) return [];
    const fragments: Uint8Array[] = [];
    const to = element.at + element.length;
    let at = element.at;
    while (at < to) {
      const head = this.#itemHead(at, to, this.#encoding.littleEndian);
      if (head.tag === SEQUENCE_END) break;
      if (fragments.length === 1_000_000) throw structure('pixels come in more than a million fragments');
      fragments.push(this.#encoding.bytes.subarray(at + 8, at + 8 + head.length));
      at += 8 + head.length;
    }
    return fragments;
  }

  #elementAt(at: number, to: number): Element {
    const head = this.#headAt(at, to, this.#encoding);
    const { tag, vr, length } = head;
    if (length !== OPEN) return { ...head, open: false };
    if (tag >>> 16 === 0xfffe) throw structure(`${tagName(tag)} stands outside of a sequence`);
    if (vr !== '' && !['SQ', 'UN', 'OB', 'OW'].includes(vr)) {
      throw structure(
        `element ${tagName(tag)} is ${vr} and has no length; only sequences and pixels may leave it open`,
      );
    }
    return { tag, vr, at: head.at, length: this.#endOfOpen(head, to) - head.at, open: true };
  }

  /** One past the delimiter of a sequence or of fragments. */
  #endOfOpen(head: Head, to: number): number {
    // Open sequences and open items within: what is waited for. A stack of our own; the call stack would be a writer's to fill.
    const waiting = [{ item: false, encoding: insideOf(head, this.#encoding) }];
    let at = head.at;
    while (waiting.length > 0) {
      if (waiting.length > 2 * DEEPEST) throw structure(`sequences are nested more than ${DEEPEST} deep`);
      const { item, encoding } = waiting[waiting.length - 1];
      if (!item) {
        const next = this.#itemHead(at, to, encoding.littleEndian);
        at += 8;
        if (next.tag === SEQUENCE_END) waiting.pop();
        else if (next.open) waiting.push({ item: true, encoding });
        else at += next.length;
        continue;
      }
      const next = this.#headAt(at, to, encoding);
      at = next.at;
      if (next.tag === ITEM_END) waiting.pop();
      else if (next.tag >>> 16 === 0xfffe) throw structure(`${tagName(next.tag)} stands within an item`);
      else if (next.length === OPEN) waiting.push({ item: false, encoding: insideOf(next, encoding) });
      else at += next.length;
    }
    return at;
  }

  /** Tag, representation and length of an element; a stated length is checked against the end. */
  #headAt(at: number, to: number, { littleEndian, explicitVr }: Encoding): Head {
    if (at + 8 > to) throw truncated(`${to - at} bytes follow the last element; an element has at least 8`);
    const tag = this.#tagAt(at, littleEndian);
    let vr = '';
    let value = at + 8;
    let length = this.#view.getUint32(at + 4, littleEndian);
    if (explicitVr && tag >>> 16 !== 0xfffe) {
      vr = String.fromCharCode(this.#view.getUint8(at + 4), this.#view.getUint8(at + 5));
      if (!/^[A-Z]{2}$/.test(vr)) throw structure(`element ${tagName(tag)} has no value representation`);
      length = this.#view.getUint16(at + 6, littleEndian);
      if (LONG_VR.has(vr)) {
        value = at + 12;
        if (value > to) throw truncated(`element ${tagName(tag)} ends within its length`);
        length = this.#view.getUint32(at + 8, littleEndian);
      }
    }
    if ((tag === ITEM_END || tag === SEQUENCE_END) && length !== 0)
      throw structure(`delimiter ${tagName(tag)} has a length`);
    if (length !== OPEN && value + length > to) {
      throw truncated(`element ${tagName(tag)} declares ${length} bytes; ${Math.max(0, to - value)} are left`);
    }
    return { tag, vr, at: value, length };
  }

  #itemHead(at: number, to: number, littleEndian: boolean): { tag: number; length: number; open: boolean } {
    if (at + 8 > to) throw truncated('a sequence has no end');
    const tag = this.#tagAt(at, littleEndian);
    const length = this.#view.getUint32(at + 4, littleEndian);
    if (tag !== ITEM && tag !== SEQUENCE_END) throw structure(`a sequence holds ${tagName(tag)}; expected an item`);
    if (tag === SEQUENCE_END && length !== 0) throw structure(`delimiter ${tagName(tag)} has a length`);
    const open = length === OPEN;
    if (!open && at + 8 + length > to) throw truncated(`an item declares ${length} bytes; ${to - at - 8} are left`);
    return { tag, length, open };
  }

  #tagAt(at: number, littleEndian: boolean): number {
    return ((this.#view.getUint16(at, littleEndian) << 16) | this.#view.getUint16(at + 2, littleEndian)) >>> 0;
  }

  #float(at: number, width: number): number {
    const { littleEndian } = this.#encoding;
    return width === 8 ? this.#view.getFloat64(at, littleEndian) : this.#view.getFloat32(at, littleEndian);
  }

  #isUtf8(): boolean {
    const element = this.#elements.get(0x00080005);
    if (!element || element.length > 64) return this.#depth > 0; // an item has the character set of what holds it; ASCII is both
    const value = this.#encoding.bytes.subarray(element.at, element.at + element.length);
    return String.fromCharCode(...value).includes('ISO_IR 192');
  }
}

/** How an element begins; its length may still be open. */
type Head = Omit<Element, 'open'>;

/** A sequence that its writer did not know (UN) is written with implicit representations, whatever surrounds it. */
function insideOf({ vr }: { readonly vr: string }, encoding: Encoding): Encoding {
  return vr === 'UN' ? { ...encoding, explicitVr: false, littleEndian: true } : encoding;
}

/** Leading spaces, and trailing spaces or zeros. By hand: a regular expression takes quadratic time on long runs of them. */
function withoutPadding(part: string): string {
  let [from, to] = [0, part.length];
  while (from < to && part[from] === ' ') from++;
  while (to > from && (part[to - 1] === ' ' || part[to - 1] === '\0')) to--;
  return part.slice(from, to);
}

/** A tag as people write it: (0028,0010). */
export function tagName(tag: number): string {
  const hex = tag.toString(16).padStart(8, '0');
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}

export function structure(message: string): ImageFormatError {
  return new ImageFormatError('dicom-structure', `${message}; the file is damaged or no DICOM file`);
}

function truncated(message: string): ImageFormatError {
  return new ImageFormatError('dicom-truncated', `${message}; the file is cut short or damaged`);
}
