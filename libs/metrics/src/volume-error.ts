import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';
import type { Overlap } from './overlap.js';

// All of these compare two sizes and say nothing about place: two masks that never meet may have error 0.
// |prediction| - |reference| = fp - fn.

/**
 * Absolute difference of the two volumes in cubic millimetres, 0 or more.
 *
 * @param voxelMm3 volume of one voxel in mm3
 */
export function volumeErrorMm3({ fp, fn }: Overlap, voxelMm3: number): MetricValue {
  return measured(Math.abs(fp - fn) * voxelMm3);
}

/** Absolute difference of the two volumes in millilitres, 0 or more. */
export function volumeErrorMl({ fp, fn }: Overlap, voxelMm3: number): MetricValue {
  return measured((Math.abs(fp - fn) * voxelMm3) / 1000);
}

/**
 * Relative volume error with its sign, (|prediction| - |reference|) / |reference|: -1 and up, 0 is right, positive is too
 * much. MedPy's `ravd` and panoptica's RVD are this number. Undefined without reference.
 */
export function relativeVolumeError({ tp, fp, fn }: Overlap): MetricValue {
  return tp + fn === 0 ? { kind: 'undefined', why: 'reference-empty' } : measured((fp - fn) / (tp + fn));
}

/** The same without its sign, 0 and up; MetricsReloaded's `avdr`. Undefined without reference. */
export function absoluteRelativeVolumeError({ tp, fp, fn }: Overlap): MetricValue {
  return tp + fn === 0 ? { kind: 'undefined', why: 'reference-empty' } : measured(Math.abs(fp - fn) / (tp + fn));
}

/**
 * Volumetric similarity, 1 - ||prediction| - |reference|| / (|prediction| + |reference|), 0 to 1. Both masks empty: 1.
 * Taha and Hanbury 2015, doi:10.1186/s12880-015-0068-x. ITK's `VolumeSimilarity` is another, signed number.
 */
export function volumetricSimilarity({ tp, fp, fn }: Overlap): MetricValue {
  const both = 2 * tp + fp + fn;
  return measured(both === 0 ? 1 : 1 - Math.abs(fp - fn) / both);
}
