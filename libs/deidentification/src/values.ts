/** Representations whose values are text, with the longest value in characters. */
const TEXT_LENGTH: Readonly<Record<string, number>> = {
  AE: 16,
  AS: 4,
  CS: 16,
  DA: 8,
  DS: 16,
  DT: 26,
  IS: 12,
  LO: 64,
  LT: 10_240,
  PN: 194,
  SH: 16,
  ST: 1024,
  TM: 14,
  UC: 65_536,
  UI: 64,
  UR: 2048,
  UT: 65_536,
};

/** Bytes of one value where values are numbers. */
export const NUMBER_BYTES: Readonly<Record<string, number>> = {
  AT: 4,
  FD: 8,
  FL: 4,
  OD: 8,
  OF: 4,
  OL: 4,
  OV: 8,
  OW: 2,
  SL: 4,
  SS: 2,
  SV: 8,
  UL: 4,
  US: 2,
  UV: 8,
};

/** The unit that is swapped between byte orders: tags are two numbers of 16 bits. */
export const SWAP_BYTES: Readonly<Record<string, number>> = { ...NUMBER_BYTES, AT: 2 };

export const isText = (vr: string): boolean => vr in TEXT_LENGTH;
/** Free text: what may hold anything that a person types. */
export const isFreeText = (vr: string): boolean => ['LO', 'LT', 'SH', 'ST', 'UC', 'UR', 'UT'].includes(vr);
/** Texts of one value, in which a backslash is a character. */
export const isOneText = (vr: string): boolean => ['LT', 'ST', 'UR', 'UT'].includes(vr);

const FORM: Readonly<Record<string, RegExp>> = {
  AS: /^\d{3}[DWMY]$/,
  CS: /^[A-Z0-9_ ]{0,16}$/,
  // some writers print more digits than the standard's 16 characters have room for
  DS: /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/,
  IS: /^[-+]?\d{1,12}$/,
  UI: /^[0-9.]{1,64}$/,
};
/** Longest number that is believed to be one; longer than the standard has it, as real files are. */
const LONGEST_NUMBER = 32;

/**
 * Whether a value has the form that its representation prescribes. A value that has not is no value: it is where text hides
 * in an attribute that is no text. An empty value has every form.
 */
export function hasForm(vr: string, value: string): boolean {
  if (value === '') return true;
  const most = vr === 'DS' || vr === 'IS' ? LONGEST_NUMBER : TEXT_LENGTH[vr];
  if (most === undefined || value.length > most) return false;
  const form = FORM[vr];
  return form ? form.test(value) : !/[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/.test(value);
}

/** A value that says nothing, for attributes that must have one. Null where no such value exists. */
export function dummyOf(vr: string): string | null {
  const dummies: Readonly<Record<string, string>> = {
    AE: 'REMOVED',
    AS: '000Y',
    CS: 'REMOVED',
    DA: '19000101',
    DS: '0',
    DT: '19000101000000',
    IS: '0',
    LO: 'REMOVED',
    LT: 'REMOVED',
    PN: 'REMOVED',
    SH: 'REMOVED',
    ST: 'REMOVED',
    TM: '000000',
    UC: 'REMOVED',
    UR: 'urn:removed',
    UT: 'REMOVED',
  };
  return dummies[vr] ?? null;
}

/** Text without padding. By hand: a regular expression takes quadratic time on long runs of spaces. */
export function withoutPadding(value: string): string {
  let [from, to] = [0, value.length];
  while (from < to && value[from] === ' ') from++;
  while (to > from && (value[to - 1] === ' ' || value[to - 1] === '\0')) to--;
  return value.slice(from, to);
}

/** A copy in the other byte order. */
export function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const copy = bytes.slice();
  for (let at = 0; at + width <= copy.length; at += width) copy.subarray(at, at + width).reverse();
  return copy;
}
