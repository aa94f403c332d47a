import type { Vec3 } from '#imaging';
import type { ExpandedInference } from './expanded.js';
import type { Boundary } from './manifest.js';
import { mirrored } from './resample.js';
import { rint } from './rint.js';

/** Where tiles are cut. Everything in tensor axis order, slowest first, in voxels. */
export interface TilePlan {
  /** Size of every tile; 1 along the axis that a 2D network walks over. */
  readonly tileShape: Vec3;
  /** First voxels of the tiles along each axis; tiles are all combinations. */
  readonly along: readonly [readonly number[], readonly number[], readonly number[]];
  /** First voxel of each tile on the padded volume. */
  readonly starts: readonly Vec3[];
  /** Size of the padded volume. */
  readonly paddedShape: Vec3;
  /** Voxels added in front of the volume along each axis. */
  readonly padBefore: Vec3;
  readonly pad: { readonly mode: Boundary; readonly value: number };
}

/**
 * Plans the tiles of a volume: one for the whole (padded to multiples of `divisor`), or overlapping ones by the rule of
 * MONAI (`fixedStep`) or nnU-Net (`evenStep`), in three axes or in the two of a slice.
 *
 * @param shape the volume, [a, b, c], slowest first
 */
export function planTiles(shape: Vec3, mode: ExpandedInference): TilePlan {
  const patch = patchOf(shape, mode);
  const paddedShape = vec3((a) => Math.max(shape[a], patch[a]));
  const padBefore = vec3((a) => (mode.pad.align === 'end' ? 0 : Math.floor((paddedShape[a] - shape[a]) / 2)));
  const along = ([0, 1, 2] as const).map((a) => {
    if (mode.mode === 'full') return [0];
    if ('sliceAxis' in mode && a === mode.sliceAxis) return Array.from({ length: shape[a] }, (_, n) => n);
    return startsAlong(paddedShape[a], patch[a], mode.overlap, mode.tiling);
  }) as unknown as TilePlan['along'];
  const starts: Vec3[] = [];
  for (const a of along[0]) for (const b of along[1]) for (const c of along[2]) starts.push([a, b, c]);
  return { tileShape: patch, along, starts, paddedShape, padBefore, pad: mode.pad };
}

function patchOf(shape: Vec3, mode: ExpandedInference): Vec3 {
  if (mode.mode === 'sliding') return mode.patch;
  if (mode.mode === 'full') return vec3((a) => Math.ceil(shape[a] / mode.divisor[a]) * mode.divisor[a]);
  const plane = [0, 1, 2].filter((a) => a !== mode.sliceAxis);
  const { patch, divisor, sliceAxis } = mode;
  return vec3((a) => {
    if (a === sliceAxis) return 1;
    const n = plane.indexOf(a);
    return patch ? patch[n] : Math.ceil(shape[a] / divisor[n]) * divisor[n];
  });
}

function startsAlong(size: number, patch: number, overlap: number, tiling: 'fixedStep' | 'evenStep'): number[] {
  if (tiling === 'evenStep') {
    const count = Math.ceil((size - patch) / (patch * (1 - overlap))) + 1;
    const step = count > 1 ? (size - patch) / (count - 1) : 0;
    return Array.from({ length: count }, (_, n) => rint(n * step));
  }
  const step = Math.max(1, Math.trunc(patch * (1 - overlap)));
  const starts = [0];
  for (let start = 0; start + patch < size;) {
    start = Math.min(start + step, size - patch);
    starts.push(start);
  }
  return starts;
}

/**
 * Copies one tile of one channel out of a volume, padded where it reaches beyond.
 *
 * @param target receives tileShape voxels from `at` on
 */
export function copyTile(
  volume: Float32Array,
  shape: Vec3,
  { tileShape: [ta, tb, tc], padBefore, pad }: TilePlan,
  start: Vec3,
  target: Float32Array,
  at: number,
): void {
  const origin = vec3((a) => start[a] - padBefore[a]); // of the tile, on the unpadded volume
  const inside = origin.every((o, a) => o >= 0 && o + [ta, tb, tc][a] <= shape[a]);
  const source = (axis: number, index: number): number => {
    const n = shape[axis];
    if (index >= 0 && index < n) return index;
    if (pad.mode === 'constant') return -1;
    return pad.mode === 'edge' ? Math.min(Math.max(index, 0), n - 1) : mirrored(index, n);
  };
  const columns = Int32Array.from({ length: tc }, (_, c) => source(2, origin[2] + c));
  for (let a = 0; a < ta; a++) {
    const sa = source(0, origin[0] + a);
    for (let b = 0; b < tb; b++, at += tc) {
      const sb = source(1, origin[1] + b);
      if (sa < 0 || sb < 0) {
        target.fill(pad.value, at, at + tc);
        continue;
      }
      const row = (sa * shape[1] + sb) * shape[2];
      if (inside) {
        const from = row + origin[2];
        // rows are short: a view of each would cost more than copying it
        let c = 0;
        for (; c + 4 <= tc; c += 4) {
          target[at + c] = volume[from + c];
          target[at + c + 1] = volume[from + c + 1];
          target[at + c + 2] = volume[from + c + 2];
          target[at + c + 3] = volume[from + c + 3];
        }
        for (; c < tc; c++) target[at + c] = volume[from + c];
        continue;
      }
      for (let c = 0; c < tc; c++) target[at + c] = columns[c] < 0 ? pad.value : volume[row + columns[c]];
    }
  }
}

/** One tile of a volume of one channel; always a fresh array. */
export function cutTile(volume: Float32Array, shape: Vec3, plan: TilePlan, start: Vec3): Float32Array<ArrayBuffer> {
  const tile = new Float32Array(plan.tileShape[0] * plan.tileShape[1] * plan.tileShape[2]);
  copyTile(volume, shape, plan, start, tile, 0);
  return tile;
}

/** Calls back for every run of voxels that a tile and the volume share: first index in both, and its length. */
export function forEachRow(
  shape: Vec3,
  { tileShape, padBefore }: Pick<TilePlan, 'tileShape' | 'padBefore'>,
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

export function vec3(at: (axis: 0 | 1 | 2) => number): Vec3 {
  return [at(0), at(1), at(2)];
}
