import { axisMapTo, ImageFormatError, mapGeometry, permuteVoxels } from '#imaging';
import type { AxisMap, Geometry, Vec3, Volume } from '#imaging';
import type { Manifest, OrientOp, ResampleOp, WindowOp } from './manifest.js';
import { PipelineError } from './pipeline-error.js';
import { forwardPositions, resampleAxis, resampledSize } from './resample.js';
import type { AxisResampling } from './resample.js';

/** What was done to the grid of an image, so that it can be undone: first the orientation, then the resampling. */
export interface Trace {
  /** From stored to oriented axes; null when the manifest does not orient. */
  readonly orientation: AxisMap | null;
  /** Along the oriented axes x, y, z; null when the manifest does not resample. */
  readonly resampling: readonly [AxisResampling, AxisResampling, AxisResampling] | null;
}

/** An image as the network wants it, and how to bring anything on its grid back to the image's own. */
export interface Prepared {
  /** Values of a [1, 1, a, b, c] tensor, c fastest. */
  readonly data: Float32Array;
  /** [a, b, c], slowest first: the tensor's spatial axes. */
  readonly shape: Vec3;
  /** Grid of the image before anything was done to it. */
  readonly geometry: Geometry;
  readonly trace: Trace;
}

/** Largest resampled image: 1 GiB of float32. */
const MOST_VOXELS = 2 ** 28;

/**
 * Runs the preprocessing of a manifest on an image.
 *
 * The memory of an x-fastest volume is that of a tensor whose last axis is x. So an image is oriented such that its
 * fastest axis runs along the last letter of `orient.axes`; nothing has to be transposed. Without `orient` the stored
 * order stays and the first tensor axis is the slowest one, k.
 *
 * @throws ImageFormatError `image-not-finite` when a voxel is NaN or infinite
 * @throws RangeError when the order of operations is not one that `manifestProblems` accepts
 * @throws PipelineError `inference-out-of-memory` when the resampled image would exceed 2^28 voxels
 */
export function prepare(image: Volume, manifest: Pick<Manifest, 'preprocess'>): Prepared {
  let grid: Grid = { data: toFloat32(image), geometry: image.geometry };
  let orientation: Trace['orientation'] = null;
  let resampling: Trace['resampling'] = null;
  for (const op of manifest.preprocess) {
    if (op.op === 'window') {
      grid = { ...grid, data: applyWindow(grid.data, op) };
    } else if (op.op === 'orient') {
      if (orientation || resampling) throw new RangeError('"orient" may come once, and only before "resample"');
      orientation = axisMapTo(grid.geometry, lettersFastestFirst(op));
      const data = permuteVoxels(grid.data, grid.geometry.sizeXyz, orientation);
      grid = { data, geometry: mapGeometry(grid.geometry, orientation) };
    } else {
      if (resampling) throw new RangeError('"resample" may come once');
      resampling = planResampling(grid.geometry, op);
      grid = resample(grid, resampling, op.order);
    }
  }
  const [nx, ny, nz] = grid.geometry.sizeXyz;
  return { data: grid.data, shape: [nz, ny, nx], geometry: image.geometry, trace: { orientation, resampling } };
}

/** Positions of the geometry are not kept up to date while resampling; only size, spacing and direction are used. */
interface Grid {
  readonly data: Float32Array;
  readonly geometry: Geometry;
}

function lettersFastestFirst({ axes }: OrientOp): string {
  return [...axes].reverse().join('');
}

function toFloat32({ data }: Volume): Float32Array {
  const values = new Float32Array(data);
  for (let v = 0; v < values.length; v++) {
    if (values[v] - values[v] !== 0) {
      throw new ImageFormatError('image-not-finite', `voxel ${v} holds ${data[v]}; expected a finite float32 number`);
    }
  }
  return values;
}

function planResampling(
  { sizeXyz, spacingMm }: Geometry,
  op: ResampleOp,
): [AxisResampling, AxisResampling, AxisResampling] {
  const plan = (axis: 0 | 1 | 2): AxisResampling => {
    const sourceSpacing = spacingMm[axis];
    const targetSpacing = op.spacing[2 - axis] ?? sourceSpacing; // manifest vectors are in tensor order, slowest first
    const sourceSize = sizeXyz[axis];
    const targetSize = resampledSize(sourceSize, sourceSpacing, targetSpacing, op.grid);
    return { sourceSize, targetSize, sourceSpacing, targetSpacing, grid: op.grid };
  };
  const axes: [AxisResampling, AxisResampling, AxisResampling] = [plan(0), plan(1), plan(2)];
  const sizes = axes.map(({ targetSize }) => targetSize);
  if (sizes[0] * sizes[1] * sizes[2] > MOST_VOXELS) {
    throw new PipelineError(
      'inference-out-of-memory',
      `resampled image would have ${[...sizes].reverse().join(' x ')} voxels; at most ${MOST_VOXELS} are computed`,
    );
  }
  return axes;
}

function resample({ data, geometry }: Grid, axes: readonly AxisResampling[], order: 0 | 1): Grid {
  let sizeXyz = geometry.sizeXyz;
  // Axes that shrink go first: fewer voxels for the others.
  const sequence = ([0, 1, 2] as const).toSorted((a, b) => growth(axes[a]) - growth(axes[b]));
  for (const axis of sequence) {
    if (isIdentity(axes[axis])) continue;
    data = resampleAxis(data, sizeXyz, axis, forwardPositions(axes[axis]), order);
    sizeXyz = sizeXyz.map((n, a) => (a === axis ? axes[a].targetSize : n)) as unknown as Vec3;
  }
  const spacingMm = [axes[0].targetSpacing, axes[1].targetSpacing, axes[2].targetSpacing] as const;
  return { data, geometry: { ...geometry, sizeXyz, spacingMm } };
}

/** Whether an axis comes out as it went in. */
export function isIdentity({ sourceSize, targetSize, sourceSpacing, targetSpacing, grid }: AxisResampling): boolean {
  return sourceSize === targetSize && (grid === 'halfVoxel' || sourceSpacing === targetSpacing);
}

function growth({ sourceSize, targetSize }: AxisResampling): number {
  return targetSize / sourceSize;
}

function applyWindow(
  data: Float32Array,
  { in: [inLow, inHigh], out: [outLow, outHigh], clip }: WindowOp,
): Float32Array {
  const slope = (outHigh - outLow) / (inHigh - inLow);
  const floor = clip ? Math.min(outLow, outHigh) : -Infinity;
  const ceiling = clip ? Math.max(outLow, outHigh) : Infinity;
  return data.map((x) => Math.min(Math.max((x - inLow) * slope + outLow, floor), ceiling));
}
