import { FEWEST_TO_RANK, kendallTauB, suppressedLevels, UNKNOWN } from '#statistics';
import { placesOf, rankStudy, type Place } from './rank.js';
import { createRanker } from './rankers/create-ranker.js';
import { SINGLE_KINDS, type DirectionOf, type RankingScheme, type Ties } from './scheme.js';
import { byCodeUnits, type Study } from './study.js';

/** Places under one scheme, beside those of the scheme that counts. */
export interface RankUnder {
  readonly scheme: RankingScheme;
  readonly places: readonly Place[];
  /** Kendall's tau-b with the declared ranking; null when either ties throughout. */
  readonly tau: number | null;
}

/**
 * The ranking under every scheme of one metric, the defaults of each: how much of it is the choice of a scheme. (Reported
 * as decisive by Maier-Hein et al. 2018, doi:10.1038/s41467-018-07619-7.)
 *
 * @param declared the ranking that counts, of the same algorithms
 */
export function rankUnderSchemes(
  study: Study,
  { metric, region = 'all', ties = 'min' }: { readonly metric: string; readonly region?: string; readonly ties?: Ties },
  directionOf: DirectionOf,
  declared: readonly Place[],
): RankUnder[] {
  return SINGLE_KINDS.map((kind) => {
    const scheme: RankingScheme = { kind, metric, region, ties };
    const places = rankStudy(study, scheme, directionOf);
    return { scheme, places, tau: agreement(declared, places) };
  });
}

/** Places over some of the cases. */
export interface PartRanking {
  /** The site left out, or the level ranked. */
  readonly group: string;
  /** Cases that count; null when that is withheld. */
  readonly n: number | null;
  /** Null when it is not ranked. */
  readonly places: readonly Place[] | null;
  readonly why: 'too-few-cases' | 'suppressed' | null;
  /** Kendall's tau-b with the ranking of all cases. */
  readonly tau: number | null;
}

/**
 * The ranking without each site in turn: whether one hospital decides it.
 *
 * @param siteOf site of a case; null is left out as `unknown`, a group of its own
 */
export function leaveOneOut(
  study: Study,
  scheme: RankingScheme,
  directionOf: DirectionOf,
  siteOf: (caseName: string) => string | null,
): PartRanking[] {
  return rankParts(
    study,
    scheme,
    directionOf,
    siteOf,
    (group, site) => group !== site,
    () => null,
  );
}

export interface LevelOptions {
  /** Levels say something about people: small cells, and what would give them away, are withheld. */
  readonly demographic: boolean;
  /** Fewest patients of a demographic cell; 5 unless told. */
  readonly smallestCell?: number;
}

/** The ranking within each level of an attribute. A level with fewer than 10 cases is never ranked. */
export function rankLevels(
  study: Study,
  scheme: RankingScheme,
  directionOf: DirectionOf,
  levelOf: (caseName: string) => string | null,
  options: LevelOptions,
): PartRanking[] {
  const patients = new Map<string, Set<string>>();
  study.cases.forEach((name, c) => {
    const level = levelOf(name) ?? UNKNOWN;
    patients.set(level, (patients.get(level) ?? new Set()).add(study.patients?.[c] ?? name));
  });
  const counts = new Map([...patients].map(([level, { size }]) => [level, size]));
  const hidden = options.demographic ? suppressedLevels(counts, options.smallestCell) : new Set<string>();
  return rankParts(
    study,
    scheme,
    directionOf,
    levelOf,
    (group, level) => group === level,
    (group, n) => (hidden.has(group) ? 'suppressed' : n < FEWEST_TO_RANK ? 'too-few-cases' : null),
  );
}

function rankParts(
  study: Study,
  scheme: RankingScheme,
  directionOf: DirectionOf,
  groupOf: (caseName: string) => string | null,
  counts: (group: string, ofCase: string) => boolean,
  refuse: (group: string, n: number) => PartRanking['why'],
): PartRanking[] {
  const ofCases = study.cases.map((name) => groupOf(name) ?? UNKNOWN);
  const ranker = createRanker(study, scheme, directionOf);
  const all = placesOf(study.algorithms, ranker, new Int32Array(study.cases.length).fill(1));
  return [...new Set(ofCases)].sort(byCodeUnits).map((group) => {
    const weights = Int32Array.from(ofCases, (ofCase) => (counts(group, ofCase) ? 1 : 0));
    const n = weights.reduce((sum, weight) => sum + weight, 0);
    const why = refuse(group, n) ?? (n === 0 ? 'too-few-cases' : null);
    if (why !== null) return { group, n: why === 'suppressed' ? null : n, places: null, why, tau: null };
    const places = placesOf(study.algorithms, ranker, weights);
    return { group, n, places, why, tau: agreement(all, places) };
  });
}

function agreement(a: readonly Place[], b: readonly Place[]): number | null {
  const ranks = new Map(b.map(({ algorithm, rank }) => [algorithm, rank]));
  const paired = a.map(({ algorithm, rank }) => {
    const other = ranks.get(algorithm);
    if (other === undefined) throw new RangeError(`${algorithm} is placed by one ranking only`);
    return [rank, other] as const;
  });
  return kendallTauB(
    paired.map(([rank]) => rank),
    paired.map(([, rank]) => rank),
  );
}
