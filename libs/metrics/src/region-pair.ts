import { bringLabels, labelExtents } from '#imaging';
import type { GridRule, LabelExtent, LabelMap, Vec3 } from '#imaging';
import { boundaryDistances } from './boundary-distances.js';
import type { BoundaryDistances } from './boundary-distances.js';
import { lesionwise } from './brats-lesionwise.js';
import type { LesionwiseRules, LesionwiseScore, Surroundings } from './brats-lesionwise.js';
import { centrelineOverlap } from './centreline.js';
import type { CentrelineOverlap } from './centreline.js';
import { cutMasks } from './cut-masks.js';
import type { Crop } from './cut-masks.js';
import { instancePair } from './instances.js';
import type { InstancePair } from './instances.js';
import { intendedSpacing } from './intended-spacing.js';
import { pairStatus } from './metric-value.js';
import type { PairStatus } from './metric-value.js';
import type { Overlap } from './overlap.js';
import { surfaceDistances } from './surface-distances.js';
import type { SurfaceDistances } from './surface-distances.js';

/** A case to be compared, both maps on one grid. */
export interface AlignedCase {
  readonly reference: LabelMap;
  readonly prediction: LabelMap;
  /** The prediction came on another grid; its labels are those of the nearest voxels. */
  readonly resampled: boolean;
  /** Spacing of the reference, freed from float32 noise. */
  readonly spacingMm: Vec3;
  /** Axes along which the volume has one voxel. They are left out, so that a single slice is measured in its plane. */
  readonly flat: readonly [boolean, boolean, boolean];
  /** Voxels that are compared: all but the ignored. */
  readonly scoredVoxels: number;
  readonly ignoreLabel: number | undefined;
  readonly inReference: readonly LabelExtent[];
  readonly inPrediction: readonly LabelExtent[];
}

/** The two masks of a region. What costs time is found out when first asked for, and once. */
export interface RegionPair {
  readonly status: PairStatus;
  readonly overlap: Overlap;
  /** Voxels of the volume that are compared. */
  readonly scoredVoxels: number;
  readonly voxelMm3: number;
  surfaces(): SurfaceDistances;
  boundaries(): BoundaryDistances;
  centrelines(): CentrelineOverlap;
  instances(): InstancePair;
  lesionwise(rules: LesionwiseRules): LesionwiseScore;
}

/**
 * Brings both maps of a case onto the grid of the reference segmentation.
 *
 * @param ignoreLabel where the reference segmentation has it, voxels count in neither map
 * @param predictionGrid on which grids a prediction may come
 * @throws RangeError for an ignore label that is none
 * @throws ImageFormatError `grid-differs` when the prediction lies on a grid that is not allowed
 */
export function alignCase(
  reference: LabelMap,
  prediction: LabelMap,
  ignoreLabel?: number,
  predictionGrid: GridRule = 'reference',
): AlignedCase {
  if (ignoreLabel !== undefined && !isLabel(ignoreLabel)) {
    throw new RangeError(`ignore label is ${ignoreLabel}; expected a whole number from 1 to 65535`);
  }
  const { labelMap: aligned, resampled } = bringLabels(prediction, reference.geometry, predictionGrid);
  const [nx, ny, nz] = reference.geometry.sizeXyz;
  const inReference = labelExtents(reference);
  const ignored = inReference.find(({ label }) => label === ignoreLabel)?.voxels ?? 0;
  return {
    reference,
    prediction: aligned,
    resampled,
    spacingMm: intendedSpacing(reference.geometry.spacingMm),
    flat: [nx === 1, ny === 1, nz === 1],
    scoredVoxels: nx * ny * nz - ignored,
    ignoreLabel,
    inReference,
    inPrediction: labelExtents(aligned),
  };
}

/** Whether a number can be a label of a structure. */
export function isLabel(label: number): boolean {
  return Number.isInteger(label) && label >= 1 && label <= 65535;
}

/** The pair of masks of a set of labels. */
export function regionPair(aligned: AlignedCase, labels: readonly number[]): RegionPair {
  const { spacingMm, flat, scoredVoxels, ignoreLabel } = aligned;
  const crop = boxOf(aligned, labels);
  const { reference, prediction, overlap } = cutMasks(aligned.reference, aligned.prediction, labels, crop, ignoreLabel);
  const { before, sizeXyz } = crop;
  const beyond = (axis: 0 | 1 | 2): number => aligned.reference.geometry.sizeXyz[axis] - before[axis] - sizeXyz[axis];
  const surroundings: Surroundings = { before, after: [beyond(0), beyond(1), beyond(2)] };
  let surfaces: SurfaceDistances | undefined;
  let boundaries: BoundaryDistances | undefined;
  let centrelines: CentrelineOverlap | undefined;
  let instances: InstancePair | undefined;
  const lesions = new Map<LesionwiseRules, LesionwiseScore>();
  return {
    status: pairStatus(overlap.tp + overlap.fn, overlap.tp + overlap.fp),
    overlap,
    scoredVoxels,
    voxelMm3: spacingMm[0] * spacingMm[1] * spacingMm[2],
    surfaces: () => (surfaces ??= surfaceDistances(reference, prediction, sizeXyz, spacingMm, flat)),
    boundaries: () => (boundaries ??= boundaryDistances(reference, prediction, sizeXyz, spacingMm, flat)),
    centrelines: () => (centrelines ??= centrelineOverlap(reference, prediction, sizeXyz, flat)),
    instances: () => (instances ??= instancePair(reference, prediction, sizeXyz)),
    lesionwise: (rules) => {
      const known = lesions.get(rules);
      if (known) return known;
      const score = lesionwise(reference, prediction, sizeXyz, spacingMm, flat, rules, surroundings);
      lesions.set(rules, score);
      return score;
    },
  };
}

/** The smallest box that holds both masks of a region; of an empty pair one voxel. */
function boxOf({ reference, inReference, inPrediction }: AlignedCase, labels: readonly number[]): Crop {
  const low = [...reference.geometry.sizeXyz];
  const high = [-1, -1, -1];
  for (const { label, box } of [...inReference, ...inPrediction]) {
    if (!labels.includes(label)) continue;
    for (const axis of [0, 1, 2]) {
      low[axis] = Math.min(low[axis], box.min[axis]);
      high[axis] = Math.max(high[axis], box.max[axis]);
    }
  }
  if (high[0] < 0) return { before: [0, 0, 0], sizeXyz: [1, 1, 1] };
  return {
    before: [low[0], low[1], low[2]],
    sizeXyz: [high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1],
  };
}
