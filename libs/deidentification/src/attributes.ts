import { CODE_SEQUENCES, DATA_ELEMENTS } from './tables/data-elements.js';
import { CONFIDENTIALITY_PROFILE } from './tables/confidentiality-profile.js';

/** Actions of PS3.15 table E.1-1 without any option. */
export type BasicAction = 'X' | 'Z' | 'D' | 'U' | 'X/Z' | 'X/D' | 'Z/D' | 'X/Z/D' | 'X/Z/U*';

/** What the standard asks for one attribute. */
export interface ProfileRow {
  readonly vr: string;
  readonly basic: BasicAction;
  /** Letters of the options that keep it (capital) or keep it cleaned (small); see the table. */
  readonly options: string;
}

/** Rows whose tag names a whole family of attributes. */
const CURVES = '50xxxxxx';
const OVERLAY_DATA = '60xx3000';
const OVERLAY_COMMENTS = '60xx4000';

function readProfile(): { readonly rows: Map<number, ProfileRow>; readonly families: Map<string, ProfileRow> } {
  const rows = new Map<number, ProfileRow>();
  const families = new Map<string, ProfileRow>();
  for (const line of CONFIDENTIALITY_PROFILE.trim().split('\n')) {
    const [tag, vr, basic, letters] = line.split(' ');
    const row = { vr, basic: basic as BasicAction, options: letters === '-' ? '' : letters };
    if (/^[0-9a-f]{8}$/.test(tag)) rows.set(parseInt(tag, 16), row);
    else families.set(tag, row);
  }
  // The standard's later editions treat the coded form like the text; the table that we have knows the text only.
  rows.set(0x00102161, { vr: 'SQ', basic: 'X', options: 'P' });
  return { rows, families };
}

function readElements(): Map<number, string> {
  const vrs = new Map<number, string>();
  for (const line of DATA_ELEMENTS.trim().split('\n')) {
    const [group, vr, elements] = line.split(' ');
    for (let at = 0; at < elements.length; at += 4) vrs.set(parseInt(group + elements.slice(at, at + 4), 16), vr);
  }
  return vrs;
}

const { rows: ROWS, families: FAMILIES } = readProfile();
const VRS = readElements();
const CODED = new Set(CODE_SEQUENCES.match(/.{8}/g)?.map((tag) => parseInt(tag, 16)));

export const isPrivate = (tag: number): boolean => (tag >>> 16) % 2 === 1;
const isCurve = (tag: number): boolean => tag >>> 24 === 0x50;
export const isOverlay = (tag: number): boolean => tag >>> 24 === 0x60;

/** Row of the standard's table for a public attribute; undefined when the table does not mention it. */
export function profileOf(tag: number): ProfileRow | undefined {
  if (isCurve(tag)) return FAMILIES.get(CURVES);
  if (isOverlay(tag) && (tag & 0xffff) === 0x3000) return FAMILIES.get(OVERLAY_DATA);
  if (isOverlay(tag) && (tag & 0xffff) === 0x4000) return FAMILIES.get(OVERLAY_COMMENTS);
  return ROWS.get(tag);
}

/** All rows that stand for one attribute, by tag. */
export function profileRows(): ReadonlyMap<number, ProfileRow> {
  return ROWS;
}

/**
 * Value representation by the standard's dictionary, two letters, or `XS` for US or SS; undefined for attributes that the
 * standard does not know.
 */
export function vrOf(tag: number): string | undefined {
  if (isOverlay(tag)) return VRS.get(0x60000000 | (tag & 0xffff));
  return VRS.get(tag);
}

/** Whether the items of a sequence are coded concepts. */
export const isCodeSequence = (tag: number): boolean => CODED.has(tag);

const tags = (list: string): ReadonlySet<number> =>
  new Set(
    list
      .trim()
      .split(/\s+/)
      .map((tag) => parseInt(tag, 16)),
  );

/**
 * Free text outside of the standard's table that is kept as it is: what a machine writes about itself. Any other free text
 * that the table does not mention goes, as nobody knows what a person has typed there.
 */
export const KEPT_TEXT = tags(`
  00080070 00081090 00080222
  00180024 00180031 00180085 00181020 00181040 00181061 00181064 00181070 00181160 00181161 00181180 00181210 00181250
  00181251 00181260 00181261 0018702a 0018702b 00187040 00187041 00189005 00189041 00189047 00189050 00189320 00189524
  00189525 00189526 00201040 00281054 00283004 00541101 00541103 00541104 00541105
`);

/** Free text outside of the table that people write, kept word by word like a description. */
export const CLEANED_TEXT = tags(`
  00080115 00189423 00189531 00189080 00189941 00209056 00209421 00209453 00280a04 00281055 00283003 00400255 00409210
  00540018 00540400 00620005 00620006 00620009 00620020 00660031 00660036 00700081 0018925e 00189252
`);

/** Of both, the ones that must have a value somewhere (type 1), enhanced objects for instance. */
export const NEEDED_TEXT = tags('00080070 00081090 00181020 00209056 00409210 00620005 00620009 00660031 00660036');

/** Bytes outside of the table that are kept: pixels, their offset tables, and look-up tables of values. */
export const KEPT_BYTES = tags(`
  00281201 00281202 00281203 00281204 00281221 00281222 00281223 00283006 7fe00001 7fe00002 7fe00008 7fe00009 7fe00010
`);
