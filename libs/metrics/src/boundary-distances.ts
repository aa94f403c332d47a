import { squaredDistanceMm2 } from '#imaging';
import type { Vec3 } from '#imaging';
import { measured, pairStatus } from './metric-value.js';
import type { MetricValue, PairStatus } from './metric-value.js';
import { TOLERANCE_SLACK_MM } from './surface-distances.js';

/**
 * Distances between the boundary voxels of two masks: the other family of surface distances, kept beside the surface
 * elements so that numbers can be compared with papers that used MedPy, MONAI, MetricsReloaded or panoptica.
 *
 * A boundary voxel is a foreground voxel that has background behind one of its faces, where outside the volume is
 * background. Distances run from centre to centre and each voxel weighs 1.
 */
export interface BoundaryDistances {
  readonly status: PairStatus;
  /** Rising, mm: one for each boundary voxel of the reference segmentation, to the nearest of the prediction. */
  readonly fromReferenceMm: Float64Array;
  readonly fromPredictionMm: Float64Array;
  /** How deep each mask's voxels lie under its own boundary. */
  readonly referenceDepth: OwnDepth;
  readonly predictionDepth: OwnDepth;
}

/** Squared distance in mm2 of every grid point to the boundary of the mask, and the mask. */
interface OwnDepth {
  readonly mask: Uint8Array;
  readonly squaredMm2: Float64Array;
}

/**
 * Voxels that one erosion by the cross of face neighbours takes away.
 *
 * @param mask    flat mask, x fastest, 0 or 1; may be cropped, as background is assumed around it
 * @param sizeXyz its size
 * @param flat    axes along which the whole volume has one voxel: no boundary there
 */
export function boundaryVoxels(
  mask: Uint8Array,
  sizeXyz: Vec3,
  flat: readonly [boolean, boolean, boolean],
): Uint8Array {
  const [nx, ny, nz] = sizeXyz;
  const slice = nx * ny;
  const boundary = new Uint8Array(mask.length);
  let v = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, v++) {
        if (mask[v] === 0) continue;
        const inside =
          (flat[0] || (i > 0 && i < nx - 1 && mask[v - 1] !== 0 && mask[v + 1] !== 0)) &&
          (flat[1] || (j > 0 && j < ny - 1 && mask[v - nx] !== 0 && mask[v + nx] !== 0)) &&
          (flat[2] || (k > 0 && k < nz - 1 && mask[v - slice] !== 0 && mask[v + slice] !== 0));
        if (!inside) boundary[v] = 1;
      }
    }
  }
  return boundary;
}

/**
 * Both directed lists of distances.
 *
 * @param reference  flat mask, x fastest, 0 or 1; may be cropped, as background is assumed around it
 * @param prediction flat mask on the same grid
 * @param sizeXyz    size of both
 * @param spacingMm  distance between voxel centres
 * @param flat       axes along which the whole volume has one voxel
 * @throws RangeError when the masks differ in length
 */
export function boundaryDistances(
  reference: Uint8Array,
  prediction: Uint8Array,
  sizeXyz: Vec3,
  spacingMm: Vec3,
  flat: readonly [boolean, boolean, boolean] = [sizeXyz[0] === 1, sizeXyz[1] === 1, sizeXyz[2] === 1],
): BoundaryDistances {
  if (reference.length !== prediction.length) {
    throw new RangeError(`masks differ in length: reference ${reference.length}, prediction ${prediction.length}`);
  }
  const status = pairStatus(Number(reference.includes(1)), Number(prediction.includes(1)));
  if (status !== 'ok') {
    const none = { mask: new Uint8Array(0), squaredMm2: new Float64Array(0) };
    const list = new Float64Array(0);
    return { status, fromReferenceMm: list, fromPredictionMm: list, referenceDepth: none, predictionDepth: none };
  }
  // A volume of one voxel has no axis left and so no boundary; the voxel itself then stands for it.
  const bounds = (mask: Uint8Array): Uint8Array => (flat.every(Boolean) ? mask : boundaryVoxels(mask, sizeXyz, flat));
  const ofReference = bounds(reference);
  const ofPrediction = bounds(prediction);
  const toReference = squaredDistanceMm2(ofReference, sizeXyz, spacingMm);
  const toPrediction = squaredDistanceMm2(ofPrediction, sizeXyz, spacingMm);
  return {
    status,
    fromReferenceMm: readAt(ofReference, toPrediction),
    fromPredictionMm: readAt(ofPrediction, toReference),
    referenceDepth: { mask: reference, squaredMm2: toReference },
    predictionDepth: { mask: prediction, squaredMm2: toPrediction },
  };
}

/** Hausdorff distance in mm between boundary voxels. MedPy, MONAI, MetricsReloaded and panoptica agree on it. */
export function boundaryHausdorff(pair: BoundaryDistances): MetricValue {
  return distance(pair, (r, p) => Math.max(r[r.length - 1], p[p.length - 1]));
}

/** 95th percentile in mm, the larger of the two directed ones, each interpolated linearly: MONAI, MetricsReloaded. */
export function boundaryHausdorff95(pair: BoundaryDistances): MetricValue {
  return distance(pair, (r, p) => Math.max(percentile(r, 0.95), percentile(p, 0.95)));
}

/** 95th percentile in mm of both lists thrown together, interpolated linearly: MedPy, panoptica. For older papers only. */
export function boundaryHausdorff95Pooled(pair: BoundaryDistances): MetricValue {
  return distance(pair, (r, p) => {
    const pooled = new Float64Array(r.length + p.length);
    pooled.set(r);
    pooled.set(p, r.length);
    return percentile(pooled.sort(), 0.95);
  });
}

/** Mean in mm over the boundary voxels of both masks together: MedPy, MONAI, MetricsReloaded `assd`. */
export function boundaryAverageDistance(pair: BoundaryDistances): MetricValue {
  return distance(pair, (r, p) => (sum(r) + sum(p)) / (r.length + p.length));
}

/** Mean of the two directed means in mm: MetricsReloaded `masd`, panoptica "ASSD". */
export function boundaryMeanDistance(pair: BoundaryDistances): MetricValue {
  return distance(pair, (r, p) => (sum(r) / r.length + sum(p) / p.length) / 2);
}

/**
 * Share of the boundary voxels of both masks that lie within the tolerance of the other's: NSD as MONAI (default) and
 * MetricsReloaded compute it, with our slack of 1e-6 mm. 0 to 1; both masks empty: 1, one empty: 0.
 *
 * @throws RangeError unless the tolerance is a positive number of mm
 */
export function boundarySurfaceDice(pair: BoundaryDistances, toleranceMm: number): MetricValue {
  if (!(toleranceMm > 0 && toleranceMm < Infinity)) {
    throw new RangeError(`tolerance is ${toleranceMm} mm; expected a positive number`);
  }
  if (pair.status !== 'ok') return measured(pair.status === 'both_empty' ? 1 : 0);
  const { fromReferenceMm: r, fromPredictionMm: p } = pair;
  const limit = toleranceMm + TOLERANCE_SLACK_MM;
  return measured((countUpTo(r, limit) + countUpTo(p, limit)) / (r.length + p.length));
}

/**
 * Boundary IoU: intersection over union of the two inner bands, the foreground voxels less than `bandMm` deep under the
 * boundary voxels of their own mask. 0 to 1; both masks empty: 1, one empty: 0.
 *
 * Cheng et al. 2021, doi:10.1109/CVPR46437.2021.01508, whose default band is 2 % of the image diagonal. Depth is measured
 * from the centres of boundary voxels, and a voxel exactly `bandMm` deep is left out, as in MetricsReloaded, which counts
 * in voxels: on voxels of 1 mm its `boundary_dist` of 2 is our band of 2 mm.
 *
 * @throws RangeError unless the band is a positive number of mm
 */
export function boundaryIou(pair: BoundaryDistances, bandMm: number): MetricValue {
  if (!(bandMm > 0 && bandMm < Infinity)) throw new RangeError(`band is ${bandMm} mm; expected a positive number`);
  if (pair.status !== 'ok') return measured(pair.status === 'both_empty' ? 1 : 0);
  const { referenceDepth: r, predictionDepth: p } = pair;
  const limit = Math.max(bandMm - TOLERANCE_SLACK_MM, 0) ** 2;
  const within = ({ mask, squaredMm2 }: OwnDepth, v: number): boolean =>
    mask[v] !== 0 && (squaredMm2[v] < limit || squaredMm2[v] === 0);
  let shared = 0;
  let either = 0;
  for (let v = 0; v < r.mask.length; v++) {
    const inReference = within(r, v);
    const inPrediction = within(p, v);
    if (inReference && inPrediction) shared++;
    if (inReference || inPrediction) either++;
  }
  return measured(shared / either);
}

/** Both empty: the boundaries agree. One empty: no distance to it is bounded. */
function distance(
  pair: BoundaryDistances,
  read: (fromReferenceMm: Float64Array, fromPredictionMm: Float64Array) => number,
): MetricValue {
  if (pair.status === 'both_empty') return measured(0);
  return pair.status === 'ok' ? measured(read(pair.fromReferenceMm, pair.fromPredictionMm)) : { kind: 'unbounded' };
}

function readAt(boundary: Uint8Array, squaredMm2: Float64Array): Float64Array {
  let count = 0;
  for (let v = 0; v < boundary.length; v++) count += boundary[v];
  const list = new Float64Array(count);
  let n = 0;
  for (let v = 0; v < boundary.length; v++) if (boundary[v]) list[n++] = squaredMm2[v];
  return list.sort().map(Math.sqrt);
}

/** Percentile with linear interpolation between order statistics, as numpy and torch take it by default. */
function percentile(rising: Float64Array, share: number): number {
  const place = (rising.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, rising.length - 1);
  return rising[below] + (rising[above] - rising[below]) * (place - below);
}

function sum(list: Float64Array): number {
  let total = 0;
  for (let n = 0; n < list.length; n++) total += list[n];
  return total;
}

function countUpTo(rising: Float64Array, limit: number): number {
  let n = 0;
  while (n < rising.length && rising[n] <= limit) n++;
  return n;
}
