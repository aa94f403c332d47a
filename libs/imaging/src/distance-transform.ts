import type { Vec3 } from './geometry.js';
import { LowerEnvelope } from './lower-envelope.js';

/**
 * Exact squared Euclidean distance from every grid point to the nearest marked one, in mm2.
 *
 * Separable: two sweeps along x, then lower envelopes of parabolas along y and z. Time is linear in the number of points.
 * Float64 throughout: float32 could move a distance across a tolerance. The value is, to the last bit, the smallest over
 * all marked points of ((dx * sx)^2 + (dy * sy)^2) + (dz * sz)^2 evaluated in float64 in this order: a definition that any
 * other way to find the nearest point can meet.
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
  const slice = nx * ny;
  if (ny > 1) {
    const envelope = new LowerEnvelope(ny, spacingMm[1], (nx * spacingMm[0]) ** 2);
    for (let k = 0; k < nz; k++) {
      for (let at = k * slice; at < k * slice + nx; at++) spread(distance, at, nx, ny, envelope);
    }
  }
  if (nz > 1) {
    const envelope = new LowerEnvelope(nz, spacingMm[2], (nx * spacingMm[0]) ** 2 + (ny * spacingMm[1]) ** 2);
    for (let at = 0; at < slice; at++) spread(distance, at, slice, nz, envelope);
  }
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

/** Replaces f(q) by min over p of f(p) + (spacing * (q - p))^2 along the line of n points from `start`, `stride` apart. */
function spread(distance: Float64Array, start: number, stride: number, n: number, envelope: LowerEnvelope): void {
  const { apex, height } = envelope;
  let given = 0;
  for (let q = 0, at = start; q < n; q++, at += stride) {
    const f = distance[at];
    if (f === FAR) continue;
    apex[given] = q;
    height[given++] = f;
  }
  if (given === 0) return; // nothing marked in reach of this line so far: it stays Infinity
  envelope.raise(given);
  envelope.read(0, n - 1, distance, start, stride);
}
