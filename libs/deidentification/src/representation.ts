import type { DicomElement } from '#imaging';
import { vrOf } from './attributes.js';
import { isText } from './values.js';

/** Numbers that may be written wider or narrower than the dictionary says. */
const WHOLE = new Set(['SL', 'SS', 'SV', 'UL', 'US', 'UV']);
const REAL = new Set(['FD', 'FL']);

/**
 * Representation under which an element is read and written: the dictionary's, except where writers have a choice.
 *
 * @param signed pixel representation 1: numbers that are US or SS are SS
 * @returns undefined for attributes that the standard does not know, null where the file contradicts the dictionary
 */
export function representationOf({ tag, vr: stated, open }: DicomElement, signed: boolean): string | null | undefined {
  const known = vrOf(tag);
  if (known === undefined) return undefined;
  if (open && known !== 'SQ') return null;
  if (stated === '' || stated === 'UN') return known !== 'XS' ? known : signed ? 'SS' : 'US';
  if (known === 'XS') return stated === 'US' || stated === 'SS' ? stated : null;
  if (stated === known) return known;
  if ((known === 'OB' || known === 'OW') && (stated === 'OB' || stated === 'OW')) return stated;
  if (known === 'OW' && (stated === 'US' || stated === 'SS')) return 'OW';
  if ((WHOLE.has(known) && WHOLE.has(stated)) || (REAL.has(known) && REAL.has(stated))) return stated;
  return isText(known) && isText(stated) ? known : null;
}
