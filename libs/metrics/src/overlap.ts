import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';

/** How many voxels are in both masks, in the prediction only, in the reference segmentation only. */
export interface Overlap {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
}

/**
 * Counts where two masks agree and disagree.
 *
 * @param reference  flat mask, x fastest; non-zero is foreground
 * @param prediction flat mask on the same grid
 * @throws RangeError when the lengths differ
 */
export function countOverlap(reference: Uint8Array, prediction: Uint8Array): Overlap {
  if (reference.length !== prediction.length) {
    throw new RangeError(`masks differ in length: reference ${reference.length}, prediction ${prediction.length}`);
  }
  let tp = 0;
  let fp = 0;
  let fn = 0;
  for (let v = 0; v < reference.length; v++) {
    if (reference[v]) {
      if (prediction[v]) tp++;
      else fn++;
    } else if (prediction[v]) fp++;
  }
  return { tp, fp, fn };
}

/** Dice similarity coefficient, unitless, 0 to 1. Dice 1945, doi:10.2307/1932409. Both masks empty: 1. */
export function dice({ tp, fp, fn }: Overlap): MetricValue {
  const size = 2 * tp + fp + fn; // |reference| + |prediction|
  return measured(size === 0 ? 1 : (2 * tp) / size);
}

/** Intersection over union, unitless, 0 to 1. Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x. Both masks empty: 1. */
export function iou({ tp, fp, fn }: Overlap): MetricValue {
  const union = tp + fp + fn;
  return measured(union === 0 ? 1 : tp / union);
}

/** Sensitivity (recall, true positive rate): share of the reference segmentation that was found. Undefined without reference. */
export function sensitivity({ tp, fn }: Overlap): MetricValue {
  return tp + fn === 0 ? { kind: 'undefined', why: 'reference-empty' } : measured(tp / (tp + fn));
}

/** Precision (positive predictive value): share of the prediction that is right. Undefined without prediction. */
export function precision({ tp, fp }: Overlap): MetricValue {
  return tp + fp === 0 ? { kind: 'undefined', why: 'prediction-empty' } : measured(tp / (tp + fp));
}

/**
 * Specificity: share of the background that was left alone. Depends on how much air is in the volume, so two datasets cannot
 * be compared by it; shown, never ranked.
 *
 * @param scoredVoxels voxels of the whole volume, without ignored ones
 */
export function specificity({ tp, fp, fn }: Overlap, scoredVoxels: number): MetricValue {
  const negatives = scoredVoxels - tp - fn;
  return negatives === 0 ? { kind: 'undefined', why: 'no-negatives' } : measured((negatives - fp) / negatives);
}
