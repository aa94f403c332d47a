import fc from 'fast-check';
import { centrelineDice, centrelineOverlap } from './centreline.js';
import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';
import { randomPairs } from './test-support/random-masks.js';

const numberOf = (value: MetricValue): number => (value.kind === 'value' ? value.value : NaN);

describe('centreline Dice', () => {
  const tube = Uint8Array.from({ length: 27 * 9 }, () => 1); // 27 x 3 x 3 voxels
  const broken = tube.map((_, v) => (v % 27 === 13 ? 0 : 1));

  it('is 1 for a tube and itself, and for one with a thinner wall', () => {
    const line = tube.map((_, v) => (Math.floor(v / 27) === 4 ? 1 : 0));
    expect(centrelineDice(centrelineOverlap(tube, tube, [27, 3, 3]))).toEqual(measured(1));
    expect(centrelineDice(centrelineOverlap(tube, line, [27, 3, 3]))).toEqual(measured(1));
  });

  it('costs a gap what it takes from the centre line', () => {
    const overlap = centrelineOverlap(tube, broken, [27, 3, 3]);
    expect(overlap.reference.voxels - overlap.reference.covered).toBe(1);
    expect(overlap.prediction.covered).toBe(overlap.prediction.voxels);
    const share = overlap.reference.covered / overlap.reference.voxels;
    expect(numberOf(centrelineDice(overlap))).toBeCloseTo((2 * share) / (1 + share), 12);
  });

  it('knows empty masks, and masks that never meet', () => {
    const [left, right, none] = [Uint8Array.of(1, 0, 0), Uint8Array.of(0, 0, 1), new Uint8Array(3)];
    const of = (a: Uint8Array, b: Uint8Array): MetricValue => centrelineDice(centrelineOverlap(a, b, [3, 1, 1]));
    expect([of(none, none), of(left, none), of(none, left), of(left, right)]).toEqual([1, 0, 0, 0].map(measured));
    expect(() => centrelineOverlap(left, new Uint8Array(2), [3, 1, 1])).toThrow('reference 3, prediction 2');
  });

  it('has a skeleton where scikit-image has none: two cubes of two', () => {
    const cube = new Uint8Array(8).fill(1);
    const overlap = centrelineOverlap(cube, cube, [2, 2, 2]);
    expect(overlap.reference).toEqual({ voxels: 1, covered: 1 });
    expect(centrelineDice(overlap)).toEqual(measured(1));
  });

  it('is symmetric, within 0 and 1, and 1 for a mask and itself', () => {
    const property = fc.property(randomPairs(6), ({ size, reference, prediction }) => {
      const there = centrelineDice(centrelineOverlap(reference, prediction, size));
      expect(there).toEqual(centrelineDice(centrelineOverlap(prediction, reference, size)));
      expect(numberOf(there) >= 0 && numberOf(there) <= 1).toBe(true);
      expect(centrelineDice(centrelineOverlap(reference, reference, size))).toEqual(measured(1));
    });
    fc.assert(property, { numRuns: 100, seed: 22 });
  });
});
