import type { Vec3 } from '#imaging';
import { rint } from './rint.js';

/** How one axis of a grid was resampled. Sizes in voxels; spacings in mm. */
export interface AxisResampling {
  readonly sourceSize: number;
  readonly targetSize: number;
  readonly sourceSpacing: number;
  readonly targetSpacing: number;
  readonly grid: 'halfVoxel' | 'firstVoxel';
}

/** Size of a resampled axis, at least 1. `halfVoxel` keeps the field of view, `firstVoxel` the centre of the first voxel. */
export function resampledSize(size: number, spacing: number, target: number, grid: AxisResampling['grid']): number {
  const exact = grid === 'halfVoxel' ? (size * spacing) / target : ((size - 1) * spacing) / target + 1;
  return Math.max(1, rint(exact));
}

/**
 * For each voxel of the target, its place on the source axis, in source voxels.
 *
 * `halfVoxel` uses the ratio of the sizes, not of the spacings, as skimage.resize and torch interpolate do
 * (align_corners=false); `firstVoxel` the ratio of the spacings, as MONAI's Spacing does.
 */
export function forwardPositions({
  sourceSize,
  targetSize,
  sourceSpacing,
  targetSpacing,
  grid,
}: AxisResampling): Float64Array {
  return Float64Array.from({ length: targetSize }, (_, k) =>
    grid === 'halfVoxel' ? ((k + 0.5) * sourceSize) / targetSize - 0.5 : (k * targetSpacing) / sourceSpacing,
  );
}

/** For each voxel of the source, its place on the target axis: the way back. */
export function backwardPositions(axis: AxisResampling): Float64Array {
  const { sourceSize, targetSize, sourceSpacing, targetSpacing, grid } = axis;
  return forwardPositions({
    sourceSize: targetSize,
    targetSize: sourceSize,
    sourceSpacing: targetSpacing,
    targetSpacing: sourceSpacing,
    grid,
  });
}

/**
 * Resamples one axis of an x-fastest volume, every line alike. Beyond the ends the last sample is repeated.
 *
 * @param sizeXyz   size of `data`
 * @param axis      0, 1 or 2: x, y or z
 * @param positions where on that axis each new voxel lies
 * @param order     0: nearest, index floor(p + 0.5); 1: linear
 * @returns a new array; the size along `axis` is the number of positions
 */
export function resampleAxis<T extends Float32Array | Uint8Array | Uint16Array>(
  data: T,
  sizeXyz: Vec3,
  axis: 0 | 1 | 2,
  positions: Float64Array,
  order: 0 | 1,
): T {
  const n = sizeXyz[axis];
  const m = positions.length;
  const stride = [1, sizeXyz[0], sizeXyz[0] * sizeXyz[1]][axis]; // voxels between neighbours along the axis
  const blocks = data.length / (stride * n);
  const out = new (data.constructor as new (length: number) => T)(blocks * m * stride);
  for (let q = 0; q < m; q++) {
    const p = Math.min(Math.max(order === 0 ? Math.floor(positions[q] + 0.5) : positions[q], 0), n - 1);
    const low = Math.floor(p);
    const weight = p - low;
    const step = weight > 0 ? stride : 0; // no neighbour needed, and none there at the far end
    for (let b = 0; b < blocks; b++) {
      let from = (b * n + low) * stride;
      let to = (b * m + q) * stride;
      if (step === 0) {
        for (let s = 0; s < stride; s++) out[to++] = data[from++];
      } else {
        for (let s = 0; s < stride; s++) {
          const value = data[from];
          out[to++] = value + (data[from + step] - value) * weight;
          from++;
        }
      }
    }
  }
  return out;
}
