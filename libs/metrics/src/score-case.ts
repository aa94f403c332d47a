import { bringToGrid, labelExtents } from '#imaging';
import type { LabelExtent, LabelMap, Vec3 } from '#imaging';
import { parseMetricId } from './catalogue.js';
import type { ParsedMetric } from './catalogue.js';
import { pairStatus } from './metric-value.js';
import type { MetricValue, RegionStatus } from './metric-value.js';
import { countOverlap, dice, iou, volumeErrorMl } from './overlap.js';
import {
  averageSurfaceDistance,
  hausdorff,
  hausdorff95,
  meanSurfaceDistance,
  surfaceDice,
  surfaceDistances,
} from './surface-distances.js';
import type { SurfaceDistances } from './surface-distances.js';

/** A named set of labels that is scored as one structure. */
export interface ScoredRegion {
  readonly name: string;
  readonly labels: readonly number[];
}

/** All that is said about one region of one case. */
export interface RegionScore {
  readonly region: string;
  readonly status: RegionStatus;
  /** By metric id. */
  readonly values: Readonly<Record<string, MetricValue>>;
}

export interface CaseToScore {
  readonly reference: LabelMap;
  /** On the reference's grid, or on one that differs from it by permuted and flipped axes only. */
  readonly prediction: LabelMap;
  readonly regions: readonly ScoredRegion[];
  /** Ids from the catalogue. */
  readonly metrics: readonly string[];
}

/**
 * Scores a prediction against a reference segmentation, region by region.
 *
 * Spacing comes from the reference, freed from float32 noise (`intendedSpacing`): 0.6 mm read back as 0.60000002 would
 * push distances across a tolerance. Axes along which the volume has one voxel are left out, so a single slice is
 * measured in its plane.
 *
 * @throws RangeError for an unknown metric, a region without labels, with background, or named twice
 * @throws ImageFormatError `grid-differs` when the two do not lie on one grid
 */
export function scoreCase({ reference, prediction, regions, metrics }: CaseToScore): RegionScore[] {
  const wanted = metrics.map((id) => ({ id, ...parseMetricId(id) }));
  checkRegions(regions);
  const aligned = bringToGrid(prediction, reference.geometry);
  const spacingMm = intendedSpacing(reference.geometry.spacingMm);
  const inReference = labelExtents(reference);
  const inPrediction = labelExtents(aligned);
  return regions.map(({ name, labels }) => {
    const pair = cropPair(reference, aligned, labels, inReference, inPrediction);
    const overlap = countOverlap(pair.reference, pair.prediction);
    const status = pairStatus(overlap.tp + overlap.fn, overlap.tp + overlap.fp);
    let distances: SurfaceDistances | undefined;
    const surfaces = (): SurfaceDistances =>
      (distances ??= surfaceDistances(pair.reference, pair.prediction, pair.sizeXyz, spacingMm, pair.flat));
    const read = ({ entry, toleranceMm }: ParsedMetric): MetricValue => {
      switch (entry.key) {
        case 'dice':
          return dice(overlap);
        case 'iou':
          return iou(overlap);
        case 'volume_error_ml':
          return volumeErrorMl(overlap, spacingMm[0] * spacingMm[1] * spacingMm[2]);
        case 'hd':
          return hausdorff(surfaces());
        case 'hd95':
          return hausdorff95(surfaces());
        case 'assd':
          return averageSurfaceDistance(surfaces());
        case 'masd':
          return meanSurfaceDistance(surfaces());
        case 'nsd':
          return surfaceDice(surfaces(), toleranceMm ?? NaN);
        default:
          throw new TypeError(`metric "${entry.key}" is in the catalogue but has no function`);
      }
    };
    return { region: name, status, values: Object.fromEntries(wanted.map((metric) => [metric.id, read(metric)])) };
  });
}

/** What a case is worth on which the algorithm produced no prediction: every value undefined, a row none the less. */
export function scoresWithoutPrediction(regions: readonly ScoredRegion[], metrics: readonly string[]): RegionScore[] {
  checkRegions(regions);
  const values = Object.fromEntries(
    metrics.map((id) => [(parseMetricId(id), id), { kind: 'undefined', why: 'no-prediction' } as const]),
  );
  return regions.map(({ name }) => ({ region: name, status: 'failed', values }));
}

/** Relative error that float32 storage and the length of an oblique column leave in a spacing. */
const FLOAT32_NOISE = 1.5e-7;

/**
 * The spacing that a float32 header was made from: the shortest decimal number of up to six places, else the fraction
 * of 4096 (0.9765625 mm and its like are common in CT), within float32 noise of the given one; else that one itself.
 */
export function intendedSpacing(spacingMm: Vec3): Vec3 {
  const intended = (s: number): number => {
    for (const scale of [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 4096]) {
      const candidate = Math.round(s * scale) / scale;
      if (Math.abs(candidate - s) <= FLOAT32_NOISE * s) return candidate;
    }
    return s;
  };
  return [intended(spacingMm[0]), intended(spacingMm[1]), intended(spacingMm[2])];
}

function checkRegions(regions: readonly ScoredRegion[]): void {
  for (const { name, labels } of regions) {
    if (labels.length === 0 || labels.some((label) => !Number.isInteger(label) || label < 1 || label > 65535)) {
      throw new RangeError(
        `region "${name}" has labels [${labels.join(', ')}]; expected at least one, whole, 1 to 65535`,
      );
    }
  }
  const names = regions.map(({ name }) => name);
  if (new Set(names).size !== names.length)
    throw new RangeError(`regions are ${names.join(', ')}; expected unique names`);
}

interface CroppedPair {
  readonly reference: Uint8Array;
  readonly prediction: Uint8Array;
  readonly sizeXyz: Vec3;
  readonly flat: readonly [boolean, boolean, boolean];
}

/** The two masks of a region, cut to the smallest box that holds both. An empty pair is one background voxel. */
function cropPair(
  reference: LabelMap,
  prediction: LabelMap,
  labels: readonly number[],
  inReference: readonly LabelExtent[],
  inPrediction: readonly LabelExtent[],
): CroppedPair {
  const [nx, ny, nz] = reference.geometry.sizeXyz;
  const low = [nx, ny, nz];
  const high = [-1, -1, -1];
  for (const { label, box } of [...inReference, ...inPrediction]) {
    if (!labels.includes(label)) continue;
    for (const axis of [0, 1, 2]) {
      low[axis] = Math.min(low[axis], box.min[axis]);
      high[axis] = Math.max(high[axis], box.max[axis]);
    }
  }
  const found = high[0] >= 0;
  const start = found ? low : [0, 0, 0];
  const sizeXyz: Vec3 = found ? [high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1] : [1, 1, 1];
  const member = new Uint8Array(65536);
  for (const label of labels) member[label] = 1;
  const cut = ({ data }: LabelMap): Uint8Array => {
    const mask = new Uint8Array(sizeXyz[0] * sizeXyz[1] * sizeXyz[2]);
    let m = 0;
    for (let k = 0; k < sizeXyz[2]; k++) {
      for (let j = 0; j < sizeXyz[1]; j++) {
        let v = ((start[2] + k) * ny + start[1] + j) * nx + start[0];
        for (let i = 0; i < sizeXyz[0]; i++) mask[m++] = member[data[v++]];
      }
    }
    return mask;
  };
  return { reference: cut(reference), prediction: cut(prediction), sizeXyz, flat: [nx === 1, ny === 1, nz === 1] };
}
