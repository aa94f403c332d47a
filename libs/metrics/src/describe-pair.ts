import type { Geometry, GridRule, LabelMap } from '#imaging';
import { BRATS_RULES, lesionwiseDice, lesionwiseHausdorff95 } from './brats-lesionwise.js';
import { parseMetricId } from './catalogue.js';
import {
  detectLesions,
  lesionF1,
  lesionPrecision,
  lesionSensitivity,
  matchInstances,
  panopticQuality,
  recognitionQuality,
  segmentationQuality,
} from './instances.js';
import { volumeDiagonalMm } from './intended-spacing.js';
import { measured } from './metric-value.js';
import type { MetricValue, RegionStatus } from './metric-value.js';
import { readMetric } from './read-metric.js';
import { alignCase, regionPair } from './region-pair.js';
import type { RegionPair } from './region-pair.js';
import { checkRegions } from './score-case.js';
import type { ScoredRegion } from './score-case.js';
import { metricSignature } from './signature.js';

/** A value as it is printed: a finite number, "Infinity" for an unbounded distance, null for what has no value. */
export type PrintedValue = number | 'Infinity' | null;

/** Printed values and words by key, some of them in groups. */
export interface PrintedBlock {
  readonly [key: string]: number | string | null | PrintedBlock;
}

/**
 * Everything that is said about one structure of one case, in the shape in which it is printed.
 *
 * `reasons` has the nesting of the values and an entry for each null; `scored_as` stands there for volumes of one slice.
 */
export interface PairDescription extends PrintedBlock {
  readonly status: RegionStatus;
  /** Physical diagonal of the reference volume: what a missing surface may be worth to whoever aggregates. */
  readonly distance_penalty_mm_volume_diagonal: number;
  readonly reasons: PrintedBlock;
}

/** What to compute. Everything has a default. */
export interface DescriptionSettings {
  /** Labels to describe one by one. Default: all that occur in either map, but for background and the ignored. */
  readonly labels?: readonly number[];
  /** Sets of labels to describe as one structure each. */
  readonly regions?: readonly ScoredRegion[];
  /** Tolerances of NSD in mm. Default: 0.5, 1, 2, 3. */
  readonly tolerancesMm?: readonly number[];
  /** Depths of the band of boundary IoU in mm. Default: 2. */
  readonly bandsMm?: readonly number[];
  /** Smallest lesion in mm3 that detection counts. Default: 0, all. */
  readonly minLesionMm3?: number;
  /** Label of the reference segmentation that marks voxels which count in neither map. */
  readonly ignoreLabel?: number;
  /** Grids on which a prediction may come. Default: `reference`. */
  readonly predictionGrid?: GridRule;
}

/** By label, by name of a region, and how the numbers were computed. */
export interface CaseDescription {
  readonly labels: Readonly<Record<string, PairDescription>>;
  readonly regions: Readonly<Record<string, PairDescription>>;
  /** Equal text, comparable numbers. Does not depend on which labels and regions were described. */
  readonly signature: string;
  /** Whether the prediction had to be resampled onto the grid of the reference; absent where that is not allowed. */
  readonly resampled?: boolean;
}

/**
 * Compares two label maps by every metric there is, structure by structure.
 *
 * @param prediction on a grid that `predictionGrid` allows; null when there is none: then every value is null, because of `no-prediction`
 * @throws RangeError for labels, regions, tolerances or bands that make no sense
 * @throws ImageFormatError `grid-differs` when the prediction lies on a grid that is not allowed
 */
export function describePair(
  reference: LabelMap,
  prediction: LabelMap | null,
  settings: DescriptionSettings = {},
): CaseDescription {
  const { regions = [], ignoreLabel, predictionGrid = 'reference' } = settings;
  const plan = planOf(settings);
  const aligned = alignCase(reference, prediction ?? reference, ignoreLabel, predictionGrid);
  const present = [...aligned.inReference, ...aligned.inPrediction].map(({ label }) => label);
  const labels = [...new Set(settings.labels ?? present.filter((label) => label !== 0 && label !== ignoreLabel))];
  labels.sort((a, b) => a - b);
  const single = labels.map((label) => ({ name: `${label}`, labels: [label] }));
  checkRegions(single, ignoreLabel);
  checkRegions(regions, ignoreLabel);
  const describe = ({ name, labels: set }: ScoredRegion): readonly [string, PairDescription] => {
    const pair = prediction === null ? null : regionPair(aligned, set);
    return [name, describeRegion(pair, reference.geometry, plan)];
  };
  return {
    labels: Object.fromEntries(single.map(describe)),
    regions: Object.fromEntries(regions.map(describe)),
    signature: metricSignature(plan.ids, [], ignoreLabel, predictionGrid),
    ...(predictionGrid !== 'reference' && { resampled: aligned.resampled }),
  };
}

/** Golden words for the groups of values that hang together. */
const BOUNDARY_GROUP = 'boundary_voxel_variant';
const INSTANCE_GROUP = 'lesionwise_26conn_iou_ge_0.5';

interface Plan {
  readonly tolerancesMm: readonly number[];
  readonly bandsMm: readonly number[];
  readonly minLesionMm3: number;
  /** Ids of everything that is computed. */
  readonly ids: readonly string[];
}

/** Single values, in the order in which they are printed; NSD and boundary IoU come in between. */
const BEFORE_TOLERANCES = [
  'dice',
  'iou',
  'sensitivity',
  'precision',
  'specificity',
  'relative_volume_error',
  'absolute_relative_volume_error',
  'absolute_volume_error_mm3',
  'volume_error_ml',
  'volumetric_similarity',
  'hd',
  'hd95',
  'assd',
  'masd',
] as const;

/** Keys of the command line that are called otherwise in the catalogue. */
const CATALOGUE_NAME: Readonly<Record<string, string>> = { absolute_volume_error_mm3: 'volume_error_mm3' };

const BOUNDARY_NAMES: Readonly<Record<string, string>> = {
  hd: 'hd_boundary_voxel',
  hd95_max_of_two: 'hd95_boundary_voxel',
  hd95_pooled: 'hd95_boundary_voxel_pooled',
  assd: 'assd_boundary_voxel',
  masd: 'masd_boundary_voxel',
};

function planOf({ tolerancesMm = [0.5, 1, 2, 3], bandsMm = [2], minLesionMm3 = 0 }: DescriptionSettings): Plan {
  const lesions = ['lesion_sensitivity', 'lesion_precision', 'lesion_f1', 'lesion_false_positives'];
  const ids = [
    ...BEFORE_TOLERANCES.map((key) => CATALOGUE_NAME[key] ?? key),
    ...tolerancesMm.flatMap((mm) => [`nsd@${mm}`, `nsd_boundary_voxel@${mm}`]),
    ...Object.values(BOUNDARY_NAMES),
    ...bandsMm.map((mm) => `boundary_iou@${mm}mm`),
    'cldice',
    'pq',
    'rq',
    'sq',
    ...lesions.map((id) => (minLesionMm3 === 0 ? id : `${id}@${minLesionMm3}mm3`)),
    'brats_met_dice',
    'brats_met_hd95',
    'brats_gli_dice',
    'brats_gli_hd95',
  ];
  for (const id of ids) parseMetricId(id);
  return { tolerancesMm, bandsMm, minLesionMm3, ids };
}

/** Values before they are printed, each to be read once there is a pair. */
interface Draft {
  readonly [key: string]: ((pair: RegionPair) => MetricValue) | Draft;
}

const byId =
  (id: string) =>
  (pair: RegionPair): MetricValue =>
    readMetric(pair, parseMetricId(id));

function describeRegion(pair: RegionPair | null, geometry: Geometry, plan: Plan): PairDescription {
  const singleton = [0, 1, 2].filter((axis) => geometry.sizeXyz[axis] === 1);
  const reasons: Record<string, string | PrintedBlock> = {};
  const values = printed(draftOf(plan), pair, reasons);
  return {
    status: pair ? pair.status : 'failed',
    distance_penalty_mm_volume_diagonal: volumeDiagonalMm(geometry),
    ...values,
    ...(singleton.length > 0 && { scored_as: scoredAs(singleton) }),
    reasons,
  };
}

function draftOf({ tolerancesMm, bandsMm, minLesionMm3 }: Plan): Draft {
  const volumeMl =
    (voxelsOf: (pair: RegionPair) => number) =>
    (pair: RegionPair): MetricValue =>
      measured((voxelsOf(pair) * pair.voxelMm3) / 1000);
  return {
    ...Object.fromEntries(BEFORE_TOLERANCES.map((key) => [key, byId(CATALOGUE_NAME[key] ?? key)])),
    ...Object.fromEntries(tolerancesMm.map((mm) => [`nsd@${mm}`, byId(`nsd@${mm}`)])),
    [BOUNDARY_GROUP]: {
      ...Object.fromEntries(Object.entries(BOUNDARY_NAMES).map(([key, id]) => [key, byId(id)])),
      ...Object.fromEntries(tolerancesMm.map((mm) => [`nsd@${mm}`, byId(`nsd_boundary_voxel@${mm}`)])),
    },
    ...Object.fromEntries(bandsMm.map((mm) => [`boundary_iou@${mm}mm`, byId(`boundary_iou@${mm}mm`)])),
    cldice: byId('cldice'),
    reference_volume_ml: volumeMl(({ overlap }) => overlap.tp + overlap.fn),
    prediction_volume_ml: volumeMl(({ overlap }) => overlap.tp + overlap.fp),
    [INSTANCE_GROUP]: instanceDraft(),
    lesion_detection: lesionDraft(minLesionMm3),
    brats_lesionwise: { met: bratsDraft('met'), gli: bratsDraft('gli') },
  };
}

/** One region's draft is read from one pair, so what its values share is found once. */
function once<T>(find: (pair: RegionPair) => T): (pair: RegionPair) => T {
  let found: { readonly it: T } | undefined;
  return (pair) => (found ??= { it: find(pair) }).it;
}

function instanceDraft(): Draft {
  const match = once((pair) => matchInstances(pair.instances()));
  return {
    n_ref_instances: (pair) => measured(match(pair).referenceInstances),
    n_pred_instances: (pair) => measured(match(pair).predictionInstances),
    tp: (pair) => measured(match(pair).tp),
    fp: (pair) => measured(match(pair).fp),
    fn: (pair) => measured(match(pair).fn),
    rq: (pair) => recognitionQuality(match(pair)),
    sq: (pair) => segmentationQuality(match(pair)),
    pq: (pair) => panopticQuality(match(pair)),
  };
}

function lesionDraft(minLesionMm3: number): Draft {
  const detect = once((pair) => detectLesions(pair.instances(), pair.voxelMm3, minLesionMm3));
  return {
    min_lesion_mm3: () => measured(minLesionMm3),
    n_ref_lesions: (pair) => measured(detect(pair).lesions),
    n_ref_hit: (pair) => measured(detect(pair).hit),
    n_pred_lesions: (pair) => measured(detect(pair).detections),
    false_positives: (pair) => measured(detect(pair).falsePositives),
    sensitivity: (pair) => lesionSensitivity(detect(pair)),
    precision: (pair) => lesionPrecision(detect(pair)),
    f1: (pair) => lesionF1(detect(pair)),
  };
}

function bratsDraft(challenge: 'met' | 'gli'): Draft {
  const rules = BRATS_RULES[challenge];
  return {
    tp: (pair) => measured(pair.lesionwise(rules).tp),
    fp: (pair) => measured(pair.lesionwise(rules).fp),
    fn: (pair) => measured(pair.lesionwise(rules).fn),
    dice: (pair) => lesionwiseDice(pair.lesionwise(rules)),
    hd95: (pair) => lesionwiseHausdorff95(pair.lesionwise(rules)),
  };
}

/** Prints a draft and notes a reason for each null, under the same keys. */
function printed(draft: Draft, pair: RegionPair | null, reasons: Record<string, string | PrintedBlock>): PrintedBlock {
  const block: Record<string, number | string | null | PrintedBlock> = {};
  for (const [key, entry] of Object.entries(draft)) {
    if (typeof entry === 'object') {
      const within: Record<string, string | PrintedBlock> = {};
      block[key] = printed(entry, pair, within);
      if (Object.keys(within).length > 0) reasons[key] = within;
    } else {
      const value: MetricValue = pair ? entry(pair) : { kind: 'undefined', why: 'no-prediction' };
      if (value.kind === 'undefined') reasons[key] = value.why;
      block[key] = value.kind === 'value' ? value.value : value.kind === 'unbounded' ? 'Infinity' : null;
    }
  }
  return block;
}

function scoredAs(singleton: readonly number[]): string {
  const axes = `singleton ${singleton.length === 1 ? 'axis' : 'axes'} ${singleton.join(', ')} dropped`;
  return `${3 - singleton.length}D (${axes})`;
}
