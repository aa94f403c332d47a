import { PHASE_KINDS, type PhaseKind } from '#domain';
import { SINGLE_KINDS, type SingleScheme } from '#ranking';
import type { Direction } from '../format/order.js';

/** Search parameters as they stand in the address: every value is text, or several texts under one name. */
export type RawSearch = Readonly<Record<string, unknown>>;

/** `?a=1&hide=x&hide=y` as `{ a: '1', hide: ['x', 'y'] }`. Values stay text: a version "1.0" is not the number 1. */
export function parseSearch(search: string): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = {};
  for (const [key, value] of new URLSearchParams(search)) {
    const known = Object.hasOwn(out, key) ? out[key] : undefined;
    out[key] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return out;
}

/** The inverse of `parseSearch`; undefined and empty values are left out, commas stay readable. */
export function stringifySearch(search: RawSearch): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof one === 'string' && one !== '') out.append(key, one);
      else if (typeof one === 'number' || typeof one === 'boolean') out.append(key, String(one));
    }
  }
  const text = out.toString().replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown): string[] | undefined => {
  const found = (Array.isArray(value) ? value : [value]).filter((one): one is string => text(one) !== undefined);
  return found.length === 0 ? undefined : found;
};
const oneOf = <T extends string>(value: unknown, allowed: readonly T[]): T | undefined =>
  allowed.find((word) => word === value);

export const BENCHMARK_TABS = ['leaderboard', 'cases', 'data', 'rules'] as const;
export type BenchmarkTab = (typeof BENCHMARK_TABS)[number];

/** Which board, in which state, ranked by which rule: the same names on every page about a board. */
export interface BoardSearch {
  readonly phase?: PhaseKind;
  /** Address of a state of the board; absent: the newest. */
  readonly asOf?: string;
  /** Absent: the declared rule. */
  readonly scheme?: SingleScheme['kind'];
  /** Metric id to rank by; absent: that of the declared rule. */
  readonly by?: string;
  /** Region that is ranked and whose means are shown; absent: the mean over structures. */
  readonly structure?: string;
}
export const boardSearch = (raw: RawSearch): BoardSearch => ({
  phase: oneOf(raw.phase, PHASE_KINDS),
  asOf: typeof raw.asOf === 'string' && /^[0-9a-f]{64}$/.test(raw.asOf) ? raw.asOf : undefined,
  scheme: oneOf(raw.scheme, SINGLE_KINDS),
  by: text(raw.by),
  structure: text(raw.structure),
});

export interface BenchmarkSearch extends BoardSearch {
  readonly tab?: BenchmarkTab;
  /** Attribute and level of the cases that are ranked; absent: all cases. */
  readonly slice?: string;
  readonly level?: string;
  readonly sort?: string;
  readonly dir?: Direction;
}
export const benchmarkSearch = (raw: RawSearch): BenchmarkSearch => ({
  tab: oneOf(raw.tab, BENCHMARK_TABS),
  ...boardSearch(raw),
  slice: text(raw.slice),
  level: text(raw.level),
  sort: text(raw.sort),
  dir: oneOf(raw.dir, ['asc', 'desc']),
});

export interface EvidenceSearch extends BoardSearch {
  /** Attribute whose slices are drawn. */
  readonly slice?: string;
}
export const evidenceSearch = (raw: RawSearch): EvidenceSearch => ({ ...boardSearch(raw), slice: text(raw.slice) });

export interface CompareSearch extends BoardSearch {
  /** Run ids. */
  readonly first?: string;
  readonly second?: readonly string[];
}
export const compareSearch = (raw: RawSearch): CompareSearch => ({
  ...boardSearch(raw),
  first: text(raw.first),
  second: texts(raw.second),
});

export interface AlgorithmSearch {
  readonly version?: string;
}
export const algorithmSearch = (raw: RawSearch): AlgorithmSearch => ({ version: text(raw.version) });

/** No region has this name: names are not empty, and hold no asterisk alone. */
export const WORST_OF_ALL = '*';

export interface RunSearch {
  /** Metric whose values the per-case table shows. */
  readonly metric?: string;
  /** Goes on to the case that costs the mean of this structure most; `WORST_OF_ALL`: of any structure. */
  readonly worst?: string;
  readonly sort?: string;
  readonly dir?: Direction;
}
export const runSearch = (raw: RawSearch): RunSearch => ({
  metric: text(raw.metric),
  worst: text(raw.worst),
  sort: text(raw.sort),
  dir: oneOf(raw.dir, ['asc', 'desc']),
});

export interface SubmitSearch {
  readonly benchmark?: string;
  readonly algorithm?: string;
}
export const submitSearch = (raw: RawSearch): SubmitSearch => ({
  benchmark: text(raw.benchmark),
  algorithm: text(raw.algorithm),
});

export interface SubmissionSearch {
  /** Set after an upload whose file had been submitted before. */
  readonly existing?: boolean;
}
export const submissionSearch = (raw: RawSearch): SubmissionSearch => ({
  existing: raw.existing === 'true' || raw.existing === true ? true : undefined,
});

/** `run` and `reader` choose what is laid over the image; the rest belongs to the viewer and passes through unread. */
export interface CaseSearch {
  readonly run?: string;
  readonly reader?: string;
  /** A preflight of one's own, whose prediction of this case is shown among the others. */
  readonly preflight?: string;
  /** A figure whose cause the viewer goes to: `hd95.liver`. */
  readonly find?: string;
  readonly at?: string;
  readonly w?: string;
  readonly mode?: string;
  readonly layout?: string;
  readonly invert?: string;
  readonly off?: string;
  readonly region?: string;
  readonly surface?: string;
  readonly hide?: string | readonly string[];
  /** Layers that were added to those chosen. */
  readonly with?: string | readonly string[];
  /** Zoom and middle of planes. */
  readonly z?: string | readonly string[];
  /** How layers are drawn. */
  readonly pen?: string | readonly string[];
  /** Measurements. */
  readonly m?: string | readonly string[];
}
const VIEW_KEYS = ['at', 'w', 'mode', 'layout', 'invert', 'off', 'region', 'surface'] as const;
const VIEW_LISTS = ['hide', 'with', 'z', 'pen', 'm'] as const;
const textOrTexts = (value: unknown): string | string[] | undefined =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : text(value);
export const caseSearch = (raw: RawSearch): CaseSearch => ({
  run: text(raw.run),
  reader: text(raw.reader),
  preflight: text(raw.preflight),
  find: text(raw.find),
  ...Object.fromEntries(VIEW_KEYS.map((key) => [key, text(raw[key])])),
  ...Object.fromEntries(VIEW_LISTS.map((key) => [key, textOrTexts(raw[key])])),
});

/** The viewer's part of a case link, as the query string that the viewer reads. */
export function viewQuery({
  run: _run,
  reader: _reader,
  preflight: _preflight,
  find: _find,
  ...view
}: CaseSearch): string {
  return stringifySearch(view).replace(/^\?/, '');
}

/** The viewer's query string as search parameters beside those that choose what is shown. */
export function withViewQuery({ run, reader, preflight }: CaseSearch, query: string): CaseSearch {
  return { ...caseSearch(parseSearch(query)), run, reader, preflight };
}

export interface SignInSearch {
  readonly next?: string;
}
export const signInSearch = (raw: RawSearch): SignInSearch => ({ next: safeNext(raw.next) });

/** An address of this site to go to after signing in; anything else is dropped, so that a link cannot lead astray. */
export function safeNext(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\/(?![/\\])/.test(value) || /[\u0000-\u001f\\]/.test(value)) return undefined;
  return value.startsWith('/sign-in') ? undefined : value;
}

export interface InvitationSearch {
  readonly invitation?: string;
}
export const invitationSearch = (raw: RawSearch): InvitationSearch => ({
  invitation: text(raw.invitation) ?? text(raw.token),
});

export interface TokenSearch {
  readonly token?: string;
}
export const tokenSearch = (raw: RawSearch): TokenSearch => ({ token: text(raw.token) });

export interface MakingSearch {
  /** Which version of which dataset a benchmark is made of. */
  readonly dataset?: string;
  readonly version?: string;
}
export const makingSearch = (raw: RawSearch): MakingSearch => ({
  dataset: text(raw.dataset),
  version: text(raw.version),
});

export interface ImportSearch {
  /** The dataset that cases are added to; absent: a new one. */
  readonly dataset?: string;
  /** Where its files are: in the inbox of the dataset; absent: on this machine. */
  readonly from?: 'inbox';
}
export const importSearch = (raw: RawSearch): ImportSearch => ({
  dataset: text(raw.dataset),
  from: raw.from === 'inbox' ? 'inbox' : undefined,
});
