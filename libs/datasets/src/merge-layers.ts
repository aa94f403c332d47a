import { MOST_OVERLAP_PAIRS, type OverlapRule, type SettledOverlap } from '#domain';
import type { Geometry, LabelMap, SegmentationLayer } from '#imaging';

export interface MergedLayers {
  readonly labelMap: LabelMap;
  /** Null where no two labels share a voxel. */
  readonly overlap: SettledOverlap | null;
}

/**
 * Puts chosen structures of several layers into one label map, in which a voxel has one label.
 *
 * Where structures of different labels share a voxel, the rule decides by the labels, not by the order in the file, so that
 * every file of a dataset is read alike: `last` keeps the higher, as nested structures are numbered from the outermost
 * inwards; `first` keeps the lower. What was shared is counted, pair by pair.
 *
 * @param layers on one grid, one at least; within a layer no two structures share a voxel
 * @param chosen label by number of the structure; others are left out
 */
export function mergeLayers(layers: readonly SegmentationLayer[], chosen: ReadonlyMap<number, number>, geometry: Geometry, rule: OverlapRule): MergedLayers {
  const count = layers[0].labelMap.data.length;
  const largest = Math.max(0, ...chosen.values());
  const data = largest > 255 ? new Uint16Array(count) : new Uint8Array(count);
  const shared = new Map<number, number>(); // voxels by pair: the lower label times 2^16, plus the higher
  let voxels = 0;
  const used = layers.filter(({ segments }) => segments.some((segment) => chosen.has(segment)));
  const here: number[] = [];
  for (let v = 0; v < count; v++) {
    here.length = 0;
    for (const { labelMap } of used) {
      const from = labelMap.data[v];
      const label = from === 0 ? undefined : chosen.get(from);
      if (label !== undefined && !here.includes(label)) here.push(label);
    }
    if (here.length === 0) continue;
    data[v] = rule === 'last' ? Math.max(...here) : Math.min(...here);
    if (here.length === 1) continue;
    voxels++;
    here.sort((a, b) => a - b);
    for (let a = 0; a < here.length; a++) {
      for (let b = a + 1; b < here.length; b++) {
        const pair = here[a] * 65536 + here[b];
        shared.set(pair, (shared.get(pair) ?? 0) + 1);
      }
    }
  }
  const pairs = [...shared]
    .sort(([a, m], [b, n]) => n - m || a - b)
    .slice(0, MOST_OVERLAP_PAIRS)
    .map(([pair, n]) => ({ labels: [Math.floor(pair / 65536), pair % 65536] as const, voxels: n }));
  return { labelMap: { geometry, data } as LabelMap, overlap: voxels === 0 ? null : { rule, voxels, pairs } };
}
