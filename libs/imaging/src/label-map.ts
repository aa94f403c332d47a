import { sameGrid } from './grid.js';
import type { Vec3 } from './geometry.js';
import { ImageFormatError } from './image-format-error.js';
import type { LabelMap, Volume } from './volume.js';

/** First and last voxel index along i, j, k that belong to a set of voxels, both inclusive. */
export interface VoxelBox {
  readonly min: Vec3;
  readonly max: Vec3;
}

/** A label that occurs in a map: how many voxels, and the smallest box around them. */
export interface LabelExtent {
  readonly label: number;
  readonly voxels: number;
  readonly box: VoxelBox;
}

/**
 * Voxel count and bounding box of every label that occurs, background 0 included, in order of label.
 *
 * One pass, bound by reading the map where it is background: that is skipped many voxels at a time, and boxes are
 * touched once a run of voxels, not once a voxel.
 */
export function labelExtents({ geometry, data }: LabelMap): LabelExtent[] {
  const [nx, ny, nz] = geometry.sizeXyz;
  const total = nx * ny * nz;
  if (data.length !== total) {
    throw new RangeError(`label map holds ${data.length} voxels; its size is ${geometry.sizeXyz.join(' x ')}`);
  }
  const boxes = new LabelBoxes();
  const octets = octetsOf(data);
  let j = 0;
  let k = 0;
  let rowEnd = nx; // of row (j, k)
  let v = 0;
  while (v < total) {
    const label = data[v];
    const first = v;
    if (label === 0) {
      v = endOfBackground(data, octets, v);
      if (v <= rowEnd) {
        boxes.add(0, v - first, first - rowEnd + nx, v - 1 - rowEnd + nx, j, j, k, k);
      } else {
        // Background runs on over many rows: to the end of one and from the start of another, and so for slices.
        const [startJ, startK] = [j, k];
        const lastRow = Math.floor((v - 1) / nx);
        rowEnd = (lastRow + 1) * nx;
        k = Math.floor(lastRow / ny);
        j = lastRow - k * ny;
        if (k === startK) boxes.add(0, v - first, 0, nx - 1, startJ, j, k, k);
        else boxes.add(0, v - first, 0, nx - 1, 0, ny - 1, startK, k);
      }
    } else {
      do v++;
      while (v < rowEnd && data[v] === label);
      boxes.add(label, v - first, first - rowEnd + nx, v - 1 - rowEnd + nx, j, j, k, k);
    }
    if (v === rowEnd) {
      rowEnd += nx;
      if (++j === ny) {
        j = 0;
        k++;
      }
    }
  }
  return boxes.extents();
}

/** Voxel counts and bounding boxes by label, with room for labels as they come. */
class LabelBoxes {
  #voxels = new Float64Array(0);
  /** Six a label: lowest i, j, k, highest i, j, k. */
  #bounds = new Int32Array(0);

  /** Adds a box of voxels of a label. */
  add(label: number, voxels: number, i0: number, i1: number, j0: number, j1: number, k0: number, k1: number): void {
    if (label >= this.#voxels.length) this.#makeRoom(label);
    const bounds = this.#bounds;
    const at = 6 * label;
    this.#voxels[label] += voxels;
    if (i0 < bounds[at]) bounds[at] = i0;
    if (j0 < bounds[at + 1]) bounds[at + 1] = j0;
    if (k0 < bounds[at + 2]) bounds[at + 2] = k0;
    if (i1 > bounds[at + 3]) bounds[at + 3] = i1;
    if (j1 > bounds[at + 4]) bounds[at + 4] = j1;
    if (k1 > bounds[at + 5]) bounds[at + 5] = k1;
  }

  extents(): LabelExtent[] {
    const extents: LabelExtent[] = [];
    this.#voxels.forEach((voxels, label) => {
      if (voxels === 0) return;
      const [i0, j0, k0, i1, j1, k1] = this.#bounds.subarray(6 * label, 6 * label + 6);
      extents.push({ label, voxels, box: { min: [i0, j0, k0], max: [i1, j1, k1] } });
    });
    return extents;
  }

  #makeRoom(label: number): void {
    const [voxels, bounds] = [this.#voxels, this.#bounds];
    const labels = Math.max(label + 1, 2 * voxels.length, 64);
    this.#voxels = new Float64Array(labels);
    this.#voxels.set(voxels);
    this.#bounds = new Int32Array(6 * labels);
    this.#bounds.set(bounds);
    for (let l = voxels.length; l < labels; l++)
      this.#bounds.fill(2 ** 31 - 1, 6 * l, 6 * l + 3).fill(-1, 6 * l + 3, 6 * l + 6);
  }
}

/** The map's bytes, eight at a time, and the voxel with which they start. */
interface Octets {
  readonly octets: Float64Array;
  readonly first: number;
  readonly voxelsEach: number;
}

function octetsOf(data: Uint8Array | Uint16Array): Octets {
  const before = (8 - (data.byteOffset % 8)) % 8;
  const count = Math.max(0, data.byteLength - before) >> 3;
  return {
    octets: new Float64Array(data.buffer, count > 0 ? data.byteOffset + before : 0, count),
    first: before / data.BYTES_PER_ELEMENT,
    voxelsEach: 8 / data.BYTES_PER_ELEMENT,
  };
}

/** One past the last voxel of the background that begins at voxel v: the step that reads nearly all of most maps. */
function endOfBackground(data: Uint8Array | Uint16Array, { octets, first, voxelsEach }: Octets, v: number): number {
  const total = data.length;
  let o = Math.ceil((v - first) / voxelsEach);
  const aligned = Math.min(total, first + o * voxelsEach);
  while (v < aligned && data[v] === 0) v++;
  if (v < aligned || v === total) return v;
  // Eight bytes as a float64 are all zero when it is +0, that is when its negative is -0: one comparison of bits, which
  // engines compile well, where integers of 64 bits would be objects in some of them.
  const isZero = Object.is;
  const lastEight = octets.length - 8;
  while (
    o <= lastEight &&
    isZero(-octets[o], -0) &&
    isZero(-octets[o + 1], -0) &&
    isZero(-octets[o + 2], -0) &&
    isZero(-octets[o + 3], -0) &&
    isZero(-octets[o + 4], -0) &&
    isZero(-octets[o + 5], -0) &&
    isZero(-octets[o + 6], -0) &&
    isZero(-octets[o + 7], -0)
  ) {
    o += 8;
  }
  return endNearby(data, octets, first, voxelsEach, o);
}

/** The same from octet o, where the end is near. Inside the function above it would make the long loop there a third slower in V8. */
function endNearby(
  data: Uint8Array | Uint16Array,
  octets: Float64Array,
  first: number,
  voxelsEach: number,
  o: number,
): number {
  while (o < octets.length && Object.is(-octets[o], -0)) o++;
  let v = first + o * voxelsEach;
  while (v < data.length && data[v] === 0) v++;
  return v;
}

/** Classes of an error map. */
export const ERROR_CLASSES = { none: 0, truePositive: 1, falsePositive: 2, falseNegative: 3, wrongLabel: 4 } as const;

/**
 * Where a prediction agrees with the reference segmentation and where not, voxel by voxel.
 *
 * 0 both background; 1 same label; 2 predicted only; 3 missed; 4 both foreground but different labels. With `labels`
 * given, the two maps are first reduced to that region, so that class 4 cannot occur.
 *
 * @throws ImageFormatError `grid-differs` when the two lie on different grids
 */
export function errorMap(reference: LabelMap, prediction: LabelMap, labels?: readonly number[]): Volume<Uint8Array> {
  if (!sameGrid(reference.geometry, prediction.geometry)) {
    throw new ImageFormatError('grid-differs', 'reference and prediction lie on different grids; expected one grid');
  }
  const a = reference.data;
  const b = prediction.data;
  const data = new Uint8Array(a.length);
  const inRegion = labels && new Set(labels);
  for (let v = 0; v < data.length; v++) {
    let r = a[v];
    let p = b[v];
    if (inRegion) {
      r = inRegion.has(r) ? 1 : 0;
      p = inRegion.has(p) ? 1 : 0;
    }
    if (r === p) data[v] = r === 0 ? 0 : 1;
    else data[v] = r === 0 ? 2 : p === 0 ? 3 : 4;
  }
  return { geometry: reference.geometry, data };
}
