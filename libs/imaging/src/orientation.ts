import type { Geometry, Mat3, Vec3 } from './geometry.js';
import { voxelCount } from './geometry.js';
import type { Volume, VoxelArray } from './volume.js';

/** An axis of a grid as seen from one of another grid: axis `source`, run through backwards when `flip`. */
export interface AxisChoice {
  readonly source: 0 | 1 | 2;
  readonly flip: boolean;
}

/** A signed permutation of the three axes: entry a tells where axis a of the new grid comes from. */
export type AxisMap = readonly [AxisChoice, AxisChoice, AxisChoice];

const PERMUTATIONS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** Letters of the world axes of LPS: towards which side an index grows when its direction is positive or negative. */
const POSITIVE = 'LPS';
const NEGATIVE = 'RAI';

/**
 * Orientation of a grid in three letters: letter a is the anatomical side towards which the index of stored axis a grows.
 *
 * These are nibabel's codes: 'RAS' for an identity NIfTI affine, 'LPS' for an identity DICOM or ITK direction. An oblique
 * grid gets the assignment of axes with the largest sum of cosines (nibabel chooses axis by axis; the two can differ only
 * when no axis is near a patient axis).
 */
export function axisCodes(geometry: Geometry): string {
  return nearestWorldAxes(geometry)
    .map(({ axis, positive }) => (positive ? POSITIVE : NEGATIVE)[axis])
    .join('');
}

/** All 48 orientations, as three-letter codes. */
export const ALL_AXIS_CODES: readonly string[] = PERMUTATIONS.flatMap((p) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((flips) => p.map((w, a) => ((flips >> a) & 1 ? NEGATIVE : POSITIVE)[w]).join('')),
);

/**
 * How to permute and flip a grid so that it gets the given orientation.
 *
 * @throws RangeError when `axes` is not three letters, one of each of L/R, P/A, S/I
 */
export function axisMapTo(geometry: Geometry, axes: string): AxisMap {
  const wanted = parseAxes(axes);
  const stored = nearestWorldAxes(geometry);
  const choose = (a: 0 | 1 | 2): AxisChoice => {
    const source = stored.findIndex((s) => s.axis === wanted[a].axis) as 0 | 1 | 2;
    return { source, flip: stored[source].positive !== wanted[a].positive };
  };
  return [choose(0), choose(1), choose(2)];
}

/** The map that undoes another: `applyAxisMap(applyAxisMap(v, m), inverseAxisMap(m))` has the voxels of v. */
export function inverseAxisMap(map: AxisMap): AxisMap {
  const back = (s: 0 | 1 | 2): AxisChoice => {
    const at = map.findIndex(({ source }) => source === s) as 0 | 1 | 2;
    return { source: at, flip: map[at].flip };
  };
  return [back(0), back(1), back(2)];
}

/** Geometry of the permuted and flipped grid; every voxel stays where it is in the patient. */
export function mapGeometry(geometry: Geometry, map: AxisMap): Geometry {
  const { sizeXyz, spacingMm, originLps, direction: d } = geometry;
  const origin = [...originLps] as [number, number, number];
  for (const { source, flip } of map) {
    if (!flip) continue;
    const lengthMm = (sizeXyz[source] - 1) * spacingMm[source];
    for (let w = 0; w < 3; w++) origin[w] += d[3 * w + source] * lengthMm;
  }
  const pick = (v: Vec3): Vec3 => [v[map[0].source], v[map[1].source], v[map[2].source]];
  const signed = (w: number, a: number): number =>
    map[a].flip ? 0 - d[3 * w + map[a].source] : d[3 * w + map[a].source];
  const direction = [0, 1, 2].flatMap((w) => [0, 1, 2].map((a) => signed(w, a))) as unknown as Mat3;
  return { sizeXyz: pick(sizeXyz), spacingMm: pick(spacingMm), originLps: origin, direction };
}

/** Permutes and flips the axes of a volume; no value changes. Always returns a copy. */
export function applyAxisMap<T extends VoxelArray>(volume: Volume<T>, map: AxisMap): Volume<T> {
  const geometry = mapGeometry(volume.geometry, map);
  return { geometry, data: permuteVoxels(volume.data, volume.geometry.sizeXyz, map) };
}

/**
 * Brings a volume into an orientation such as 'RAS' by permuting and flipping its axes; an oblique volume stays oblique.
 *
 * @throws RangeError when `axes` is no orientation
 */
export function orientTo<T extends VoxelArray>(volume: Volume<T>, axes: string): Volume<T> {
  return applyAxisMap(volume, axisMapTo(volume.geometry, axes));
}

/**
 * Permutes and flips an x-fastest array.
 *
 * @param data    voxels of the grid `sizeXyz`
 * @returns a new array of the same type, in the order of the mapped grid
 */
export function permuteVoxels<T extends VoxelArray>(data: T, sizeXyz: Vec3, map: AxisMap): T {
  if (data.length !== sizeXyz[0] * sizeXyz[1] * sizeXyz[2]) {
    throw new RangeError(`array holds ${data.length} voxels; the grid has ${sizeXyz.join(' x ')}`);
  }
  const strides = [1, sizeXyz[0], sizeXyz[0] * sizeXyz[1]];
  const size = map.map(({ source }) => sizeXyz[source]);
  const step = map.map(({ source, flip }) => (flip ? -strides[source] : strides[source]));
  let start = 0;
  for (const { source, flip } of map) if (flip) start += strides[source] * (sizeXyz[source] - 1);
  const out = new (data.constructor as new (length: number) => T)(data.length);
  const goes = [1, size[0], size[0] * size[1]]; // how far apart neighbours along the new axes lie in `out`
  // Reading runs along the new x, or, in squares that stay in the cache, also along the new axis on which neighbours lie
  // side by side in `data`.
  const near = Math.abs(step[1]) === 1 ? 1 : 2;
  const far = near === 1 ? 2 : 1;
  const square = Math.abs(step[0]) === 1 ? Infinity : SQUARE;
  for (let f = 0; f < size[far]; f++) {
    for (let firstN = 0; firstN < size[near]; firstN += SQUARE) {
      const endN = Math.min(size[near], firstN + SQUARE);
      for (let firstI = 0; firstI < size[0]; firstI += square) {
        const endI = Math.min(size[0], firstI + square);
        for (let n = firstN; n < endN; n++) {
          const to = f * goes[far] + n * goes[near];
          copyStrided(data, start + f * step[far] + n * step[near], step[0], out, to, firstI, endI);
        }
      }
    }
  }
  return out;
}

/** Side of the squares in which an array is transposed, in voxels. */
const SQUARE = 32;

function copyStrided(
  data: VoxelArray,
  from: number,
  step: number,
  out: VoxelArray,
  to: number,
  first: number,
  end: number,
): void {
  for (let i = first, at = from + first * step; i < end; i++, at += step) out[to + i] = data[at];
}

interface WorldAxis {
  readonly axis: 0 | 1 | 2;
  readonly positive: boolean;
}

/** For each stored axis the world axis it runs along, each world axis once; ties go to the earlier permutation. */
function nearestWorldAxes(geometry: Geometry): readonly WorldAxis[] {
  if (!geometry.direction.every(Number.isFinite) || voxelCount(geometry) < 1) {
    throw new RangeError(`direction is [${geometry.direction.join(', ')}]; expected nine finite numbers`);
  }
  const cosine = (w: number, a: number): number => geometry.direction[3 * w + a];
  let best: (typeof PERMUTATIONS)[number] = PERMUTATIONS[0];
  let bestSum = -1;
  for (const p of PERMUTATIONS) {
    const sum = Math.abs(cosine(p[0], 0)) + Math.abs(cosine(p[1], 1)) + Math.abs(cosine(p[2], 2));
    if (sum > bestSum + 1e-9) {
      best = p;
      bestSum = sum;
    }
  }
  return best.map((axis, a) => ({ axis, positive: cosine(axis, a) >= 0 }));
}

function parseAxes(axes: string): readonly WorldAxis[] {
  const parsed = [...axes].map((letter) => {
    const positive = POSITIVE.includes(letter);
    return { axis: (positive ? POSITIVE : NEGATIVE).indexOf(letter) as -1 | 0 | 1 | 2, positive };
  });
  if (
    parsed.length !== 3 ||
    new Set(parsed.map(({ axis }) => axis)).size !== 3 ||
    parsed.some(({ axis }) => axis < 0)
  ) {
    throw new RangeError(`orientation is "${axes}"; expected three letters, one each of L or R, P or A, S or I`);
  }
  return parsed as readonly WorldAxis[];
}

/** Whether a text is one of the 48 orientations. */
export function isAxisCodes(axes: string): boolean {
  return ALL_AXIS_CODES.includes(axes);
}
