import { inverseAxisMap, permuteVoxels, voxelCount } from '#imaging';
import type { LabelMap, Vec3 } from '#imaging';
import type { Manifest } from './manifest.js';
import { isIdentity } from './prepare.js';
import type { Prepared } from './prepare.js';
import { backwardPositions, resampleAxis } from './resample.js';

/**
 * Runs the postprocessing of a manifest: from channel maps on the model's grid to a label map on the image's own grid.
 *
 * Where channel maps are brought back before `argmax`, they come one at a time and only the best value so far is kept, so
 * that two maps on the image's grid are in memory however many labels there are.
 *
 * @param maps one per label, on the grid of `prepared`; changed in place by `softmax`
 * @returns labels on exactly the geometry of the image; Uint8Array unless a label exceeds 255
 */
export function restore(
  maps: Float32Array[],
  prepared: Prepared,
  manifest: Pick<Manifest, 'postprocess' | 'labels'>,
): LabelMap {
  const values = manifest.labels.map(({ value }) => value);
  if (maps.length !== values.length) {
    throw new RangeError(`${maps.length} channel maps; expected one for each of ${values.length} labels`);
  }
  let invertOrder: 0 | 1 | null = null;
  let labels: Uint8Array | Uint16Array | null = null;
  for (const op of manifest.postprocess) {
    if (op.op === 'softmax') softmax(maps);
    else if (op.op === 'argmax') labels = argmax(maps, values, prepared, invertOrder);
    else if (labels) labels = undoOrientation(undoResampling(labels, prepared, 0), prepared);
    else invertOrder = op.order;
  }
  if (!labels) throw new RangeError('postprocess has no argmax; expected exactly one');
  if (labels.length !== voxelCount(prepared.geometry)) {
    throw new RangeError('postprocess has no invert; expected exactly one');
  }
  return { geometry: prepared.geometry, data: labels } as LabelMap;
}

/** Softmax over channels at every voxel, in place. The largest value is subtracted first, so that nothing overflows. */
export function softmax(maps: readonly Float32Array[]): void {
  const channels = maps.length;
  const voxels = maps[0].length;
  const raised = new Float64Array(channels);
  const { exp } = Math;
  for (let v = 0; v < voxels; v++) {
    let largest = maps[0][v];
    for (let c = 1; c < channels; c++) if (maps[c][v] > largest) largest = maps[c][v];
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += raised[c] = exp(maps[c][v] - largest);
    for (let c = 0; c < channels; c++) maps[c][v] = raised[c] / sum;
  }
}

/** Highest channel wins, ties go to the lowest. With an order given, maps are first brought back to the image's grid. */
function argmax(
  maps: readonly Float32Array[],
  values: readonly number[],
  prepared: Prepared,
  invertOrder: 0 | 1 | null,
): Uint8Array | Uint16Array {
  let best = new Float32Array(0);
  let labels: Uint8Array | Uint16Array = new Uint8Array(0);
  for (const [channel, map] of maps.entries()) {
    const here = invertOrder === null ? map : undoResampling(map, prepared, invertOrder);
    if (channel === 0) {
      best = here.slice();
      labels = Math.max(...values) > 255 ? new Uint16Array(here.length) : new Uint8Array(here.length);
      labels.fill(values[0]);
      continue;
    }
    for (let v = 0; v < here.length; v++) {
      if (here[v] > best[v]) {
        best[v] = here[v];
        labels[v] = values[channel];
      }
    }
  }
  return invertOrder === null ? labels : undoOrientation(labels, prepared);
}

/** From the model's grid to the oriented grid of the image. */
function undoResampling<T extends Float32Array | Uint8Array | Uint16Array>(
  map: T,
  { trace }: Prepared,
  order: 0 | 1,
): T {
  if (!trace.resampling) return map;
  let sizeXyz = trace.resampling.map(({ targetSize }) => targetSize) as unknown as Vec3;
  let data = map;
  for (const axis of [0, 1, 2] as const) {
    const resampling = trace.resampling[axis];
    if (isIdentity(resampling)) continue;
    data = resampleAxis(data, sizeXyz, axis, backwardPositions(resampling), order);
    sizeXyz = sizeXyz.map((n, a) => (a === axis ? resampling.sourceSize : n)) as unknown as Vec3;
  }
  return data;
}

/** From the oriented grid of the image to its stored one. Done on labels: it costs one small copy, not one a channel. */
function undoOrientation<T extends Uint8Array | Uint16Array>(labels: T, { geometry, trace }: Prepared): T {
  if (!trace.orientation) return labels;
  const { sizeXyz } = geometry;
  const oriented = trace.orientation.map(({ source }) => sizeXyz[source]) as unknown as Vec3;
  return permuteVoxels(labels, oriented, inverseAxisMap(trace.orientation));
}
