import { adjustP, meansByPatient, signedRankTail, type Adjustment } from '#statistics';
import { placesWithinCases } from './rankers/case-places-ranker.js';
import { sortDifferences, type PairSums } from './rankers/paired-test.js';
import { DEFAULT_ALPHA, type DirectionOf, type RankingScheme } from './scheme.js';
import { joinRegions, type FilledTable } from './score-table.js';
import type { Study } from './study.js';

/** One-sided tests of all ordered pairs: the algorithm of the row is better than that of the column. Null on the diagonal. */
export interface PairwiseTests {
  readonly algorithms: readonly string[];
  /**
   * Sum of the ranks of positive differences, row less column, whichever direction is better: what R prints. Where
   * smaller is better, a small V speaks for the row.
   */
  readonly V: readonly (readonly (number | null)[])[];
  readonly pRaw: readonly (readonly (number | null)[])[];
  readonly pAdjusted: readonly (readonly (number | null)[])[];
  readonly adjust: Adjustment;
}

/**
 * Wilcoxon's signed-rank test for each ordered pair, adjusted over all of them.
 *
 * What is tested follows the scheme: the values of its metric (and region), missing ones filled by their penalty. For a
 * consensus, the mean over its rules of an algorithm's place within the case (ties average, missing last).
 *
 * @throws RangeError when a penalty is needed and not finite
 */
export function testPairs(
  study: Study,
  scheme: RankingScheme,
  directionOf: DirectionOf,
  adjust: Adjustment = 'holm',
  weights = new Int32Array(study.cases.length).fill(1),
): PairwiseTests {
  const { table, sign } = testedTable(study, scheme, directionOf);
  return testTable(table, sign, adjust, weights);
}

function testTable(
  table: FilledTable,
  sign: 1 | -1,
  adjust: Adjustment,
  weights = new Int32Array(table.cases.length).fill(1),
): PairwiseTests {
  const { algorithms } = table;
  const count = algorithms.length;
  const matrix = () => algorithms.map(() => Array<number | null>(count).fill(null));
  const [V, pRaw, pAdjusted] = [matrix(), matrix(), matrix()];
  const differences = sortDifferences(table, sign);
  const sums: PairSums = { twiceV: 0, n: 0, tieSum: 0 };
  const cells: (readonly [number, number])[] = [];
  const ps: number[] = [];
  let pair = 0;
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      differences.sum(pair++, weights, sums);
      const { twiceV, n, tieSum } = sums;
      for (const [row, column, v] of [
        [a, b, twiceV / 2],
        [b, a, (n * (n + 1) - twiceV) / 2],
      ] as const) {
        const p = signedRankTail(v, n, tieSum);
        V[row][column] = sign === -1 ? v : (n * (n + 1)) / 2 - v;
        pRaw[row][column] = p;
        cells.push([row, column]);
        ps.push(p);
      }
    }
  }
  adjustP(ps, adjust).forEach((p, i) => (pAdjusted[cells[i][0]][cells[i][1]] = p));
  return { algorithms, V, pRaw, pAdjusted, adjust };
}

/**
 * The same with one value a patient: the mean over the patient's cases. Cases of one patient are not independent, and a
 * test that takes them so finds differences between equals far more often than it says. Without repeated patients this
 * is `testPairs`.
 *
 * @throws RangeError as `testPairs`
 */
export function testPairsOfPatients(
  study: Study,
  scheme: RankingScheme,
  directionOf: DirectionOf,
  adjust: Adjustment = 'holm',
): PairwiseTests {
  const { table, sign } = testedTable(study, scheme, directionOf);
  const { patients } = study;
  if (patients === null || new Set(patients).size === patients.length) return testTable(table, sign, adjust);
  return testTable(perPatient(table, patients), sign, adjust);
}

function perPatient({ algorithms, cases, values, scored }: FilledTable, patients: readonly string[]): FilledTable {
  const counted = cases.flatMap((_, c) => (scored[c] ? [c] : []));
  const whose = counted.map((c) => patients[c]);
  const rows = algorithms.map((_, a) =>
    meansByPatient(
      counted.map((c) => values[a * cases.length + c]),
      whose,
    ),
  );
  const names = [...new Set(whose)];
  return {
    algorithms,
    cases: names,
    values: Float64Array.from(rows.flatMap((row) => [...row])),
    scored: new Uint8Array(names.length).fill(1),
  };
}

function testedTable(
  study: Study,
  scheme: RankingScheme,
  directionOf: DirectionOf,
): { readonly table: FilledTable; readonly sign: 1 | -1 } {
  if (scheme.kind !== 'consensus') {
    const table = joinRegions(study.tables(scheme.metric, scheme.region), 'penalty');
    return { table, sign: directionOf(scheme.metric) === 'higher' ? -1 : 1 };
  }
  const { algorithms, cases } = study;
  const values = new Float64Array(algorithms.length * cases.length);
  const rules = new Int32Array(cases.length);
  for (const rule of scheme.of) {
    const table = joinRegions(study.tables(rule.metric, rule.region), 'last');
    const twice = placesWithinCases(table, directionOf(rule.metric) === 'higher' ? -1 : 1, 'average', 'last');
    for (let at = 0; at < values.length; at++) values[at] += twice[at];
    for (let c = 0; c < cases.length; c++) rules[c] += table.scored[c];
  }
  for (let at = 0; at < values.length; at++) {
    const n = rules[at % cases.length];
    values[at] = n === 0 ? NaN : values[at] / (2 * n);
  }
  return { table: { algorithms, cases, values, scored: Uint8Array.from(rules, (n) => (n > 0 ? 1 : 0)) }, sign: 1 };
}

/** An algorithm's standing against those before it. */
export interface Standing {
  readonly algorithm: string;
  /** 1 for the first tier. */
  readonly tier: number;
  /** The tests cannot tell it from the first: a dagger in a table. True for the first itself. */
  readonly likeFirst: boolean;
  /**
   * The tests prefer it to the first: it does better in most cases, and loses the place by few, such as a failure with its
   * penalty. What is to be said of it is neither "worse" nor "not separable".
   */
  readonly betterThanFirst: boolean;
}

/**
 * Tiers of a ranking. The algorithms of the first place head tier 1. Going down place by place, those of a place join the
 * tier unless every head of the tier is significantly better than each of them (one-sided signed-rank test, adjusted over
 * all ordered pairs, p at most alpha); the first of which that is true head the next tier. Equals are never parted.
 *
 * Within a tier the order is not evidence. That two are in different tiers says that the later is worse than the head of
 * the earlier tier, not worse than each of its members; `likeFirst` is decided for each algorithm by itself.
 *
 * @param places ordered by rank
 * @throws RangeError when an algorithm was not tested
 */
export function tiersOf(
  places: readonly { readonly algorithm: string; readonly rank: number }[],
  { algorithms, pAdjusted }: PairwiseTests,
  alpha = DEFAULT_ALPHA,
): Standing[] {
  const at = new Map(algorithms.map((name, a) => [name, a]));
  const indexOf = (name: string): number => {
    const found = at.get(name);
    if (found === undefined) throw new RangeError(`${name} has a place but was not tested`);
    return found;
  };
  const better = (one: string, other: string): boolean => {
    const p = pAdjusted[indexOf(one)][indexOf(other)];
    return p !== null && p <= alpha;
  };
  const worseThanAll = (name: string, heads: readonly string[]): boolean => heads.every((head) => better(head, name));
  const groups = [...new Set(places.map(({ rank }) => rank))].map((rank) =>
    places.filter((place) => place.rank === rank).map(({ algorithm }) => algorithm),
  );
  if (groups.length === 0) return [];
  const [first] = groups;
  let heads = first;
  let tier = 1;
  return groups.flatMap((group) => {
    if (group !== heads && group.every((name) => worseThanAll(name, heads))) {
      tier++;
      heads = group;
    }
    return group.map((algorithm) => {
      const betterThanFirst = !first.includes(algorithm) && first.some((head) => better(algorithm, head));
      return { algorithm, tier, likeFirst: !betterThanFirst && !worseThanAll(algorithm, first), betterThanFirst };
    });
  });
}
