import fc from 'fast-check';
import { createRandom, mean, median, signedRank } from '#statistics';
import type { ScoreRow } from './aggregate.js';
import { bootstrapRanks, createRankBootstrap, rankGivenDraws } from './bootstrap.js';
import { rank } from './rank.js';
import { DEFAULT_ALPHA, SINGLE_KINDS, type DirectionOf, type RankingScheme } from './scheme.js';
import type { ScoreTable } from './score-table.js';
import { createStudy, studyOfTable } from './study.js';

const higher: DirectionOf = () => 'higher';

function tableOf(values: readonly (readonly number[])[], penalty = 0): ScoreTable {
  const size = values[0].length;
  return {
    algorithms: values.map((_, a) => `A${a}`),
    cases: Array.from({ length: size }, (_, c) => `c${String(c).padStart(3, '0')}`),
    values: Float64Array.from(values.flat()),
    penalties: new Float64Array(values.length * size).fill(penalty),
    scored: new Uint8Array(size).fill(1),
  };
}

/** Slow and obvious: copies are written out as cases of their own, and ranked by the definition. */
function slowPlaces(
  values: readonly (readonly number[])[],
  draw: readonly number[],
  kind: RankingScheme['kind'],
): number[] {
  const drawn = values.map((row) => draw.map((c) => row[c]));
  const count = values.length;
  const better = (x: readonly number[]) => x.map((key) => 1 + x.filter((other) => other > key).length);
  const worse = (x: readonly number[]) => x.map((key) => 1 + x.filter((other) => other < key).length);
  if (kind === 'mean-then-rank') return better(drawn.map((row) => mean(row)));
  if (kind === 'median-then-rank') return better(drawn.map((row) => median(row)));
  if (kind === 'test-then-rank') {
    const tests = drawn.flatMap((x, a) =>
      drawn.flatMap((y, b) => (a === b ? [] : [{ a, p: signedRank(x.map((v, i) => v - y[i])).pGreater }])),
    );
    const wins = Array<number>(count).fill(0);
    tests.sort((s, t) => s.p - t.p);
    let highest = 0;
    tests.forEach(({ a, p }, i) => {
      highest = Math.max(highest, (tests.length - i) * p);
      if (highest <= DEFAULT_ALPHA) wins[a]++;
    });
    return better(wins);
  }
  const places = draw.map((_, i) => better(drawn.map((row) => row[i])));
  const figure = kind === 'rank-then-mean' ? mean : median;
  return worse(values.map((_, a) => figure(places.map((place) => place[a]))));
}

describe.each(SINGLE_KINDS)('bootstrap of %s', (kind) => {
  const scheme: RankingScheme = { kind, metric: 'm' };

  it('ranks each draw as its slow twin does, ties and all', () => {
    // few decimals: many ties within cases, between means and between sizes of differences
    const score = fc.integer({ min: 0, max: 12 }).map((x) => x / 10);
    const property = fc.property(
      fc.integer({ min: 1, max: 5 }).chain((count) =>
        fc.integer({ min: 1, max: 14 }).chain((size) =>
          fc.tuple(
            fc.array(fc.array(score, { minLength: size, maxLength: size }), { minLength: count, maxLength: count }),
            fc.array(fc.array(fc.nat({ max: size - 1 }), { minLength: 1, maxLength: 20 }), {
              minLength: 1,
              maxLength: 4,
            }),
          ),
        ),
      ),
      ([values, draws]) => {
        const { ranks } = rankGivenDraws(studyOfTable(tableOf(values), 'm', null), scheme, higher, draws);
        expect(ranks.map((places) => [...places])).toEqual(draws.map((draw) => slowPlaces(values, draw, kind)));
      },
    );
    fc.assert(property, { seed: 12, numRuns: 300 });
  });

  it('gives the same for the same seed, in one go or in steps, and something else for another', () => {
    const random = createRandom(5);
    const values = Array.from({ length: 4 }, (_, a) => Array.from({ length: 20 }, () => random.uniform() + a * 0.1));
    const study = studyOfTable(tableOf(values), 'm', null);
    const once = bootstrapRanks(study, scheme, higher, { seed: 7, draws: 100 });
    const steps = createRankBootstrap(study, scheme, higher, { seed: 7, draws: 100 });
    expect(steps.advance(33)).toBe(33);
    expect(steps.result().draws).toBe(33);
    while (steps.done < steps.draws) steps.advance(30);
    expect(steps.result()).toEqual(once);
    expect(bootstrapRanks(study, scheme, higher, { seed: 8, draws: 100 })).not.toEqual(once);
    for (const { shares, interval, rank: place, median: middle } of once.algorithms) {
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(interval[0]).toBeLessThanOrEqual(middle);
      expect(interval[1]).toBeGreaterThanOrEqual(middle);
      expect(place).toBeGreaterThanOrEqual(1);
    }
    expect(once.tau.values.reduce((sum, { draws }) => sum + draws, 0) + once.tau.undefined).toBe(100);
  });

  it('takes one case, one algorithm, and nothing but ties', () => {
    for (const values of [[[0.5]], [[0.5], [0.5]], [[0.5, 0.6, 0.7]]]) {
      const { algorithms, tau } = bootstrapRanks(studyOfTable(tableOf(values), 'm', null), scheme, higher, {
        seed: 1,
        draws: 10,
      });
      for (const { rank: place, interval } of algorithms) expect([place, interval]).toEqual([1, [1, 1]]);
      expect(tau).toEqual({ mean: null, quartiles: null, undefined: 10, values: [] });
    }
  });
});

describe('a bootstrap', () => {
  it('draws whole patients', () => {
    // the two patients favour different algorithms: a draw holds one, the other, or both
    const study = studyOfTable(
      tableOf([
        [1, 1, 0, 0],
        [0, 0, 1, 1],
      ]),
      'm',
      ['p', 'p', 'q', 'q'],
    );
    const { algorithms, patients } = bootstrapRanks(study, { kind: 'mean-then-rank', metric: 'm' }, higher, {
      seed: 3,
      draws: 2000,
    });
    expect(patients).toBe(2);
    expect(algorithms[0].shares[0]).toBeCloseTo(0.75, 1); // wins or ties
    expect(algorithms[0].shares[1]).toBeCloseTo(0.25, 1);
  });

  it('ties equal multisets of values in any order, however often they are drawn', () => {
    const values = [0.1, 0.2, 0.3, 0.7, 1e-17, 0.30000000000000004];
    const study = studyOfTable(tableOf([values, values]), 'm', null);
    const { algorithms } = bootstrapRanks(study, { kind: 'mean-then-rank', metric: 'm' }, higher, {
      seed: 1,
      draws: 200,
    });
    expect(algorithms[1].shares).toEqual([1, 0]);
    const reversed = studyOfTable(tableOf([values, values.toReversed()]), 'm', null);
    expect(
      rankGivenDraws(reversed, { kind: 'mean-then-rank', metric: 'm' }, higher, [
        [0, 1, 2, 3, 4, 5],
        [0, 0, 5, 5],
      ]).ranks,
    ).toEqual([new Float64Array([1, 1]), new Float64Array([1, 1])]);
  });

  it('ranks a consensus, several regions and missing values as the point ranking does', () => {
    const random = createRandom(9);
    const rows: ScoreRow[] = ['a', 'b', 'c'].flatMap((algorithm) =>
      Array.from({ length: 12 }, (_, c) => `case ${c}`).flatMap((name) =>
        ['liver', 'lesion'].flatMap((region) =>
          ['dice', 'hd95'].map((metric): ScoreRow => {
            const missing = random.below(8) === 0;
            const value = Math.round(random.uniform() * 10) / 10;
            return {
              algorithm,
              case: name,
              region,
              metric,
              value: missing ? { kind: 'undefined', why: 'no-prediction' } : { kind: 'value', value },
              penalty: metric === 'dice' ? 0 : 2,
            };
          }),
        ),
      ),
    );
    const directionOf: DirectionOf = (metric) => (metric === 'hd95' ? 'lower' : 'higher');
    const schemes: RankingScheme[] = [
      ...SINGLE_KINDS.flatMap((kind) => [
        { kind, metric: 'dice' },
        { kind, metric: 'hd95', region: 'lesion', ties: 'average' as const },
      ]),
      { kind: 'mean-then-rank', metric: 'dice', missing: 'remove' },
      { kind: 'rank-then-median', metric: 'dice', missing: 'remove' },
      {
        kind: 'consensus',
        of: [
          { kind: 'mean-then-rank', metric: 'dice' },
          { kind: 'test-then-rank', metric: 'hd95' },
        ],
      },
    ];
    const study = createStudy(rows);
    const draw = Array.from({ length: 15 }, () => random.below(12));
    for (const scheme of schemes) {
      const copies = rows.flatMap((row) =>
        draw.flatMap((c, copy) => (study.cases[c] === row.case ? [{ ...row, case: `copy ${copy}` }] : [])),
      );
      const wanted = new Map(rank(copies, scheme, directionOf).map((place) => [place.algorithm, place.rank]));
      const [found] = rankGivenDraws(study, scheme, directionOf, [draw]).ranks;
      expect([scheme, ...found]).toEqual([scheme, ...study.algorithms.map((name) => wanted.get(name))]);
    }
  });

  it('refuses draws that are none', () => {
    const study = studyOfTable(tableOf([[1, 2]]), 'm', null);
    const scheme: RankingScheme = { kind: 'mean-then-rank', metric: 'm' };
    expect(() => rankGivenDraws(study, scheme, higher, [[2]])).toThrow(
      'draw 0 has the case index 2; expected a whole number from 0 to 1',
    );
    expect(() => rankGivenDraws(study, scheme, higher, [[]])).toThrow('draw 0 is empty');
    expect(() => rankGivenDraws(study, scheme, higher, [])).toThrow('before the first draw');
    expect(() => createRankBootstrap(study, scheme, higher, { seed: 1, draws: 0 })).toThrow('draws is 0');
  });
});
