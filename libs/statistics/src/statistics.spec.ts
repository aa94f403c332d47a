import fc from 'fast-check';
import { bootstrapMean } from './bootstrap.js';
import { createRandom } from './random.js';
import { exactSum, interquartileRange, mean, median, quantile, quantiles, standardDeviation } from './summary.js';

describe('exact sums', () => {
  it('loses nothing that a plain sum loses', () => {
    expect(exactSum([1e100, 1, -1e100, 1e-9])).toBe(1 + 1e-9);
    expect(exactSum(Array(10).fill(0.1))).toBe(1);
    expect(exactSum([])).toBe(0);
  });

  it('rounds half-way cases with what lies below them', () => {
    expect(exactSum([2 ** 53, 1, 2 ** -60])).toBe(2 ** 53 + 2);
    expect(exactSum([2 ** 53, 1, -(2 ** -60)])).toBe(2 ** 53);
  });

  it('does not depend on the order, and agrees with arithmetic on large integers', () => {
    const property = fc.property(
      fc.array(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), { minLength: 1 }),
      (integers) => {
        const scaled = integers.map((x) => x / 2 ** 20);
        const total = integers.reduce((sum, x) => sum + BigInt(x), 0n);
        expect(exactSum(scaled)).toBe(Number(total) / 2 ** 20);
        expect(exactSum(scaled.toReversed())).toBe(exactSum(scaled));
      },
    );
    fc.assert(property, { seed: 1 });
    const decimals = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
    const shuffled = fc.property(decimals, (values) => {
      expect(exactSum([...values].sort((a, b) => a - b))).toBe(exactSum(values));
    });
    fc.assert(shuffled, { seed: 1 });
  });

  it('refuses what has no sum', () => {
    expect(() => exactSum([1, NaN])).toThrow('value 1 is NaN');
    expect(() => exactSum([Infinity])).toThrow('value 0 is Infinity');
    expect(() => exactSum([1e308, 1e308])).toThrow('exceeds');
    expect(() => mean([])).toThrow('no values');
  });
});

describe('quantiles', () => {
  const x = [3, -1, 4, 1, -5, 9, 2, 6];

  it('equals numpy (2.4.6, default method)', () => {
    const shares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1];
    const wanted = [-5, -2.2, 0.5, 2.5, 4.5, 6.9, 8.79, 9];
    quantiles(x, shares).forEach((q, n) => expect(q).toBeCloseTo(wanted[n], 12));
    expect(median(x)).toBe(2.5);
    expect(interquartileRange(x)).toEqual([0.5, 4.5]);
    expect(standardDeviation(x)).toBeCloseTo(4.274091382136927, 12);
  });

  it('keeps a single value and leaves its input as it was', () => {
    expect(quantile([7], 0.3)).toBe(7);
    expect(standardDeviation([7])).toBe(0);
    const values = [3, 1, 2];
    quantile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses shares and lists that make no sense', () => {
    expect(() => quantile([], 0.5)).toThrow('no values');
    expect(() => quantile([1, NaN], 0.5)).toThrow('not all finite');
    expect(() => quantile([1, 2], 1.1)).toThrow('quantile is 1.1');
  });
});

describe('seeded random numbers', () => {
  it('gives the numbers that a second implementation (Python integers) gives', () => {
    const zero = createRandom(0);
    expect([zero.uint32(), zero.uint32(), zero.uint32()]).toEqual([3809008728, 1133695204, 53579671]);
    const fortyTwo = createRandom(42);
    expect([1, 2, 3, 4].map(() => fortyTwo.uint32())).toEqual([2837322924, 544945897, 479756282, 3500138142]);
  });

  it('builds uniform numbers from two draws: 27 and 26 bits', () => {
    const uniform = createRandom(42).uniform();
    expect(uniform).toBe(((2837322924 >>> 5) * 2 ** 26 + (544945897 >>> 6)) / 2 ** 53);
  });

  it('fills 0 to bound - 1 evenly', () => {
    const random = createRandom(7);
    const counts = Array<number>(6).fill(0);
    for (let n = 0; n < 60_000; n++) counts[random.below(6)]++;
    counts.forEach((count) => expect(Math.abs(count - 10_000)).toBeLessThan(500));
    expect(random.below(1)).toBe(0);
    expect(() => random.below(0)).toThrow('bound is 0');
    expect(() => createRandom(-1)).toThrow('seed is -1');
    expect(() => createRandom(1.5)).toThrow('seed is 1.5');
  });
});

describe('bootstrap interval of a mean', () => {
  const values = Float64Array.from({ length: 40 }, (_, n) => (n * 37) % 41);

  it('is fixed by its seed and holds the mean', () => {
    const first = bootstrapMean(values, { seed: 3 });
    expect(bootstrapMean(values, { seed: 3 })).toEqual(first);
    expect(bootstrapMean(values, { seed: 4 }).low).not.toBe(first.low);
    expect(first.low).toBeLessThan(first.mean);
    expect(first.high).toBeGreaterThan(first.mean);
  });

  it('is about as wide as the normal approximation', () => {
    const { low, high } = bootstrapMean(values, { seed: 1, draws: 4000 });
    const error = standardDeviation(values) / Math.sqrt(values.length);
    expect((high! - low!) / (2 * 1.96 * error)).toBeGreaterThan(0.9);
    expect((high! - low!) / (2 * 1.96 * error)).toBeLessThan(1.1);
  });

  it('covers the true mean about as often as it says', () => {
    const random = createRandom(11);
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const sample = Float64Array.from({ length: 40 }, () => random.uniform());
      const { low, high } = bootstrapMean(sample, { seed: trial, draws: 300 });
      if (low! <= 0.5 && 0.5 <= high!) covered++;
    }
    expect(covered / 200).toBeGreaterThan(0.9);
    expect(covered / 200).toBeLessThan(0.985);
  });

  it('has no ends for one value, and refuses none', () => {
    expect(bootstrapMean([5], { seed: 0 })).toMatchObject({ mean: 5, low: null, high: null });
    expect(() => bootstrapMean([], { seed: 0 })).toThrow('no values');
    expect(() => bootstrapMean([1], { seed: 0, draws: 0 })).toThrow('draws is 0');
    expect(() => bootstrapMean([1], { seed: 0, confidence: 1 })).toThrow('confidence is 1');
  });
});
