import type { PlannedCase } from './planned.js';

/**
 * HMAC-SHA256 of a message under the organiser's key of a dataset: 32 bytes. The caller brings it, as Node and browsers each
 * have their own; the key itself never comes here, nor is it sent.
 */
export type KeyedDigest = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;

const encoder = new TextEncoder();

/**
 * Who is who, without saying it: 16 hexadecimal digits for each patient, the same in every import under the same key, and
 * nothing to go back by. Equal numbers of two sites are two patients where the site is known. A case without a patient is one of
 * its own.
 */
export async function patientPseudonyms(cases: readonly PlannedCase[], keyed: KeyedDigest): Promise<ReadonlyMap<PlannedCase, string>> {
  const found = new Map<PlannedCase, string>();
  for (const one of cases) found.set(one, await patientPseudonym(keyed, one));
  return found;
}

async function patientPseudonym(keyed: KeyedDigest, one: PlannedCase): Promise<string> {
  const digest = await keyed(encoder.encode(`voxelmark dataset\0${patientKey(one) ?? `case\0${one.name}`}`));
  if (digest.length !== 32) throw new TypeError(`keyed digest has ${digest.length} bytes; expected the 32 of HMAC-SHA256`);
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What tells patients apart within a dataset; null where nobody is named. Compared and digested, never shown. */
export function patientKey({ patient, facts }: Pick<PlannedCase, 'patient' | 'facts'>): string | null {
  return patient === null ? null : `patient\0${facts.site ?? ''}\0${patient}`;
}

/**
 * Gives cases names that say nothing: case-0001 and so on, in the order of their names. Those that were named before keep the
 * names that they have.
 *
 * @param known new names by old ones, of earlier imports
 * @returns the cases, and all names that are given now: to be kept with the key, as the old ones may say who somebody is
 */
export function renameCases(
  cases: readonly PlannedCase[],
  known: Readonly<Record<string, string>>,
): { readonly cases: readonly PlannedCase[]; readonly names: Readonly<Record<string, string>> } {
  const names = new Map(Object.entries(known));
  const taken = new Set(names.values());
  let number = 0;
  for (const name of [...new Set(cases.map((one) => one.name))].sort()) {
    if (names.has(name)) continue;
    let next: string;
    do next = `case-${String(++number).padStart(4, '0')}`;
    while (taken.has(next));
    taken.add(next);
    names.set(name, next);
  }
  return { cases: cases.map((one) => ({ ...one, name: names.get(one.name)! })), names: Object.fromEntries(names) };
}

/** Parts of a patient's name shorter than this occur in anything. */
const LEAST_NAME = 3;
const LEAST_NUMBER = 4;

/**
 * Whether the name of a case holds what headers call the patient: a part of his name as a word of it, or his number anywhere.
 * Case, accents and punctuation make no difference.
 */
export function isPersonalName(name: string, called: readonly string[]): boolean {
  const words = wordsOf(name);
  const whole = words.join('');
  return called.some((text) => {
    const parts = wordsOf(text);
    const joined = parts.join('');
    if (joined.length >= LEAST_NUMBER && whole.includes(joined)) return true;
    return parts.some((part) => part.length >= LEAST_NAME && /^\p{L}+$/u.test(part) && !COMMON.has(part) && words.some((word) => word === part));
  });
}

/** Words of names and numbers that are no name: what research exports put there. */
const COMMON = new Set(['anon', 'anonymous', 'anonymized', 'anonymised', 'case', 'patient', 'subject', 'phantom', 'test', 'study', 'none', 'unknown', 'mrs', 'miss', 'brain', 'liver', 'lung', 'chest', 'abdomen', 'scan', 'image', 'series']);

function wordsOf(text: string): string[] {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').replace(/([\p{Ll}])(\p{Lu})/gu, '$1 $2').toLowerCase();
  return plain.match(/\p{L}+|\p{N}+/gu) ?? [];
}
