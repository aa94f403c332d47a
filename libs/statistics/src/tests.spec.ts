import fc from 'fast-check';
import { adjustP } from './adjust.js';
import { blandAltman } from './bland-altman.js';
import { kruskalWallis } from './kruskal-wallis.js';
import { kendallTauB, ranksOf } from './ranks.js';
import { signedRank } from './signed-rank.js';
import { mean, median, weightedMean } from './summary.js';

const numbers = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 25 });

describe('signed-rank test', () => {
  it('can be checked with a pencil: sizes 1, 2, 3, 3, 5 and a zero', () => {
    const { V, n, pGreater } = signedRank([1, -2, 0, 3, 3, 5]);
    expect([V, n]).toEqual([1 + 3.5 + 3.5 + 5, 5]);
    // mean 7.5, variance 5*6*11/24 - 6/48, continuity 0.5
    const z = (13 - 7.5 - 0.5) / Math.sqrt(13.75 - 0.125);
    expect(pGreater).toBeCloseTo(0.08778, 5);
    expect(z).toBeCloseTo(1.3546, 4);
  });

  it('is symmetric: turning the signs exchanges both sides', () => {
    fc.assert(
      fc.property(numbers, (d) => {
        const one = signedRank(d);
        const other = signedRank(d.map((x) => -x));
        expect(other.pGreater).toBe(one.pLess);
        expect(one.V + other.V).toBe((one.n * (one.n + 1)) / 2);
      }),
      { seed: 5 },
    );
  });

  it('has a slow twin', () => {
    const slow = (d: number[]) => {
      const kept = d.filter((x) => x !== 0);
      const ranks = ranksOf(kept.map(Math.abs), 'average');
      return kept.reduce((sum, x, i) => sum + (x > 0 ? ranks[i] : 0), 0);
    };
    fc.assert(
      fc.property(numbers, (d) => expect(signedRank(d).V).toBe(slow(d))),
      { seed: 6 },
    );
  });

  it('gives 1 when nothing differs, and refuses what is no number', () => {
    expect(signedRank([0, 0])).toEqual({ V: 0, n: 0, pGreater: 1, pLess: 1 });
    expect(() => signedRank([1, NaN])).toThrow('difference 1 is NaN');
  });
});

describe('adjusting p-values', () => {
  it('follows Holm and Bonferroni', () => {
    const p = [0.01, 0.04, 0.03, 0.005];
    adjustP(p, 'holm').forEach((x, i) => expect(x).toBeCloseTo([0.03, 0.06, 0.06, 0.02][i], 15));
    adjustP(p, 'bonferroni').forEach((x, i) => expect(x).toBeCloseTo([0.04, 0.16, 0.12, 0.02][i], 15));
    expect(adjustP(p, 'none')).toEqual(p);
    expect(adjustP([0.9, 0.8], 'holm')).toEqual([1, 1]);
    expect(adjustP([], 'holm')).toEqual([]);
  });
});

describe('ranks and their agreement', () => {
  it('share places', () => {
    expect([...ranksOf([3, 1, 3, 0], 'min')]).toEqual([3, 2, 3, 1]);
    expect([...ranksOf([3, 1, 3, 0], 'average')]).toEqual([3.5, 2, 3.5, 1]);
    expect([...ranksOf([Infinity, 1, Infinity], 'min')]).toEqual([2, 1, 2]);
    expect(() => ranksOf([NaN], 'min')).toThrow('value 0 is NaN');
  });

  it('tau-b equals scipy (1.17.1), and has no value without an order', () => {
    expect(kendallTauB([1, 2, 2, 4, 5], [1, 3, 2, 2, 5])).toBeCloseTo(0.6666666666666666, 15);
    expect(kendallTauB([1, 2, 3], [3, 2, 1])).toBe(-1);
    expect(kendallTauB([1, 2, 2], [1, 2, 2])).toBe(1);
    expect(kendallTauB([1, 1], [1, 2])).toBeNull();
    expect(kendallTauB([1], [1])).toBeNull();
    expect(() => kendallTauB([1], [1, 2])).toThrow('differ in length');
  });

  it('Kruskal-Wallis equals scipy (1.17.1)', () => {
    const plain = kruskalWallis([
      [2.9, 3.0, 2.5, 2.6, 3.2],
      [3.8, 2.7, 4.0, 2.4],
      [2.8, 3.4, 3.7, 2.2, 2.0],
    ]);
    expect(plain.h).toBeCloseTo(0.7714285714285722, 12);
    expect(plain.p).toBeCloseTo(0.6799647735788936, 12);
    const tied = kruskalWallis([
      [1, 2, 2, 3],
      [2, 3, 3, 4, 4],
      [1, 1, 2, 5],
    ]);
    expect(tied.h).toBeCloseTo(2.992173913043485, 12);
    expect(tied.p).toBeCloseTo(0.22400498867114962, 12);
    expect(kruskalWallis([[1, 1], [1]])).toMatchObject({ h: 0, p: 1 });
    expect(() => kruskalWallis([[1]])).toThrow('1 groups');
    expect(() => kruskalWallis([[1], []])).toThrow('group 1 is empty');
  });
});

describe('Bland-Altman', () => {
  it('can be checked with a pencil', () => {
    const { bias, deviation, lowerLimit, upperLimit, points } = blandAltman([11, 12, 13, 14], [10, 10, 10, 10]);
    expect([bias.value, points[3]]).toEqual([2.5, { mean: 12, difference: 4 }]);
    const s = Math.sqrt(5 / 3);
    expect(deviation).toBeCloseTo(s, 12);
    expect(upperLimit.value).toBeCloseTo(2.5 + 1.96 * s, 12);
    expect(lowerLimit.value).toBeCloseTo(2.5 - 1.96 * s, 12);
    const t = 3.1824463052837078; // of 3 degrees of freedom
    expect(bias.high - bias.value).toBeCloseTo((t * s) / 2, 10);
    expect(upperLimit.high - upperLimit.value).toBeCloseTo(t * s * Math.sqrt(1 / 4 + 1.96 ** 2 / 6), 10);
  });

  it('turns round with the order, and refuses what has no limits', () => {
    const one = blandAltman([1, 5, 3], [2, 2, 2]);
    const other = blandAltman([2, 2, 2], [1, 5, 3]);
    expect(other.upperLimit.value).toBeCloseTo(-one.lowerLimit.value, 15);
    expect(() => blandAltman([1], [1])).toThrow('1 pairs');
    expect(() => blandAltman([1, 2], [1])).toThrow('differ in length');
  });
});

describe('means and medians', () => {
  it('are the nearest number to the exact mean', () => {
    // as decimals both are 0.2; as float64 their exact means lie on either side of a rounding boundary
    expect(mean([0.1, 0.2, 0.3])).toBe(0.2);
    expect(mean([0.3, 0.3, 0])).toBe(0.19999999999999998);
    expect(mean([0.3, 0.1, 0.2])).toBe(mean([0.1, 0.2, 0.3]));
    expect(mean([1e308, 1e308 / 2, -1e308])).toBe(1e308 / 6);
  });

  it('agree with rational arithmetic', () => {
    const exact = (values: number[]) => {
      // values are multiples of 2^-30: the mean as a fraction, rounded to 53 bits by hand
      const total = values.reduce((sum, x) => sum + BigInt(x * 2 ** 30), 0n);
      const n = BigInt(values.length);
      const scaled = (total << 80n) / n;
      return Number(scaled) / 2 ** 110; // Number rounds once; what the division cut off is below 2^-80
    };
    const multiples = fc.array(
      fc.integer({ min: 1, max: 2 ** 40 }).map((x) => x / 2 ** 30),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(multiples, (values) => expect(mean(values)).toBe(exact(values))),
      { seed: 8 },
    );
  });

  it('count repeats as if they were written out', () => {
    const weighted = fc.array(fc.tuple(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.nat({ max: 9 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(weighted, (pairs) => {
        const written = pairs.flatMap(([x, times]) => Array<number>(times).fill(x));
        const found = weightedMean(
          pairs.map(([x]) => x),
          pairs.map(([, times]) => times),
        );
        if (written.length === 0) expect(found).toBeNaN();
        else expect(found).toBe(mean(written));
      }),
      { seed: 9 },
    );
    expect(weightedMean([NaN, 4], [5, 1])).toBe(4);
  });

  it('median is half-way between the middle two', () => {
    expect(median([0.1, 0.2, 0.7, 0.9])).toBe((0.2 + 0.7) / 2);
    expect(median([5])).toBe(5);
    expect(median([1.7e308, 1.7e308])).toBe(1.7e308);
    expect(() => median([])).toThrow('no values');
    expect(() => median([1, Infinity])).toThrow('not all finite');
  });
});
