import type { Vec3 } from './geometry.js';

/**
 * Exact squared Euclidean distance from every grid point to the nearest marked one, in mm2.
 *
 * Separable: two sweeps along x, then lower envelopes of parabolas along y and z (Felzenszwalb and Huttenlocher 2012,
 * doi:10.4086/toc.2012.v008a019). Float64 throughout: float32 could move a distance across a tolerance. Time is linear in
 * the number of points.
 *
 * @param marked    flat array, x fastest; non-zero is marked
 * @param sizeXyz   its size
 * @param spacingMm distance between neighbours along x, y, z
 * @returns one value a point; 0 on marked points, Infinity everywhere when nothing is marked
 * @throws RangeError when sizes disagree or a spacing is not positive
 */
export function squaredDistanceMm2(marked: ArrayLike<number>, sizeXyz: Vec3, spacingMm: Vec3): Float64Array {
  const [nx, ny, nz] = sizeXyz;
  if (marked.length !== nx * ny * nz) {
    throw new RangeError(`array holds ${marked.length} points; the grid has ${sizeXyz.join(' x ')}`);
  }
  if (!spacingMm.every((s) => s > 0 && s < Infinity)) {
    throw new RangeError(`spacing is ${spacingMm.join(' x ')} mm; expected three positive finite numbers`);
  }
  const distance = new Float64Array(marked.length);
  sweepRows(marked, nx, spacingMm[0], distance);
  const longest = Math.max(ny, nz);
  const work: Work = {
    value: new Float64Array(longest),
    apex: new Int32Array(longest),
    from: new Float64Array(longest + 1),
  };
  const slice = nx * ny;
  for (let k = 0; ny > 1 && k < nz; k++) {
    for (let at = k * slice; at < k * slice + nx; at++) envelope(distance, at, nx, ny, spacingMm[1], work);
  }
  for (let at = 0; nz > 1 && at < slice; at++) envelope(distance, at, slice, nz, spacingMm[2], work);
  return distance;
}

// A constant of the module is quicker in inner loops than the global, which some hosts look up by name each time.
const FAR = Infinity;

/** Along x the nearest marked point is the last one seen from the left or from the right. */
function sweepRows(marked: ArrayLike<number>, nx: number, spacing: number, distance: Float64Array): void {
  for (let row = 0; row < marked.length; row += nx) {
    let steps = FAR;
    for (let v = row; v < row + nx; v++) {
      steps = marked[v] ? 0 : steps + 1;
      distance[v] = steps;
    }
    steps = FAR;
    for (let v = row + nx - 1; v >= row; v--) {
      steps = marked[v] ? 0 : steps + 1;
      const mm = (steps < distance[v] ? steps : distance[v]) * spacing;
      distance[v] = mm * mm;
    }
  }
}

interface Work {
  readonly value: Float64Array;
  readonly apex: Int32Array;
  readonly from: Float64Array;
}

/**
 * Replaces f(q) by min over p of f(p) + (spacing * (q - p))^2 along one line of `distance`.
 *
 * @param start index of the line's first point
 * @param stride distance in memory between its points
 */
function envelope(distance: Float64Array, start: number, stride: number, n: number, spacing: number, work: Work): void {
  const { value, apex, from } = work;
  let parabolas = 0; // in the envelope so far; parabola m is lowest on [from[m], from[m + 1]]
  const weight = spacing * spacing;
  for (let q = 0; q < n; q++) {
    const f = distance[start + q * stride];
    value[q] = f;
    if (f === FAR) continue;
    let cross = -FAR;
    while (parabolas > 0) {
      const p = apex[parabolas - 1];
      cross = (f - value[p]) / (2 * weight * (q - p)) + (q + p) / 2;
      if (cross > from[parabolas - 1]) break;
      parabolas--;
    }
    apex[parabolas] = q;
    from[parabolas] = parabolas === 0 ? -FAR : cross;
    parabolas++;
  }
  if (parabolas === 0) return; // nothing marked in reach of this line so far: it stays Infinity
  let m = 0;
  for (let q = 0; q < n; q++) {
    while (m + 1 < parabolas && from[m + 1] < q) m++;
    const mm = (q - apex[m]) * spacing;
    distance[start + q * stride] = value[apex[m]] + mm * mm;
  }
}
