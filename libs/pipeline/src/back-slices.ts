import type { Vec3 } from '#imaging';
import { nearest } from './crop.js';
import type { Box } from './crop.js';
import { backwardPositions, isIdentity, lerpAlongRows, lerpRows, tapsOf } from './resample.js';
import type { AxisResampling, Taps } from './resample.js';
import { separateAxisBack } from './resample-volume.js';
import type { VolumeResampling } from './resample-volume.js';
import type { OutsideCrop } from './undo.js';

/**
 * Factors that bring sums of weighted tiles to means: the mean at x, y, z is the sum times the product of three factors.
 * In tensor order, slowest axis first.
 */
export type AxisFactors = readonly [Float64Array, Float64Array, Float64Array];

/** Channel maps on the model's grid, and what is still to be done to them before they are read. */
export interface SlicesSource {
  readonly maps: readonly Float32Array[];
  /** Size of each map. */
  readonly sizeXyz: Vec3;
  readonly factors: AxisFactors | null;
  /** Where the maps lie in the grid that was resampled, its size, and what stands around them, when it was cropped afterwards. */
  readonly crop: { readonly box: Box; readonly fullXyz: Vec3; readonly outside: OutsideCrop } | null;
  readonly resampling: VolumeResampling;
}

/** Two slices of one channel, and how far slice k of the image lies from the first towards the second. */
export interface SlicePair {
  readonly low: Float32Array;
  readonly next: Float32Array;
  readonly weight: number;
}

/** Channel maps brought back to the grid that was resampled, slice by slice. */
export interface BackSlices {
  readonly sizeXyz: Vec3;
  /** Of one channel; valid until the next slice is asked for. Ask for slices in ascending order. */
  pair(channel: number, slice: number): SlicePair;
}

/**
 * Undoes one linear or nearest resampling of channel maps without ever holding a whole map of the image's grid: within a
 * slice first along x, then along y; the caller interpolates along z between two slices. Two slices of each channel are kept.
 * Equals `resampleBackward` map by map, to the bit where the separate axis of nnU-Net is not linear.
 *
 * @returns null when the way back needs more than two neighbours along an axis
 */
export function createBackSlices(source: SlicesSource, order: 0 | 1): BackSlices | null {
  const { maps, resampling } = source;
  const fullXyz = source.crop?.fullXyz ?? source.sizeXyz;
  const through = separateAxisBack(resampling, order);
  if (through && through.order > 1) return null;
  const taps = resampling.axes.map((axis, a) =>
    backTaps(axis, fullXyz[a], through?.axis === a ? (through.order as 0 | 1) : order),
  );
  const [alongX, alongY, alongZ] = taps;
  const [nx, ny, nz] = fullXyz;
  const sizeXyz = resampling.axes.map((axis) => axis.sourceSize) as unknown as Vec3;
  const [mx, my] = sizeXyz;
  const wanted = wantedBlocks(ny, alongY);
  const rowsAt = rowReader(source, ROWS);
  const rows = alongY ? new Float32Array(mx * ny) : null;
  const untouched = !alongX && !alongY && !source.crop && !source.factors;

  function fill(channel: number, z: number, plane: Float32Array): void {
    const within = rows ?? plane;
    for (const y of wanted) {
      const count = Math.min(ROWS, ny - y);
      const from = rowsAt.read(channel, y, z, count);
      const data = rowsAt.buffer ?? maps[channel];
      if (alongX) lerpAlongRows(data, from, nx, count, within, y * mx, alongX);
      else within.set(data.subarray(from, from + count * nx), y * mx);
    }
    if (!rows || !alongY) return;
    for (let j = 0; j < my; j++) {
      const from = alongY.low[j] * mx;
      lerpRows(rows, from, alongY.next[j] * mx - from, alongY.weight[j], plane, j * mx, mx);
    }
  }

  /** For each channel two planes and the source slices that they hold. */
  const kept = maps.map(() => ({ planes: [] as Float32Array[], holds: [-1, -1] }));
  function plane(channel: number, z: number, other: number): Float32Array {
    if (untouched) return maps[channel].subarray(z * nx * ny, (z + 1) * nx * ny);
    const { planes, holds } = kept[channel];
    let at = holds.indexOf(z);
    if (at < 0) {
      at = holds[0] === other ? 1 : 0;
      planes[at] ??= new Float32Array(mx * my);
      fill(channel, z, planes[at]);
      holds[at] = z;
    }
    return planes[at];
  }

  return {
    sizeXyz,
    pair(channel, slice) {
      const low = alongZ ? alongZ.low[slice] : slice;
      const next = alongZ ? alongZ.next[slice] : slice;
      if (low < 0 || next >= nz) throw new RangeError(`slice ${slice} of ${sizeXyz[2]}`);
      const first = plane(channel, low, next);
      return {
        low: first,
        next: next === low ? first : plane(channel, next, low),
        weight: alongZ ? alongZ.weight[slice] : 0,
      };
    },
  };
}

/** Null where an axis comes back as it is. */
function backTaps(axis: AxisResampling, size: number, order: 0 | 1): Taps | null {
  if (size !== axis.targetSize)
    throw new RangeError(`maps have ${size} voxels along an axis; expected ${axis.targetSize}`);
  return isIdentity(axis) ? null : tapsOf(backwardPositions(axis), size, order);
}

/** Rows that are interpolated together. */
const ROWS = 4;

/** First rows of the blocks of which at least one row is asked for. */
function wantedBlocks(ny: number, alongY: Taps | null): number[] {
  const wanted = new Set<number>();
  const add = (y: number): void => void wanted.add(y - (y % ROWS));
  if (alongY) {
    alongY.low.forEach(add);
    alongY.next.forEach(add);
  } else for (let y = 0; y < ny; y += ROWS) add(y);
  return [...wanted].sort((a, b) => a - b);
}

interface RowReader {
  /** Where rows are copied to when factors or a crop are to be dealt with; null: they are read in the map itself. */
  readonly buffer: Float32Array | null;
  /** @returns where `count` rows from y on begin, in the buffer or else in the channel's map */
  read(channel: number, y: number, z: number, count: number): number;
}

/** Rows of the grid that was resampled. */
function rowReader({ maps, sizeXyz: [bx, by, bz], factors, crop }: SlicesSource, most: number): RowReader {
  if (!factors && !crop) return { buffer: null, read: (_, y, z) => (z * by + y) * bx };
  const nx = crop?.fullXyz[0] ?? bx;
  const buffer = new Float32Array(nx * most);
  const [x0, y0, z0] = crop?.box.lowXyz ?? [0, 0, 0];
  const repeats = crop?.outside === 'repeat';
  return {
    buffer,
    read(channel, y, z, count) {
      const k = repeats ? nearest(z, z0, bz) : z - z0;
      if (crop && !repeats) buffer.fill(0);
      for (let n = 0; n < count; n++) {
        const j = repeats ? nearest(y + n, y0, by) : y + n - y0;
        if (j < 0 || j >= by || k < 0 || k >= bz) continue;
        const from = (k * by + j) * bx;
        const to = n * nx + x0;
        if (factors) scaleRow(maps[channel], from, factors[0][k] * factors[1][j], factors[2], buffer, to);
        else buffer.set(maps[channel].subarray(from, from + bx), to);
        if (!repeats) continue;
        buffer.fill(buffer[to], n * nx, to);
        buffer.fill(buffer[to + bx - 1], to + bx, (n + 1) * nx);
      }
      return 0;
    },
  };
}

function scaleRow(
  map: Float32Array,
  from: number,
  factor: number,
  factors: Float64Array,
  row: Float32Array,
  to: number,
): void {
  const n = factors.length;
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    row[to + i] = map[from + i] * (factor * factors[i]);
    row[to + i + 1] = map[from + i + 1] * (factor * factors[i + 1]);
  }
  if (i < n) row[to + i] = map[from + i] * (factor * factors[i]);
}
