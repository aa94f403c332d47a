import {
  isOverlay,
  KEPT_BYTES,
  KEPT_TEXT,
  CLEANED_TEXT,
  profileOf,
  type BasicAction,
  type ProfileRow,
} from './attributes.js';
import type { DeidentificationPolicy } from './policy.js';
import { isFreeText } from './values.js';

/**
 * What happens to one attribute.
 *
 * `keep` as it is, if it has the form of its representation; `clean` word by word; `shift` by the patient's days; `uid` a new
 * one; `enter` a sequence whose items are treated element by element; `graphic` and `content` items of certain kinds only;
 * `remove`, `empty`, `dummy` as the standard's X, Z and D.
 */
export type Action =
  'keep' | 'clean' | 'shift' | 'uid' | 'enter' | 'graphic' | 'content' | 'remove' | 'empty' | 'dummy';

const ENHANCED = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(2\.1|2\.2|4\.1|4\.2|4\.3|4\.4|128\.1|130|66\.4|66\.7)$/;
const PET = '1.2.840.10008.5.1.4.1.1.128';

/** How much an object needs an attribute: type 1 has a value, type 2 is there, type 3 may be missing (PS3.3). */
type Need = 1 | 2 | 3;

/**
 * Needs of the attributes whose action the standard leaves to the object (X/Z, X/D, Z/D, X/Z/D), in the objects that are
 * accepted here. Others are type 3 in all of them.
 */
function needOf(tag: number, sopClassUid: string): Need {
  const enhanced = ENHANCED.test(sopClassUid);
  switch (tag) {
    case 0x00080022: // acquisition date and time
    case 0x00080032:
      return sopClassUid === PET ? 2 : 3;
    case 0x00080021: // series date and time
    case 0x00080031:
      return sopClassUid === PET ? 1 : 3;
    case 0x0008002a: // acquisition date-time
    case 0x00181000: // device serial number
      return enhanced ? 1 : 3;
    case 0x00080023: // content date and time
    case 0x00080033:
      return enhanced ? 1 : 2;
    case 0x00180010: // contrast agent
    case 0x00700084: // creator of the content
    case 0x00400555: // acquisition context
    case 0x300e0008: // reviewer
      return 2;
    default:
      return 3;
  }
}

/** The basic profile's action where it depends on the object: the strongest that leaves the object whole. */
function basicAction(tag: number, basic: BasicAction, sopClassUid: string): Action {
  switch (basic) {
    case 'X':
      return 'remove';
    case 'Z':
      return 'empty';
    case 'D':
      return 'dummy';
    case 'U':
      return 'uid';
    case 'X/Z/U*':
      return 'enter'; // the references of a series to its images stay usable; what is inside is replaced
    default: {
      const need = needOf(tag, sopClassUid);
      if (need === 3 && basic.includes('X')) return 'remove';
      if (need === 1 && basic.includes('D')) return 'dummy';
      return basic.includes('Z') ? 'empty' : 'dummy';
    }
  }
}

const isDate = (vr: string): boolean => vr === 'DA' || vr === 'TM' || vr === 'DT';
const TIMEZONE = 0x00080201;

/** The action for an attribute of the standard's table under a policy. */
export function profileAction(
  tag: number,
  { vr, basic, options }: ProfileRow,
  policy: DeidentificationPolicy,
  sopClassUid: string,
): Action {
  const kept = vr === 'SQ' ? 'enter' : 'keep';
  const has = (letter: string): boolean => options.includes(letter);
  const otherwise = basicAction(tag, basic, sopClassUid);
  // Dates obey the setting for dates alone, also those that identify a device.
  if (isDate(vr) || tag === TIMEZONE) {
    if (policy.dates === 'keep' && has('F')) return 'keep';
    if (policy.dates === 'shift' && has('m')) return isDate(vr) ? 'shift' : 'keep';
    return otherwise;
  }
  if (policy.uids === 'keep' && has('U')) return 'keep';
  if (policy.dates === 'keep' && has('F')) return kept;
  if (policy.patientCharacteristics === 'keep' && has('P')) return kept;
  if (policy.device === 'keep' && has('D')) return kept;
  if (policy.institution === 'keep' && has('I')) return kept;
  if (policy.structuredContent === 'clean' && has('s') && vr === 'SQ') return 'content';
  const cleaned =
    (policy.descriptors === 'clean' && has('t')) || (policy.patientCharacteristics === 'keep' && has('p'));
  if (cleaned) return vr === 'SQ' ? 'enter' : isFreeText(vr) || vr === 'CS' ? 'clean' : otherwise;
  return otherwise;
}

/** Groups of the attributes that the classes of objects that are taken are made of. Print, waveforms, eyes and luggage are not. */
const GROUPS = new Set([
  0x0008, 0x0010, 0x0012, 0x0018, 0x0020, 0x0028, 0x0040, 0x0054, 0x0062, 0x0066, 0x3004, 0x3006, 0x300a, 0x300c,
  0x5200, 0x7fe0,
]);

/** Needed by them, from other groups: shape of the presentation look-up table, label of the content. */
const BEYOND_GROUPS = new Set([0x20500020, 0x00700080]);

/** The action for an attribute that the standard's table does not mention. */
function unlistedAction(tag: number, vr: string, policy: DeidentificationPolicy): Action {
  if (!GROUPS.has(tag >>> 16) && !BEYOND_GROUPS.has(tag) && !CLEANED_TEXT.has(tag)) return 'remove';
  switch (vr) {
    case 'SQ':
      return 'enter';
    case 'UI':
      return 'uid';
    case 'DA':
    case 'DT':
    case 'TM':
      return policy.dates === 'remove' ? 'remove' : policy.dates === 'shift' ? 'shift' : 'keep';
    case 'PN':
    case 'AE':
    case 'UN':
      return 'remove';
    case 'OB':
    case 'OD':
    case 'OF':
    case 'OL':
    case 'OV':
    case 'OW':
      return KEPT_BYTES.has(tag) ? 'keep' : 'remove';
    default:
      if (!isFreeText(vr)) return 'keep';
      return KEPT_TEXT.has(tag) ? 'keep' : CLEANED_TEXT.has(tag) && policy.descriptors === 'clean' ? 'clean' : 'remove';
  }
}

/** What happens to a public attribute, and what to do where that gives no value. */
export function actionOf(
  tag: number,
  vr: string,
  policy: DeidentificationPolicy,
  sopClassUid: string,
): { readonly action: Action; readonly otherwise: Action } {
  // An overlay without its data is nothing, so its description goes with them.
  if (isOverlay(tag)) {
    const cleaned = policy.graphics === 'clean' && !isFreeText(vr);
    return { action: cleaned ? 'graphic' : 'remove', otherwise: 'remove' };
  }
  const row = profileOf(tag);
  if (!row) return { action: unlistedAction(tag, vr, policy), otherwise: 'empty' };
  return {
    action: profileAction(tag, row, policy, sopClassUid),
    otherwise: row.basic === 'U' ? 'empty' : basicAction(tag, row.basic, sopClassUid),
  };
}
