import type { ScoredRegion } from '#metrics';
import type { FilePair } from './find-pairs.js';
import type { StructureCounts, VoxelCounts } from './voxel-counts.js';

/** A compared pair of files and its voxel counts. */
export interface CountedPair {
  readonly pair: FilePair;
  readonly counts: VoxelCounts;
}

/** In alphabetical order, as nnU-Net sorts keys. */
const METRICS = ['Dice', 'FN', 'FP', 'IoU', 'TN', 'TP', 'n_pred', 'n_ref'] as const;
type Metrics = Record<(typeof METRICS)[number], number | null>;

interface Structure {
  /** As nnU-Net writes it: a label as "1", a region as a Python tuple, "(1, 4)". */
  readonly key: string;
  counts(counts: VoxelCounts): StructureCounts;
}

/**
 * Text of a file in the shape of nnU-Net's summary.json (version 2).
 *
 * By nnU-Net's rules, not ours: Dice and IoU of two empty masks have no value and are left out of the mean; so are cases
 * without a usable prediction, where nnU-Net itself would stop. With regions the rows are regions, otherwise labels.
 * `foreground_mean` is the plain mean over rows, without a value as soon as one row has none. Where nnU-Net writes the bare
 * word NaN, which no JSON parser but Python's accepts, stands null.
 *
 * @param labels labels that were asked for or occur in any file
 */
export function nnunetSummary(
  compared: readonly CountedPair[],
  labels: readonly number[],
  regions: readonly ScoredRegion[],
): string {
  const structures = regions.length > 0 ? regions.map(regionRow) : labels.map(labelRow);
  const cases = compared.map(({ pair, counts }) => ({
    metrics: Object.fromEntries(structures.map((one) => [one.key, metricsOf(one.counts(counts), counts.voxels)])),
    prediction_file: pair.prediction,
    reference_file: pair.reference,
  }));
  const mean = Object.fromEntries(
    structures.map(({ key }) => [
      key,
      byMetric((metric) =>
        meanOf(
          cases.map(({ metrics }) => metrics[key][metric]),
          'leave-out',
        ),
      ),
    ]),
  );
  const foreground = byMetric((metric) =>
    meanOf(
      structures.map(({ key }) => mean[key][metric]),
      'spoil',
    ),
  );
  const summary = { foreground_mean: foreground, mean, metric_per_case: cases };
  return `${JSON.stringify(summary, null, 4)}\n`;
}

const NOTHING: StructureCounts = [0, 0, 0];

const labelRow = (label: number): Structure => ({
  key: `${label}`,
  counts: ({ labels }) => labels.get(label) ?? NOTHING,
});

const regionRow = ({ name, labels }: ScoredRegion): Structure => ({
  key: labels.length === 1 ? `(${labels[0]},)` : `(${labels.join(', ')})`,
  counts: ({ regions }) => regions.get(name) ?? NOTHING,
});

function metricsOf([tp, inReference, inPrediction]: StructureCounts, voxels: number): Metrics {
  const [fn, fp] = [inReference - tp, inPrediction - tp];
  const union = tp + fp + fn;
  return {
    Dice: union === 0 ? null : (2 * tp) / (2 * tp + fp + fn),
    FN: fn,
    FP: fp,
    IoU: union === 0 ? null : tp / union,
    TN: voxels - union,
    TP: tp,
    n_pred: inPrediction,
    n_ref: inReference,
  };
}

function byMetric(value: (metric: keyof Metrics) => number | null): Metrics {
  return Object.fromEntries(METRICS.map((metric) => [metric, value(metric)])) as Metrics;
}

function meanOf(values: readonly (number | null)[], missing: 'leave-out' | 'spoil'): number | null {
  const present = values.filter((value) => value !== null);
  if (present.length === 0 || (missing === 'spoil' && present.length < values.length)) return null;
  return present.reduce((sum, value) => sum + value, 0) / present.length;
}
