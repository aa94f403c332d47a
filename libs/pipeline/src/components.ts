import type { Connectivity, Vec3 } from '#imaging';

/**
 * Connected pieces of the voxels that a test picks, as runs along x.
 *
 * Runs are as they lie in memory: [start[r], end[r]) are flat indices, `piece[r]` says to which piece a run belongs. Pieces
 * are numbered from 0 in the order of their first voxel.
 */
export interface Pieces {
  readonly runs: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly piece: Int32Array;
  /** Voxels of each piece. */
  readonly voxels: Float64Array;
}

/**
 * Connected components by runs: each row is cut into runs, runs of neighbouring rows that touch are united. Costs about a
 * look at every voxel and little more, whatever the shapes are.
 *
 * @param member 1 for every value of `data` that belongs, 0 otherwise
 */
export function connectedRuns(
  data: Uint8Array | Uint16Array,
  sizeXyz: Vec3,
  connectivity: Connectivity,
  member: Uint8Array,
): Pieces {
  const [nx, ny, nz] = sizeXyz;
  const rows = ny * nz;
  const firstRun = new Int32Array(rows + 1);
  let capacity = 1024;
  let start = new Int32Array(capacity);
  let end = new Int32Array(capacity);
  let runs = 0;
  // four voxels of background at a time, which is most of most label maps
  const words = data instanceof Uint8Array && member[0] === 0 ? fours(data) : null;
  for (let row = 0, v = 0; row < rows; row++) {
    firstRun[row] = runs;
    const stop = v + nx;
    while (v < stop) {
      while (v < stop && member[data[v]] === 0) {
        v++;
        if (words && (v & 3) === 0) while (v + 4 <= stop && words[v >> 2] === 0) v += 4;
      }
      if (v === stop) break;
      if (runs === capacity) {
        capacity *= 2;
        start = grown(start, capacity);
        end = grown(end, capacity);
      }
      start[runs] = v;
      while (v < stop && member[data[v]] !== 0) v++;
      end[runs++] = v;
    }
  }
  firstRun[rows] = runs;

  const parent = new Int32Array(runs);
  for (let r = 0; r < runs; r++) parent[r] = r;
  const root = (r: number): number => {
    while (parent[r] !== r) {
      parent[r] = parent[parent[r]];
      r = parent[r];
    }
    return r;
  };
  for (const { dj, dk, reach } of earlierRows(connectivity)) {
    const jump = (dk * ny + dj) * nx;
    for (let k = Math.max(0, -dk); k < nz; k++) {
      for (let j = Math.max(0, -dj); j < Math.min(ny, ny - dj); j++) {
        const row = k * ny + j;
        const other = row + dk * ny + dj;
        let a = firstRun[row];
        let b = firstRun[other];
        const lastA = firstRun[row + 1];
        const lastB = firstRun[other + 1];
        while (a < lastA && b < lastB) {
          // in the coordinates of this row
          const from = start[b] - jump;
          const to = end[b] - jump;
          if (from < end[a] + reach && start[a] < to + reach) {
            const one = root(a);
            const two = root(b);
            if (one < two) parent[two] = one;
            else if (two < one) parent[one] = two;
          }
          if (end[a] < to) a++;
          else b++;
        }
      }
    }
  }

  const piece = new Int32Array(runs);
  let count = 0;
  for (let r = 0; r < runs; r++) {
    const top = root(r); // the lowest run of its piece, so it was numbered before
    piece[r] = top === r ? count++ : piece[top];
  }
  const voxels = new Float64Array(count);
  for (let r = 0; r < runs; r++) voxels[piece[r]] += end[r] - start[r];
  return { runs, start, end, piece, voxels };
}

/** Rows next to a row that come before it in memory, and how far along x their runs may be apart and still touch. */
function earlierRows(connectivity: Connectivity): readonly { dj: number; dk: number; reach: 0 | 1 }[] {
  const diagonal = connectivity === 6 ? 0 : 1;
  const faces = [
    { dj: -1, dk: 0, reach: diagonal },
    { dj: 0, dk: -1, reach: diagonal },
  ] as const;
  if (connectivity === 6) return faces;
  const corner = connectivity === 26 ? 1 : 0;
  return [...faces, { dj: -1, dk: -1, reach: corner }, { dj: 1, dk: -1, reach: corner }];
}

/** Which pieces reach the outer layer of the volume. */
export function touchingBorder({ runs, start, end, piece, voxels }: Pieces, [nx, ny, nz]: Vec3): Uint8Array {
  const touches = new Uint8Array(voxels.length);
  for (let r = 0; r < runs; r++) {
    const row = Math.floor(start[r] / nx);
    const j = row % ny;
    const k = (row - j) / ny;
    const from = start[r] - row * nx;
    const to = end[r] - row * nx;
    if (j === 0 || j === ny - 1 || k === 0 || k === nz - 1 || from === 0 || to === nx) touches[piece[r]] = 1;
  }
  return touches;
}

/** Voxels in fours, as far as they go; null where they do not lie so in memory. */
function fours({ buffer, byteOffset, length }: Uint8Array): Int32Array | null {
  return byteOffset % 4 === 0 ? new Int32Array(buffer, byteOffset, length >> 2) : null;
}

function grown(array: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity);
  larger.set(array);
  return larger;
}
