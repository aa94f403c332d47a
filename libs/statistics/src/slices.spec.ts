import fc from 'fast-check';
import { ageBand, NONE, quarters, thicknessBin } from './bins.js';
import { bootstrapMean, bootstrapMedian } from './bootstrap.js';
import { createRandom } from './random.js';
import { createResampler } from './resample.js';
import { sliceCases, type SlicedCase } from './slices.js';
import { suppressedLevels } from './suppression.js';
import { mean } from './summary.js';

describe('bins', () => {
  it('put bounds where they say', () => {
    expect([1, 1.01, 2.5, 5, 5.1, null, NaN, 0].map(thicknessBin)).toEqual([
      '≤1 mm',
      '1–2.5 mm',
      '1–2.5 mm',
      '2.5–5 mm',
      '>5 mm',
      'unknown',
      'unknown',
      'unknown',
    ]);
    expect([0, 17.9, 18, 39, 40, 74, 75, 101, -1, undefined].map(ageBand)).toEqual([
      '0–17',
      '0–17',
      '18–39',
      '18–39',
      '40–59',
      '60–74',
      '75+',
      '75+',
      'unknown',
      'unknown',
    ]);
  });

  it('quarters hold about a quarter each, and equal sizes together', () => {
    const bins = quarters([8, 1, 2, 3, 4, 5, 6, 7, null]);
    expect(bins.filter((bin) => bin === 'smallest quarter')).toHaveLength(2);
    expect(bins[0]).toBe('largest quarter');
    expect(bins[8]).toBe('unknown');
    expect(new Set(quarters([3, 3, 3]))).toEqual(new Set(['smallest quarter']));
    expect(quarters([null])).toEqual(['unknown']);
  });
});

describe('suppression', () => {
  const hidden = (counts: Record<string, number>, k?: number) =>
    [...suppressedLevels(new Map(Object.entries(counts)), k)].sort();

  it('hides small cells with their complements', () => {
    expect(hidden({ F: 40, M: 44 })).toEqual([]);
    expect(hidden({ F: 4, M: 44 })).toEqual(['F', 'M']);
    expect(hidden({ a: 4, b: 9, c: 30 })).toEqual(['a', 'b']);
    expect(hidden({ a: 2, b: 2, c: 7, d: 30 })).toEqual(['a', 'b', 'c']); // 2 + 2 would still be fewer than 5
    expect(hidden({ a: 3, b: 4, c: 30 })).toEqual(['a', 'b']);
    expect(hidden({ a: 5, b: 5 })).toEqual([]);
    expect(hidden({ a: 0, b: 50 })).toEqual([]);
    expect(hidden({ a: 3 })).toEqual(['a']);
    expect(hidden({ a: 6, b: 20, c: 30 }, 8)).toEqual(['a', 'b']);
  });

  it('never leaves a hidden remainder of fewer than k cases, or of one cell, that subtraction would give away', () => {
    const table = fc.array(fc.nat({ max: 14 }), { minLength: 2, maxLength: 7 });
    fc.assert(
      fc.property(table, fc.integer({ min: 2, max: 8 }), (sizes, k) => {
        const counts = new Map(sizes.map((n, i) => [`level ${i}`, n]));
        const set = suppressedLevels(counts, k);
        const filled = [...counts].filter(([, n]) => n > 0);
        for (const [level, n] of filled) if (n < k) expect(set).toContain(level);
        const remainder = filled.filter(([level]) => set.has(level)).reduce((sum, [, n]) => sum + n, 0);
        const everything = set.size === filled.length;
        if (set.size > 0 && !everything) {
          expect(remainder).toBeGreaterThanOrEqual(k);
          expect(set.size).toBeGreaterThanOrEqual(2);
        }
      }),
      { seed: 4 },
    );
  });
});

describe('slices', () => {
  const random = createRandom(1);
  const cases: SlicedCase[] = [
    ...Array.from({ length: 20 }, (_, i) => ({ level: 'alpha', value: 0.9 + 0.01 * random.uniform(), failed: i < 2 })),
    ...Array.from({ length: 12 }, () => ({ level: 'beta', value: 0.7 + 0.01 * random.uniform(), failed: false })),
    ...Array.from({ length: 4 }, () => ({ level: 'gamma', value: 0.1, failed: true })),
    ...Array.from({ length: 11 }, () => ({ level: null, value: 0.2, failed: false })),
  ];
  const options = { seed: 3, draws: 400, direction: 'higher', demographic: false } as const;

  it('describe every level, compare those with at least ten known cases', () => {
    const { levels, gap, n } = sliceCases(cases, options);
    expect(n).toBe(47);
    expect(levels.map(({ level }) => level)).toEqual(['alpha', 'beta', 'gamma', 'unknown']);
    expect(levels[0]).toMatchObject({ kind: 'shown', n: 20, failureRate: 0.1, rankable: true });
    expect(levels[2]).toMatchObject({ n: 4, mean: 0.1, low: 0.1, high: 0.1, failureRate: 1, rankable: false });
    expect(gap).toMatchObject({ levels: ['alpha', 'beta'], worst: 'beta' });
    expect(gap?.gap).toBeCloseTo(0.2, 2);
    expect(gap?.low).toBeGreaterThan(0.19);
    expect(gap?.test.p).toBeLessThan(0.001);
    const deviation = (gap?.gap ?? NaN) / Math.SQRT2; // of two numbers
    expect(gap?.deviation).toBeCloseTo(deviation, 12);
    expect(gap?.equityScaled).toBeCloseTo(mean(cases.map(({ value }) => value)) / (1 + deviation), 12);
  });

  it('name the worst level by the direction', () => {
    const { gap } = sliceCases(cases, { ...options, direction: 'lower' });
    expect(gap).toMatchObject({ worst: 'alpha', equityScaled: null });
  });

  it('withhold small demographic cells and their complement, and every figure that rests on them', () => {
    const { levels, gap } = sliceCases(cases, { ...options, demographic: true });
    expect(levels.filter(({ kind }) => kind === 'suppressed')).toEqual([
      { kind: 'suppressed', level: 'gamma' },
      { kind: 'suppressed', level: 'unknown' },
    ]);
    expect(gap?.levels).toEqual(['alpha', 'beta']);
    const two = sliceCases(
      cases.filter(({ level }) => level === 'gamma' || level === 'alpha'),
      { ...options, demographic: true },
    );
    expect(two.levels.every(({ kind }) => kind === 'suppressed')).toBe(true);
    expect(two.gap).toBeNull();
  });

  it('count people, not cases, when they decide what to withhold', () => {
    const one: SlicedCase[] = Array.from({ length: 12 }, () => ({
      level: 'F',
      value: 1,
      failed: false,
      patient: 'same',
    }));
    const many: SlicedCase[] = Array.from({ length: 30 }, () => ({ level: 'M', value: 1, failed: false }));
    const { levels, gap } = sliceCases([...one, ...many], { ...options, demographic: true });
    expect(levels.map(({ kind }) => kind)).toEqual(['suppressed', 'suppressed']);
    expect(gap).toBeNull();
  });

  it('put cases without the structure behind the others, and compare them with none', () => {
    const empty: SlicedCase[] = Array.from({ length: 15 }, () => ({ level: NONE, value: 1, failed: false }));
    const { levels, gap } = sliceCases([...empty, ...cases], options);
    expect(levels.map(({ level }) => level)).toEqual(['alpha', 'beta', 'gamma', NONE, 'unknown']);
    expect(gap?.levels).toEqual(['alpha', 'beta']);
  });

  it('test one value a patient', () => {
    const tenTimes = (level: string, value: number, patients: number): SlicedCase[] =>
      Array.from({ length: 10 * patients }, (_, i) => ({
        level,
        value: value + 0.01 * (i % patients),
        failed: false,
        patient: `${level} ${i % patients}`,
      }));
    const clustered = [...tenTimes('a', 0.5, 2), ...tenTimes('b', 0.6, 2)];
    const independent = clustered.map(({ patient: _, ...rest }) => rest);
    expect(sliceCases(independent, options).gap?.test.p).toBeLessThan(0.001);
    expect(sliceCases(clustered, options).gap?.test.p).toBeCloseTo(0.1213352503584821, 12); // of 2 and 2 values: h 2.4
  });

  it('resample whole patients', () => {
    const values = [0, 0, 0, 0, 1, 1, 1, 1];
    const patients = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'];
    const clustered = bootstrapMean(values, { seed: 2, draws: 500, patients });
    const independent = bootstrapMean(values, { seed: 2, draws: 500 });
    expect([clustered.low, clustered.high]).toEqual([0, 1]); // a quarter of the draws takes one patient twice
    expect(independent.high! - independent.low!).toBeLessThan(1);
    expect(bootstrapMedian([1, 2, 9], { seed: 1, patients: ['x', 'x', 'x'] })).toMatchObject({
      estimate: 2,
      low: null,
      high: null,
    });
    const resampler = createResampler(3, createRandom(1), ['a', 'b', 'b']);
    const drawn = new Int32Array(resampler.most);
    for (let d = 0; d < 50; d++) {
      const n = resampler.next(drawn);
      const ones = drawn.subarray(0, n).filter((i) => i === 1).length;
      expect(drawn.subarray(0, n).filter((i) => i === 2)).toHaveLength(ones);
    }
    expect(() => createResampler(2, createRandom(1), ['a'])).toThrow('patients of 1 values');
  });
});
