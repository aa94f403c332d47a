import {
  boundaryAverageDistance,
  boundaryHausdorff,
  boundaryHausdorff95,
  boundaryHausdorff95Pooled,
  boundaryIou,
  boundaryMeanDistance,
  boundarySurfaceDice,
} from './boundary-distances.js';
import { BRATS_RULES, lesionwiseDice, lesionwiseHausdorff95 } from './brats-lesionwise.js';
import type { ParsedMetric } from './catalogue.js';
import { centrelineDice } from './centreline.js';
import {
  detectLesions,
  lesionF1,
  lesionFalsePositives,
  lesionPrecision,
  lesionSensitivity,
  matchInstances,
  panopticQuality,
  recognitionQuality,
  segmentationQuality,
} from './instances.js';
import type { MetricValue } from './metric-value.js';
import { dice, iou, precision, sensitivity, specificity } from './overlap.js';
import type { RegionPair } from './region-pair.js';
import {
  averageSurfaceDistance,
  hausdorff,
  hausdorff95,
  meanSurfaceDistance,
  surfaceDice,
} from './surface-distances.js';
import {
  absoluteRelativeVolumeError,
  relativeVolumeError,
  volumeErrorMl,
  volumeErrorMm3,
  volumetricSimilarity,
} from './volume-error.js';

type Reading = (pair: RegionPair, parameter: number) => MetricValue;

/** How each metric of the catalogue is read from a pair of masks, by its key. */
const READINGS: Readonly<Record<string, Reading>> = {
  dice: ({ overlap }) => dice(overlap),
  iou: ({ overlap }) => iou(overlap),
  sensitivity: ({ overlap }) => sensitivity(overlap),
  precision: ({ overlap }) => precision(overlap),
  specificity: ({ overlap, scoredVoxels }) => specificity(overlap, scoredVoxels),
  hd: (pair) => hausdorff(pair.surfaces()),
  hd95: (pair) => hausdorff95(pair.surfaces()),
  assd: (pair) => averageSurfaceDistance(pair.surfaces()),
  masd: (pair) => meanSurfaceDistance(pair.surfaces()),
  nsd: (pair, toleranceMm) => surfaceDice(pair.surfaces(), toleranceMm),
  hd_boundary_voxel: (pair) => boundaryHausdorff(pair.boundaries()),
  hd95_boundary_voxel: (pair) => boundaryHausdorff95(pair.boundaries()),
  hd95_boundary_voxel_pooled: (pair) => boundaryHausdorff95Pooled(pair.boundaries()),
  assd_boundary_voxel: (pair) => boundaryAverageDistance(pair.boundaries()),
  masd_boundary_voxel: (pair) => boundaryMeanDistance(pair.boundaries()),
  nsd_boundary_voxel: (pair, toleranceMm) => boundarySurfaceDice(pair.boundaries(), toleranceMm),
  boundary_iou: (pair, bandMm) => boundaryIou(pair.boundaries(), bandMm),
  cldice: (pair) => centrelineDice(pair.centrelines()),
  volume_error_ml: ({ overlap, voxelMm3 }) => volumeErrorMl(overlap, voxelMm3),
  volume_error_mm3: ({ overlap, voxelMm3 }) => volumeErrorMm3(overlap, voxelMm3),
  relative_volume_error: ({ overlap }) => relativeVolumeError(overlap),
  absolute_relative_volume_error: ({ overlap }) => absoluteRelativeVolumeError(overlap),
  volumetric_similarity: ({ overlap }) => volumetricSimilarity(overlap),
  pq: (pair, minIou) => panopticQuality(matchInstances(pair.instances(), minIou)),
  rq: (pair, minIou) => recognitionQuality(matchInstances(pair.instances(), minIou)),
  sq: (pair, minIou) => segmentationQuality(matchInstances(pair.instances(), minIou)),
  lesion_sensitivity: (pair, mm3) => lesionSensitivity(detectLesions(pair.instances(), pair.voxelMm3, mm3)),
  lesion_precision: (pair, mm3) => lesionPrecision(detectLesions(pair.instances(), pair.voxelMm3, mm3)),
  lesion_f1: (pair, mm3) => lesionF1(detectLesions(pair.instances(), pair.voxelMm3, mm3)),
  lesion_false_positives: (pair, mm3) => lesionFalsePositives(detectLesions(pair.instances(), pair.voxelMm3, mm3)),
  brats_met_dice: (pair) => lesionwiseDice(pair.lesionwise(BRATS_RULES.met)),
  brats_met_hd95: (pair) => lesionwiseHausdorff95(pair.lesionwise(BRATS_RULES.met)),
  brats_gli_dice: (pair) => lesionwiseDice(pair.lesionwise(BRATS_RULES.gli)),
  brats_gli_hd95: (pair) => lesionwiseHausdorff95(pair.lesionwise(BRATS_RULES.gli)),
};

/** Value of a metric for a pair of masks. */
export function readMetric(pair: RegionPair, { entry, parameter }: ParsedMetric): MetricValue {
  const read = READINGS[entry.key];
  if (!read) throw new TypeError(`metric "${entry.key}" is in the catalogue but has no function`);
  return read(pair, parameter);
}
