import fc from 'fast-check';
import { averagePrecision, brierScore, expectedCalibrationError } from './calibration.js';
import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';

const numberOf = (value: MetricValue): number => (value.kind === 'value' ? value.value : NaN);

describe('average precision', () => {
  it('sums precision over the growth of recall', () => {
    // Falling: right, wrong, right. Recall grows at precision 1 and at 2/3.
    expect(averagePrecision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])).toEqual(measured(1 / 2 + (2 / 3) * (1 / 2)));
  });

  it('takes equal scores as one step, in whatever order they are stored', () => {
    expect(averagePrecision([1, 0], [0.5, 0.5])).toEqual(measured(0.5));
    expect(averagePrecision([0, 1], [0.5, 0.5])).toEqual(measured(0.5));
  });

  it('has no value without positives', () => {
    expect(averagePrecision([0, 0], [0.1, 0.2])).toEqual({ kind: 'undefined', why: 'reference-empty' });
  });

  it('depends on the order of scores only, and is the share of positives when all scores are equal', () => {
    const table = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 5 })), { minLength: 1 });
    const property = fc.property(table, (rows) => {
      const labels = [1, ...rows.map(([label]) => label)];
      const scores = [3, ...rows.map(([, score]) => score)];
      const cubed = scores.map((s) => s ** 3 - 7);
      expect(averagePrecision(labels, cubed)).toEqual(averagePrecision(labels, scores));
      const share = labels.reduce((a, b) => a + b, 0) / labels.length;
      expect(numberOf(averagePrecision(labels, Array<number>(labels.length).fill(1)))).toBeCloseTo(share, 12);
    });
    fc.assert(property, { seed: 3 });
  });
});

describe('Brier score and calibration error', () => {
  it('are means of squares, and of gaps between said and seen', () => {
    expect(numberOf(brierScore([1, 0], [0.8, 0.4]))).toBeCloseTo((0.04 + 0.16) / 2, 12);
    // 0.1 and 0.2 fall into the second and third bin of ten, 1 into the last: gaps 0.1, 0.8, 0.
    expect(numberOf(expectedCalibrationError([0, 1, 1], [0.1, 0.2, 1]))).toBeCloseTo((0.1 + 0.8) / 3, 12);
    // One bin: said 1.3 of 3, seen 2 of 3.
    expect(numberOf(expectedCalibrationError([0, 1, 1], [0.1, 0.2, 1], 1))).toBeCloseTo(0.7 / 3, 12);
  });

  it('count predictions of exactly 0 and 1', () => {
    expect(expectedCalibrationError([1, 0], [0, 1])).toEqual(measured(1));
    expect(expectedCalibrationError([0, 1], [0, 1])).toEqual(measured(0));
  });

  it('refuse what is no table of probabilities', () => {
    expect(() => brierScore([], [])).toThrow('got 0 labels and 0 probabilities');
    expect(() => brierScore([1], [0.5, 0.5])).toThrow('got 1 labels and 2 probabilities');
    expect(() => brierScore([2], [0.5])).toThrow('label 0 is 2');
    expect(() => brierScore([1], [1.5])).toThrow('probability 0 is 1.5; expected a number from 0 to 1');
    expect(() => averagePrecision([1], [NaN])).toThrow('probability 0 is NaN; expected a finite number');
    expect(() => expectedCalibrationError([1], [0.5], 0)).toThrow('bins is 0');
  });
});
