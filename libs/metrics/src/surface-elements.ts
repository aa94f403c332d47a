import type { Vec3 } from '#imaging';

/**
 * Areas of the surface that passes between the eight voxels around a grid corner (marching cubes).
 *
 * A corner code has one bit for each of the eight voxels: bit 4x + 2z + y is set when the voxel on side (x, y, z) of the
 * corner is foreground. The corner lies on the surface when the code is neither 0 nor 255.
 *
 * The table is derived here rather than listed, from the rules of Lorensen and Cline 1987 (doi:10.1145/37401.37422):
 * 1. the surface cuts an edge of the cube of voxel centres in its middle when its two ends differ;
 * 2. on a face with two foreground corners across a diagonal, the foreground corners are separated;
 * 3. more than four foreground voxels: the surface of the opposite code;
 * 4. a polygon that is not flat is divided into triangles so that its area, for a cubic voxel, is largest.
 * These give the surface elements of google-deepmind/surface-distance, whose areas our golden numbers hold. For some
 * codes they are not the area of any smooth surface: a property of the definition, shared by everybody who uses it.
 */
export type CornerAreas = Float64Array;

const CODES = 256;
type Point = readonly [number, number, number];
type Triple = readonly [number, number, number];

function cornerOf(bit: number): Point {
  return [bit >> 2, bit & 1, (bit >> 1) & 1];
}

function bitOf([x, y, z]: Point): number {
  return 4 * x + 2 * z + y;
}

/** The four corners of each face of the cube, in walking order. */
const FACES: readonly (readonly number[])[] = [0, 1, 2].flatMap((axis) =>
  [0, 1].map((side) =>
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ].map(([u, v]) => {
      const point = [0, 0, 0];
      point[axis] = side;
      point[(axis + 1) % 3] = u;
      point[(axis + 2) % 3] = v;
      return bitOf(point as unknown as Point);
    }),
  ),
);

/** For each code the area vectors (normal times area, unit cube) of its triangles. Fixed once derived, on first use: 40 ms. */
let derived: readonly (readonly Point[])[] | null = null;
function allTriangles(): readonly (readonly Point[])[] {
  return (derived ??= Array.from({ length: CODES }, (_, code) => areaVectors(code)));
}

/**
 * Weight of each corner code for a voxel spacing.
 *
 * Along a flat axis (a volume of one slice) there is no surface: with one flat axis the weights are lengths of the contour
 * in mm, with two they count end points, with three there is no surface at all. Otherwise they are areas in mm2.
 *
 * @param spacingMm voxel spacing along x, y, z
 * @param flat      axes along which the volume has a single voxel
 */
export function cornerWeights(spacingMm: Vec3, flat: readonly [boolean, boolean, boolean]): CornerAreas {
  const weights = new Float64Array(CODES);
  const thick = [0, 1, 2].filter((axis) => !flat[axis]);
  const triangles = thick.length === 3 ? allTriangles() : [];
  for (let code = 1; code < CODES - 1; code++) {
    if (thick.length === 3) weights[code] = area(triangles[code], spacingMm);
    else if (thick.length === 2) weights[code] = contourLength(code, thick[0], thick[1], spacingMm);
    else if (thick.length === 1) weights[code] = endPoint(code, thick[0]);
  }
  return weights;
}

/** Number of corners along each axis. */
export function cornerGrid(sizeXyz: Vec3, flat: readonly [boolean, boolean, boolean]): Vec3 {
  const along = (axis: 0 | 1 | 2): number => (flat[axis] ? 1 : sizeXyz[axis] + 1);
  return [along(0), along(1), along(2)];
}

function area(triangles: readonly Point[], [sx, sy, sz]: Vec3): number {
  let sum = 0;
  for (const [nx, ny, nz] of triangles) {
    const x = nx * sy * sz;
    const y = ny * sx * sz;
    const z = nz * sx * sy;
    sum += Math.sqrt(x * x + y * y + z * z);
  }
  return sum;
}

/** Length in mm of the contour through a corner that four pixels surround; codes that differ along the flat axis have none. */
function contourLength(code: number, u: number, v: number, spacingMm: Vec3): number {
  const face = FACES.filter((bits) => bits.every((bit) => cornerOf(bit)[3 - u - v] === 0))[0];
  let length = 0;
  for (const [a, b] of cuts(code, face)) {
    const [p, q] = [middle(a), middle(b)];
    const x = (p[u] - q[u]) * spacingMm[u];
    const y = (p[v] - q[v]) * spacingMm[v];
    length += Math.sqrt(x * x + y * y);
  }
  return length;
}

/** 1 where foreground and background meet along the only axis of a line of voxels. */
function endPoint(code: number, axis: number): number {
  const ahead = bitOf([0, 1, 2].map((a) => (a === axis ? 1 : 0)) as unknown as Point);
  return ((code >> ahead) & 1) !== (code & 1) ? 1 : 0;
}

function areaVectors(code: number): Point[] {
  const foreground = [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (code >> bit) & 1).length;
  return polygons(foreground > 4 ? 255 - code : code).flatMap((polygon) => largestTriangulation(polygon));
}

/** The two ends of a cut edge, as one number. */
type Edge = number;
function edgeBetween(a: number, b: number): Edge {
  return Math.min(a, b) * 8 + Math.max(a, b);
}

function middle(edge: Edge): Point {
  const a = cornerOf(edge >> 3);
  const b = cornerOf(edge & 7);
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];
}

/** Lines in which the surface meets a face: pairs of cut edges. Rule 2 pairs the edges at each foreground corner. */
function cuts(code: number, face: readonly number[]): [Edge, Edge][] {
  const inside = (n: number): boolean => ((code >> face[n % 4]) & 1) === 1;
  const edge = (n: number): Edge => edgeBetween(face[n % 4], face[(n + 1) % 4]);
  const cut = [0, 1, 2, 3].filter((n) => inside(n) !== inside(n + 1));
  if (cut.length === 2) return [[edge(cut[0]), edge(cut[1])]];
  if (cut.length === 4) return [0, 1, 2, 3].filter(inside).map((n) => [edge(n + 3), edge(n)]);
  return [];
}

/** Joins the lines on the six faces to closed polygons. Every cut edge borders two faces, so it has two neighbours. */
function polygons(code: number): Point[][] {
  const neighbours = new Map<Edge, Edge[]>();
  for (const [a, b] of FACES.flatMap((face) => cuts(code, face))) {
    neighbours.set(a, [...(neighbours.get(a) ?? []), b]);
    neighbours.set(b, [...(neighbours.get(b) ?? []), a]);
  }
  const found: Point[][] = [];
  const used = new Set<Edge>();
  for (const start of neighbours.keys()) {
    if (used.has(start)) continue;
    const polygon: Edge[] = [];
    let next: Edge | undefined = start;
    while (next !== undefined) {
      polygon.push(next);
      used.add(next);
      next = neighbours.get(next)?.find((edge) => !used.has(edge));
    }
    found.push(polygon.map(middle));
  }
  return found;
}

function largestTriangulation(polygon: readonly Point[]): Point[] {
  let best: Point[] = [];
  let bestArea = 0;
  for (const triangulation of triangulations(0, polygon.length - 1)) {
    const vectors = triangulation.map(([a, b, c]) => halfCross(polygon[a], polygon[b], polygon[c]));
    const size = area(vectors, [1, 1, 1]);
    if (size > bestArea + 1e-9) {
      best = vectors;
      bestArea = size;
    }
  }
  return best;
}

/** All ways to divide the polygon of the vertices `from` to `to` into triangles. */
function triangulations(from: number, to: number): Triple[][] {
  if (to - from < 2) return [[]];
  const all: Triple[][] = [];
  for (let apex = from + 1; apex < to; apex++) {
    for (const left of triangulations(from, apex)) {
      for (const right of triangulations(apex, to)) all.push([...left, ...right, [from, apex, to]]);
    }
  }
  return all;
}

function halfCross(a: Point, b: Point, c: Point): Point {
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  return [(uy * vz - uz * vy) / 2, (uz * vx - ux * vz) / 2, (ux * vy - uy * vx) / 2];
}
