import type { GridRule } from '#imaging';
import { parseMetricId } from './catalogue.js';
import type { ScoredRegion } from './score-case.js';
import { TOLERANCE_SLACK_MM } from './surface-distances.js';

/** Grows whenever any metric of the catalogue may compute another number for the same masks. */
export const METRIC_SET_VERSION = 1;

/** What an empty mask is worth; part of every signature. */
export const EMPTY_RULE = 'empty.agree'; // both empty: overlap and NSD 1, distances 0; one empty: 0 and unbounded

/**
 * How the numbers of a score were computed, as short readable text: equal text, comparable numbers.
 *
 * Order of metrics, regions and labels does not matter. Whoever builds the signature of a run adds runtime and threads.
 *
 * @param predictionGrid on which grids predictions may come: the rule, whether or not one had to be resampled
 * @param ignoreLabel when voxels of the reference segmentation are left out
 * @throws RangeError for an unknown metric
 */
export function metricSignature(
  metrics: readonly string[],
  regions: readonly ScoredRegion[],
  ignoreLabel?: number,
  predictionGrid: GridRule = 'reference',
): string {
  for (const id of metrics) parseMetricId(id);
  const structures = regions.map(({ name, labels }) => {
    const set = [...new Set(labels)].sort((a, b) => a - b);
    return `${encodeURIComponent(name)}=${set.join('+')}`;
  });
  return [
    `metrics.${METRIC_SET_VERSION}`,
    [...new Set(metrics)].sort().join(','),
    structures.sort().join(','),
    'surface.elements',
    `slack.${TOLERANCE_SLACK_MM}mm`,
    'spacing.intended',
    EMPTY_RULE,
    ...(ignoreLabel === undefined ? [] : [`ignore.${ignoreLabel}`]),
    ...(predictionGrid === 'reference' ? [] : [`grid.${predictionGrid}`]),
  ].join('|');
}
