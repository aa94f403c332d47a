import type { Vec3 } from '#imaging';

// Connected pieces of a mask by the runs of its rows: memory for each run instead of for each voxel, so that a structure
// that fills the image can be told apart as well.

/** Connected pieces of a mask. */
export interface RunPieces {
  readonly count: number;
  /** Runs of row r (k * ny + j) are `firstOfRow[r]` to `firstOfRow[r + 1] - 1`, from `start` to `end`, the last voxel, along x. */
  readonly firstOfRow: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Piece of each run, from 0, in the order in which their first voxel is stored. */
  readonly piece: Int32Array;
}

/**
 * Connected pieces of a mask, 26 neighbours.
 *
 * @param mask flat mask, x fastest; non-zero is foreground
 * @throws RangeError when sizes disagree
 */
export function runPieces(mask: Uint8Array, [nx, ny, nz]: Vec3): RunPieces {
  if (mask.length !== nx * ny * nz) {
    throw new RangeError(`mask holds ${mask.length} voxels; the grid has ${nx} x ${ny} x ${nz}`);
  }
  const firstOfRow = new Int32Array(ny * nz + 1);
  const { start, end } = runsOf(mask, nx, firstOfRow);
  const parent = Int32Array.from(start.keys());
  const root = (run: number): number => {
    while (parent[run] !== run) run = parent[run] = parent[parent[run]];
    return run;
  };
  /** Unites the runs of two rows that touch, over edges and corners too. */
  const unite = (row: number, other: number): void => {
    let o = firstOfRow[other];
    const last = firstOfRow[other + 1];
    for (let r = firstOfRow[row]; r < firstOfRow[row + 1]; r++) {
      while (o < last && end[o] < start[r] - 1) o++;
      for (let t = o; t < last && start[t] <= end[r] + 1; t++) {
        const [a, b] = [root(r), root(t)];
        if (a < b) parent[b] = a;
        else parent[a] = b;
      }
    }
  };
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const row = k * ny + j;
      if (firstOfRow[row] === firstOfRow[row + 1]) continue;
      if (j > 0) unite(row, row - 1);
      if (k === 0) continue;
      for (let d = j > 0 ? -1 : 0; d <= (j < ny - 1 ? 1 : 0); d++) unite(row, row - ny + d);
    }
  }
  // Roots are the first run of their piece, so pieces are met in the order of their first voxel.
  const piece = new Int32Array(start.length);
  let count = 0;
  for (let r = 0; r < piece.length; r++) piece[r] = parent[r] === r ? count++ : piece[root(r)];
  return { count, firstOfRow, start, end, piece };
}

function runsOf(
  mask: Uint8Array,
  nx: number,
  firstOfRow: Int32Array,
): { readonly start: Int32Array; readonly end: Int32Array } {
  let [start, end] = [new Int32Array(1024), new Int32Array(1024)];
  let n = 0;
  for (let row = 0; row < firstOfRow.length - 1; row++) {
    for (let x = 0, v = row * nx; x < nx; x++, v++) {
      if (mask[v] === 0) continue;
      if (x > 0 && mask[v - 1] !== 0) {
        end[n - 1] = x;
        continue;
      }
      if (n === start.length) [start, end] = [longer(start), longer(end)];
      start[n] = end[n] = x;
      n++;
    }
    firstOfRow[row + 1] = n;
  }
  return { start: start.slice(0, n), end: end.slice(0, n) };
}

function longer(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const twice = new Int32Array(2 * array.length);
  twice.set(array);
  return twice;
}

/** The piece that holds the voxel x of a row; -1 for background. */
export function pieceAt({ firstOfRow, start, end, piece }: RunPieces, row: number, x: number): number {
  let [low, high] = [firstOfRow[row], firstOfRow[row + 1] - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (x < start[middle]) high = middle - 1;
    else if (x > end[middle]) low = middle + 1;
    else return piece[middle];
  }
  return -1;
}

/** Which pieces of two masks on one grid share a voxel with the other mask: 1 by number of the piece. */
export function meetings(a: RunPieces, b: RunPieces): { readonly a: Uint8Array; readonly b: Uint8Array } {
  const met = { a: new Uint8Array(a.count), b: new Uint8Array(b.count) };
  for (let row = 0; row < a.firstOfRow.length - 1; row++) {
    let [i, j] = [a.firstOfRow[row], b.firstOfRow[row]];
    while (i < a.firstOfRow[row + 1] && j < b.firstOfRow[row + 1]) {
      if (a.start[i] <= b.end[j] && b.start[j] <= a.end[i]) met.a[a.piece[i]] = met.b[b.piece[j]] = 1;
      if (a.end[i] < b.end[j]) i++;
      else j++;
    }
  }
  return met;
}
