/** Runs of voxels in one plane: row, first column, one past the last column; three numbers each, in order of row and column. */
export type Runs = Int32Array;

/**
 * Voxels whose centres a closed polygon encloses, by the even-odd rule: keyholes, whose two edges lie on one another, enclose
 * nothing between them.
 *
 * A centre exactly on an edge belongs to the polygon where the polygon lies towards higher columns or rows, and not on the
 * other side, so that polygons which share an edge share no voxel and leave none out.
 *
 * @param columns position of each point along the rows, in voxels: 0 is the centre of the first
 * @param rows    position of each point along the columns
 * @param size    number of columns and of rows; what lies outside is cut off
 * @param budget  crossings of edges with rows that may still be made; what was made is taken from it
 * @returns null when the budget does not suffice
 */
export function fillPolygon(
  columns: Float64Array,
  rows: Float64Array,
  [width, height]: readonly [number, number],
  budget: { crossings: number },
): Runs | null {
  const count = columns.length;
  const crossings = new Map<number, number[]>();
  for (let a = count - 1, b = 0; b < count; a = b++) {
    const [upper, lower] = rows[a] <= rows[b] ? [a, b] : [b, a];
    // rows r with rows[upper] <= r < rows[lower]: each vertex counts for one of the two edges that meet in it
    const first = Math.max(0, Math.ceil(rows[upper]));
    const last = Math.min(height - 1, Math.ceil(rows[lower]) - 1);
    if (last < first) continue;
    budget.crossings -= last - first + 1;
    if (budget.crossings < 0) return null;
    const slope = (columns[lower] - columns[upper]) / (rows[lower] - rows[upper]);
    for (let r = first; r <= last; r++) {
      const at = columns[upper] + (r - rows[upper]) * slope;
      const own = crossings.get(r);
      if (own) own.push(at);
      else crossings.set(r, [at]);
    }
  }
  const runs: number[] = [];
  for (const r of [...crossings.keys()].sort((x, y) => x - y)) {
    const own = crossings.get(r)!.sort((x, y) => x - y);
    for (let n = 0; n + 1 < own.length; n += 2) {
      const from = Math.max(0, Math.ceil(own[n]));
      const to = Math.min(width, Math.ceil(own[n + 1]));
      if (to > from) runs.push(r, from, to);
    }
  }
  return Int32Array.from(runs);
}

/** Number of voxels. */
export function countVoxels(runs: Runs): number {
  let sum = 0;
  for (let n = 0; n < runs.length; n += 3) sum += runs[n + 2] - runs[n + 1];
  return sum;
}

/** Number of voxels that two sets of runs share. */
export function countShared(a: Runs, b: Runs): number {
  let shared = 0;
  for (let m = 0, n = 0; m < a.length && n < b.length; ) {
    if (a[m] === b[n]) shared += Math.max(0, Math.min(a[m + 2], b[n + 2]) - Math.max(a[m + 1], b[n + 1]));
    const behind = a[m] - b[n] || a[m + 2] - b[n + 2];
    if (behind <= 0) m += 3;
    else n += 3;
  }
  return shared;
}

/** Voxels that lie in an odd number of sets. */
export function exclusiveOr(sets: readonly Runs[]): Runs {
  if (sets.length === 1) return sets[0];
  const ends = new Map<number, number[]>();
  for (const runs of sets) {
    for (let n = 0; n < runs.length; n += 3) {
      const own = ends.get(runs[n]);
      if (own) own.push(runs[n + 1], runs[n + 2]);
      else ends.set(runs[n], [runs[n + 1], runs[n + 2]]);
    }
  }
  const result: number[] = [];
  for (const r of [...ends.keys()].sort((x, y) => x - y)) {
    // inside and outside change places at every end; two ends in one place undo each other
    const own = ends.get(r)!.sort((x, y) => x - y);
    for (let n = 0; n < own.length; n += 2) if (own[n + 1] > own[n]) result.push(r, own[n], own[n + 1]);
  }
  return Int32Array.from(result);
}
