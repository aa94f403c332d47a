import type { LabelMap, Vec3 } from '#imaging';
import type { Overlap } from './overlap.js';

/** A box of voxels: the index of its first voxel and its size, along i, j, k. */
export interface Crop {
  readonly before: Vec3;
  readonly sizeXyz: Vec3;
}

/** The masks of one region within a crop, x fastest, 0 or 1, and where they agree. */
export interface CutMasks {
  readonly reference: Uint8Array;
  readonly prediction: Uint8Array;
  readonly overlap: Overlap;
}

/**
 * Cuts the masks of a set of labels out of two label maps and counts their overlap on the way.
 *
 * @param reference   label map
 * @param prediction  label map on the same grid
 * @param labels      labels of the region
 * @param crop        a box inside the grid
 * @param ignoreLabel where the reference has it, both masks are background; not one of `labels`
 * @throws RangeError when the maps differ in size, or the box reaches out of the grid
 */
export function cutMasks(
  { geometry, data: ofReference }: LabelMap,
  { data: ofPrediction }: LabelMap,
  labels: readonly number[],
  { before, sizeXyz }: Crop,
  ignoreLabel = NONE,
): CutMasks {
  const [nx, ny] = geometry.sizeXyz;
  if (ofReference.length !== ofPrediction.length) {
    throw new RangeError(
      `label maps differ in length: reference ${ofReference.length}, prediction ${ofPrediction.length}`,
    );
  }
  if (sizeXyz.some((n, axis) => before[axis] < 0 || n < 0 || before[axis] + n > geometry.sizeXyz[axis])) {
    throw new RangeError(
      `crop is ${sizeXyz.join(' x ')} voxels from (${before.join(', ')}); the grid has ${geometry.sizeXyz.join(' x ')}`,
    );
  }
  const member = new Uint8Array(2 ** 16);
  for (const label of labels) member[label] = 1;
  const [sx, sy, sz] = sizeXyz;
  const reference = new Uint8Array(sx * sy * sz);
  const prediction = new Uint8Array(sx * sy * sz);
  let inReference = 0;
  let inPrediction = 0;
  let tp = 0;
  let m = 0;
  for (let k = 0; k < sz; k++) {
    for (let j = 0; j < sy; j++) {
      let v = ((before[2] + k) * ny + before[1] + j) * nx + before[0];
      for (const end = m + sx; m < end; m++, v++) {
        const label = ofReference[v];
        const other = ofPrediction[v];
        if (label === 0 && other === 0) continue;
        const r = member[label];
        const p = label === ignoreLabel ? 0 : member[other];
        reference[m] = r;
        prediction[m] = p;
        inReference += r;
        inPrediction += p;
        tp += r & p;
      }
    }
  }
  return { reference, prediction, overlap: { tp, fp: inPrediction - tp, fn: inReference - tp } };
}

/** No label has this number. */
const NONE = -1;
