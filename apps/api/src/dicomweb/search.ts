import { RequestRefused } from '#domain';
import type { DicomJson, DicomJsonElement } from '#imaging';

/** Attributes that a search can ask for by their keyword; others are passed over, which a warning says. */
const TAGS: Readonly<Record<string, string>> = {
  StudyDate: '00080020',
  StudyTime: '00080030',
  AccessionNumber: '00080050',
  Modality: '00080060',
  ModalitiesInStudy: '00080061',
  ReferringPhysicianName: '00080090',
  SOPClassUID: '00080016',
  SOPInstanceUID: '00080018',
  StudyDescription: '00081030',
  SeriesDescription: '0008103E',
  PatientName: '00100010',
  PatientID: '00100020',
  PatientBirthDate: '00100030',
  PatientSex: '00100040',
  StudyInstanceUID: '0020000D',
  SeriesInstanceUID: '0020000E',
  StudyID: '00200010',
  SeriesNumber: '00200011',
  InstanceNumber: '00200013',
  Rows: '00280010',
  Columns: '00280011',
};

const PARAMETERS = new Set(['accept', 'fuzzymatching', 'includefield', 'limit', 'offset', 'orderby']);
export const MOST_RESULTS = 1000;
/** What is passed over has to be gone through as well. */
export const MOST_OFFSET = 100_000;
/** Studies that one search looks at. */
export const MOST_STUDIES = 5000;

/** Attributes of a study that are known before its series are read. Of ModalitiesInStudy only a part is. */
const OF_STUDY: ReadonlySet<string> = new Set(
  ['StudyDate', 'StudyTime', 'AccessionNumber', 'ReferringPhysicianName', 'StudyDescription', 'PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex', 'StudyInstanceUID', 'StudyID'].map((name) => TAGS[name]),
);

export interface Search {
  readonly limit: number;
  readonly offset: number;
  /** All of them must match: tag and what its value should be. */
  readonly wanted: readonly { readonly tag: string; readonly pattern: string }[];
  /** Sentences for a Warning header: what was asked for and is not done. */
  readonly warnings: readonly string[];
}

type Query = Readonly<Record<string, string | readonly string[]>>;

/**
 * @throws RequestRefused 400 `dicomweb-search-invalid` for a limit or an offset that is no number, and an offset beyond all measure
 */
export function readSearch(query: Query): Search {
  const wanted: { tag: string; pattern: string }[] = [];
  const warnings: string[] = [];
  for (const [key, value] of Object.entries(query)) {
    if (PARAMETERS.has(key)) continue;
    const tag = /^[0-9A-Fa-f]{8}$/.test(key) ? key.toUpperCase() : TAGS[key];
    if (tag === undefined) warnings.push(`${key} is not matched`);
    else for (const pattern of [value].flat()) if (pattern !== '') wanted.push({ tag, pattern: String(pattern) });
  }
  if ([query.fuzzymatching].flat().at(-1) === 'true') warnings.push('fuzzymatching is not supported; only literal matching was done');
  if (query.orderby !== undefined) warnings.push('orderby is not supported');
  const offset = numberOf(query, 'offset') ?? 0;
  if (offset > MOST_OFFSET) {
    throw new RequestRefused(400, 'dicomweb-search-invalid', `offset is ${offset}; expected at most ${MOST_OFFSET}. Ask for one study, or for what its attributes say, to find less.`);
  }
  return {
    limit: Math.min(numberOf(query, 'limit') ?? MOST_RESULTS, MOST_RESULTS),
    offset,
    wanted,
    warnings,
  };
}

function numberOf(query: Query, name: string): number | null {
  const text = [query[name]].flat().at(-1);
  if (text === undefined || text === '') return null;
  if (!/^\d{1,9}$/.test(text)) {
    throw new RequestRefused(400, 'dicomweb-search-invalid', `${name} is no number of at most nine digits; expected a whole number from 0.`);
  }
  return Number(text);
}

/** The same as far as it can be decided of a study by itself: what does not match this, matches with no series of it. */
export function ofStudy({ wanted, ...search }: Search): Search {
  return { ...search, wanted: wanted.filter(({ tag }) => OF_STUDY.has(tag)) };
}

/** Values a UID list, or a plain one, asks for; null when it asks for something else than this attribute. */
export function uidsWanted({ wanted }: Search, tag: '0020000D' | '0020000E' | '00080018'): string[] | null {
  const asked = wanted.filter((one) => one.tag === tag).map(({ pattern }) => pattern.split(/[,\\]/));
  return asked.length === 0 ? null : asked.reduce((left, right) => left.filter((uid) => right.includes(uid)));
}

/** Whether a record answers the search. Of attributes that it has not, only what matches everything matches. */
export function matches(record: DicomJson, { wanted }: Search): boolean {
  return wanted.every(({ tag, pattern }) => matchesOne(record[tag] as DicomJsonElement | undefined, pattern));
}

function matchesOne(element: DicomJsonElement | undefined, pattern: string): boolean {
  const values = (element?.Value ?? []).flatMap((value) => {
    if (value === null) return [];
    if (typeof value !== 'object') return [String(value)];
    return typeof value.Alphabetic === 'string' ? [value.Alphabetic] : [];
  });
  if (/^\*+$/.test(pattern)) return true;
  if (values.length === 0) return false;
  switch (element?.vr) {
    case 'UI':
      return pattern.split(/[,\\]/).some((uid) => values.includes(uid));
    case 'DA':
    case 'TM':
    case 'DT':
      return values.some((value) => inRange(value, pattern));
    case 'PN':
      return values.some((value) => wildcard(pattern, true)(value));
    default:
      return values.some((value) => wildcard(pattern, false)(value));
  }
}

/** `from-to`, either of which may be missing, or one value. */
function inRange(value: string, pattern: string): boolean {
  const at = pattern.indexOf('-');
  if (at < 0) return value === pattern;
  const [from, to] = [pattern.slice(0, at), pattern.slice(at + 1)];
  return (from === '' || value >= from) && (to === '' || value <= to);
}

/** `*` is any text and `?` any character, PS3.4 C.2.2.2.4. By hand: an expression made of a pattern may take for ever. */
function wildcard(pattern: string, ignoreCase: boolean): (value: string) => boolean {
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const wanted = fold(pattern);
  return (value) => {
    const text = fold(value);
    let [p, t, star, mark] = [0, 0, -1, 0];
    while (t < text.length) {
      if (wanted[p] === '*') [star, mark, p] = [p, t, p + 1];
      else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === text[t])) [p, t] = [p + 1, t + 1];
      else if (star >= 0) [p, mark, t] = [star + 1, mark + 1, mark + 1];
      else return false;
    }
    while (wanted[p] === '*') p++;
    return p === wanted.length;
  };
}
