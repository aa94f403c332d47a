import type { Vec3 } from '#imaging';
import { measured } from './metric-value.js';
import type { MetricValue, PairStatus } from './metric-value.js';
import { directedDistances } from './directed-distances.js';
import type { DirectedDistances } from './directed-distances.js';
import { nearRows } from './near-rows.js';
import { packSurface } from './packed-surface.js';
import type { PackedSurface } from './packed-surface.js';
import { roomForSteps } from './row-distances.js';
import { cornerWeights } from './surface-elements.js';

/** How far one surface lies from the other: distinct distances in rising order, and how much surface lies at each. */
export interface DistanceProfile {
  /** Rising, mm. */
  readonly distanceMm: Float64Array;
  /** Surface at that distance: mm2, or mm of contour for a volume of one slice. */
  readonly area: Float64Array;
  readonly totalArea: number;
  /** Number of grid corners on the surface. */
  readonly elements: number;
}

/** Both directions; everything that is said about surface distances is read from here. */
export interface SurfaceDistances {
  readonly status: PairStatus;
  /** From the surface of the reference segmentation to that of the prediction. */
  readonly fromReference: DistanceProfile;
  readonly fromPrediction: DistanceProfile;
}

/** Slack in mm on tolerances, so that a distance that should equal the tolerance counts whatever its last bit. */
export const TOLERANCE_SLACK_MM = 1e-6;

/**
 * Distances between the surfaces of two masks, by surface elements at voxel corners weighted with their area.
 *
 * The definition of google-deepmind/surface-distance (Nikolov et al. 2021, doi:10.2196/26151). MedPy, MONAI and
 * MetricsReloaded take centres of boundary voxels instead, each of weight 1; their numbers differ.
 *
 * @param reference  flat mask, x fastest, 0 or 1; may be cropped, as background is assumed around it
 * @param prediction flat mask on the same grid
 * @param sizeXyz    size of both
 * @param spacingMm  distance between voxel centres
 * @param flat       axes along which the whole volume has one voxel: no surface there, the volume is a picture
 */
export function surfaceDistances(
  reference: Uint8Array,
  prediction: Uint8Array,
  sizeXyz: Vec3,
  spacingMm: Vec3,
  flat: readonly [boolean, boolean, boolean] = [sizeXyz[0] === 1, sizeXyz[1] === 1, sizeXyz[2] === 1],
): SurfaceDistances {
  if (reference.length !== prediction.length) {
    throw new RangeError(`masks differ in length: reference ${reference.length}, prediction ${prediction.length}`);
  }
  const some = (mask: Uint8Array): boolean => mask.includes(1);
  const status = statusOf(some(reference), some(prediction));
  if (status !== 'ok') return { status, fromReference: NOTHING, fromPrediction: NOTHING };
  const ofReference = packSurface(reference, sizeXyz, flat);
  const ofPrediction = packSurface(prediction, sizeXyz, flat);
  const near = nearRows(ofReference.corners, spacingMm);
  const steps = roomForSteps(ofReference.corners, near.margin);
  const weights = cornerWeights(spacingMm, flat);
  const from = (one: PackedSurface, other: PackedSurface): DistanceProfile =>
    profile(directedDistances(one, other, near, steps, spacingMm, weights));
  return { status, fromReference: from(ofReference, ofPrediction), fromPrediction: from(ofPrediction, ofReference) };
}

const NOTHING: DistanceProfile = {
  distanceMm: new Float64Array(0),
  area: new Float64Array(0),
  totalArea: 0,
  elements: 0,
};

function statusOf(reference: boolean, prediction: boolean): PairStatus {
  if (reference) return prediction ? 'ok' : 'empty_prediction';
  return prediction ? 'empty_reference' : 'both_empty';
}

function profile({ histogram, elements }: DirectedDistances): DistanceProfile {
  const { squares, area } = histogram.sorted();
  return { distanceMm: squares.map(Math.sqrt), area, totalArea: area.reduce((sum, a) => sum + a, 0), elements };
}

/** Both empty: the surfaces agree. One empty: no distance to it is bounded. */
function distance(pair: SurfaceDistances, read: () => number): MetricValue {
  if (pair.status === 'both_empty') return measured(0);
  return pair.status === 'ok' ? measured(read()) : { kind: 'unbounded' };
}

/** Hausdorff distance in mm: the largest of all distances, both directions. One voxel of noise decides it. */
export function hausdorff(pair: SurfaceDistances): MetricValue {
  return distance(pair, () => Math.max(last(pair.fromReference), last(pair.fromPrediction)));
}

/**
 * 95th percentile Hausdorff distance in mm: the larger of the two directed percentiles, each the smallest distance within
 * which 95 % of the surface lies, without interpolation.
 *
 * MedPy and panoptica pool both directions before taking the percentile, MONAI and MetricsReloaded interpolate over
 * unweighted boundary voxels: three definitions under one name.
 */
export function hausdorff95(pair: SurfaceDistances): MetricValue {
  return distance(pair, () => Math.max(within(pair.fromReference, 0.95), within(pair.fromPrediction, 0.95)));
}

/** Average symmetric surface distance in mm: mean over both surfaces together, weighted with area. */
export function averageSurfaceDistance(pair: SurfaceDistances): MetricValue {
  return distance(pair, () => {
    const { fromReference: r, fromPrediction: p } = pair;
    const total = r.totalArea + p.totalArea;
    return total === 0 ? 0 : (moment(r) + moment(p)) / total;
  });
}

/** Mean average surface distance in mm: mean of the two directed means, each weighted with area. */
export function meanSurfaceDistance(pair: SurfaceDistances): MetricValue {
  return distance(pair, () => (directedMean(pair.fromReference) + directedMean(pair.fromPrediction)) / 2);
}

/**
 * Normalised surface Dice, unitless, 0 to 1: share of both surfaces that lies within the tolerance of the other.
 * Nikolov et al. 2021, doi:10.2196/26151. Both masks empty: 1; one empty: 0.
 *
 * @throws RangeError unless the tolerance is a positive number of mm
 */
export function surfaceDice(pair: SurfaceDistances, toleranceMm: number): MetricValue {
  if (!(toleranceMm > 0 && toleranceMm < Infinity)) {
    throw new RangeError(`tolerance is ${toleranceMm} mm; expected a positive number`);
  }
  if (pair.status !== 'ok') return measured(pair.status === 'both_empty' ? 1 : 0);
  const { fromReference: r, fromPrediction: p } = pair;
  const total = r.totalArea + p.totalArea;
  if (total === 0) return measured(1); // a volume of one voxel has no surface, and both masks are that voxel
  return measured((areaWithin(r, toleranceMm) + areaWithin(p, toleranceMm)) / total);
}

/** Without elements (a volume of one voxel, in both masks) surfaces coincide: distance 0. */
function last({ distanceMm }: DistanceProfile): number {
  return distanceMm.length === 0 ? 0 : distanceMm[distanceMm.length - 1];
}

function within({ distanceMm, area, totalArea }: DistanceProfile, share: number): number {
  let sum = 0;
  for (let n = 0; n < distanceMm.length; n++) {
    sum += area[n];
    if (sum / totalArea >= share) return distanceMm[n];
  }
  return distanceMm.length === 0 ? 0 : distanceMm[distanceMm.length - 1];
}

function areaWithin({ distanceMm, area }: DistanceProfile, toleranceMm: number): number {
  let sum = 0;
  for (let n = 0; n < distanceMm.length && distanceMm[n] <= toleranceMm + TOLERANCE_SLACK_MM; n++) sum += area[n];
  return sum;
}

function moment({ distanceMm, area }: DistanceProfile): number {
  let sum = 0;
  for (let n = 0; n < distanceMm.length; n++) sum += distanceMm[n] * area[n];
  return sum;
}

function directedMean(directed: DistanceProfile): number {
  return directed.totalArea === 0 ? 0 : moment(directed) / directed.totalArea;
}
