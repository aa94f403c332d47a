import fc from 'fast-check';
import type { MetricValue } from './metric-value.js';
import { measured } from './metric-value.js';
import {
  absoluteRelativeVolumeError,
  relativeVolumeError,
  volumeErrorMl,
  volumeErrorMm3,
  volumetricSimilarity,
} from './volume-error.js';

const numberOf = (value: MetricValue): number => (value.kind === 'value' ? value.value : NaN);

describe('volume errors', () => {
  // Reference 4 voxels, prediction 3, one of them shared.
  const less = { tp: 1, fp: 2, fn: 3 };

  it('compare two sizes, voxels of 500 mm3', () => {
    expect(volumeErrorMm3(less, 500)).toEqual(measured(500));
    expect(volumeErrorMl(less, 500)).toEqual(measured(0.5));
    expect(relativeVolumeError(less)).toEqual(measured(-1 / 4));
    expect(absoluteRelativeVolumeError(less)).toEqual(measured(1 / 4));
    expect(volumetricSimilarity(less)).toEqual(measured(1 - 1 / 7));
  });

  it('know empty masks', () => {
    const none = { tp: 0, fp: 0, fn: 0 };
    expect([volumeErrorMm3(none, 2), volumetricSimilarity(none)]).toEqual([measured(0), measured(1)]);
    for (const read of [relativeVolumeError, absoluteRelativeVolumeError]) {
      expect(read(none)).toEqual({ kind: 'undefined', why: 'reference-empty' });
      expect(read({ tp: 0, fp: 5, fn: 0 })).toEqual({ kind: 'undefined', why: 'reference-empty' });
    }
    expect(relativeVolumeError({ tp: 0, fp: 0, fn: 5 })).toEqual(measured(-1));
    expect(volumetricSimilarity({ tp: 0, fp: 0, fn: 5 })).toEqual(measured(0));
  });

  it('do not see place, and are symmetric but for the relative one', () => {
    const count = fc.integer({ min: 1, max: 1000 });
    const property = fc.property(count, count, count, (tp, fp, fn) => {
      const [there, back] = [
        { tp, fp, fn },
        { tp, fp: fn, fn: fp },
      ];
      const apart = { tp: 0, fp: fp + tp, fn: fn + tp };
      for (const read of [volumetricSimilarity, (o: typeof there) => volumeErrorMm3(o, 0.7)]) {
        expect(read(there)).toEqual(read(back));
        expect(read(there)).toEqual(read(apart));
      }
      expect(Math.sign(numberOf(relativeVolumeError(there)))).toBe(-Math.sign(numberOf(relativeVolumeError(back))) + 0);
      expect(numberOf(volumeErrorMl(there, 0.7)) * 1000).toBeCloseTo(numberOf(volumeErrorMm3(there, 0.7)), 9);
    });
    fc.assert(property, { seed: 2 });
  });
});
