import type { Vec3 } from '#imaging';
import { DistanceHistogram } from './distance-histogram.js';
import { FarElements, farSquares } from './far-elements.js';
import type { NearRows } from './near-rows.js';
import type { PackedSurface } from './packed-surface.js';
import { rowDistances, rowStart } from './row-distances.js';
import type { RowDistances } from './row-distances.js';

/**
 * Rows that may be looked up before the sweep over the whole grid is the cheaper way for the elements that are left: so many
 * in all for each corner of the grid, and so many more for each element met so far.
 */
const LOOKS = { perCorner: 1 / 2, perElement: 64 } as const;

/** How one surface lies to the other. */
export interface DirectedDistances {
  /** Its area by squared distance in mm2. */
  readonly histogram: DistanceHistogram;
  /** Number of its elements. */
  readonly elements: number;
}

/**
 * Area of one surface by its squared distance in mm2 to the other.
 *
 * The distance of an element is, to the last bit, the smallest over all elements of the other surface of
 * ((dx * sx)^2 + (dy * sy)^2) + (dz * sz)^2 in float64, which is also how `squaredDistanceMm2` defines it.
 *
 * Surfaces that are compared mostly lie near one another. So no distance transform of the grid is made: around each element
 * rows are looked up from near to far, until the next row is further away than the nearest surface found. Elements that
 * are far away are then answered together, plane by plane, as a distance transform would.
 *
 * @param from    surface whose elements are measured
 * @param to      surface to which, not empty, on the same grid
 * @param near    rows of this grid by their distance
 * @param steps   `roomForSteps` on this grid; written over
 * @param weights area by corner code
 */
export function directedDistances(
  from: PackedSurface,
  to: PackedSurface,
  near: NearRows,
  steps: RowDistances['steps'],
  spacingMm: Vec3,
  weights: Float64Array,
): DirectedDistances {
  const { corners, rowWords, voxelRows, voxels, surface } = from;
  const [cx, cy, cz] = corners;
  const [dx, dy, dz] = from.step;
  const { alongY, alongZ, bound, offset, reach } = near;
  const count = offset.length;
  const rows = rowDistances(to, near.margin, steps);
  const alongX = squaresOf(cx, spacingMm[0]);
  const histogram = new DistanceHistogram();
  const far = new FarElements();
  let looksLeft = LOOKS.perCorner * cx * cy * cz;
  let elements = 0;
  for (let z = 0, row = 0; z < cz; z++) {
    for (let y = 0; y < cy; y++, row++) {
      const start = rowStart(rows, y, z);
      for (let w = 0; w < rowWords; w++) {
        let word = surface[row * rowWords + w];
        if (word === 0) continue;
        // The four words of voxels on either side of these 32 corners: near and far along x; bits y and z of the code.
        const v = (z * voxelRows + y) * rowWords + w;
        const n0 = voxels[v];
        const n1 = voxels[v + dy];
        const n2 = voxels[v + dz];
        const n3 = voxels[v + dy + dz];
        const f0 = dx ? (n0 >>> 1) | (voxels[v + 1] << 31) : n0;
        const f1 = dx ? (n1 >>> 1) | (voxels[v + dy + 1] << 31) : n1;
        const f2 = dx ? (n2 >>> 1) | (voxels[v + dz + 1] << 31) : n2;
        const f3 = dx ? (n3 >>> 1) | (voxels[v + dy + dz + 1] << 31) : n3;
        do {
          const bit = 31 - Math.clz32(word & -word);
          word &= word - 1;
          elements++;
          const x = (w << 5) + bit;
          const code =
            ((n0 >>> bit) & 1) |
            (((n1 >>> bit) & 1) << 1) |
            (((n2 >>> bit) & 1) << 2) |
            (((n3 >>> bit) & 1) << 3) |
            (((f0 >>> bit) & 1) << 4) |
            (((f1 >>> bit) & 1) << 5) |
            (((f2 >>> bit) & 1) << 6) |
            (((f3 >>> bit) & 1) << 7);
          if (looksLeft < 0) {
            far.add(row * cx + x, weights[code]);
            continue;
          }
          const at = start + x;
          let square = FAR;
          let t = 0;
          for (; t < count && bound[t] < square; t++) {
            const found = alongX[steps[at + offset[t]]] + alongY[t] + alongZ[t];
            if (found < square) square = found;
          }
          looksLeft += LOOKS.perElement - t;
          // Areas at one distance are summed in the order of the grid either way: what is beyond reach is only ever far.
          if (square <= reach) histogram.add(square, weights[code]);
          else far.add(row * cx + x, weights[code]);
        } while (word !== 0);
      }
    }
  }
  if (far.count > 0) {
    const squares = farSquares(far, rows, alongX, spacingMm);
    for (let e = 0; e < far.count; e++) histogram.add(squares[e], far.areas[e]);
  }
  return { histogram, elements };
}

/** Squares of 0 to n - 1 steps of a spacing in mm2, and Infinity for n, which stands for no surface. */
function squaresOf(n: number, spacing: number): Float64Array {
  const squares = Float64Array.from({ length: n + 1 }, (_, d) => d * spacing * (d * spacing));
  squares[n] = FAR;
  return squares;
}

// A constant of the module is quicker in inner loops than the global, which some hosts look up by name each time.
const FAR = Infinity;
