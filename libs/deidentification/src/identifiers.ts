import { ImageFormatError, type DicomDataSet } from '#imaging';
import { isPrivate, vrOf } from './attributes.js';
import type { TextReader } from './charset.js';

/** Attributes beside names of persons whose values say who somebody is. */
const IDENTIFYING = new Set([
  0x00080050, // accession number
  0x00080080, // institution name
  0x00080081, // institution address
  0x00100020, // patient ID
  0x00101000, // other patient IDs
  0x00101001, // other names
  0x00101005, // birth name
  0x00101040, // address
  0x00101060, // mother's birth name
  0x00102154, // telephone numbers
  0x00380010, // admission ID
]);
const INSTITUTION = new Set([0x00080080, 0x00080081]);
/** Items of these hold geometry, a hundred thousand of them. */
const FUNCTIONAL_GROUPS = new Set([0x52009229, 0x52009230]);
/** Parts of names and addresses that are words of every description, and makers, whose name is often an institution's. */
const ORDINARY = new Set(
  (
    'the and hospital clinic university medical center centre radiology department unknown anonymous none phantom ' +
    'head test patient doctor dr. mrs des und der van von' +
    ' agfa canon carestream elekta fuji fujifilm general electric hitachi hologic konica medical mindray neusoft philips samsung shimadzu siemens toshiba united imaging varian'
  ).split(' '),
);

const NO_WORD = /[^\p{L}\p{N}]+/u;
const NO_WORDS = /[^\p{L}\p{N}]+/gu;
const DIVIDERS = /[\^=\\\s,;()/]+/;

/**
 * Names and numbers by which a file identifies somebody, to be looked for in everything that is kept: what a technician
 * typed under "patient name" may stand in a code meaning as well.
 */
export class Identifiers {
  readonly #words = new Set<string>();
  readonly #numbers = new Set<string>();

  /** @param keepInstitution the institution's name stays by policy, so it is nothing to look for */
  constructor(dataSet: DicomDataSet, read: TextReader, keepInstitution: boolean) {
    this.#collect(dataSet, read, keepInstitution);
  }

  /**
   * Whether a text contains one of them.
   *
   * @param spared words that prove nothing here: an image type may be PERFUSION although a patient was entered as such
   */
  echoedIn(text: string, spared: (word: string) => boolean = () => false): boolean {
    if (this.#words.size === 0 && this.#numbers.size === 0) return false;
    const lower = text.toLowerCase();
    if (lower.split(NO_WORD).some((word) => this.#words.has(word) && !spared(word))) return true;
    for (const number of this.#numbers) if (` ${lower.replace(NO_WORDS, ' ')} `.includes(` ${number} `)) return true;
    return false;
  }

  #collect(dataSet: DicomDataSet, read: TextReader, keepInstitution: boolean): void {
    for (const tag of dataSet.tags()) {
      if (isPrivate(tag) || FUNCTIONAL_GROUPS.has(tag)) continue;
      const vr = vrOf(tag);
      const element = dataSet.element(tag)!;
      if (vr === 'SQ' && ['', 'SQ', 'UN'].includes(element.vr)) {
        try {
          for (const item of dataSet.items(tag)) this.#collect(item, read, keepInstitution);
        } catch (error) {
          // bytes under UN that are no sequence do not get into the new file either
          if (element.vr !== 'UN' || !(error instanceof ImageFormatError)) throw error;
        }
        continue;
      }
      const person = vr === 'PN';
      if (!person && (!IDENTIFYING.has(tag) || (keepInstitution && INSTITUTION.has(tag)))) continue;
      if (element.length > 4096 || this.#words.size + this.#numbers.size > 1000) continue;
      const text = read(dataSet.bytes(tag)!)?.toLowerCase();
      if (text) this.#remember(text);
    }
  }

  #remember(text: string): void {
    for (const part of text.split('\\').map((value) => value.replace(/[\s\0]+$/, '').trim())) {
      const number = part.replace(NO_WORDS, ' ').trim();
      if (/\d/.test(number) && number.length >= 4) this.#numbers.add(number);
      for (const word of part.split(DIVIDERS)) {
        const bare = word.replace(/[^\p{L}\p{N}]+/gu, '');
        if (bare.length >= 3 && !/^\d+$/.test(bare) && !ORDINARY.has(bare)) this.#words.add(bare);
      }
    }
  }
}
