import fc from 'fast-check';
import { logarithm } from './elementary.js';
import { createRandom } from './random.js';
import { createSizeLines, type SizedValue } from './size-lines.js';
import { sliceCases, type SlicedCase } from './slices.js';
import { mean } from './summary.js';

/** The slow twin: residuals of one line, plus the mean. */
function withoutSize(values: readonly number[], sizes: readonly (number | null)[]): number[] {
  const has = sizes.flatMap((size, i) => (size === null ? [] : [{ x: logarithm(size), y: values[i] }]));
  if (has.length === 0) return [...values];
  const x = mean(has.map((one) => one.x));
  const y = mean(has.map((one) => one.y));
  const spread = has.reduce((sum, one) => sum + (one.x - x) ** 2, 0);
  const slope = spread < 1e-15 ? 0 : has.reduce((sum, one) => sum + (one.x - x) * (one.y - y), 0) / spread;
  return values.map((value, i) => (sizes[i] === null ? value : value - slope * (logarithm(sizes[i]) - x)));
}

const one = (value: number, size: number | null): SizedValue[] => [{ value, size }];

describe('taking size out', () => {
  it('leaves nothing of a dependence on the logarithm of size', () => {
    const sizes = [1, 10, 100, 1000, 20, 50];
    const values = sizes.map((size) => 0.5 + 0.1 * Math.log(size));
    const lines = createSizeLines([sizes.map((size, i) => one(values[i], size))]);
    for (const left of lines?.residuals([Float64Array.from(values)])[0] ?? [])
      expect(left).toBeCloseTo(mean(values), 12);
    expect(lines).not.toBeNull();
  });

  it('has nothing to say of one size, of none, or where sizes are not known', () => {
    expect(createSizeLines([[one(1, 5), one(2, 5)], [one(3, 5)]])).toBeNull();
    expect(createSizeLines([[one(1, null), one(2, 7)], [one(3, null)]])).toBeNull();
    expect(createSizeLines([[undefined, undefined]])).toBeNull();
    expect(createSizeLines([[[], []]])).toBeNull();
  });

  it('refuses sizes that are none, and cases of unequal make', () => {
    expect(() => createSizeLines([[one(1, 5), one(2, 0)]])).toThrow('size is 0; expected a positive number, or null');
    expect(() => createSizeLines([[one(1, 5), [...one(1, 5), ...one(1, 5)]]])).toThrow(
      'a case has 2 structures; expected 1',
    );
  });

  const value = fc.integer({ min: 0, max: 100 }).map((n) => n / 100);
  const size = fc.option(
    fc.integer({ min: 1, max: 5000 }).map((n) => n / 10),
    { nil: null },
  );
  const structure = fc.record({ value, size });
  const group = fc.array(fc.tuple(structure, structure), { minLength: 1, maxLength: 8 });

  it('is the mean over structures of one line each, through all groups; of a resample as of all cases', () => {
    fc.assert(
      fc.property(fc.array(group, { minLength: 2, maxLength: 3 }), fc.integer({ min: 0 }), (groups, seed) => {
        const lines = createSizeLines(groups);
        fc.pre(lines !== null);
        const values = groups.map((cases) => Float64Array.from(cases, ([a, b]) => (a.value + b.value) / 2));
        const flat = (of: typeof groups, s: 0 | 1) =>
          withoutSize(
            of.flatMap((cases) => cases.map((each) => each[s].value)),
            of.flatMap((cases) => cases.map((each) => each[s].size)),
          );
        const twin = (of: typeof groups) => {
          const [a, b] = [flat(of, 0), flat(of, 1)];
          let at = 0;
          return of.map((cases) => cases.map(() => (a[at] + b[at++]) / 2));
        };
        const expected = twin(groups);
        lines.residuals(values).forEach((left, g) => left.forEach((x, i) => expect(x).toBeCloseTo(expected[g][i], 8)));

        const random = createRandom(seed >>> 0);
        const picks = groups.map((cases) =>
          Int32Array.from({ length: cases.length }, () => random.below(cases.length)),
        );
        const drawn = groups.map((cases, g) => Array.from(picks[g], (i) => cases[i]));
        lines.clear();
        picks.forEach((pick, g) => lines.add(g, pick, pick.length));
        const means = picks.map((pick, g) => mean(Array.from(pick, (i) => values[g][i])));
        const seen = lines.takeFrom(Float64Array.from(means));
        twin(drawn).forEach((left, g) => expect(seen[g]).toBeCloseTo(mean(left), 8));
      }),
      { seed: 11, numRuns: 200 },
    );
  });
});

describe('gap after size', () => {
  const random = createRandom(5);
  const noise = () => 0.005 * random.uniform();
  /** Dice that depends on size alone; women have the smaller structures. */
  const ofSize = (level: string, middle: number, shift = 0): SlicedCase[] =>
    Array.from({ length: 30 }, (_, i) => {
      const size = middle * (0.3 + i / 15);
      const dice = 0.6 + 0.05 * Math.log(size) - shift + noise();
      return { level, value: dice, failed: false, structures: one(dice, size) };
    });
  const options = { seed: 3, draws: 300, direction: 'higher', demographic: true } as const;

  it('vanishes where the groups differ in size only, and stays where they do not', () => {
    const bySize = sliceCases([...ofSize('F', 20), ...ofSize('M', 40)], options).gap;
    expect(bySize?.gap).toBeGreaterThan(0.03);
    expect(bySize?.afterSize?.gap).toBeLessThan(0.003);
    expect(bySize?.test.p).toBeLessThan(0.01);
    expect(bySize?.afterSize?.test.p).toBeGreaterThan(0.01);
    const byGroup = sliceCases([...ofSize('F', 20, 0.1), ...ofSize('M', 20)], options).gap;
    expect(byGroup?.afterSize).toMatchObject({ worst: 'F' });
    expect(byGroup?.afterSize?.gap).toBeCloseTo(0.1, 2);
    expect(byGroup?.afterSize?.low).toBeGreaterThan(0.09);
    expect(byGroup?.afterSize?.test.p).toBeLessThan(1e-6);
  });

  it('leaves the gap before size as it is without sizes, draw for draw', () => {
    const cases = [...ofSize('F', 20), ...ofSize('M', 40)];
    const without = cases.map(({ structures: _, ...rest }) => rest);
    const { afterSize, ...raw } = sliceCases(cases, options).gap ?? {};
    expect(afterSize).not.toBeNull();
    expect(sliceCases(without, options).gap).toEqual({ ...raw, afterSize: null });
  });

  it('uses no case of a level that is not compared', () => {
    const compared = [...ofSize('F', 20), ...ofSize('M', 40)];
    const few = ofSize('X', 1, 0.4).slice(0, 4);
    const other = ofSize('Y', 500, -0.2).slice(0, 6);
    const gap = sliceCases(compared, options).gap;
    expect(sliceCases([...compared, ...few, ...other], options).gap?.afterSize).toEqual(gap?.afterSize);
  });
});
