import { inverseAxisMap, permuteVoxels, voxelCount, voxelVolumeMm3 } from '#imaging';
import type { LabelMap, Vec3 } from '#imaging';
import { sigmoid, softmax } from './activations.js';
import { pasteBox } from './crop.js';
import { expandPostprocess } from './expand.js';
import type { ExpandedPostprocessOp } from './expanded.js';
import { applyLabelOp } from './label-ops.js';
import type { Manifest } from './manifest.js';
import type { Prepared, TraceStep } from './prepare.js';
import type { Samples } from './resample.js';
import { resampleBackward } from './resample-volume.js';

type Labels = Uint8Array | Uint16Array;
type Choice = Extract<ExpandedPostprocessOp, { op: 'argmax' | 'regions' }>;

/**
 * Runs the postprocessing of a manifest: from channel maps on the model's grid to a label map on the image's own grid.
 *
 * Where channel maps are brought back before `argmax` or `regions`, they come one at a time and only the best value so far
 * is kept, so that two maps on the image's grid are in memory however many channels there are.
 *
 * @param maps one per channel, on the grid of `prepared`; changed in place
 * @returns labels on exactly the geometry of the image; Uint8Array unless a label exceeds 255
 */
export function restore(
  maps: Float32Array[],
  prepared: Prepared,
  manifest: Pick<Manifest, 'postprocess' | 'labels'>,
): LabelMap {
  const ops = expandPostprocess(manifest);
  const wide = largestLabel(ops, manifest) > 255;
  let invertOrder: 0 | 1 | null = null;
  let lateSigmoid = false;
  let labels: Labels | null = null;
  let home = false; // whether `labels` lie on the image's own grid
  for (const op of ops) {
    switch (op.op) {
      case 'softmax':
        // after `invert` it would change no comparison between channels
        if (invertOrder === null) softmax(maps);
        break;
      case 'sigmoid':
        if (invertOrder === null) for (const map of maps) sigmoid(map);
        else lateSigmoid = true;
        break;
      case 'invert':
        if (labels) labels = undo(labels, prepared.trace, 0);
        else invertOrder = op.order;
        home = true;
        break;
      case 'argmax':
      case 'regions':
        labels = choose(op, maps, prepared, invertOrder, lateSigmoid, wide);
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

/** Labels from channel maps. With an order given, maps are first brought back to the image's grid. */
function choose(
  op: Choice,
  maps: readonly Float32Array[],
  { trace }: Prepared,
  order: 0 | 1 | null,
  lateSigmoid: boolean,
  wide: boolean,
): Labels {
  // Only what interpolates is undone on every channel; what comes before the first resampling, once, on labels.
  const first = trace.findIndex(({ kind }) => kind === 'resample');
  const onMaps = order === null || first < 0 ? [] : trace.slice(first);
  const onLabels = order === null ? [] : first < 0 ? trace : trace.slice(0, first);
  const mapOf = (channel: number): Float32Array => {
    if (channel >= maps.length) throw new RangeError(`${maps.length} channel maps; expected at least ${channel + 1}`);
    return undo(maps[channel], onMaps, order ?? 0);
  };
  const empty = (length: number): Labels => (wide ? new Uint16Array(length) : new Uint8Array(length));
  let labels = empty(0);
  if (op.op === 'argmax') {
    if (op.channelToLabel.length !== maps.length) {
      throw new RangeError(`${maps.length} channel maps; expected one for each of ${op.channelToLabel.length} labels`);
    }
    const best = mapOf(0);
    labels = empty(best.length).fill(op.channelToLabel[0]);
    for (let channel = 1; channel < maps.length; channel++) {
      takeHigher(best, labels, mapOf(channel), op.channelToLabel[channel]);
    }
  } else {
    for (const { channel, threshold, label } of op.regions) {
      const map = mapOf(channel);
      if (labels.length === 0) labels = empty(map.length);
      if (lateSigmoid) {
        for (let v = 0; v < map.length; v++)
          if (Math.fround(1 / (1 + Math.exp(-map[v]))) > threshold) labels[v] = label;
      } else {
        for (let v = 0; v < map.length; v++) if (map[v] > threshold) labels[v] = label;
      }
    }
  }
  return undo(labels, onLabels, 0);
}

/** Ties stay with what was there: the lower channel. Changes `best` and `labels`. */
function takeHigher(best: Float32Array, labels: Labels, here: Float32Array, label: number): void {
  for (let v = 0; v < here.length; v++) {
    if (here[v] > best[v]) {
      best[v] = here[v];
      labels[v] = label;
    }
  }
}

/** Undoes steps, the last one first. Outside a crop values are 0: background, or no channel above another. */
function undo<T extends Samples>(values: T, steps: readonly TraceStep[], order: 0 | 1): T {
  let data = values;
  for (const step of steps.toReversed()) {
    if (step.kind === 'resample') {
      data = resampleBackward(data, step.resampling, order);
    } else if (step.kind === 'crop') {
      data = pasteBox(data, step.fullXyz, step.box);
    } else {
      const oriented = step.map.map(({ source }) => step.sizeXyz[source]) as unknown as Vec3;
      data = permuteVoxels(data, oriented, inverseAxisMap(step.map));
    }
  }
  return data;
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
