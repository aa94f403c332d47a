import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { aggregateScores } from './aggregate.js';
import type { ScoreRow } from './aggregate.js';
import { rank, rankAggregates } from './rank.js';
import { describeScheme } from './scheme.js';
import type { DirectionOf, MeanThenRank } from './scheme.js';

const FOLDER = resolve(import.meta.dirname, '../../../test/golden/ranking');
const directionOf: DirectionOf = (metric) => (metric === 'hd95' ? 'lower' : 'higher');

interface Golden {
  readonly small_is_better: boolean;
  readonly na_treat_worst: number;
  readonly bootstrap_given_draws: {
    readonly algorithms: string[];
    readonly cases: string[];
    readonly draws: number[][];
    readonly ranks: Record<string, number[][]>;
  };
}
type GoldenPlaces = readonly { algorithm: string; aggregate: number; rank: number }[];

const row = (
  algorithm: string,
  name: string,
  region: string,
  metric: string,
  value: number | null,
  penalty = 0,
): ScoreRow => ({
  algorithm,
  case: name,
  region,
  metric,
  value: value === null ? { kind: 'undefined', why: 'no-prediction' } : { kind: 'value', value },
  penalty,
});

function readTable(name: string, golden: Golden): ScoreRow[] {
  const lines = readFileSync(join(FOLDER, name), 'utf8').trim().split(/\r?\n/).slice(1);
  const given = lines.map((line) => line.split(','));
  const cases = new Set(given.map(([, c]) => c));
  const algorithms = new Set(given.map(([a]) => a));
  const values = new Map(given.map(([a, c, v]) => [`${a},${c}`, v]));
  const metric = golden.small_is_better ? 'hd95' : 'dice';
  return [...algorithms].flatMap((a) =>
    [...cases].map((c) => {
      const value = values.get(`${a},${c}`) ?? '';
      return row(a, c, 'organ', metric, value === '' ? null : Number(value), golden.na_treat_worst);
    }),
  );
}

const tables = readdirSync(FOLDER).filter((name) => name.endsWith('.csv'));
it('finds all six tables', () => expect(tables).toHaveLength(6));

describe.each(tables)('%s', (name) => {
  const text = readFileSync(join(FOLDER, name.replace('.csv', '.json')), 'utf8');
  const golden = JSON.parse(text) as Golden & Record<string, GoldenPlaces>;
  const rows = readTable(name, golden);
  const metric = rows[0].metric;

  it.each(['min', 'average'] as const)('has the places of challengeR, ties %s', (ties) => {
    for (const [missing, key] of [
      ['penalty', 'worst'],
      ['remove', 'remove'],
    ] as const) {
      const places = rank(rows, { kind: 'mean-then-rank', metric, missing, ties }, directionOf);
      const wanted = golden[`mean_then_rank|na=${key}|ties=${ties}`];
      expect(places).toHaveLength(wanted.length);
      for (const { algorithm, aggregate, rank: place } of wanted) {
        const found = places.find((p) => p.algorithm === algorithm);
        expect(found?.rank).toBe(place);
        expect(Math.abs((found?.aggregate ?? NaN) - aggregate)).toBeLessThanOrEqual(1e-12 * Math.max(1, aggregate));
      }
    }
  });

  it('ranks given bootstrap draws exactly, each drawn copy a case of its own', () => {
    const { algorithms, cases, draws, ranks } = golden.bootstrap_given_draws;
    const byCell = new Map(rows.map((r) => [`${r.algorithm},${r.case}`, r]));
    for (const [d, draw] of draws.entries()) {
      const drawn = algorithms.flatMap((algorithm) =>
        draw.map((index, copy) => {
          const original = byCell.get(`${algorithm},${cases[index]}`);
          if (!original) throw new Error(`no row for ${algorithm}, ${cases[index]}`);
          return { ...original, case: `copy ${copy}` };
        }),
      );
      const places = rank(drawn, { kind: 'mean-then-rank', metric }, directionOf);
      expect(algorithms.map((a) => places.find((p) => p.algorithm === a)?.rank)).toEqual(
        ranks['mean_then_rank|na=worst'][d],
      );
    }
  });
});

describe('aggregates', () => {
  it('count what was penalised and what was left out', () => {
    const rows = [
      row('a', '1', 'liver', 'dice', 0.8),
      row('a', '2', 'liver', 'dice', null),
      row('a', '3', 'liver', 'dice', 0.6),
    ];
    expect(aggregateScores(rows)).toEqual([
      { algorithm: 'a', region: 'liver', metric: 'dice', mean: 0.4666666666666667, n: 3, penalised: 1 },
    ]);
    expect(aggregateScores(rows, 'remove')).toEqual([
      { algorithm: 'a', region: 'liver', metric: 'dice', mean: 0.7, n: 2, penalised: 1 },
    ]);
    expect(aggregateScores([rows[1]], 'remove')[0].mean).toBeNull();
  });

  it('take the penalty of the case for an unbounded distance', () => {
    const unbounded: ScoreRow = { ...row('a', '1', 'lesion', 'hd95', null, 120), value: { kind: 'unbounded' } };
    expect(aggregateScores([unbounded, row('a', '2', 'lesion', 'hd95', 10, 90)])[0].mean).toBe(65);
    expect(() => aggregateScores([{ ...unbounded, penalty: Infinity }])).toThrow(
      'penalty of case "1" for hd95 is Infinity',
    );
  });

  it('refuse a case that occurs twice', () => {
    const twice = row('a', '1', 'liver', 'dice', 0.5);
    expect(() => aggregateScores([twice, twice])).toThrow('case "1" occurs twice');
  });
});

describe('places', () => {
  const rows = [
    ...[0.9, 0.7].map((v, n) => row('beta', `${n}`, 'liver', 'dice', v)),
    ...[0.8, 0.8].map((v, n) => row('alpha', `${n}`, 'liver', 'dice', v)),
    ...[0.5, null].map((v, n) => row('gamma', `${n}`, 'liver', 'dice', v)),
    ...[5, 9].map((v, n) => row('beta', `${n}`, 'liver', 'hd95', v, 100)),
    ...[4, 4].map((v, n) => row('alpha', `${n}`, 'liver', 'hd95', v, 100)),
    ...[1, null].map((v, n) => row('gamma', `${n}`, 'liver', 'hd95', v, 100)),
  ];
  const byDice: MeanThenRank = { kind: 'mean-then-rank', metric: 'dice' };
  const byDistance: MeanThenRank = { kind: 'mean-then-rank', metric: 'hd95' };

  it('share the smallest number in a tie and list equals by name', () => {
    expect(rank(rows, byDice, directionOf)).toEqual([
      { algorithm: 'alpha', aggregate: 0.8, rank: 1 },
      { algorithm: 'beta', aggregate: 0.8, rank: 1 },
      { algorithm: 'gamma', aggregate: 0.25, rank: 3 },
    ]);
    expect(rank(rows, { ...byDice, ties: 'average' }, directionOf).map((p) => p.rank)).toEqual([1.5, 1.5, 3]);
  });

  it('turn round for a metric that is better when smaller', () => {
    expect(rank(rows, byDistance, directionOf).map((p) => [p.algorithm, p.aggregate])).toEqual([
      ['alpha', 4],
      ['beta', 7],
      ['gamma', 50.5],
    ]);
  });

  it('reward failing when missing values are removed: why that is not the default', () => {
    expect(rank(rows, { ...byDistance, missing: 'remove' }, directionOf)[0].algorithm).toBe('gamma');
  });

  it('agree over several rules by the mean of places', () => {
    const scheme = { kind: 'consensus', of: [byDice, byDistance] } as const;
    expect(rank(rows, scheme, directionOf)).toEqual([
      { algorithm: 'alpha', aggregate: 1, rank: 1 },
      { algorithm: 'beta', aggregate: 1.5, rank: 2 },
      { algorithm: 'gamma', aggregate: 3, rank: 3 },
    ]);
    expect(rankAggregates(aggregateScores(rows), scheme, directionOf)).toEqual(rank(rows, scheme, directionOf));
    expect(() => rank(rows, { kind: 'consensus', of: [] }, directionOf)).toThrow('at least one');
  });

  it('count regions alike, or one of them alone', () => {
    const two = [
      ...rows.filter((r) => r.metric === 'dice'),
      ...['alpha', 'beta', 'gamma'].flatMap((a, n) => ['0', '1'].map((c) => row(a, c, 'lesion', 'dice', 0.1 * n))),
    ];
    const aggregates = rank(two, byDice, directionOf).map((p) => p.aggregate ?? NaN);
    [0.45, 0.4, 0.225].forEach((wanted, n) => expect(aggregates[n]).toBeCloseTo(wanted, 12));
    expect(rank(two, { ...byDice, region: 'lesion' }, directionOf)[0].algorithm).toBe('gamma');
    expect(() => rank(two, { ...byDice, region: 'spleen' }, directionOf)).toThrow(
      'nothing to rank by dice over region "spleen"',
    );
  });

  it('need a row for every case of every algorithm', () => {
    expect(() => rank(rows.slice(1), byDice, directionOf)).toThrow('beta has no row for case "0", liver, dice');
  });

  it('put an algorithm of which nothing is left last', () => {
    const places = rank(
      [row('a', '1', 'x', 'dice', null), row('b', '1', 'x', 'dice', 0)],
      { ...byDice, missing: 'remove' },
      directionOf,
    );
    expect(places).toEqual([
      { algorithm: 'b', aggregate: 0, rank: 1 },
      { algorithm: 'a', aggregate: null, rank: 2 },
    ]);
  });

  it('do not depend on the order of rows', () => {
    const shuffle = fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length });
    const scheme = { kind: 'consensus', of: [byDice, byDistance] } as const;
    const wanted = rank(rows, scheme, directionOf);
    fc.assert(
      fc.property(shuffle, (shuffled) => expect(rank(shuffled, scheme, directionOf)).toEqual(wanted)),
      { seed: 2 },
    );
  });

  it('describe their rule in one line', () => {
    expect(describeScheme({ kind: 'consensus', of: [byDice, { ...byDistance, region: 'liver lesion' }] })).toBe(
      'consensus(mean-then-rank|dice|region.all|missing.penalty|ties.min; mean-then-rank|hd95|region.liver%20lesion|missing.penalty|ties.min)|ties.min',
    );
  });
});
