import { bringToGrid } from '#imaging';
import type { LabelMap } from '#imaging';
import { BRATS_RULES, lesionwise, lesionwiseDice, lesionwiseHausdorff95 } from './brats-lesionwise.js';
import { averagePrecision, brierScore, expectedCalibrationError } from './calibration.js';
import { describePair } from './describe-pair.js';
import type { PairDescription } from './describe-pair.js';
import { frocCurve, frocScore } from './froc.js';
import type { MetricValue } from './metric-value.js';
import { scoreCase } from './score-case.js';
import { GOLDEN_PAIRS, goldenJson, goldenMaps, goldenNumber, maskOf } from './test-support/golden-pairs.js';
import type { GoldenBlock, GoldenLabel, GoldenPair } from './test-support/golden-pairs.js';

// What other tools computed, beyond the values that we must give. Where they differ on purpose, the test says so.

const numberOf = (value: MetricValue): number => (value.kind === 'value' ? value.value : NaN);

function expectClose(found: number, wanted: number, relative: number, floor = 1e-12): void {
  expect(Number.isFinite(wanted)).toBe(true);
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(Math.max(relative * Math.abs(wanted), floor));
}

const pairs = GOLDEN_PAIRS.map((name) => goldenJson<GoldenPair>(name));
const group = (description: PairDescription, ...keys: string[]): GoldenBlock =>
  keys.reduce<GoldenBlock>((block, key) => block[key] as GoldenBlock, description as unknown as GoldenBlock);

describe.each(pairs.map((pair) => [pair.case, pair] as const))('%s', (_, pair) => {
  let maps: { reference: LabelMap; prediction: LabelMap };
  /** What we say of each label, and what the others say. */
  let described: [PairDescription, GoldenLabel][];
  beforeAll(async () => {
    const { reference, prediction } = await goldenMaps(pair);
    maps = { reference, prediction: bringToGrid(prediction, reference.geometry) };
    const labels = Object.keys(pair.labels);
    const description = describePair(reference, prediction, { labels: labels.map(Number), bandsMm: [1, 2, 3] });
    described = labels.map((label) => [description.labels[label], pair.labels[label]]);
  });
  const isSlice = pair.shape.includes(1);

  it('has the boundary IoU of MetricsReloaded where voxels are 1 mm, with < for the depth', () => {
    if (!pair.spacing_mm.every((s) => s === 1)) return;
    for (const [found, { metrics_reloaded: theirs }] of described) {
      expect(found['boundary_iou@1mm']).toBeCloseTo(goldenNumber(theirs['boundary_iou@default1']), 12);
      expect(found['boundary_iou@2mm']).toBeCloseTo(goldenNumber(theirs['boundary_iou@2vox']), 12);
      expect(found['boundary_iou@3mm']).toBeCloseTo(goldenNumber(theirs['boundary_iou@3vox']), 12);
    }
  });

  it('has the clDice of scikit-image, to the last skeleton voxel, where it has a value', () => {
    for (const [found, { metrics_reloaded: theirs, expected }] of described) {
      const wanted = goldenNumber(theirs.cldice);
      if (Number.isFinite(wanted)) expect(found.cldice).toBeCloseTo(wanted, 12);
      else if (expected.status === 'ok')
        expect([0, 1]).toContain(found.cldice); // no skeleton there, ours has a voxel a piece
      else expect(found.cldice).toBe(expected.status === 'both_empty' ? 1 : 0);
    }
  });

  it('has the NSD of MetricsReloaded for boundary voxels', () => {
    if (isSlice) return; // measured as a volume there: the flat faces hide the error
    for (const [found, { metrics_reloaded: theirs }] of described) {
      const ours = group(found, 'boundary_voxel_variant');
      for (const id of ['nsd@0.5', 'nsd@1', 'nsd@2', 'nsd@3'])
        expectClose(goldenNumber(ours[id]), goldenNumber(theirs[id]), 1e-6, 1e-9);
    }
  });

  it('has the pieces that the plain formulas find, and who hits whom', () => {
    for (const [found, { formula }] of described) {
      const wanted = formula.components_26 as GoldenBlock;
      const ours = group(found, 'lesion_detection');
      expect(ours).toMatchObject({
        n_ref_lesions: wanted.n_ref,
        n_ref_hit: wanted.ref_hit_any_overlap,
        false_positives: wanted.pred_without_overlap,
      });
      const reference = goldenNumber(found.reference_volume_ml as number);
      expectClose(reference, goldenNumber(formula.volume_ref_mm3) / 1000, 1e-9);
      expectClose(
        goldenNumber(found.prediction_volume_ml as number),
        goldenNumber(formula.volume_pred_mm3) / 1000,
        1e-9,
      );
    }
  });

  it('has the panoptic quality of panoptica at both thresholds', () => {
    const { reference, prediction } = maps;
    for (const [label, { panoptica, expected }] of Object.entries(pair.labels)) {
      if (expected.status === 'both_empty') continue; // panoptica has no value there
      const regions = [{ name: label, labels: [Number(label)] }];
      for (const iou of ['0.5', '0.1']) {
        const theirs = panoptica[`cc3d_26conn_iou${iou}`] as GoldenBlock;
        const ids = ['pq', 'rq', 'sq'].map((id) => (iou === '0.5' ? id : `${id}@${iou}`));
        const [{ values }] = scoreCase({ reference, prediction, regions, metrics: ids });
        for (const id of ids) expectClose(numberOf(values[id]), goldenNumber(theirs[id.split('@')[0]]), 1e-9);
      }
    }
  });

  it('has the lesion-wise scores of the BraTS challenges', () => {
    const { reference, prediction } = maps;
    for (const [label, { brats_lesionwise: theirs }] of Object.entries(pair.labels)) {
      for (const [challenge, name] of [
        ['met', 'BraTS-MET'],
        ['gli', 'BraTS-GLI'],
      ] as const) {
        const wanted = theirs[name] as GoldenBlock;
        const masks = [reference, prediction].map((map) => maskOf(map, Number(label)));
        // The challenge code knows no single slices.
        const volume = [false, false, false] as const;
        const score = lesionwise(masks[0], masks[1], pair.shape, pair.spacing_mm, volume, BRATS_RULES[challenge]);
        expect(score).toMatchObject({ tp: wanted.Num_TP, fp: wanted.Num_FP, fn: wanted.Num_FN });
        expectClose(numberOf(lesionwiseDice(score)), goldenNumber(wanted.LesionWise_Score_Dice), 1e-6, 1e-9);
        expectClose(numberOf(lesionwiseHausdorff95(score)), goldenNumber(wanted.LesionWise_Score_HD95), 1e-6, 1e-9);
      }
    }
    if (isSlice) return;
    for (const [found, { brats_lesionwise: theirs }] of described) {
      const wanted = theirs['BraTS-GLI'] as GoldenBlock;
      const { dice, hd95 } = group(found, 'brats_lesionwise', 'gli');
      expectClose(goldenNumber(dice), goldenNumber(wanted.LesionWise_Score_Dice), 1e-6, 1e-9);
      expectClose(goldenNumber(hd95), goldenNumber(wanted.LesionWise_Score_HD95), 1e-6, 1e-9);
    }
  });
});

interface Calibration {
  readonly labels: number[];
  readonly probabilities: number[];
  readonly metrics_reloaded: Record<string, number>;
  readonly sklearn: Record<string, number>;
  readonly formula: Record<string, number>;
}

describe.each(['cal1_mid', 'cal2_overconfident_ties', 'cal3_rare_positive'])('%s', (name) => {
  const { labels, probabilities, sklearn, formula, metrics_reloaded } = goldenJson<Calibration>(`${name}.json`);

  it('has the average precision and Brier score of scikit-learn', () => {
    expectClose(numberOf(averagePrecision(labels, probabilities)), sklearn.average_precision_step, 1e-9);
    expectClose(numberOf(brierScore(labels, probabilities)), sklearn.brier_binary, 1e-12);
    expectClose(numberOf(brierScore(labels, probabilities)) * 2, metrics_reloaded.brier_two_class_sum, 1e-12); // over both classes
  });

  it('has the calibration error of the formula, with bins closed below', () => {
    const wanted = formula.ece_10_equal_width_right_open_last_closed;
    expectClose(numberOf(expectedCalibrationError(labels, probabilities)), wanted, 1e-12);
  });
});

it('froc1 has the curve and the score of MONAI', () => {
  interface Froc {
    readonly images: {
      readonly hit_lesion_of_each_detection: number[];
      readonly scores: number[];
      readonly n_lesions: number;
    }[];
    readonly monai: { readonly fps_per_image: number[]; readonly sensitivity: number[] } & Record<
      string,
      number | number[]
    >;
  }
  const { images, monai } = goldenJson<Froc>('froc1.json');
  const curve = frocCurve(
    images.map(({ hit_lesion_of_each_detection: hits, scores, n_lesions }) => ({
      lesions: n_lesions,
      detections: scores.map((score, n) => ({ score, lesion: hits[n] })),
    })),
  ).reverse();
  // A lesion is missed here, so the score 0 that MONAI leaves out is the one it gave to that lesion, and nothing is lost.
  expect(curve.map(({ falsePositivesPerImage }) => falsePositivesPerImage)).toEqual(monai.fps_per_image);
  expect(curve.map(({ sensitivity }) => sensitivity)).toEqual(monai.sensitivity);
  curve.reverse();
  expectClose(numberOf(frocScore(curve)), monai.froc_score_7_thresholds_from_1_8 as number, 1e-12);
  expectClose(numberOf(frocScore(curve, [0.25, 0.5, 1, 2, 4, 8])), monai.froc_score_default_from_1_4 as number, 1e-12);
});

it('the two families of surface distance differ as docs/metrics.md says', () => {
  const both = pairs.flatMap(({ labels }) => Object.values(labels)).filter(({ expected }) => expected.status === 'ok');
  const difference = (ours: number, theirs: number): number =>
    ours === theirs ? 0 : Math.abs(ours - theirs) / Math.max(ours, 1e-9);
  const compare = (of: (label: GoldenLabel) => [number, number]): { agree: number; median: number } => {
    const differences = both.map((label) => difference(...of(label))).sort((a, b) => a - b);
    const middle = (differences[15] + differences[16]) / 2;
    return { agree: differences.filter((d) => d <= 1e-6).length, median: Math.round(middle * 100) };
  };
  const variant = ({ expected }: GoldenLabel): GoldenBlock => expected.boundary_voxel_variant as GoldenBlock;
  const number = goldenNumber;
  expect(both).toHaveLength(32);
  expect(compare((label) => [number(label.expected.hd), number(variant(label).hd)]).agree).toBe(25);
  expect(compare((label) => [number(label.expected.assd), number(variant(label).assd)])).toEqual({
    agree: 2,
    median: 23,
  });
  const nsd = compare((label) => [number(label.expected['nsd@1']), number(label.metrics_reloaded['nsd@1'])]);
  expect(nsd).toEqual({ agree: 6, median: 12 });
});
