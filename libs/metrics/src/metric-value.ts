/** What a metric says about a pair of masks: a number, or the reason why there is none. Plain data that survives JSON. */
export type MetricValue =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'unbounded' } // a distance to an empty mask
  | {
      readonly kind: 'undefined';
      readonly why: 'reference-empty' | 'prediction-empty' | 'no-negatives' | 'no-prediction';
    };

/** Which of the two masks of a region hold any voxel. */
export type PairStatus = 'ok' | 'empty_prediction' | 'empty_reference' | 'both_empty';

/** Status of a region of one case; `failed` when there is no prediction to compare. */
export type RegionStatus = PairStatus | 'failed';

/** Status of a pair from its two voxel counts. */
export function pairStatus(referenceVoxels: number, predictionVoxels: number): PairStatus {
  if (referenceVoxels > 0) return predictionVoxels > 0 ? 'ok' : 'empty_prediction';
  return predictionVoxels > 0 ? 'empty_reference' : 'both_empty';
}

/** A finite number as a MetricValue; anything else is a defect of the metric. */
export function measured(value: number): MetricValue {
  if (!Number.isFinite(value)) throw new RangeError(`a metric computed ${value}; expected a finite number`);
  return { kind: 'value', value };
}
