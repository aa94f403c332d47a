import fc from 'fast-check';
import { connectedComponents, dilate } from '#imaging';
import type { Vec3 } from '#imaging';
import { BRATS_RULES, lesionwise, lesionwiseDice, lesionwiseHausdorff95 } from './brats-lesionwise.js';
import type { LesionwiseRules } from './brats-lesionwise.js';
import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';
import { countOverlap, dice } from './overlap.js';
import { hausdorff95, surfaceDistances } from './surface-distances.js';
import { randomPairs } from './test-support/random-masks.js';

const numberOf = (value: MetricValue): number => (value.kind === 'value' ? value.value : NaN);
const row = (text: string): Uint8Array => Uint8Array.from(text, (c) => (c === '#' ? 1 : 0));
const flatOf = (size: Vec3): readonly [boolean, boolean, boolean] => [size[0] === 1, size[1] === 1, size[2] === 1];

/** The slow twin: lesion by lesion, each one grown by itself on the whole grid. */
function slow(
  reference: Uint8Array,
  prediction: Uint8Array,
  size: Vec3,
  spacing: Vec3,
  rules: LesionwiseRules,
): [number, number] {
  const { dilationVoxels, thresholdMm3, penaltyMm } = rules;
  const grown = connectedComponents(dilate(reference, size, dilationVoxels, 18), size, 26);
  const found = connectedComponents(prediction, size, 26);
  const met = new Set<number>();
  const scores: { dice: number; hd95: number }[] = [];
  for (let n = 1; n <= grown.count; n++) {
    const lesion = reference.map((v, at) => (v && grown.labels[at] === n ? 1 : 0));
    const reach = dilate(lesion, size, dilationVoxels, 18);
    const mine = new Set(found.labels.filter((label, at) => label > 0 && reach[at] > 0));
    for (const label of mine) met.add(label);
    const volume = lesion.reduce((a, b) => a + b, 0) * spacing[0] * spacing[1] * spacing[2];
    if (volume <= thresholdMm3) continue;
    const pieces = prediction.map((_, at) => (mine.has(found.labels[at]) ? 1 : 0));
    const distance = hausdorff95(surfaceDistances(lesion, pieces, size, spacing, flatOf(size)));
    scores.push({
      dice: numberOf(dice(countOverlap(lesion, pieces))),
      hd95: distance.kind === 'value' ? distance.value : penaltyMm,
    });
  }
  for (let label = 1; label <= found.count; label++) if (!met.has(label)) scores.push({ dice: 0, hd95: penaltyMm });
  const mean = (of: (s: { dice: number; hd95: number }) => number, nothing: number): number =>
    scores.length === 0 ? nothing : scores.reduce((sum, s) => sum + of(s), 0) / scores.length;
  return [mean((s) => s.dice, 1), mean((s) => s.hd95, 0)];
}

describe('BraTS lesion-wise', () => {
  const rules = { dilationVoxels: 1, thresholdMm3: 2, penaltyMm: 374 };
  const flat = [false, true, true] as const;
  const score = (reference: string, prediction: string): ReturnType<typeof lesionwise> =>
    lesionwise(row(reference), row(prediction), [reference.length, 1, 1], [1, 1, 1], flat, rules);

  it('scores lesions, misses and inventions', () => {
    // Found and drawn too short, missed, too small to count, invented.
    const found = score('.####....###....#.....', '.##................##.');
    expect(found).toMatchObject({ tp: 1, fn: 1, fp: 1 });
    expect(numberOf(lesionwiseDice(found))).toBeCloseTo((2 / 3 + 0 + 0) / 3, 12);
    expect(numberOf(lesionwiseHausdorff95(found))).toBeCloseTo((2 + 374 + 374) / 3, 12);
  });

  it('takes lesions as one when their dilations touch, and a piece within reach as a hit', () => {
    expect(score('###..###', '###..###')).toMatchObject({ tp: 1, sumDice: 1 });
    expect(score('###...###', '###...###')).toMatchObject({ tp: 2, sumDice: 2 });
    expect(score('###......', '...##....')).toMatchObject({ tp: 1, fp: 0, sumDice: 0 });
  });

  it('is 1 and 0 mm when there is nothing to find and nothing invented', () => {
    for (const [reference, prediction] of [
      ['....', '....'],
      ['.#..', '.#..'], // too small to count, and found all the same
      ['.#..', '....'],
    ]) {
      const nothing = score(reference, prediction);
      expect([lesionwiseDice(nothing), lesionwiseHausdorff95(nothing)]).toEqual([measured(1), measured(0)]);
    }
    const invented = score('......', '..#...');
    expect([lesionwiseDice(invented), lesionwiseHausdorff95(invented)]).toEqual([measured(0), measured(374)]);
  });

  it('has the constants of the challenges', () => {
    expect(BRATS_RULES).toEqual({
      met: { dilationVoxels: 1, thresholdMm3: 2, penaltyMm: 374 },
      gli: { dilationVoxels: 3, thresholdMm3: 50, penaltyMm: 374 },
    });
  });

  it('equals the slow twin on random masks', () => {
    const property = fc.property(
      randomPairs(6),
      fc.integer({ min: 0, max: 2 }),
      ({ size, spacing, reference, prediction }, steps) => {
        const of = { dilationVoxels: steps, thresholdMm3: 1, penaltyMm: 99 };
        const fast = lesionwise(reference, prediction, size, spacing, flatOf(size), of);
        const [wantedDice, wantedHd95] = slow(reference, prediction, size, spacing, of);
        expect(numberOf(lesionwiseDice(fast))).toBeCloseTo(wantedDice, 12);
        expect(numberOf(lesionwiseHausdorff95(fast))).toBeCloseTo(wantedHd95, 9);
      },
    );
    fc.assert(property, { numRuns: 100, seed: 25 });
  });

  it('is the same for masks that were cut out of their volume', () => {
    // The two lesions meet by growing above themselves, where the crop ends and the volume does not.
    const reference = Uint8Array.of(1, 0, 0, 1);
    const inVolume = Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 1);
    const one = { dilationVoxels: 2, thresholdMm3: 0, penaltyMm: 1 };
    const slice = [false, false, true] as const;
    const whole = lesionwise(inVolume, inVolume, [4, 2, 1], [1, 1, 1], slice, one);
    const cut = lesionwise(reference, reference, [4, 1, 1], [1, 1, 1], slice, one, {
      before: [0, 1, 0],
      after: [0, 0, 0],
    });
    expect(cut).toEqual(whole);
  });
});
