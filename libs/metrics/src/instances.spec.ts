import fc from 'fast-check';
import {
  detectLesions,
  instancePair,
  lesionF1,
  lesionFalsePositives,
  lesionPrecision,
  lesionSensitivity,
  matchInstances,
  panopticQuality,
  recognitionQuality,
  segmentationQuality,
} from './instances.js';
import type { InstancePair } from './instances.js';
import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';
import { randomPairs, voxelsOf } from './test-support/random-masks.js';

const numberOf = (value: MetricValue): number => (value.kind === 'value' ? value.value : NaN);
const row = (text: string): Uint8Array => Uint8Array.from(text, (c) => (c === '#' ? 1 : 0));
const pairOf = (reference: string, prediction: string): InstancePair =>
  instancePair(row(reference), row(prediction), [reference.length, 1, 1]);

/** Pieces as sets of voxels, grown one voxel at a time. */
function pieces(mask: Uint8Array, size: readonly [number, number, number]): string[][] {
  const left = new Map(voxelsOf(mask, size).map((at) => [String(at), at]));
  const all: string[][] = [];
  for (const first of [...left.keys()]) {
    if (!left.has(first)) continue;
    const piece: string[] = [];
    const queue = [left.get(first)!];
    left.delete(first);
    for (let at = queue.pop(); at; at = queue.pop()) {
      piece.push(String(at));
      for (const [name, other] of [...left]) {
        if (Math.max(...at.map((x, axis) => Math.abs(x - other[axis]))) > 1) continue;
        left.delete(name);
        queue.push(other);
      }
    }
    all.push(piece);
  }
  return all;
}

describe('pieces of two masks', () => {
  //                     one   two    three
  const pair = pairOf('.####..##...#....', '.###...##.......#');

  it('are counted and met', () => {
    expect([...pair.referenceVoxels]).toEqual([0, 4, 2, 1]);
    expect([...pair.predictionVoxels]).toEqual([0, 3, 2, 1]);
    expect(pair.meetings).toEqual([
      { reference: 1, prediction: 1, shared: 3 },
      { reference: 2, prediction: 2, shared: 2 },
    ]);
  });

  it('give PQ as RQ times SQ', () => {
    const match = matchInstances(pair);
    expect(match).toEqual({ referenceInstances: 3, predictionInstances: 3, tp: 2, fp: 1, fn: 1, sumIou: 1.75 });
    expect(recognitionQuality(match)).toEqual(measured(2 / 3));
    expect(segmentationQuality(match)).toEqual(measured(0.875));
    expect(panopticQuality(match)).toEqual(measured(1.75 / 3));
  });

  it('match at the threshold, not below', () => {
    const half = pairOf('####', '##..');
    expect([matchInstances(half).tp, matchInstances(half, 0.51).tp]).toEqual([1, 0]);
    expect(segmentationQuality(matchInstances(half, 0.51))).toEqual(measured(0));
  });

  it('match one to one below 0.5, the best pair first', () => {
    const bridged = pairOf('###.####', '########');
    expect(matchInstances(bridged, 0.1)).toMatchObject({ tp: 1, fp: 0, fn: 1, sumIou: 0.5 });
  });

  it('know empty masks', () => {
    const [none, some] = ['...', '.#.'];
    const all = (a: string, b: string): MetricValue[] => {
      const match = matchInstances(pairOf(a, b));
      return [panopticQuality(match), recognitionQuality(match), segmentationQuality(match)];
    };
    expect(all(none, none)).toEqual([1, 1, 1].map(measured));
    expect(all(some, none)).toEqual([0, 0, 0].map(measured));
    expect(all(none, some)).toEqual([0, 0, 0].map(measured));
  });

  it('are matched as the best of all one-to-one choices, from 0.5 on', () => {
    const property = fc.property(
      randomPairs(5),
      fc.constantFrom(0.5, 0.6, 0.8),
      ({ size, reference, prediction }, minIou) => {
        const r = pieces(reference, size);
        const p = pieces(prediction, size);
        const iou = (a: string[], b: string[]): number => {
          const shared = a.filter((at) => b.includes(at)).length;
          return shared / (a.length + b.length - shared);
        };
        const best = (n: number, free: readonly string[][]): { tp: number; sum: number } => {
          if (n === r.length) return { tp: 0, sum: 0 };
          const options = [best(n + 1, free)];
          for (const piece of free) {
            const value = iou(r[n], piece);
            if (value < minIou) continue;
            const rest = best(
              n + 1,
              free.filter((other) => other !== piece),
            );
            options.push({ tp: rest.tp + 1, sum: rest.sum + value });
          }
          return options.reduce((a, b) => (b.sum > a.sum ? b : a));
        };
        const wanted = best(0, p);
        const match = matchInstances(instancePair(reference, prediction, size), minIou);
        expect(match).toMatchObject({ referenceInstances: r.length, predictionInstances: p.length, tp: wanted.tp });
        expect(match.sumIou).toBeCloseTo(wanted.sum, 12);
        const back = matchInstances(instancePair(prediction, reference, size), minIou);
        expect(numberOf(panopticQuality(back))).toBeCloseTo(numberOf(panopticQuality(match)), 12);
      },
    );
    fc.assert(property, { numRuns: 100, seed: 23 });
  });

  it('refuse thresholds that are none', () => {
    expect(() => matchInstances(pair, 0)).toThrow('smallest IoU is 0');
    expect(() => matchInstances(pair, 1.1)).toThrow('smallest IoU is 1.1');
    expect(() => detectLesions(pair, 1, -1)).toThrow('smallest lesion is -1 mm3');
  });
});

describe('lesion detection', () => {
  // Lesions of 4, 2 and 1 voxels; the first is hit by two pieces, the third by one; two pieces are false.
  const pair = pairOf('####..##..#.......', '#.##......#..##..#');
  const detection = detectLesions(pair, 2);

  it('counts any overlap as a hit', () => {
    expect(detection).toEqual({ lesions: 3, hit: 2, detections: 5, falsePositives: 2 });
    expect(lesionSensitivity(detection)).toEqual(measured(2 / 3));
    expect(lesionPrecision(detection)).toEqual(measured(3 / 5));
    expect(numberOf(lesionF1(detection))).toBeCloseTo((2 * (2 / 3) * (3 / 5)) / (2 / 3 + 3 / 5), 12);
    expect(lesionFalsePositives(detection)).toEqual(measured(2));
  });

  it('leaves small lesions out, and who touches only them', () => {
    // From 4 mm3, two voxels: the third lesion and its piece are gone, and the false piece of one voxel.
    expect(detectLesions(pair, 2, 4)).toEqual({ lesions: 2, hit: 1, detections: 3, falsePositives: 1 });
    expect(detectLesions(pair, 2, 4.1)).toEqual({ lesions: 1, hit: 1, detections: 2, falsePositives: 0 });
    expect(detectLesions(pair, 0.1, 0.4).lesions).toBe(1); // 4 x 0.1, whatever the last bit
  });

  it('has no share of nothing', () => {
    const undetected = detectLesions(pairOf('#..', '...'), 1);
    expect([lesionSensitivity(undetected), lesionF1(undetected)]).toEqual([measured(0), measured(0)]);
    expect(lesionPrecision(undetected)).toEqual({ kind: 'undefined', why: 'prediction-empty' });
    const invented = detectLesions(pairOf('...', '#..'), 1);
    expect(lesionSensitivity(invented)).toEqual({ kind: 'undefined', why: 'reference-empty' });
    expect([lesionPrecision(invented), lesionF1(invented)]).toEqual([measured(0), measured(0)]);
    expect(lesionF1(detectLesions(pairOf('...', '...'), 1))).toEqual(measured(1));
    expect(lesionF1(detectLesions(pairOf('#..', '..#'), 1))).toEqual(measured(0));
  });

  it('counts what sets of voxels count', () => {
    const property = fc.property(
      randomPairs(5),
      fc.integer({ min: 0, max: 4 }),
      ({ size, reference, prediction }, least) => {
        const r = pieces(reference, size);
        const p = pieces(prediction, size);
        const meet = (a: string[], b: string[]): boolean => a.some((at) => b.includes(at));
        const counted = r.filter(({ length }) => length >= least);
        const right = p.filter((piece) => counted.some((lesion) => meet(lesion, piece)));
        const wrong = p.filter((piece) => piece.length >= least && !r.some((lesion) => meet(lesion, piece)));
        expect(detectLesions(instancePair(reference, prediction, size), 1, least)).toEqual({
          lesions: counted.length,
          hit: counted.filter((lesion) => p.some((piece) => meet(lesion, piece))).length,
          detections: right.length + wrong.length,
          falsePositives: wrong.length,
        });
      },
    );
    fc.assert(property, { numRuns: 100, seed: 24 });
  });
});
