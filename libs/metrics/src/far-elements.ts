import { LowerEnvelope } from '#imaging';
import type { Vec3 } from '#imaging';
import { rowStart } from './row-distances.js';
import type { RowDistances } from './row-distances.js';

/** Surface elements whose distance is still to be found, in the order of the grid. */
export class FarElements {
  /** Index of the corner, x fastest, without margins. */
  corners = new Int32Array(256);
  /** Area in mm2 (or mm, or a count, see `cornerWeights`). */
  areas = new Float64Array(256);
  count = 0;

  add(corner: number, area: number): void {
    if (this.count === this.corners.length) {
      const [corners, areas] = [this.corners, this.areas];
      this.corners = new Int32Array(2 * this.count);
      this.corners.set(corners);
      this.areas = new Float64Array(2 * this.count);
      this.areas.set(areas);
    }
    this.corners[this.count] = corner;
    this.areas[this.count++] = area;
  }
}

/** Planes that are worked on together, so that neighbours along x are fetched from memory once. */
const PLANES = 4;

/**
 * Squared distance in mm2 of each element to the nearest surface in the rows.
 *
 * For every plane x = constant that holds elements: the lower envelope along y of the distances in the rows, slice by
 * slice, then for each element the nearest slice, outwards until no slice can be nearer. Rows without surface are left out.
 *
 * @param alongX squared distance in mm2 by steps along x
 */
export function farSquares(far: FarElements, rows: RowDistances, alongX: Float64Array, spacingMm: Vec3): Float64Array {
  const [cx, cy, cz] = rows.corners;
  const { order, first } = byX(far, cx);
  const alongZ = Float64Array.from({ length: cz }, (_, d) => d * spacingMm[2] * (d * spacingMm[2]));
  const envelope = new LowerEnvelope(cy, spacingMm[1], alongX[cx - 1]);
  const sweep = { rows, occupied: occupiedRows(rows), alongX, envelope };
  const planes = Array.from({ length: PLANES }, () => new Float64Array(cy * cz));
  const squares = new Float64Array(far.count);
  for (let x0 = 0; x0 < cx; x0 += PLANES) {
    const x1 = Math.min(cx, x0 + PLANES);
    let lowY = cy;
    let highY = -1;
    for (let o = first[x0]; o < first[x1]; o++) {
      const y = Math.floor(far.corners[order[o]] / cx) % cy;
      if (y < lowY) lowY = y;
      if (y > highY) highY = y;
    }
    if (highY < 0) continue;
    fillPlanes(planes, x0, x1, lowY, highY, sweep);
    for (let x = x0; x < x1; x++) {
      const plane = planes[x - x0];
      for (let o = first[x]; o < first[x + 1]; o++) {
        const row = Math.floor(far.corners[order[o]] / cx); // z * cy + y
        const z = Math.floor(row / cy);
        let square = plane[row];
        for (let d = 1; d < cz && alongZ[d] < square; d++) {
          if (d <= z && plane[row - d * cy] + alongZ[d] < square) square = plane[row - d * cy] + alongZ[d];
          if (d < cz - z && plane[row + d * cy] + alongZ[d] < square) square = plane[row + d * cy] + alongZ[d];
        }
        squares[order[o]] = square;
      }
    }
  }
  return squares;
}

interface Sweep {
  readonly rows: RowDistances;
  readonly occupied: { readonly y: Int32Array; readonly first: Int32Array };
  readonly alongX: Float64Array;
  readonly envelope: LowerEnvelope;
}

/**
 * Squared distances in mm2 within each slice, for the planes x0 to x1 - 1 and between lowY and highY.
 *
 * @param planes by x - x0; each by z * cy + y
 */
function fillPlanes(
  planes: readonly Float64Array[],
  x0: number,
  x1: number,
  lowY: number,
  highY: number,
  { rows, occupied, alongX, envelope }: Sweep,
): void {
  const [cx, cy, cz] = rows.corners;
  const { steps } = rows;
  const { apex, height } = envelope;
  for (let z = 0; z < cz; z++) {
    const start = rowStart(rows, 0, z);
    const from = occupied.first[z];
    const given = occupied.first[z + 1] - from;
    for (let x = x0; x < x1; x++) {
      for (let g = 0; g < given; g++) {
        const y = occupied.y[from + g];
        apex[g] = y;
        height[g] = alongX[steps[start + y * cx + x]];
      }
      envelope.raise(given);
      envelope.read(lowY, highY, planes[x - x0], z * cy + lowY, 1);
    }
  }
}

/** The rows with surface of each slice: `y[first[z]]` to `y[first[z + 1] - 1]`, rising. */
function occupiedRows({ corners: [, cy, cz], occupied }: RowDistances): { y: Int32Array; first: Int32Array } {
  const y = new Int32Array(cy * cz);
  const first = new Int32Array(cz + 1);
  let n = 0;
  for (let row = 0; row < cy * cz; row++) {
    if (occupied[row]) y[n++] = row % cy;
    if ((row + 1) % cy === 0) first[(row + 1) / cy] = n;
  }
  return { y, first };
}

/** The elements sorted by x: those at x are `order[first[x]]` to `order[first[x + 1] - 1]`. */
function byX({ corners, count }: FarElements, cx: number): { order: Int32Array; first: Int32Array } {
  const first = new Int32Array(cx + 1);
  for (let e = 0; e < count; e++) first[(corners[e] % cx) + 1]++;
  for (let x = 0; x < cx; x++) first[x + 1] += first[x];
  const next = first.slice();
  const order = new Int32Array(count);
  for (let e = 0; e < count; e++) order[next[corners[e] % cx]++] = e;
  return { order, first };
}
