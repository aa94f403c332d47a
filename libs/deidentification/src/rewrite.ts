import {
  ImageFormatError,
  type DicomDataSet,
  type DicomElement,
  joinedBytes,
  writeDicomElements,
  writeDicomItem,
  writtenText,
  type WrittenElement,
} from '#imaging';
import { actionOf, type Action } from './actions.js';
import { isCodeSequence, isPrivate, NEEDED_TEXT, profileOf, vrOf } from './attributes.js';
import { isZone, parseTime, shiftDate, shiftDateTime } from './calendar.js';
import {
  cappedAge,
  ETHNIC_GROUP,
  isCharacteristic,
  isPregnancyStatus,
  PATIENT_AGE,
  PREGNANCY_STATUS,
} from './characteristics.js';
import type { TextReader } from './charset.js';
import { CODE, isCodeText, isCodeValue, isLocalScheme, isPublishedScheme, LOCAL_SCHEME } from './codes.js';
import { noCounts } from './counts.js';
import type { Identifiers } from './identifiers.js';
import type { KeyedNames } from './keyed.js';
import type { DeidentificationPolicy, SafePrivate } from './policy.js';
import { representationOf } from './representation.js';
import {
  dummyOf,
  hasForm,
  isFreeText,
  isOneText,
  isText,
  NUMBER_BYTES,
  SWAP_BYTES,
  swapped,
  withoutPadding,
} from './values.js';
import { WordList } from './words.js';

/** What does not change within a file. */
export interface FileContext {
  readonly policy: DeidentificationPolicy;
  readonly names: KeyedNames;
  readonly words: WordList;
  readonly identifiers: Identifiers;
  readonly read: TextReader;
  readonly sopClassUid: string;
  /** Days by which the patient's dates move; 0 or less. */
  readonly shiftDays: number;
  /** Pixel representation 1: numbers that are US or SS are SS. */
  readonly signed: boolean;
}

/** Frames of reference that the standard itself defines, atlases for instance. */
const WELL_KNOWN_FRAME = /^1\.2\.840\.10008\.1\.4\.\d{1,2}\.\d{1,3}$/;
/** Classes, syntaxes and resources of the standard. */
const STANDARD_UID = /^1\.2\.840\.10008(\.\d{1,5}){1,9}$/;
const PIXELS = 0x7fe00010;
const CHARACTER_SET = 0x00080005;
const TIMEZONE = 0x00080201;
const VALUE_TYPE = 0x0040a040;
/** Bytes of a free text; the standard's longest limited one has 10,240 characters. */
const LONGEST_TEXT = 1 << 18;
/** Runs of digits this long are dates or numbers of a patient; so are mail addresses and names with carets. */
const SUSPICIOUS = /\d{7}|[@^]/;

/** Treats data sets element by element, items of sequences included, and gives what is to be written instead. */
export class Rewriter {
  readonly counts = noCounts();
  readonly #file: FileContext;

  constructor(file: FileContext) {
    this.#file = file;
  }

  /** Elements of a data set as they may leave, without its pixels; private ones only where the policy names them. */
  elements(dataSet: DicomDataSet): WrittenElement[] {
    const written: WrittenElement[] = [];
    const coded = dataSet.has(CODE.value) || dataSet.has(CODE.longValue) || dataSet.has(CODE.urn);
    for (const tag of dataSet.tags()) {
      const group = tag >>> 16;
      // File meta information and lengths of groups are written anew, and text is written in one character set.
      if (group < 8 || (tag & 0xffff) === 0 || tag === PIXELS || tag === CHARACTER_SET) continue;
      const element = dataSet.element(tag)!;
      if (isPrivate(tag)) {
        written.push(...this.#privateElement(dataSet, element));
      } else {
        const kept = coded && isCodeText(tag) ? this.#codeText(dataSet, element) : this.#element(dataSet, element);
        if (kept) written.push(kept);
      }
    }
    // Each kept private element has brought the element that names its creator.
    return [...new Map(written.map((element) => [element.tag, element])).values()];
  }

  #element(dataSet: DicomDataSet, element: DicomElement): WrittenElement | null {
    const { tag } = element;
    const vr = representationOf(element, this.#file.signed);
    if (vr === undefined) {
      this.counts.removed++;
      return null;
    }
    const { action, otherwise } = actionOf(tag, vr ?? vrOf(tag)!, this.#file.policy, this.#file.sopClassUid);
    if (vr === null) {
      this.counts.unusable++;
      return this.#instead(tag, vrOf(tag)!, action === 'remove' ? 'remove' : otherwise);
    }
    const done = this.#carryOut(action, dataSet, element, vr);
    if (done !== 'unusable') return done;
    this.counts.unusable++;
    return this.#instead(tag, vr, NEEDED_TEXT.has(tag) ? 'dummy' : otherwise);
  }

  #carryOut(action: Action, dataSet: DicomDataSet, element: DicomElement, vr: string): WrittenElement | null | 'unusable' {
    const { tag } = element;
    switch (action) {
      case 'remove':
      case 'empty':
      case 'dummy':
        if (action === 'remove') this.counts.removed++;
        else if (action === 'empty') this.counts.emptied++;
        else this.counts.dummy++;
        return this.#instead(tag, vr, action);
      case 'enter':
        return this.#sequence(dataSet, element, () => true);
      case 'content':
        return this.#sequence(dataSet, element, (item) =>
          ['CODE', 'NUM', 'NUMERIC'].includes(item.text(VALUE_TYPE) ?? ''),
        );
      case 'graphic': {
        const region = dataSet.text((tag & 0xffff0000) | 0x40) === 'R';
        if (region) return this.#keep(dataSet, element, vr);
        this.counts.removed++;
        return null;
      }
      case 'uid':
        return this.#uids(dataSet, tag);
      case 'shift':
        return this.#dates(dataSet, tag, vr, this.#file.shiftDays);
      case 'clean':
        return this.#cleaned(dataSet, tag, vr);
      case 'keep':
        return tag === ETHNIC_GROUP ? this.#cleaned(dataSet, tag, vr) : this.#keep(dataSet, element, vr);
    }
  }

  /** What stands where a value was: nothing, an empty value, or one that says nothing. */
  #instead(tag: number, vr: string, action: Action): WrittenElement | null {
    if (action === 'remove') return null;
    if (action === 'dummy' && isCodeSequence(tag)) {
      const code = [
        writtenText(CODE.value, 'SH', 'REMOVED'),
        writtenText(CODE.scheme, 'SH', LOCAL_SCHEME),
        writtenText(CODE.meaning, 'LO', 'Removed'),
      ];
      return { tag, vr: 'SQ', pieces: writeDicomItem(writeDicomElements(code)) };
    }
    const written = vr === 'XS' ? 'US' : vr;
    if (action !== 'dummy') return { tag, vr: written, pieces: [] };
    const text = dummyOf(written);
    if (text !== null) return writtenText(tag, written, text);
    const width = NUMBER_BYTES[written];
    return { tag, vr: written, pieces: width === undefined ? [] : [new Uint8Array(Math.max(2, width))] };
  }

  #sequence(
    dataSet: DicomDataSet,
    { tag, vr: stated }: DicomElement,
    takes: (item: DicomDataSet) => boolean,
  ): WrittenElement | 'unusable' {
    const pieces: Uint8Array[] = [];
    try {
      for (const item of dataSet.items(tag)) {
        // One piece an item: a segmentation has a hundred thousand of them, of forty elements each.
        if (takes(item)) pieces.push(joinedBytes(writeDicomItem(writeDicomElements(this.elements(item)))));
        else this.counts.removed++;
      }
    } catch (error) {
      // A writer that did not know the sequence may have copied bytes that are none.
      if (stated === 'UN' && error instanceof ImageFormatError) return 'unusable';
      throw error;
    }
    this.counts.kept++;
    return { tag, vr: 'SQ', pieces };
  }

  #keep(dataSet: DicomDataSet, { tag, length }: DicomElement, vr: string): WrittenElement | 'unusable' {
    if (vr === 'DA' || vr === 'TM' || vr === 'DT') return this.#dates(dataSet, tag, vr, 0);
    const bytes = dataSet.bytes(tag)!;
    if (isText(vr)) {
      const values = this.#texts(bytes, vr);
      const capped = values?.map((value) => (tag === PATIENT_AGE ? cappedAge(value) : value)) ?? [];
      const stay = capped.map((value) => this.#mayStay(tag, vr, value));
      // One bad name in a list leaves the others; one bad number makes nonsense of a position.
      const list = vr === 'CS' || vr === 'LO' || vr === 'SH';
      if (!stay.includes(true) || (!list && stay.includes(false))) return 'unusable';
      const kept = capped.map((value, n) => (stay[n] ? value : ''));
      if (stay.includes(false)) {
        if (kept.every((value) => value === '')) return 'unusable';
        this.counts.unusable++;
      }
      this.counts.kept++;
      return writtenText(tag, vr, kept.join('\\'));
    }
    const width = NUMBER_BYTES[vr] ?? 1;
    if (length % width !== 0) return 'unusable';
    if (tag === PREGNANCY_STATUS && !isPregnancyStatus(length, dataSet.uint16(tag))) return 'unusable';
    this.counts.kept++;
    const swap = dataSet.encoding.littleEndian ? 1 : (SWAP_BYTES[vr] ?? 1);
    const value = swap > 1 ? swapped(bytes, swap) : bytes;
    return { tag, vr, pieces: length % 2 === 0 ? [value] : [value, new Uint8Array(1)] };
  }

  #mayStay(tag: number, vr: string, value: string): boolean {
    if (value === '') return true;
    if (tag === TIMEZONE) return isZone(value);
    if (!isCharacteristic(tag, value)) return false;
    if (!hasForm(vr, value)) return false;
    if (vr !== 'CS' && !isFreeText(vr)) return true;
    // What the standard's options keep by name, as the institution's, is kept whatever it looks like.
    if (isFreeText(vr) && profileOf(tag) === undefined && SUSPICIOUS.test(value)) return false;
    const { identifiers, words } = this.#file;
    return !identifiers.echoedIn(value, vr === 'CS' ? (word) => words.has(word) : undefined);
  }

  #cleaned(dataSet: DicomDataSet, tag: number, vr: string): WrittenElement | 'unusable' {
    const texts = this.#texts(dataSet.bytes(tag)!, vr);
    if (texts?.every((text) => text === '')) {
      this.counts.emptied++;
      return writtenText(tag, vr, '');
    }
    const kept = texts?.map((text) => this.#cleanText(text)) ?? [];
    if (kept.every((text) => text === '')) return 'unusable';
    this.counts.cleaned++;
    const longest = { SH: 16, LO: 64, CS: 16 }[vr] ?? 1024;
    return writtenText(
      tag,
      vr,
      kept.map((text) => (vr === 'CS' ? text.toUpperCase() : text).slice(0, longest)).join('\\'),
    );
  }

  /** The allowed words of a text; none when one of them is a name of this file. */
  #cleanText(text: string): string {
    const cleaned = this.#file.words.clean(text);
    return this.#file.identifiers.echoedIn(cleaned) ? '' : cleaned;
  }

  #dates(dataSet: DicomDataSet, tag: number, vr: string, days: number): WrittenElement | 'unusable' {
    const texts = this.#texts(dataSet.bytes(tag)!, vr);
    const moved = texts?.map((text) => {
      if (text === '') return '';
      if (vr === 'TM') return parseTime(text);
      return vr === 'DA' ? shiftDate(text, days) : shiftDateTime(text, days);
    });
    if (!moved || moved.includes(null)) return 'unusable';
    if (days === 0) this.counts.kept++;
    else this.counts.shifted++;
    return writtenText(tag, vr, moved.join('\\'));
  }

  #uids(dataSet: DicomDataSet, tag: number): WrittenElement | 'unusable' {
    const { names, policy } = this.#file;
    const standard = profileOf(tag) ? WELL_KNOWN_FRAME : STANDARD_UID;
    const texts = this.#texts(dataSet.bytes(tag)!, 'UI');
    if (!texts) return 'unusable';
    this.counts.newUid++;
    const uids = texts.map((uid) =>
      uid === '' || standard.test(uid) || (policy.uids === 'keep' && hasForm('UI', uid)) ? uid : names.uid(uid),
    );
    return writtenText(tag, 'UI', uids.join('\\'));
  }

  /** Text of a coded concept: kept where the scheme is a published one, otherwise word by word. */
  #codeText(dataSet: DicomDataSet, { tag }: DicomElement): WrittenElement | null {
    const { identifiers } = this.#file;
    const valueOf = (code: number): string =>
      dataSet.has(code) ? (this.#texts(dataSet.bytes(code)!, 'LO')?.[0] ?? '') : '';
    const value = valueOf(tag);
    const scheme = valueOf(CODE.scheme);
    const published = isPublishedScheme(scheme) && !identifiers.echoedIn(value, (word) => this.#file.words.has(word));
    const written = (vr: string, kept: string, action: 'kept' | 'cleaned' | 'dummy'): WrittenElement => {
      this.counts[action]++;
      return writtenText(tag, vr, kept);
    };
    const byWords = (vr: string, most: number): WrittenElement => {
      const cleaned = this.#cleanText(value).slice(0, most);
      return written(vr, cleaned || 'REMOVED', cleaned ? 'cleaned' : 'dummy');
    };
    if (value === '') return written(vrOf(tag)!, '', 'kept');
    switch (tag) {
      case CODE.value:
      case CODE.longValue: {
        const vr = tag === CODE.value ? 'SH' : 'UC';
        return published && isCodeValue(value, scheme) ? written(vr, value, 'kept') : byWords(vr, 16);
      }
      case CODE.scheme:
        if (published || (isLocalScheme(value) && !identifiers.echoedIn(value))) return written('SH', value, 'kept');
        return written('SH', LOCAL_SCHEME, 'dummy');
      case CODE.meaning:
        return published && hasForm('LO', value) && !SUSPICIOUS.test(value)
          ? written('LO', value, 'kept')
          : byWords('LO', 64);
      case CODE.version:
        if (published && /^[A-Za-z0-9._-]{1,16}$/.test(value)) return written('SH', value, 'kept');
        this.counts.removed++;
        return null;
      default:
        return written('UR', 'urn:removed', 'dummy');
    }
  }

  /** A private element that the policy names, with the element that names its creator; otherwise nothing. */
  #privateElement(dataSet: DicomDataSet, element: DicomElement): WrittenElement[] {
    const { tag } = element;
    const block = (tag >>> 8) & 0xff;
    const creatorTag = ((tag & 0xffff0000) | block) >>> 0;
    const safe = block >= 0x10 && !element.open ? this.#safeRule(dataSet, tag, creatorTag) : undefined;
    const stated = element.vr === '' || element.vr === 'UN' || element.vr === safe?.vr;
    const kept = safe && stated ? this.#keep(dataSet, element, safe.vr) : 'unusable';
    if (!safe || kept === 'unusable') {
      if (block !== 0) this.counts.private++;
      return [];
    }
    return [writtenText(creatorTag, 'LO', safe.creator), kept];
  }

  #safeRule(dataSet: DicomDataSet, tag: number, creatorTag: number): SafePrivate | undefined {
    const rules = this.#file.policy.safePrivate;
    if (rules.length === 0 || !dataSet.has(creatorTag)) return undefined;
    const creator = this.#texts(dataSet.bytes(creatorTag)!, 'LO')?.[0];
    return rules.find(
      (rule) =>
        rule.creator === creator &&
        parseInt(rule.group, 16) === tag >>> 16 &&
        parseInt(rule.element, 16) === (tag & 0xff),
    );
  }

  /** Values of a text, without padding; null when the bytes are no text. */
  #texts(bytes: Uint8Array, vr: string): string[] | null {
    if (bytes.length === 0) return [''];
    const free = isFreeText(vr) || vr === 'PN';
    if (free && bytes.length > LONGEST_TEXT) return null;
    if (!free && bytes.some((byte) => byte >= 0x80)) return null;
    const text = this.#file.read(bytes);
    if (text === null) return null;
    return (isOneText(vr) ? [text] : text.split('\\')).map(withoutPadding);
  }
}
