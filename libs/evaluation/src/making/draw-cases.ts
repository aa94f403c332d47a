import type { NewBenchmarkFields } from '#contracts';
import { createRandom } from '#statistics';
import type { MakingFinding } from './making-records.js';

export type CaseSplit = NonNullable<NewBenchmarkFields['split']>;

/** A case of a dataset version, as far as drawing looks at it. */
export interface DrawableCase {
  readonly name: string;
  readonly patient: string;
  readonly split: string | null;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Names of cases, in the order of the dataset version. */
export interface DrawnCases {
  readonly practice: readonly string[];
  readonly test: readonly string[];
  readonly left: readonly string[];
}

const PRACTICE_WORDS = /^(?:train|training|practice|dev|development|val|valid|validation)$/i;
const TEST_WORDS = /^(?:test|testing|held-?out|holdout|hidden)$/i;

/** The cases' own split where it tells two kinds apart, else drawn by patient. */
export function usualSplit(cases: readonly DrawableCase[]): CaseSplit {
  const values = [...new Set(cases.flatMap(({ split }) => split ?? []))];
  const practice = values.filter((value) => PRACTICE_WORDS.test(value));
  const test = values.filter((value) => TEST_WORDS.test(value));
  if (practice.length > 0 && test.length > 0) return { kind: 'by-split', practice, test };
  return { kind: 'random', seed: 1, testShare: 0.7, stratifyBy: null };
}

/**
 * Which cases go to practice and which are held out. All cases of a patient go to the same side when they are drawn; where
 * they are told apart by hand and a patient would be on both, that is an error.
 *
 * Drawing: within each stratum the patients, in the order of their pseudonyms, are shuffled (Fisher and Yates) by the
 * generator of `#statistics` from the seed, strata in the order of their values. The first ones are held out, as many as
 * the share of all patients rounded to the nearest whole number says, shared among strata by largest remainder. With two
 * patients or more each side has at least one. The same version, seed, share and fact draw the same cases everywhere.
 */
export function drawCases(
  cases: readonly DrawableCase[],
  split: CaseSplit,
): { readonly drawn: DrawnCases; readonly findings: readonly MakingFinding[] } {
  const findings: MakingFinding[] = [];
  const error = (code: string, message: string): unknown =>
    findings.push({ severity: 'error', code, where: 'split', message });
  const inPractice = new Set<string>();
  const inTest = new Set<string>();
  if (split.kind === 'random') {
    if (split.stratifyBy !== null && !cases.some(({ facts }) => split.stratifyBy! in facts)) {
      const known = [...new Set(cases.flatMap(({ facts }) => Object.keys(facts)))].sort();
      error('split-fact', `no case has the fact "${split.stratifyBy}"; the facts are ${known.join(', ') || 'none'}`);
    }
    const test = drawPatients(cases, split);
    for (const { name, patient } of cases) (test.has(patient) ? inTest : inPractice).add(name);
  } else {
    const of = (one: DrawableCase): string | null => (split.kind === 'by-split' ? one.split : one.name);
    const known = new Set(cases.map(of));
    const what = split.kind === 'by-split' ? 'split' : 'case';
    for (const word of [...split.practice, ...split.test]) {
      if (known.has(word)) continue;
      const there = [...known].filter((value) => value !== null).slice(0, 10);
      error(
        'split-unknown',
        `no ${what} of this version is called "${word}"; there are ${there.join(', ') || 'none'}${known.size > 10 ? ', …' : ''}`,
      );
    }
    const [practice, test] = [new Set(split.practice), new Set(split.test)];
    const twice = split.practice.filter((word) => test.has(word));
    if (twice.length > 0)
      error(
        'split-twice',
        `${twice.map((word) => `"${word}"`).join(', ')} would be practice and held out; expected one of them`,
      );
    for (const one of cases) {
      const word = of(one);
      if (word === null) continue;
      if (test.has(word)) inTest.add(one.name);
      else if (practice.has(word)) inPractice.add(one.name);
    }
    const seen = new Set(cases.filter(({ name }) => inPractice.has(name)).map(({ patient }) => patient));
    const both = new Set(
      cases.filter(({ name, patient }) => inTest.has(name) && seen.has(patient)).map(({ patient }) => patient),
    );
    if (both.size > 0) {
      const names = cases.filter(({ patient }) => both.has(patient)).map(({ name }) => name);
      error(
        'patient-in-both',
        `${both.size} patient(s) have cases in practice and held out (${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}); expected all cases of a patient on one side`,
      );
    }
  }
  const named = (side: Set<string>): string[] => cases.filter(({ name }) => side.has(name)).map(({ name }) => name);
  const drawn = {
    practice: named(inPractice),
    test: named(inTest),
    left: cases.map(({ name }) => name).filter((name) => !inPractice.has(name) && !inTest.has(name)),
  };
  if (drawn.practice.length === 0)
    error(
      'no-practice-case',
      'no case is left for practice; expected at least one, on which people try their algorithms',
    );
  if (drawn.test.length === 0) error('no-held-out-case', 'no case is held out; expected at least one');
  return { drawn, findings };
}

/** Patients that are held out. */
function drawPatients(
  cases: readonly DrawableCase[],
  { seed, testShare, stratifyBy }: Extract<CaseSplit, { kind: 'random' }>,
): ReadonlySet<string> {
  const values = new Map<string, Set<string>>();
  for (const { patient, facts } of cases) {
    const own = values.get(patient) ?? new Set();
    own.add(stratifyBy === null ? '' : String(facts[stratifyBy] ?? ''));
    values.set(patient, own);
  }
  const strata = new Map<string, string[]>();
  for (const patient of [...values.keys()].sort()) {
    const stratum = [...values.get(patient)!].sort().join('\n');
    strata.set(stratum, [...(strata.get(stratum) ?? []), patient]);
  }
  const all = values.size;
  const wanted = all < 2 ? all : Math.min(all - 1, Math.max(1, Math.round(testShare * all)));
  const shares = [...strata.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, patients]) => ({
      patients,
      exact: (wanted * patients.length) / all,
      count: Math.floor((wanted * patients.length) / all),
    }));
  let open = wanted - shares.reduce((sum, { count }) => sum + count, 0);
  for (const share of [...shares].sort((a, b) => b.exact - b.count - (a.exact - a.count))) {
    if (open === 0) break;
    share.count++;
    open--;
  }
  const random = createRandom(seed);
  const test = new Set<string>();
  for (const { patients, count } of shares) {
    for (let last = patients.length - 1; last > 0; last--) {
      const at = random.below(last + 1);
      [patients[last], patients[at]] = [patients[at], patients[last]];
    }
    for (const patient of patients.slice(0, count)) test.add(patient);
  }
  return test;
}
