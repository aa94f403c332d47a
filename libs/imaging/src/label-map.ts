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

/** Voxel count and bounding box of every label that occurs, background 0 included, in order of label. One pass. */
export function labelExtents({ geometry, data }: LabelMap): LabelExtent[] {
  const [nx, ny, nz] = geometry.sizeXyz;
  let largest = 0;
  for (let v = 0; v < data.length; v++) if (data[v] > largest) largest = data[v];
  const count = new Float64Array(largest + 1);
  const low = new Int32Array(3 * (largest + 1)).fill(2 ** 31 - 1);
  const high = new Int32Array(3 * (largest + 1)).fill(-1);
  let v = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      // Runs of one label along i are the rule, so boxes are touched once a run.
      for (let i = 0; i < nx;) {
        const label = data[v];
        const first = i;
        do {
          i++;
          v++;
        } while (i < nx && data[v] === label);
        const at = 3 * label;
        count[label] += i - first;
        if (first < low[at]) low[at] = first;
        if (i - 1 > high[at]) high[at] = i - 1;
        if (j < low[at + 1]) low[at + 1] = j;
        if (j > high[at + 1]) high[at + 1] = j;
        if (k < low[at + 2]) low[at + 2] = k;
        if (k > high[at + 2]) high[at + 2] = k;
      }
    }
  }
  const extents: LabelExtent[] = [];
  for (let label = 0; label <= largest; label++) {
    if (count[label] === 0) continue;
    const at = 3 * label;
    extents.push({
      label,
      voxels: count[label],
      box: { min: [low[at], low[at + 1], low[at + 2]], max: [high[at], high[at + 1], high[at + 2]] },
    });
  }
  return extents;
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
