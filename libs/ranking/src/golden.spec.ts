import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { kendallTauB, type Adjustment } from '#statistics';
import { bootstrapRanks, rankGivenDraws } from './bootstrap.js';
import { testPairs } from './pairwise-tests.js';
import { rankStudy, type Place } from './rank.js';
import type { DirectionOf, RankingScheme, SingleScheme, Ties } from './scheme.js';
import type { ScoreTable } from './score-table.js';
import { studyOfTable } from './study.js';

const FOLDER = resolve(import.meta.dirname, '../../../test/golden/ranking');

interface Distribution {
  readonly nboot: number;
  readonly full_data_rank: number[];
  readonly rank_frequency: number[][];
  readonly mean_rank: number[];
  readonly tau_mean: number | null;
  readonly tau_nan_share: number;
}
type Matrix = (number | null)[][];
interface Golden {
  readonly small_is_better: boolean;
  readonly na_treat_worst: number;
  readonly wilcoxon: {
    readonly algorithms: string[];
    readonly V: Matrix;
    readonly p_raw: Matrix;
    readonly p_holm: Matrix;
  };
  readonly kendall_tau_b: { readonly schemes: string[]; readonly matrix: Matrix };
  readonly bootstrap_given_draws: {
    readonly algorithms: string[];
    readonly cases: string[];
    readonly draws: number[][];
    readonly ranks: Record<string, number[][]>;
  };
  readonly bootstrap_multiset_distribution: Record<string, Distribution>;
}

/** `rank_then_mean|na=last|ties=min`, `significance|alpha=0.05|adjust=holm|na=worst|ties=min`, `significance|holm|na=worst` as a scheme of ours. */
function schemeOf(key: string): RankingScheme {
  const [name, ...settings] = key.split('|');
  const setting = (wanted: string) => settings.find((s) => s.startsWith(`${wanted}=`))?.split('=')[1];
  const ties = (setting('ties') ?? 'min') as Ties;
  if (name === 'significance') {
    const adjust = (setting('adjust') ?? settings[0]) as Adjustment;
    return { kind: 'test-then-rank', metric: 'm', adjust, alpha: Number(setting('alpha') ?? 0.05), ties };
  }
  const missing = setting('na') === 'worst' ? 'penalty' : setting('na');
  return { kind: name.replaceAll('_', '-'), metric: 'm', missing, ties } as SingleScheme;
}

function readStudy(name: string, golden: Golden) {
  const lines = readFileSync(join(FOLDER, name), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
  const algorithms = [...new Set(lines.map(([a]) => a))].sort();
  const cases = [...new Set(lines.map(([, c]) => c))].sort();
  const values = new Float64Array(algorithms.length * cases.length).fill(NaN);
  for (const [a, c, v] of lines)
    if (v !== '') values[algorithms.indexOf(a) * cases.length + cases.indexOf(c)] = Number(v);
  const penalties = new Float64Array(values.length).fill(golden.na_treat_worst);
  const table: ScoreTable = { algorithms, cases, values, penalties, scored: new Uint8Array(cases.length).fill(1) };
  return studyOfTable(table, 'm', null);
}

const close = (found: number | null | undefined, wanted: number | null) => {
  if (wanted === null) expect(found).toBeNull();
  else expect(Math.abs((found ?? NaN) - wanted)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(wanted)));
};

const tables = readdirSync(FOLDER).filter((name) => name.endsWith('.csv'));
it('finds all six tables', () => expect(tables).toHaveLength(6));

describe.each(tables)('golden %s', (name) => {
  const golden = JSON.parse(readFileSync(join(FOLDER, name.replace('.csv', '.json')), 'utf8')) as Golden &
    Record<string, unknown>;
  const directionOf: DirectionOf = () => (golden.small_is_better ? 'lower' : 'higher');
  const study = readStudy(name, golden);
  const keys = Object.keys(golden).filter((key) => /\|.*ties=/.test(key));

  it('has the keys that we know', () => expect(keys.length).toBeGreaterThanOrEqual(15));

  it.each(keys)('%s', (key) => {
    const wanted = golden[key] as readonly Place[];
    const places = rankStudy(study, schemeOf(key), directionOf);
    expect(places).toHaveLength(wanted.length);
    for (const { algorithm, aggregate, rank } of wanted) {
      const found = places.find((place) => place.algorithm === algorithm);
      expect([algorithm, found?.rank]).toEqual([algorithm, rank]);
      close(found?.aggregate, aggregate);
    }
  });

  it('tests every pair as R does', () => {
    const scheme: RankingScheme = { kind: 'test-then-rank', metric: 'm' };
    const found = testPairs(study, scheme, directionOf, 'holm');
    const { algorithms, V, p_raw, p_holm } = golden.wilcoxon;
    expect(found.algorithms).toEqual(algorithms);
    expect(found.V).toEqual(V);
    algorithms.forEach((_, a) =>
      algorithms.forEach((_, b) => {
        close(found.pRaw[a][b], p_raw[a][b]);
        close(found.pAdjusted[a][b], p_holm[a][b]);
        const p = p_raw[a][b];
        if (p !== null) expect(Math.abs((found.pRaw[a][b] ?? NaN) / p - 1)).toBeLessThan(1e-12);
      }),
    );
  });

  it('agrees on how schemes agree', () => {
    const { schemes, matrix } = golden.kendall_tau_b;
    const ranks = schemes.map((key) => {
      const places = new Map(
        rankStudy(study, schemeOf(key), directionOf).map(({ algorithm, rank }) => [algorithm, rank]),
      );
      return study.algorithms.map((algorithm) => places.get(algorithm) ?? NaN);
    });
    ranks.forEach((a, i) => ranks.forEach((b, j) => close(kendallTauB(a, b), matrix[i][j])));
  });

  it.each(Object.keys(golden.bootstrap_given_draws.ranks))('ranks the given draws exactly: %s', (key) => {
    const { algorithms, cases, draws, ranks } = golden.bootstrap_given_draws;
    expect([study.algorithms, study.cases]).toEqual([algorithms, cases]);
    const found = rankGivenDraws(study, schemeOf(key), directionOf, draws);
    expect(found.ranks.map((places) => [...places])).toEqual(ranks[key]);
  });

  it.each(Object.keys(golden.bootstrap_multiset_distribution))('meets the distribution over draws: %s', (key) => {
    const wanted = golden.bootstrap_multiset_distribution[key];
    const { algorithms, tau, draws } = bootstrapRanks(study, schemeOf(key), directionOf, { seed: 11, draws: 4000 });
    const within = key.startsWith('significance') ? 0.08 : 0.03;
    algorithms.forEach(({ rank, shares }, a) => {
      expect(rank).toBe(wanted.full_data_rank[a]);
      shares.forEach((share, place) =>
        expect(Math.abs(share - wanted.rank_frequency[a][place])).toBeLessThanOrEqual(within),
      );
    });
    if (wanted.tau_mean === null || Number.isNaN(wanted.tau_mean))
      expect(tau.undefined / draws).toBeGreaterThan(1 - within);
    else expect(Math.abs((tau.mean ?? NaN) - wanted.tau_mean)).toBeLessThanOrEqual(within);
    expect(Math.abs(tau.undefined / draws - wanted.tau_nan_share)).toBeLessThanOrEqual(within);
  });
});
