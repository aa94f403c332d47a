import fc from 'fast-check';
import type { MetricValue } from './metric-value.js';
import { measured, pairStatus } from './metric-value.js';
import { countOverlap, dice, iou, precision, sensitivity, specificity } from './overlap.js';

const numberOf = (value: MetricValue): number => (value.kind === 'value' ? value.value : NaN);

describe('overlap', () => {
  const reference = Uint8Array.of(1, 1, 1, 0, 0, 0);
  const prediction = Uint8Array.of(0, 1, 1, 1, 1, 0);

  it('counts two shared voxels, two too many, one missed', () => {
    const overlap = countOverlap(reference, prediction);
    expect(overlap).toEqual({ tp: 2, fp: 2, fn: 1 });
    expect(dice(overlap)).toEqual({ kind: 'value', value: 4 / 7 });
    expect(iou(overlap)).toEqual({ kind: 'value', value: 2 / 5 });
    expect(sensitivity(overlap)).toEqual({ kind: 'value', value: 2 / 3 });
    expect(precision(overlap)).toEqual({ kind: 'value', value: 2 / 4 });
    expect(specificity(overlap, 6)).toEqual({ kind: 'value', value: 1 / 3 });
    expect(specificity(overlap, 13)).toEqual({ kind: 'value', value: 8 / 10 }); // more air, a better number
  });

  it('calls two empty masks agreement, one empty mask none', () => {
    expect([dice, iou].map((metric) => metric({ tp: 0, fp: 0, fn: 0 }))).toEqual([measured(1), measured(1)]);
    expect([dice, iou].map((metric) => metric({ tp: 0, fp: 0, fn: 3 }))).toEqual([measured(0), measured(0)]);
    expect([pairStatus(1, 1), pairStatus(1, 0), pairStatus(0, 1), pairStatus(0, 0)]).toEqual([
      'ok',
      'empty_prediction',
      'empty_reference',
      'both_empty',
    ]);
  });

  it('has no value without what it is a share of', () => {
    expect(sensitivity({ tp: 0, fp: 3, fn: 0 })).toEqual({ kind: 'undefined', why: 'reference-empty' });
    expect(sensitivity({ tp: 0, fp: 0, fn: 3 })).toEqual(measured(0));
    expect(precision({ tp: 0, fp: 0, fn: 3 })).toEqual({ kind: 'undefined', why: 'prediction-empty' });
    expect(precision({ tp: 0, fp: 3, fn: 0 })).toEqual(measured(0));
    expect(specificity({ tp: 2, fp: 0, fn: 1 }, 3)).toEqual({ kind: 'undefined', why: 'no-negatives' });
    expect(specificity({ tp: 0, fp: 0, fn: 0 }, 3)).toEqual(measured(1));
  });

  it('is symmetric, within 0 and 1, and Dice follows from IoU', () => {
    const mask = fc.uint8Array({ minLength: 12, maxLength: 12, max: 1 });
    const property = fc.property(mask, mask, (a, b) => {
      const there = countOverlap(a, b);
      const back = countOverlap(b, a);
      const j = numberOf(iou(there));
      expect(dice(there)).toEqual(dice(back));
      expect(iou(there)).toEqual(iou(back));
      expect(sensitivity(there)).toEqual(
        back.tp + back.fp === 0 ? { kind: 'undefined', why: 'reference-empty' } : precision(back),
      );
      expect(j >= 0 && j <= 1).toBe(true);
      expect(numberOf(dice(there))).toBeCloseTo((2 * j) / (1 + j), 12);
    });
    fc.assert(property, { seed: 1 });
  });

  it('refuses masks of different length and numbers that are none', () => {
    expect(() => countOverlap(reference, new Uint8Array(5))).toThrow('reference 6, prediction 5');
    expect(() => measured(NaN)).toThrow('a metric computed NaN');
  });
});
