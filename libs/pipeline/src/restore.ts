import { voxelCount, voxelVolumeMm3 } from '#imaging';
import type { LabelMap, Vec3 } from '#imaging';
import { sigmoid, softmax } from './activations.js';
import type { AxisFactors } from './back-slices.js';
import { applyFactors } from './blend.js';
import { chooseLabels } from './choose-labels.js';
import { expandPostprocess } from './expand.js';
import type { ExpandedPostprocessOp } from './expanded.js';
import { applyLabelOp } from './label-ops.js';
import type { Manifest } from './manifest.js';
import type { Prepared } from './prepare.js';
import { undo } from './undo.js';
import type { Labels } from './undo.js';

/**
 * Runs the postprocessing of a manifest: from channel maps on the model's grid to a label map on the image's own grid.
 *
 * Where channel maps are brought back before `argmax` or `regions`, that happens slice by slice and each slice is decided at
 * once, so that no channel map on the image's grid is ever in memory.
 *
 * @param maps    one per channel, on the grid of `prepared`; changed in place
 * @param factors what sums of weighted tiles are still to be multiplied by; null: the maps are means
 * @returns labels on exactly the geometry of the image; Uint8Array unless a label exceeds 255
 */
export function restore(
  maps: Float32Array[],
  prepared: Prepared,
  manifest: Pick<Manifest, 'postprocess' | 'labels'>,
  factors: AxisFactors | null = null,
): LabelMap {
  const ops = expandPostprocess(manifest);
  const wide = largestLabel(ops, manifest) > 255;
  // Only what interpolates is undone on channels; what comes before the first resampling, once, on labels.
  const first = prepared.trace.findIndex(({ kind }) => kind === 'resample');
  const onLabels = first < 0 ? prepared.trace : prepared.trace.slice(0, first);
  const onMaps = first < 0 ? [] : prepared.trace.slice(first);
  let invertOrder: 0 | 1 | null = null;
  let lateSigmoid = false;
  let pending = factors;
  const settle = (): void => {
    if (pending) for (const map of maps) applyFactors(map, pending);
    pending = null;
  };
  let labels: Labels | null = null;
  let home = false; // whether `labels` lie on the image's own grid
  for (const op of ops) {
    switch (op.op) {
      case 'softmax':
        if (invertOrder !== null) break; // after `invert` it would change no comparison between channels
        settle();
        softmax(maps);
        break;
      case 'sigmoid':
        if (invertOrder !== null) lateSigmoid = true;
        else {
          settle();
          for (const map of maps) sigmoid(map);
        }
        break;
      case 'invert':
        if (labels) labels = undo(labels, prepared.trace, 0);
        else invertOrder = op.order;
        home = true;
        break;
      case 'argmax':
      case 'regions':
        labels = undo(
          chooseLabels(op, {
            maps,
            sizeXyz: [prepared.shape[2], prepared.shape[1], prepared.shape[0]] as Vec3,
            factors: pending,
            steps: invertOrder === null ? [] : onMaps,
            order: invertOrder ?? 0,
            lateSigmoid,
            wide,
          }),
          invertOrder === null ? [] : onLabels,
          0,
        );
        break;
      default: {
        if (!labels) throw new RangeError(`"${op.op}" before "argmax" or "regions"; expected it after`);
        const [a, b, c] = prepared.shape;
        const { sizeXyz } = prepared.geometry;
        if (home) applyLabelOp(op, labels, sizeXyz, voxelVolumeMm3(prepared.geometry));
        else applyLabelOp(op, labels, [c, b, a], prepared.voxelMm3);
      }
    }
  }
  if (!labels) throw new RangeError('postprocess has no argmax or regions; expected exactly one');
  if (!home || labels.length !== voxelCount(prepared.geometry)) {
    throw new RangeError('postprocess has no invert; expected exactly one');
  }
  return { geometry: prepared.geometry, data: labels } as LabelMap;
}

/** Largest label that can come out. */
function largestLabel(ops: readonly ExpandedPostprocessOp[], { labels }: Pick<Manifest, 'labels'>): number {
  const painted = ops.flatMap((op) => {
    if (op.op === 'argmax') return op.channelToLabel;
    if (op.op === 'regions') return op.regions.map(({ label }) => label);
    return op.op === 'mapLabels' ? Object.values(op.map) : [];
  });
  return Math.max(...labels.map(({ value }) => value), ...painted);
}
