import { chiSquareUpperTail, studentQuantile, studentWithin } from './distributions.js';
import { arcTangent, exponential, logarithm } from './elementary.js';
import { normalUpperTail } from './normal.js';

const relative = (found: number, wanted: number) => Math.abs(found - wanted) / Math.abs(wanted);

describe('elementary functions', () => {
  const steps = (from: number, to: number) => Array.from({ length: 2001 }, (_, n) => from + ((to - from) * n) / 2000);

  it('stay within a few last places of those of the engine', () => {
    for (const x of steps(-700, 700)) expect(relative(exponential(x), Math.exp(x))).toBeLessThan(5e-16);
    for (const x of steps(0.001, 0.98)) expect(relative(logarithm(x), Math.log(x))).toBeLessThan(1e-15);
    for (const x of steps(1.02, 1e6)) expect(relative(logarithm(x), Math.log(x))).toBeLessThan(1e-15);
    for (const x of steps(0.0005, 40)) {
      expect(relative(arcTangent(x), Math.atan(x))).toBeLessThan(1e-15);
      expect(arcTangent(-x)).toBe(-arcTangent(x));
    }
  });

  it('know their ends', () => {
    expect([exponential(0), exponential(-Infinity), exponential(-800), exponential(800)]).toEqual([1, 0, 0, Infinity]);
    expect(exponential(-745)).toBe(Math.exp(-745));
    expect([logarithm(1), logarithm(0), logarithm(-1)]).toEqual([0, -Infinity, NaN]);
    expect(relative(logarithm(5e-324), Math.log(5e-324))).toBeLessThan(1e-15);
    expect(relative(logarithm(1.7e308), Math.log(1.7e308))).toBeLessThan(1e-15);
    expect([exponential(NaN), logarithm(NaN)]).toEqual([NaN, NaN]);
  });
});

describe('normal tail', () => {
  it('equals series and continued fraction in 60 decimal digits (scipy is off by 3e-14 at 20)', () => {
    const wanted: readonly (readonly [number, number])[] = [
      [0.1, 0.460172162722971],
      [0.5, 0.3085375387259869],
      [1, 0.15865525393145705],
      [1.96, 0.024997895148220435],
      [2.5, 0.006209665325776135],
      [5, 2.866515718791939e-7],
      [7.9, 1.3945171466592643e-15],
      [8.1, 2.7479593923982286e-16],
      [10, 7.619853024160525e-24],
      [20, 2.7536241186062337e-89],
      [37, 5.725571222524577e-300],
    ];
    for (const [z, p] of wanted) expect(relative(normalUpperTail(z), p)).toBeLessThan(3e-15);
    expect(normalUpperTail(0)).toBeCloseTo(0.5, 15);
    expect(normalUpperTail(50)).toBe(0);
    expect(normalUpperTail(NaN)).toBeNaN();
  });

  it('falls without a step where its two methods meet, and mirrors', () => {
    for (let z = -9; z < 12; z += 0.01) expect(normalUpperTail(z)).toBeGreaterThan(normalUpperTail(z + 0.01) - 1e-15);
    expect(relative(normalUpperTail(8), normalUpperTail(8 - 1e-12))).toBeLessThan(1e-10);
    expect(normalUpperTail(-1.5)).toBe(1 - normalUpperTail(1.5));
  });
});

describe('chi-square and Student', () => {
  it('equal scipy (1.17.1)', () => {
    const tails: readonly (readonly [number, number, number])[] = [
      [0.5, 1, 0.47950012218695337],
      [3.84, 1, 0.05004352124870519],
      [5, 2, 0.0820849986238988],
      [7.5, 3, 0.0575584519726364],
      [20, 4, 0.0004993992273873336],
      [12, 7, 0.10055886850835878],
      [150, 100, 0.0009039320423540184],
      [40, 9, 7.598525229464264e-6],
    ];
    for (const [x, df, p] of tails) expect(relative(chiSquareUpperTail(x, df), p)).toBeLessThan(1e-12);
    const quantiles: readonly (readonly [number, number])[] = [
      [1, 12.706204736174694],
      [2, 4.302652729749462],
      [3, 3.1824463052837078],
      [4, 2.7764451051977934],
      [9, 2.262157162798205],
      [10, 2.228138851986274],
      [29, 2.045229642132703],
      [99, 1.9842169515864174],
      [500, 1.9647198374673676],
    ];
    for (const [df, t] of quantiles) expect(relative(studentQuantile(0.95, df), t)).toBeLessThan(1e-12);
    expect(studentQuantile(0.9, 7)).toBeCloseTo(1.8945786050900062, 11);
  });

  it('have closed forms for few degrees of freedom', () => {
    expect(chiSquareUpperTail(3, 2)).toBeCloseTo(Math.exp(-1.5), 15);
    expect(chiSquareUpperTail(0, 5)).toBe(1);
    expect(studentWithin(1, 1)).toBeCloseTo(0.5, 15); // Cauchy: a quarter beyond 1
    expect(studentWithin(2, 2)).toBeCloseTo(2 / Math.sqrt(6), 15);
    expect(() => studentQuantile(1, 3)).toThrow('share is 1');
    expect(() => chiSquareUpperTail(1, 1.5)).toThrow('degrees of freedom are 1.5');
  });
});
