import type { Vec3 } from '#imaging';
import { FarElements, farSquares } from './far-elements.js';
import { nearRows } from './near-rows.js';
import { roomForSteps, rowStart } from './row-distances.js';
import type { RowDistances } from './row-distances.js';

/** Answers for points of a grid, given by flat index, the squared distance in mm2 to the nearest marked one. */
export type SquaresOf = (points: Int32Array) => Float64Array;

/**
 * Exact squared Euclidean distances to the nearest marked grid point, for those points that are asked for.
 *
 * What `squaredDistanceMm2` of the imaging library says of them, to the last bit, at a quarter of its memory: two bytes a
 * grid point instead of eight. Made for grids on which a distance for every point would not fit, of which few are wanted.
 *
 * @param marked    flat array, x fastest; non-zero is marked
 * @param sizeXyz   its size
 * @param spacingMm distance between neighbours along x, y, z
 * @returns distances of points; Infinity when nothing is marked
 * @throws RangeError when the array does not have the size
 */
export function nearestMarked(marked: Uint8Array, sizeXyz: Vec3, spacingMm: Vec3): SquaresOf {
  const [nx, ny, nz] = sizeXyz;
  if (marked.length !== nx * ny * nz) {
    throw new RangeError(`array holds ${marked.length} points; the grid has ${sizeXyz.join(' x ')}`);
  }
  const near = nearRows(sizeXyz, spacingMm);
  const rows = markedRows(marked, sizeXyz, near.margin);
  const { steps } = rows;
  const { alongY, alongZ, bound, offset, reach } = near;
  const count = offset.length;
  const alongX = Float64Array.from({ length: nx + 1 }, (_, d) =>
    d < nx ? d * spacingMm[0] * (d * spacingMm[0]) : FAR,
  );
  const anything = rows.occupied.includes(1);

  return (points) => {
    const squares = new Float64Array(points.length).fill(FAR);
    if (!anything) return squares;
    const far = new FarElements();
    const farAt: number[] = [];
    for (let n = 0; n < points.length; n++) {
      const point = points[n];
      const row = Math.floor(point / nx);
      const at = rowStart(rows, row % ny, Math.floor(row / ny)) + (point - row * nx);
      let square = FAR;
      for (let t = 0; t < count && bound[t] < square; t++) {
        const found = alongX[steps[at + offset[t]]] + alongY[t] + alongZ[t];
        if (found < square) square = found;
      }
      if (square <= reach) squares[n] = square;
      else {
        far.add(point, 0);
        farAt.push(n);
      }
    }
    if (far.count > 0) {
      const found = farSquares(far, rows, alongX, spacingMm);
      farAt.forEach((n, e) => (squares[n] = found[e]));
    }
    return squares;
  };
}

/** For every point how many steps along x the nearest marked point of its row is away. */
function markedRows(marked: Uint8Array, sizeXyz: Vec3, margin: RowDistances['margin']): RowDistances {
  const [nx, ny, nz] = sizeXyz;
  const steps = roomForSteps(sizeXyz, margin).fill(nx);
  const rows: RowDistances = { corners: sizeXyz, margin, steps, occupied: new Uint8Array(ny * nz) };
  for (let z = 0, row = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++, row++) {
      const from = row * nx;
      const start = rowStart(rows, y, z);
      let since = nx;
      for (let x = 0; x < nx; x++) {
        since = marked[from + x] ? 0 : since < nx ? since + 1 : nx;
        steps[start + x] = since;
        if (since === 0) rows.occupied[row] = 1;
      }
      if (rows.occupied[row] === 0) continue;
      since = nx;
      for (let x = nx - 1; x >= 0; x--) {
        since = marked[from + x] ? 0 : since < nx ? since + 1 : nx;
        if (since < steps[start + x]) steps[start + x] = since;
      }
    }
  }
  return rows;
}

// A constant of the module is quicker in inner loops than the global, which some hosts look up by name each time.
const FAR = Infinity;
