import { signedRank } from '#statistics';
import type { ScoreRow } from './aggregate.js';
import { comparePair, patientMeans } from './compare.js';
import { humanCeiling } from './human-ceiling.js';
import { testPairs, testPairsOfPatients, tiersOf, type PairwiseTests } from './pairwise-tests.js';
import { rank, rankStudy } from './rank.js';
import { leaveOneOut, rankLevels, rankUnderSchemes } from './robustness.js';
import { describeScheme, SINGLE_KINDS, type DirectionOf, type RankingScheme } from './scheme.js';
import { createStudy } from './study.js';

const directionOf: DirectionOf = (metric) => (metric === 'hd95' ? 'lower' : 'higher');
const byDice: RankingScheme = { kind: 'mean-then-rank', metric: 'dice' };

const row = (algorithm: string, name: string, value: number | null, metric = 'dice', region = 'liver'): ScoreRow => ({
  algorithm,
  case: name,
  region,
  metric,
  value: value === null ? { kind: 'undefined', why: 'no-prediction' } : { kind: 'value', value },
  penalty: metric === 'hd95' ? 50 : 0,
});

/** `values[algorithm]` lists the values of cases 00, 01, ... */
const rowsOf = (values: Record<string, readonly (number | null)[]>, metric = 'dice'): ScoreRow[] =>
  Object.entries(values).flatMap(([algorithm, list]) =>
    list.map((value, c) => row(algorithm, String(c).padStart(2, '0'), value, metric)),
  );

describe('places within cases', () => {
  it('put what is missing behind the largest place', () => {
    const rows = rowsOf({ a: [0.9], b: [0.9], c: [0.4], d: [0.4], e: [null], f: [null] });
    const aggregates = (ties: 'min' | 'average') =>
      rank(rows, { kind: 'rank-then-mean', metric: 'dice', ties }, directionOf).map((place) => place.aggregate);
    expect(aggregates('min')).toEqual([1, 1, 3, 3, 4, 4]);
    expect(aggregates('average')).toEqual([1.5, 1.5, 3.5, 3.5, 5, 5]);
    const removed = rank(rows, { kind: 'rank-then-mean', metric: 'dice', missing: 'remove' }, directionOf);
    expect(removed[4]).toEqual({ algorithm: 'e', aggregate: null, rank: 5 });
  });

  it('do not count cases in which a region is not scored', () => {
    const rows = [
      ...rowsOf({ a: [0.9, 0.2], b: [0.5, 0.3] }),
      ...['a', 'b'].map((algorithm) => row(algorithm, '01', algorithm === 'a' ? 0.9 : 0.1, 'dice', 'lesion')),
    ];
    const places = rank(rows, { kind: 'rank-then-mean', metric: 'dice', region: 'lesion' }, directionOf);
    expect(places.map(({ algorithm, aggregate }) => [algorithm, aggregate])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    // with all regions, case 01 counts with its mean: 0.55 against 0.2
    expect(rank(rows, { kind: 'median-then-rank', metric: 'dice' }, directionOf)[0].aggregate).toBe(
      (0.9 + (0.2 + 0.9) / 2) / 2,
    );
  });
});

describe('pairwise tests and tiers', () => {
  const values = Array.from({ length: 20 }, (_, c) => 0.5 + 0.01 * c);
  const rows = rowsOf({
    best: values.map((x) => x + 0.1),
    twin: values.map((x, c) => x + 0.1 + (c % 2 === 0 ? 0.001 * c : -0.001 * c - 0.001)),
    middle: values,
    worst: values.map((x) => x - 0.2),
  });
  const study = createStudy(rows);

  it('part what is separable, and start anew', () => {
    const places = rankStudy(study, byDice, directionOf);
    const tests = testPairs(study, byDice, directionOf);
    expect(tiersOf(places, tests)).toEqual([
      { algorithm: 'best', tier: 1, likeFirst: true, betterThanFirst: false },
      { algorithm: 'twin', tier: 1, likeFirst: true, betterThanFirst: false },
      { algorithm: 'middle', tier: 2, likeFirst: false, betterThanFirst: false },
      { algorithm: 'worst', tier: 3, likeFirst: false, betterThanFirst: false },
    ]);
    expect(tests.pAdjusted[0][0]).toBeNull();
  });

  it('keep equals together and ask all heads of a tier', () => {
    const p = (better: Record<string, string[]>): PairwiseTests => {
      const algorithms = ['a', 'b', 'c', 'd'];
      const pAdjusted = algorithms.map((x) =>
        algorithms.map((y) => (x === y ? null : better[x]?.includes(y) ? 0.01 : 1)),
      );
      return { algorithms, V: pAdjusted, pRaw: pAdjusted, pAdjusted, adjust: 'holm' };
    };
    const places = [
      { algorithm: 'a', rank: 1 },
      { algorithm: 'b', rank: 1 },
      { algorithm: 'c', rank: 3 },
      { algorithm: 'd', rank: 3 },
    ];
    const tiers = (better: Record<string, string[]>) => tiersOf(places, p(better)).map(({ tier }) => tier);
    expect(tiers({ a: ['c', 'd'] })).toEqual([1, 1, 1, 1]); // b beats neither
    expect(tiers({ a: ['c', 'd'], b: ['c'] })).toEqual([1, 1, 1, 1]); // d shares the place of c
    expect(tiers({ a: ['c', 'd'], b: ['c', 'd'] })).toEqual([1, 1, 2, 2]);
    expect(tiersOf(places, p({ a: ['c', 'd'], b: ['c'] })).map(({ likeFirst }) => likeFirst)).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(tiersOf([], p({}))).toEqual([]);
    expect(() => tiersOf([{ algorithm: 'x', rank: 1 }], p({}))).toThrow('x has a place but was not tested');
  });

  it('says of one that wins most cases and fails one that the test prefers it, not that it cannot be told apart', () => {
    const wins = createStudy(
      rowsOf({ a: values, b: values.map((x, c) => (c === 0 ? 0 : x + 0.01)), c: values.map((x) => x - 0.3) }),
    );
    const places = rankStudy(wins, byDice, directionOf);
    expect(tiersOf(places, testPairs(wins, byDice, directionOf))).toEqual([
      { algorithm: 'a', tier: 1, likeFirst: true, betterThanFirst: false },
      { algorithm: 'b', tier: 1, likeFirst: false, betterThanFirst: true },
      { algorithm: 'c', tier: 2, likeFirst: false, betterThanFirst: false },
    ]);
  });

  it('take a patient for one, however many cases there are', () => {
    // two patients who differ, ten cases each that do not
    const tenTimes = Array.from({ length: 20 }, (_, c) => (c < 10 ? 0.1 : 0.05) + 0.001 * c);
    const two = createStudy(
      rowsOf({ a: values, b: values.map((x, c) => x - tenTimes[c]) }),
      (name) => `patient ${Math.floor(Number(name) / 10)}`,
    );
    expect(testPairs(two, byDice, directionOf).pAdjusted[0][1]).toBeLessThan(0.001);
    const ofTwo = testPairsOfPatients(two, byDice, directionOf);
    expect(ofTwo.V[0][1]).toBe(3); // 1 + 2
    expect(ofTwo.pAdjusted[0][1]).toBeGreaterThan(0.1);
    expect(testPairsOfPatients(study, byDice, directionOf)).toEqual(testPairs(study, byDice, directionOf));
  });

  it('test a consensus on places within cases, so that units do not matter', () => {
    const both = [
      ...rows,
      ...rowsOf(
        { best: values, twin: values, middle: values.map((x) => x * 1000), worst: values.map((x) => x * 2000) },
        'hd95',
      ),
    ];
    const scheme: RankingScheme = {
      kind: 'consensus',
      of: [
        { kind: 'mean-then-rank', metric: 'dice' },
        { kind: 'mean-then-rank', metric: 'hd95' },
      ],
    };
    const tests = testPairs(createStudy(both), scheme, directionOf);
    const at = (name: string) => tests.algorithms.indexOf(name);
    expect(tests.pAdjusted[at('best')][at('middle')]).toBeLessThan(0.01);
    expect(tests.pAdjusted[at('best')][at('twin')]).toBeGreaterThan(0.5);
    expect(tests.pAdjusted[at('middle')][at('best')]).toBe(1);
  });
});

describe('robustness', () => {
  const size = 24;
  const site = (name: string) => (Number(name) < 12 ? 'north' : Number(name) < 22 ? 'south' : 'west');
  const list = (f: (c: number) => number) => Array.from({ length: size }, (_, c) => f(c));
  const study = createStudy(
    rowsOf({ a: list((c) => (c < 12 ? 0.9 : 0.4)), b: list((c) => (c < 12 ? 0.5 : 0.7)), c: list(() => 0.1) }),
  );

  it('ranks under every scheme and says how far each agrees', () => {
    const declared = rankStudy(study, byDice, directionOf);
    const found = rankUnderSchemes(study, { metric: 'dice' }, directionOf, declared);
    expect(found.map(({ scheme }) => scheme.kind)).toEqual([...SINGLE_KINDS]);
    expect(found[0].tau).toBe(1);
    for (const { places } of found) expect(places.map(({ algorithm }) => algorithm)).toContain('c');
    expect(found.find(({ scheme }) => scheme.kind === 'rank-then-mean')?.places[0].rank).toBe(1);
  });

  it('leaves one site out at a time', () => {
    const found = leaveOneOut(study, byDice, directionOf, site);
    expect(found.map(({ group, n, places }) => [group, n, places?.[0].algorithm])).toEqual([
      ['north', 12, 'b'],
      ['south', 14, 'a'],
      ['west', 22, 'a'],
    ]);
    expect(found[0].tau).toBeCloseTo(1 / 3, 12);
    expect(leaveOneOut(study, byDice, directionOf, () => null)).toEqual([
      { group: 'unknown', n: 0, places: null, why: 'too-few-cases', tau: null },
    ]);
  });

  it('ranks levels of at least ten cases, and says nothing of what is withheld', () => {
    const open = rankLevels(study, byDice, directionOf, site, { demographic: false });
    expect(open.map(({ group, n, why, places }) => [group, n, why, places?.[0].algorithm])).toEqual([
      ['north', 12, null, 'a'],
      ['south', 10, null, 'b'],
      ['west', 2, 'too-few-cases', undefined],
    ]);
    const guarded = rankLevels(study, byDice, directionOf, site, { demographic: true });
    expect(guarded.slice(1)).toEqual([
      { group: 'south', n: null, places: null, why: 'suppressed', tau: null },
      { group: 'west', n: null, places: null, why: 'suppressed', tau: null },
    ]);
    expect(guarded[0].places).not.toBeNull();
    const fewPeople = createStudy(rowsOf({ a: list(() => 0.9), b: list(() => 0.5) }), (name) =>
      site(name) === 'north' ? `patient ${Number(name) % 3}` : name,
    );
    const cells = rankLevels(fewPeople, byDice, directionOf, (name) => (site(name) === 'north' ? 'F' : 'M'), {
      demographic: true,
    });
    expect(cells.map(({ why }) => why)).toEqual(['suppressed', 'suppressed']);
  });
});

describe('comparison of two algorithms', () => {
  const cases = [
    { case: 'a', first: 0.9, second: 0.8 },
    { case: 'b', first: 0.5, second: 0.9 },
    { case: 'c', first: 0.7, second: 0.7 },
    { case: 'd', first: 0.8, second: 0.7, patient: 'p' },
  ];

  it('counts, orders and turns with the direction', () => {
    const higher = comparePair(cases, 'higher', { seed: 1, draws: 200 });
    expect([higher.wins, higher.ties, higher.losses, higher.n]).toEqual([2, 1, 1, 4]);
    expect(higher.cases.map((one) => one.case)).toEqual(['b', 'd', 'a', 'c']); // 0.8 - 0.7 exceeds 0.9 - 0.8 in float64
    expect(higher.mean.estimate).toBeCloseTo(-0.05, 12);
    expect(higher.median.estimate).toBeCloseTo(0.05, 12);
    const lower = comparePair(cases, 'lower', { seed: 1, draws: 200 });
    expect([lower.wins, lower.losses]).toEqual([1, 2]);
    expect([lower.pFirstBetter, lower.pSecondBetter]).toEqual([higher.pSecondBetter, higher.pFirstBetter]);
    expect(lower.mean).toEqual(higher.mean);
  });

  it('tests patients, in both directions at once, as a board of two would', () => {
    const many = Array.from({ length: 12 }, (_, c) => ({
      case: `${c}`,
      patient: `${c % 6}`,
      first: 0.9,
      second: 0.9 - 0.01 * (1 + c),
    }));
    const { pFirstBetter, pSecondBetter } = comparePair(many, 'higher', { seed: 1, draws: 10 });
    const { pGreater } = signedRank(patientMeans(many).map(({ first, second }) => first - second));
    expect(patientMeans(many)).toHaveLength(6);
    expect(pFirstBetter).toBeCloseTo(2 * pGreater, 12);
    expect(pSecondBetter).toBeGreaterThan(0.9);
    const board = createStudy(
      many.flatMap((one) =>
        (['first', 'second'] as const).map((which) => ({
          algorithm: which,
          case: one.case,
          region: 'r',
          metric: 'dice',
          value: { kind: 'value' as const, value: one[which] },
          penalty: 0,
        })),
      ),
      (name) => `${Number(name) % 6}`,
    );
    expect(testPairsOfPatients(board, byDice, directionOf).pAdjusted[0][1]).toBeCloseTo(pFirstBetter ?? NaN, 12);
  });

  it('knows nothing better or worse of a figure to report', () => {
    const { wins, losses, pFirstBetter, pSecondBetter, cases: all } = comparePair(cases, null, { seed: 1, draws: 10 });
    expect([wins, losses, pFirstBetter, pSecondBetter]).toEqual([0, 0, null, null]);
    expect(all.every(({ better }) => better === 'neither')).toBe(true);
  });

  it('refuses a case that occurs twice, and what is no number', () => {
    expect(() => comparePair([cases[0], cases[0]], 'higher', { seed: 1 })).toThrow('case "a" occurs twice');
    expect(() => comparePair([{ case: 'x', first: NaN, second: 1 }], 'higher', { seed: 1 })).toThrow(
      'case "x" has the values NaN and 1',
    );
  });
});

describe('human ceiling', () => {
  const value = (v: number) => ({ kind: 'value', value: v }) as const;

  it('is the mean over cases of the mean over pairs of readers', () => {
    const ceiling = humanCeiling(
      [
        { case: '1', readers: ['r1', 'r2'], value: value(0.8), penalty: 0 },
        { case: '1', readers: ['r1', 'r3'], value: value(0.9), penalty: 0 },
        { case: '1', readers: ['r2', 'r3'], value: value(1), penalty: 0 },
        { case: '2', readers: ['r1', 'r2'], value: { kind: 'unbounded' }, penalty: 0.5 },
      ],
      { seed: 1 },
    );
    expect(ceiling?.band.mean).toBeCloseTo(0.7, 12);
    expect(ceiling).toMatchObject({ cases: 2, readers: 3, pairs: 4, penalised: 1 });
    expect([ceiling?.band.low, ceiling?.band.high]).toEqual([0.5, 0.9]);
  });

  it('needs two different readers', () => {
    expect(humanCeiling([], { seed: 1 })).toBeNull();
    expect(() => humanCeiling([{ case: '1', readers: ['r', 'r'], value: value(1), penalty: 0 }], { seed: 1 })).toThrow(
      'the reader r with themselves',
    );
    expect(() =>
      humanCeiling([{ case: '1', readers: ['r', 's'], value: { kind: 'unbounded' }, penalty: NaN }], { seed: 1 }),
    ).toThrow('penalty of case "1" is NaN');
  });
});

it('describes every kind of rule in one line', () => {
  expect(describeScheme({ kind: 'rank-then-mean', metric: 'dice' })).toBe(
    'rank-then-mean|dice|region.all|missing.last|ties.min',
  );
  expect(describeScheme({ kind: 'test-then-rank', metric: 'hd95', alpha: 0.01, ties: 'average' })).toBe(
    'test-then-rank|hd95|region.all|missing.penalty|wilcoxon.greater|adjust.holm|alpha.0.01|ties.average',
  );
});
