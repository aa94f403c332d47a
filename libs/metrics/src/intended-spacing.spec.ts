import type { Geometry } from '#imaging';
import { intendedSpacing, volumeDiagonalMm } from './intended-spacing.js';

describe('intended spacing', () => {
  it('frees spacings from float32 noise and keeps fractions that are meant', () => {
    for (const mm of [0.6, 0.7, 0.8, 1.1, 1.5, 2.999, 5, 0.9765625, 0.7421875, 0.68359375, 0.123457]) {
      expect(intendedSpacing([Math.fround(mm), mm * (1 + 1e-7), mm])).toEqual([mm, mm, mm]);
    }
  });

  it('leaves alone what is no round number', () => {
    expect(intendedSpacing([1 / 3, 0.1234567891, 1e-5])).toEqual([1 / 3, 0.1234567891, 1e-5]);
  });
});

describe('diagonal of a volume', () => {
  const geometry = (spacingMm: Geometry['spacingMm']): Geometry => ({
    sizeXyz: [30, 40, 10],
    spacingMm,
    originLps: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  });

  it('is the same to the last bit of a header that keeps spacings as float32', () => {
    expect(volumeDiagonalMm(geometry([0.1, 0.1, 1.2]))).toBeCloseTo(13, 12); // 3, 4, 12
    const stored = geometry([Math.fround(0.7), Math.fround(0.7), Math.fround(2.3)]);
    expect(volumeDiagonalMm(stored)).toBe(volumeDiagonalMm(geometry([0.7, 0.7, 2.3])));
  });
});
