import { nearestMarked } from '#metrics';
import type { Geometry, Vec3 } from '#imaging';
import { cutStructure, segmentsIn } from './structure-box.js';

// How far two surfaces lie apart, where: for colouring a surface, and for finding the place that a distance comes from.

/** The surface of one structure in one map: voxels with at least one corner on it. */
export interface SurfaceValues {
  /** Flat indices on the grid of the image, rising. */
  readonly voxels: Int32Array;
  /**
   * For each voxel the distance in mm of that corner of it that is farthest from the surface of the same structure in the
   * other map. Positive: too much was predicted there; negative: too little. Infinite where the other map lacks the structure.
   */
  readonly mm: Float32Array;
}

/** One structure, seen from both sides. */
export interface StructureSurfaces {
  readonly segment: number;
  readonly reference: SurfaceValues;
  readonly prediction: SurfaceValues;
  /** Largest distance of either surface, which is the Hausdorff distance, and a voxel where it is; null without one. */
  readonly farthest: { readonly mm: number; readonly atIjk: Vec3; readonly of: 'reference' | 'prediction' } | null;
}

/**
 * Distances between the surfaces of each structure of two label maps.
 *
 * Surfaces and distances are those of the surface metrics of the metrics library: surface elements at voxel corners, as
 * google-deepmind/surface-distance has them. Without their areas, which have no part in where something is.
 *
 * @param geometry canonical grid of both maps
 * @param reference,prediction segments, x fastest; what is not to be measured is 0
 * @throws RangeError when the sizes disagree
 */
export function surfaceErrors(
  { sizeXyz, spacingMm }: Pick<Geometry, 'sizeXyz' | 'spacingMm'>,
  reference: Uint8Array,
  prediction: Uint8Array,
): StructureSurfaces[] {
  const total = sizeXyz[0] * sizeXyz[1] * sizeXyz[2];
  if (reference.length !== total || prediction.length !== total) {
    throw new RangeError(
      `label maps hold ${reference.length} and ${prediction.length} voxels; the grid has ${sizeXyz.join(' x ')}`,
    );
  }
  return segmentsIn(reference, prediction).map((segment): StructureSurfaces => {
    const { from, size, inReference, inPrediction } = cutStructure(segment, reference, prediction, sizeXyz);
    const room = cornerRoom(size, sizeXyz);
    const ofReference = cornerCounts(inReference, size, room);
    const ofPrediction = cornerCounts(inPrediction, size, room);
    const onGrid = (voxels: readonly number[]): Int32Array =>
      Int32Array.from(voxels, (b) => {
        const [i, j, k] = ijkOf(b, size);
        return ((from[2] + k) * sizeXyz[1] + from[1] + j) * sizeXyz[0] + from[0] + i;
      });
    const measure = (mask: Uint8Array, own: Uint8Array, other: Uint8Array, insideIs: 1 | -1): SurfaceValues => {
      const { voxels, mm } = valuesOf(mask, size, room, distances(own, other, room, spacingMm, insideIs));
      return { voxels: onGrid(voxels), mm: Float32Array.from(mm) };
    };
    // Where the surface of a reference lies inside the prediction, or that of a prediction outside the reference, too much
    // was predicted.
    const surfaces = {
      reference: measure(inReference, ofReference, ofPrediction, 1),
      prediction: measure(inPrediction, ofPrediction, ofReference, -1),
    };
    return { segment, ...surfaces, farthest: farthestOf(surfaces, sizeXyz) };
  });
}

const ijkOf = (v: number, [nx, ny]: Vec3): Vec3 => [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];

/** The grid of voxel corners of a box. Along an axis on which the whole image has one voxel there is no surface. */
interface CornerRoom {
  readonly corners: Vec3;
  /** 1 along axes with surface, otherwise 0. */
  readonly step: Vec3;
  /** Voxels around a corner. */
  readonly around: number;
}

function cornerRoom(size: Vec3, whole: Vec3): CornerRoom {
  const step = whole.map((n) => (n === 1 ? 0 : 1));
  return {
    corners: [size[0] + step[0], size[1] + step[1], size[2] + step[2]],
    step: [step[0], step[1], step[2]],
    around: 2 ** (step[0] + step[1] + step[2]),
  };
}

/** How many of the voxels around each corner belong to the mask; background is assumed around it. */
function cornerCounts(mask: Uint8Array, [nx, ny, nz]: Vec3, { corners: [cx, cy, cz], step }: CornerRoom): Uint8Array {
  const counts = new Uint8Array(cx * cy * cz);
  const jumps: number[] = [];
  for (let dz = 0; dz <= step[2]; dz++)
    for (let dy = 0; dy <= step[1]; dy++) for (let dx = 0; dx <= step[0]; dx++) jumps.push((dz * cy + dy) * cx + dx);
  for (let k = 0, v = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const row = (k * cy + j) * cx;
      for (let i = 0; i < nx; i++, v++) {
        if (mask[v] === 0) continue;
        for (let n = 0; n < jumps.length; n++) counts[row + i + jumps[n]]++;
      }
    }
  }
  return counts;
}

/** Surface corners, rising, and their signed distance in mm to the surface of the other mask. */
interface CornerDistances {
  readonly at: Int32Array;
  readonly mm: Float64Array;
}

function distances(
  own: Uint8Array,
  other: Uint8Array,
  { corners, around }: CornerRoom,
  spacingMm: Vec3,
  insideIs: 1 | -1,
): CornerDistances {
  let count = 0;
  for (let c = 0; c < own.length; c++) if (own[c] > 0 && own[c] < around) count++;
  const at = new Int32Array(count);
  for (let c = 0, n = 0; c < own.length; c++) if (own[c] > 0 && own[c] < around) at[n++] = c;
  const marked = other.map((n) => (n > 0 && n < around ? 1 : 0));
  const squares = nearestMarked(marked, corners, spacingMm)(at);
  // A corner off the other surface has either all of its voxels in the other mask, or none.
  const mm = squares.map((square, n) => Math.sqrt(square) * (other[at[n]] === around ? insideIs : -insideIs));
  return { at, mm };
}

/** The surface voxels of a mask, each with the farthest of its corners. */
function valuesOf(
  mask: Uint8Array,
  [nx, ny, nz]: Vec3,
  { corners: [cx, cy], step }: CornerRoom,
  { at, mm }: CornerDistances,
): { voxels: number[]; mm: number[] } {
  const voxels: number[] = [];
  const values: number[] = [];
  // Only two planes of corners at a time are spread out: a box may be as large as the image.
  const plane = cx * cy;
  let next = 0;
  const fill = (into: Float64Array, z: number): Float64Array => {
    into.fill(NaN);
    for (; next < at.length && at[next] < (z + 1) * plane; next++) into[at[next] - z * plane] = mm[next];
    return into;
  };
  let below = fill(new Float64Array(plane), 0);
  let above = step[2] ? fill(new Float64Array(plane), 1) : below;
  for (let k = 0, v = 0; k < nz; k++) {
    if (k > 0 && step[2]) [below, above] = [above, fill(below, k + 1)];
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, v++) {
        if (mask[v] === 0) continue;
        let farthest = NaN;
        for (const corners of [below, above]) {
          for (let dy = 0; dy <= step[1]; dy++) {
            for (let dx = 0; dx <= step[0]; dx++) {
              const one = corners[(j + dy) * cx + i + dx];
              if (one === one && !(one * one <= farthest * farthest)) farthest = one;
            }
          }
        }
        if (farthest !== farthest) continue;
        voxels.push(v);
        values.push(farthest);
      }
    }
  }
  return { voxels, mm: values };
}

function farthestOf(
  surfaces: Pick<StructureSurfaces, 'reference' | 'prediction'>,
  sizeXyz: Vec3,
): StructureSurfaces['farthest'] {
  let found: { mm: number; voxel: number; of: 'reference' | 'prediction' } | null = null;
  for (const side of ['reference', 'prediction'] as const) {
    const { voxels, mm } = surfaces[side];
    for (let n = 0; n < mm.length; n++) {
      const far = mm[n] < 0 ? -mm[n] : mm[n];
      if (far < FAR && (found === null || far > found.mm)) found = { mm: far, voxel: voxels[n], of: side };
    }
  }
  return found && { mm: found.mm, of: found.of, atIjk: ijkOf(found.voxel, sizeXyz) };
}

// A constant of the module is quicker in loops than the global, which some hosts look up by name each time.
const FAR = Infinity;

/** The distance at a surface voxel; null where the surface has none. */
export function distanceAt({ voxels, mm }: SurfaceValues, voxel: number): number | null {
  let [low, high] = [0, voxels.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (voxels[middle] === voxel) return mm[middle];
    if (voxels[middle] < voxel) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}
