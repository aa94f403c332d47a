import type { Vec3 } from '#imaging';
import type { FullInference, InferenceMode, SlidingInference } from './manifest.js';

/** Where tiles are cut. Everything in tensor axis order, slowest first, in voxels. */
export interface TilePlan {
  /** Size of every tile. */
  readonly tileShape: Vec3;
  /** First voxel of each tile on the padded volume. */
  readonly starts: readonly Vec3[];
  /** Size of the padded volume. */
  readonly paddedShape: Vec3;
  /** Voxels added in front of the volume along each axis. */
  readonly padBefore: Vec3;
  readonly padValue: number;
}

/**
 * Plans the tiles of a volume.
 *
 * Full: one tile, padded at the far end to multiples of `divisor`. Sliding: the rule of MONAI's sliding window; starts are
 * multiples of max(1, trunc(patch * (1 - overlap))), the last tile pulled back to the edge; a volume smaller than the
 * patch is padded on both sides, the smaller half in front.
 *
 * @param shape the volume, [a, b, c], slowest first
 */
export function planTiles(shape: Vec3, mode: InferenceMode): TilePlan {
  return mode.mode === 'full' ? planFull(shape, mode) : planSliding(shape, mode);
}

function planFull(shape: Vec3, { divisor, padValue }: FullInference): TilePlan {
  const paddedShape = vec3((a) => Math.ceil(shape[a] / divisor[a]) * divisor[a]);
  return { tileShape: paddedShape, starts: [[0, 0, 0]], paddedShape, padBefore: [0, 0, 0], padValue };
}

function planSliding(shape: Vec3, { patch, overlap, padValue }: SlidingInference): TilePlan {
  const paddedShape = vec3((a) => Math.max(shape[a], patch[a]));
  const padBefore = vec3((a) => Math.floor((paddedShape[a] - shape[a]) / 2));
  const along = [0, 1, 2].map((a) => startsAlong(paddedShape[a], patch[a], overlap));
  const starts: Vec3[] = [];
  for (const a of along[0]) for (const b of along[1]) for (const c of along[2]) starts.push([a, b, c]);
  return { tileShape: patch, starts, paddedShape, padBefore, padValue };
}

function startsAlong(size: number, patch: number, overlap: number): number[] {
  const step = Math.max(1, Math.trunc(patch * (1 - overlap)));
  const starts = [0];
  for (let start = 0; start + patch < size;) {
    start = Math.min(start + step, size - patch);
    starts.push(start);
  }
  return starts;
}

/** Cuts one tile out of a volume, with `padValue` where it reaches beyond. Always a fresh array. */
export function cutTile(volume: Float32Array, shape: Vec3, plan: TilePlan, start: Vec3): Float32Array {
  const [ta, tb, tc] = plan.tileShape;
  const tile = new Float32Array(ta * tb * tc).fill(plan.padValue);
  forEachRow(shape, plan, start, (inVolume, inTile, length) => {
    tile.set(volume.subarray(inVolume, inVolume + length), inTile);
  });
  return tile;
}

/** Calls back for every run of voxels that a tile and the volume share: first index in both, and its length. */
export function forEachRow(
  shape: Vec3,
  { tileShape, padBefore }: TilePlan,
  start: Vec3,
  visit: (inVolume: number, inTile: number, length: number) => void,
): void {
  const origin = vec3((a) => start[a] - padBefore[a]); // of the tile, on the unpadded volume
  const low = vec3((a) => Math.max(0, -origin[a])); // first voxel of the tile inside the volume
  const high = vec3((a) => Math.min(tileShape[a], shape[a] - origin[a]));
  const length = high[2] - low[2];
  if (length <= 0) return;
  for (let a = low[0]; a < high[0]; a++) {
    for (let b = low[1]; b < high[1]; b++) {
      const inVolume = ((origin[0] + a) * shape[1] + origin[1] + b) * shape[2] + origin[2] + low[2];
      visit(inVolume, (a * tileShape[1] + b) * tileShape[2] + low[2], length);
    }
  }
}

function vec3(at: (axis: 0 | 1 | 2) => number): Vec3 {
  return [at(0), at(1), at(2)];
}
