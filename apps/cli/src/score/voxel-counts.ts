import { bringLabels, type GridRule, type LabelMap } from '#imaging';
import type { ScoredRegion } from '#metrics';

/** Voxels of a structure: in both maps, in the reference segmentation, in the prediction. */
export type StructureCounts = readonly [shared: number, inReference: number, inPrediction: number];

export interface VoxelCounts {
  /** Voxels that are compared: all but the ignored. */
  readonly voxels: number;
  /** By label; labels that are in neither map are absent. */
  readonly labels: ReadonlyMap<number, StructureCounts>;
  /** By name of the region. */
  readonly regions: ReadonlyMap<string, StructureCounts>;
}

/**
 * Counts voxels for tables of true and false positives and negatives.
 *
 * @param ignoreLabel where the reference segmentation has it, voxels count in neither map
 * @param predictionGrid on which grids a prediction may come
 * @throws ImageFormatError `grid-differs` when the prediction lies on a grid that is not allowed
 */
export function voxelCounts(
  reference: LabelMap,
  prediction: LabelMap,
  regions: readonly ScoredRegion[],
  ignoreLabel?: number,
  predictionGrid: GridRule = 'reference',
): VoxelCounts {
  const drawn = reference.data;
  const found = bringLabels(prediction, reference.geometry, predictionGrid).labelMap.data;
  const shared = new Float64Array(65536);
  const inReference = new Float64Array(65536);
  const inPrediction = new Float64Array(65536);
  let voxels = 0;
  for (let v = 0; v < drawn.length; v++) {
    const r = drawn[v];
    if (r === ignoreLabel) continue;
    const p = found[v];
    voxels++;
    inReference[r]++;
    inPrediction[p]++;
    if (r === p) shared[r]++;
  }
  const labels = new Map<number, StructureCounts>();
  for (let label = 1; label < 65536; label++) {
    if (inReference[label] + inPrediction[label] > 0) {
      labels.set(label, [shared[label], inReference[label], inPrediction[label]]);
    }
  }
  const inRegions = regions.map(({ name, labels: parts }) => {
    const part = new Uint8Array(65536);
    for (const label of parts) part[label] = 1;
    let both = 0;
    for (let v = 0; v < drawn.length; v++) if (drawn[v] !== ignoreLabel && part[drawn[v]] & part[found[v]]) both++;
    const sum = (counts: Float64Array) => [...new Set(parts)].reduce((total, label) => total + counts[label], 0);
    return [name, [both, sum(inReference), sum(inPrediction)]] as const;
  });
  return { voxels, labels, regions: new Map(inRegions) };
}
