import type { GridRule, LabelMap } from '#imaging';
import { parseMetricId } from './catalogue.js';
import type { MetricValue, RegionStatus } from './metric-value.js';
import { readMetric } from './read-metric.js';
import { alignCase, isLabel, regionPair } from './region-pair.js';

/** A named set of labels that is scored as one structure. */
export interface ScoredRegion {
  readonly name: string;
  readonly labels: readonly number[];
}

/** All that is said about one region of one case. */
export interface RegionScore {
  readonly region: string;
  readonly status: RegionStatus;
  /** By metric id. */
  readonly values: Readonly<Record<string, MetricValue>>;
}

export interface CaseToScore {
  readonly reference: LabelMap;
  /** On the reference's grid, or on one that differs from it by permuted and flipped axes only; see `predictionGrid`. */
  readonly prediction: LabelMap;
  readonly regions: readonly ScoredRegion[];
  /** Ids from the catalogue. */
  readonly metrics: readonly string[];
  /**
   * Label of voxels that nobody judged. Where the reference segmentation has it, both maps become background before
   * anything is computed. The cut through a structure that this may leave is surface like any other, in both maps alike.
   */
  readonly ignoreLabel?: number;
  /** Grids on which a prediction may come; `reference` unless told. */
  readonly predictionGrid?: GridRule;
}

/**
 * Scores a prediction against a reference segmentation, region by region.
 *
 * Spacing comes from the reference, freed from float32 noise (`intendedSpacing`): 0.6 mm read back as 0.60000002 would
 * push distances across a tolerance. Axes along which the volume has one voxel are left out, so a single slice is
 * measured in its plane. What several metrics share (surfaces, boundaries, pieces, skeletons) is computed once a region, and
 * not at all when no metric asks for it.
 *
 * @throws RangeError for an unknown metric, a region without labels, with background, or named twice, or one that holds the
 *   ignore label
 * @throws ImageFormatError `grid-differs` when the prediction lies on a grid that is not allowed
 */
export function scoreCase({
  reference,
  prediction,
  regions,
  metrics,
  ignoreLabel,
  predictionGrid,
}: CaseToScore): RegionScore[] {
  const wanted = metrics.map((id) => ({ id, ...parseMetricId(id) }));
  checkRegions(regions, ignoreLabel);
  const aligned = alignCase(reference, prediction, ignoreLabel, predictionGrid);
  return regions.map(({ name, labels }) => {
    const pair = regionPair(aligned, labels);
    const values = Object.fromEntries(wanted.map((metric) => [metric.id, readMetric(pair, metric)]));
    return { region: name, status: pair.status, values };
  });
}

/** What a case is worth on which the algorithm produced no prediction: every value undefined, a row none the less. */
export function scoresWithoutPrediction(regions: readonly ScoredRegion[], metrics: readonly string[]): RegionScore[] {
  checkRegions(regions);
  const values = Object.fromEntries(
    metrics.map((id) => [(parseMetricId(id), id), { kind: 'undefined', why: 'no-prediction' } as const]),
  );
  return regions.map(({ name }) => ({ region: name, status: 'failed', values }));
}

/** @throws RangeError for a region that cannot be scored */
export function checkRegions(regions: readonly ScoredRegion[], ignoreLabel?: number): void {
  for (const { name, labels } of regions) {
    if (labels.length === 0 || !labels.every(isLabel)) {
      throw new RangeError(
        `region "${name}" has labels [${labels.join(', ')}]; expected at least one, whole, 1 to 65535`,
      );
    }
    if (ignoreLabel !== undefined && labels.includes(ignoreLabel)) {
      throw new RangeError(`region "${name}" holds label ${ignoreLabel}; expected none that is ignored`);
    }
  }
  const names = regions.map(({ name }) => name);
  if (new Set(names).size !== names.length)
    throw new RangeError(`regions are ${names.join(', ')}; expected unique names`);
}
