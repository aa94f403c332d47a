import { axisMapTo, ImageFormatError, mapGeometry, permuteVoxels, sameGrid, describeGrid } from '#imaging';
import type { AxisMap, Geometry, Vec3, Volume } from '#imaging';
import { boundingBox, cutBox, fillMaskHoles, unionMask, withMargin } from './crop.js';
import type { Box } from './crop.js';
import { expandPreprocess } from './expand.js';
import type { ExpandedPreprocessOp, ExpandedResample, ExpandedResize } from './expanded.js';
import { applyIntensity } from './intensity.js';
import type { ConcatCoordinatesOp, PreprocessOp } from './manifest.js';
import { PipelineError } from './pipeline-error.js';
import { isIdentity, resampledSize } from './resample.js';
import type { AxisResampling } from './resample.js';
import { resampleForward } from './resample-volume.js';
import type { VolumeResampling } from './resample-volume.js';

/** One thing that was done to the grid of an image, so that it can be undone. Sizes along the x-fastest axes. */
export type TraceStep =
  | { readonly kind: 'orient'; readonly map: AxisMap; readonly sizeXyz: Vec3 }
  | { readonly kind: 'crop'; readonly box: Box; readonly fullXyz: Vec3 }
  | { readonly kind: 'resample'; readonly resampling: VolumeResampling };

/** In the order in which it was done. */
export type Trace = readonly TraceStep[];

/** An image as the network wants it, and how to bring anything on its grid back to the image's own. */
export interface Prepared {
  /** Values of a [1, channels, a, b, c] tensor, c fastest. */
  readonly data: Float32Array;
  readonly channels: number;
  /** [a, b, c], slowest first: the tensor's spatial axes. */
  readonly shape: Vec3;
  /** Grid of the image before anything was done to it. */
  readonly geometry: Geometry;
  /** Volume of a voxel of the model's grid. */
  readonly voxelMm3: number;
  readonly trace: Trace;
}

/** Largest resampled image: 1 GiB of float32. */
const MOST_VOXELS = 2 ** 28;

/** Positions of the geometry are not kept up to date while cropping and resampling; only size, spacing and direction are used. */
interface Grid {
  readonly channels: readonly Float32Array[];
  readonly geometry: Geometry;
  /** Mask of `cropNonzero`, as long as it fits the grid. */
  readonly mask: Uint8Array | null;
}

/**
 * Runs the preprocessing of a manifest on an image, or on one image a channel.
 *
 * The memory of an x-fastest volume is that of a tensor whose last axis is x. So an image is oriented such that its
 * fastest axis runs along the last letter of `orient.axes`; nothing has to be transposed. Without `orient` the stored
 * order stays and the first tensor axis is the slowest one, k.
 *
 * @throws ImageFormatError `image-not-finite` when a voxel is NaN or infinite; `grid-differs` when channels lie on different grids
 * @throws RangeError when the order of operations is not one that `manifestProblems` accepts
 * @throws PipelineError `inference-out-of-memory` when the resampled image would exceed 2^28 voxels
 */
export function prepare(
  image: Volume | readonly Volume[],
  { preprocess }: { readonly preprocess: readonly PreprocessOp[] },
): Prepared {
  const images = 'geometry' in image ? [image] : image;
  const { geometry } = images[0];
  const trace: TraceStep[] = [];
  let grid: Grid = { channels: images.map((one, n) => toFloat32(one, geometry, n)), geometry, mask: null };
  for (const op of preprocess.map(expandPreprocess)) grid = applyOp(grid, op, trace);
  const [nx, ny, nz] = grid.geometry.sizeXyz;
  const [sx, sy, sz] = grid.geometry.spacingMm;
  return {
    data: joined(grid.channels),
    channels: grid.channels.length,
    shape: [nz, ny, nx],
    geometry,
    voxelMm3: sx * sy * sz,
    trace,
  };
}

function applyOp(grid: Grid, op: ExpandedPreprocessOp, trace: TraceStep[]): Grid {
  const { channels, geometry } = grid;
  switch (op.op) {
    case 'orient': {
      if (trace.length > 0) throw new RangeError('"orient" may come once, and only before crops and resampling');
      const map = axisMapOf(geometry, op.axes);
      if (map.every(({ source, flip }, axis) => source === axis && !flip)) return grid; // it lies so already
      trace.push({ kind: 'orient', map, sizeXyz: geometry.sizeXyz });
      return {
        channels: channels.map((data) => permuteVoxels(data, geometry.sizeXyz, map)),
        geometry: mapGeometry(geometry, map),
        mask: null,
      };
    }
    case 'cropNonzero': {
      const mask = unionMask(channels, (x) => Math.abs(x) > op.threshold);
      const box = boundingBox(mask, geometry.sizeXyz);
      if (op.fillHoles) fillMaskHoles(mask, geometry.sizeXyz);
      return crop(grid, box, trace, cutBox(mask, geometry.sizeXyz, box));
    }
    case 'cropForeground': {
      const mask = unionMask(channels, (x) => x > op.threshold);
      const [a, b, c] = op.margin;
      const box = withMargin(boundingBox(mask, geometry.sizeXyz), [c, b, a], geometry.sizeXyz);
      return crop(grid, box, trace, null);
    }
    case 'resample':
    case 'resize': {
      const resampling = planResampling(geometry, op);
      trace.push({ kind: 'resample', resampling });
      const { axes } = resampling;
      return {
        channels: channels.map((data) => resampleForward(data, resampling)),
        geometry: {
          ...geometry,
          sizeXyz: [axes[0].targetSize, axes[1].targetSize, axes[2].targetSize],
          spacingMm: [axes[0].targetSpacing, axes[1].targetSpacing, axes[2].targetSpacing],
        },
        mask: axes.every(isIdentity) ? grid.mask : null,
      };
    }
    case 'concatCoordinates':
      return { ...grid, channels: [...channels, ...coordinates(geometry.sizeXyz, op.range)] };
    default:
      applyIntensity(op, channels, grid.mask, geometry.sizeXyz);
      return grid;
  }
}

function crop({ channels, geometry }: Grid, box: Box, trace: TraceStep[], mask: Uint8Array | null): Grid {
  const fullXyz = geometry.sizeXyz;
  trace.push({ kind: 'crop', box, fullXyz });
  return {
    channels: channels.map((data) => cutBox(data, fullXyz, box)),
    geometry: { ...geometry, sizeXyz: box.sizeXyz },
    mask,
  };
}

/** Letters and stored axes come in tensor order, slowest first; memory is x-fastest. */
export function axisMapOf(geometry: Geometry, axes: string): AxisMap {
  const fastestFirst = [...axes.replace('stored', '')].reverse();
  if (!axes.startsWith('stored')) return axisMapTo(geometry, fastestFirst.join(''));
  const choose = (letter: string): AxisMap[number] => ({ source: 'XYZ'.indexOf(letter) as 0 | 1 | 2, flip: false });
  return [choose(fastestFirst[0]), choose(fastestFirst[1]), choose(fastestFirst[2])];
}

function toFloat32({ data, geometry }: Volume, first: Geometry, channel: number): Float32Array {
  if (!sameGrid(first, geometry)) {
    throw new ImageFormatError(
      'grid-differs',
      `channel ${channel} lies on ${describeGrid(geometry)}; expected that of channel 0, ${describeGrid(first)}`,
    );
  }
  const values = new Float32Array(data);
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return values; // integers are finite
  const bad = firstNotFinite(values);
  if (bad >= 0) {
    throw new ImageFormatError('image-not-finite', `voxel ${bad} holds ${data[bad]}; expected a finite float32 number`);
  }
  return values;
}

function firstNotFinite(values: Float32Array): number {
  for (let v = 0; v < values.length; v++) if (values[v] - values[v] !== 0) return v;
  return -1;
}

export function planResampling(
  { sizeXyz, spacingMm }: Geometry,
  op: ExpandedResample | ExpandedResize,
): VolumeResampling {
  const plan = (axis: 0 | 1 | 2): AxisResampling => {
    const sourceSpacing = spacingMm[axis];
    const sourceSize = sizeXyz[axis];
    if (op.op === 'resize') {
      const targetSize = op.size[2 - axis] ?? sourceSize; // manifest vectors are in tensor order, slowest first
      const targetSpacing = (sourceSpacing * sourceSize) / targetSize;
      return { sourceSize, targetSize, sourceSpacing, targetSpacing, grid: op.grid };
    }
    const targetSpacing = op.spacing[2 - axis] ?? sourceSpacing;
    const targetSize = resampledSize(sourceSize, sourceSpacing, targetSpacing, op.grid);
    return { sourceSize, targetSize, sourceSpacing, targetSpacing, grid: op.grid };
  };
  const axes = [plan(0), plan(1), plan(2)] as const;
  const sizes = axes.map(({ targetSize }) => targetSize);
  if (sizes[0] * sizes[1] * sizes[2] > MOST_VOXELS) {
    throw new PipelineError(
      'inference-out-of-memory',
      `resampled image would have ${[...sizes].reverse().join(' x ')} voxels; at most ${MOST_VOXELS} are computed`,
    );
  }
  const { order, boundary, boundaryValue, clamp } = op;
  const anisotropy = op.op === 'resample' ? op.anisotropy : null;
  return { axes, order, clamp, anisotropy, beyond: { boundary, value: boundaryValue } };
}

/** Along tensor axis 0 (z of the x-fastest grid), 1 and 2. */
function coordinates([nx, ny, nz]: Vec3, range: NonNullable<ConcatCoordinatesOp['range']>): Float32Array[] {
  const scaled = (index: number, size: number): number => {
    if (range === 'index') return index;
    const unit = size === 1 ? 0.5 : index / (size - 1);
    return range === 'unit' ? unit : 2 * unit - 1;
  };
  return [2, 1, 0].map((axis) => {
    const plane = new Float32Array(nx * ny * nz);
    for (let k = 0, v = 0; k < nz; k++) {
      for (let j = 0; j < ny; j++) {
        for (let i = 0; i < nx; i++)
          plane[v++] = axis === 2 ? scaled(k, nz) : axis === 1 ? scaled(j, ny) : scaled(i, nx);
      }
    }
    return plane;
  });
}

function joined(channels: readonly Float32Array[]): Float32Array {
  if (channels.length === 1) return channels[0];
  const voxels = channels[0].length;
  const data = new Float32Array(voxels * channels.length);
  for (const [c, channel] of channels.entries()) data.set(channel, c * voxels);
  return data;
}
