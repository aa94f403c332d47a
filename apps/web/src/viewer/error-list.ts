import { connectedComponents, squaredDistanceMm2 } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';
import { visitRegions } from './connected-regions.js';
import type { PlaneName } from './planes.js';

// Where a prediction is wrong, as a list that a person can step through. Everything is computed in the page's worker from
// the two label maps that the person sees.

export type ErrorKind = 'falsePositive' | 'falseNegative' | 'wrongLabel';

/** Face-connected voxels that are wrong in the same way: one structure in the reference, another (or none) predicted. */
export interface ErrorRegion {
  readonly kind: ErrorKind;
  /** Segments (see `Segments`); 0 is background. They differ. */
  readonly reference: number;
  readonly prediction: number;
  readonly voxels: number;
  /** The voxel of the region whose centre is nearest, in mm, to the middle (mean of the voxel centres) of the region. */
  readonly atIjk: Vec3;
  /**
   * Smallest and largest distance from the voxels of the region to the surface of the reference, in mm, between voxel
   * centres: what was predicted only, or as the wrong structure, to the nearest reference voxel of the structure that was
   * predicted; what was missed to the nearest voxel outside the structure that was missed, which is how deep it reaches.
   * An error that touches the surface is one voxel away. Null when the reference holds none of that structure, or all
   * voxels belong to it, or the structure is too large to be measured here (`MOST_MEASURED`).
   */
  readonly nearestMm: number | null;
  readonly farthestMm: number | null;
  /**
   * Whether the connected piece (26 neighbours, as the instance metrics have it) that the region is part of was matched,
   * that is shares a voxel with the same structure on the other side. Of a region that was predicted only: the predicted
   * piece; otherwise: the piece of the reference. False: a piece that was invented, or missed, as a whole.
   */
  readonly matched: boolean;
}

/** How the pieces of one structure (26 neighbours) were found. A piece is found when at least one voxel of it is. */
export interface PieceCount {
  readonly segment: number;
  readonly referencePieces: number;
  readonly found: number;
  /** Predicted pieces that touch no reference of the structure. */
  readonly invented: number;
}

/** The slice of a plane that holds most wrong voxels. */
export interface WorstSlice {
  readonly voxels: number;
  readonly areaMm2: number;
  /** The wrong voxel of the slice that is nearest to the middle of its wrong voxels. */
  readonly atIjk: Vec3;
}

export interface ErrorList {
  /** Largest first, at most `MOST_REGIONS`. */
  readonly regions: readonly ErrorRegion[];
  readonly regionCount: number;
  readonly pieces: readonly PieceCount[];
  /** Null where nothing is wrong. */
  readonly worst: Readonly<Record<PlaneName, WorstSlice | null>>;
}

/** More is not useful to step through, and each costs a message. */
export const MOST_REGIONS = 200;

/** Distances and pieces of a structure are computed in the box around it, at up to 30 bytes a voxel. */
export const MOST_MEASURED = 32 * 2 ** 20;

const PAIR = 256;

/**
 * Lists the errors of a prediction.
 *
 * @param geometry canonical grid (stored axes nearest to L, P, S) of both maps
 * @param reference,prediction segments, x fastest; what is not to be compared is 0
 * @throws RangeError when the sizes disagree
 */
export function listErrors(geometry: Geometry, reference: Uint8Array, prediction: Uint8Array): ErrorList {
  const { sizeXyz, spacingMm } = geometry;
  const total = sizeXyz[0] * sizeXyz[1] * sizeXyz[2];
  if (reference.length !== total || prediction.length !== total) {
    throw new RangeError(
      `label maps hold ${reference.length} and ${prediction.length} voxels; the grid has ${sizeXyz.join(' x ')}`,
    );
  }
  const pairs = new Uint16Array(total);
  for (let v = 0; v < total; v++) if (reference[v] !== prediction[v]) pairs[v] = reference[v] * PAIR + prediction[v];

  const found: { pair: number; voxels: Int32Array }[] = [];
  let regionCount = 0;
  visitRegions(
    pairs,
    sizeXyz,
    () => true,
    (pair, voxels) => {
      regionCount++;
      found.push({ pair, voxels: voxels.slice() });
      // Thousands of specks need not be kept until the end to be forgotten then.
      if (found.length >= 8 * MOST_REGIONS) found.sort(byFallingSize).splice(MOST_REGIONS);
    },
  );
  found.sort(byFallingSize).splice(MOST_REGIONS);

  const structures = new Map<number, Structure>();
  for (const segment of segmentsIn(reference, prediction)) {
    structures.set(segment, measureStructure(segment, reference, prediction, sizeXyz, spacingMm));
  }
  const regions = found.map(({ pair, voxels }): ErrorRegion => {
    const segment = { reference: Math.floor(pair / PAIR), prediction: pair % PAIR };
    const kind: ErrorKind =
      segment.reference === 0 ? 'falsePositive' : segment.prediction === 0 ? 'falseNegative' : 'wrongLabel';
    const ofReference = structures.get(segment.reference);
    const ofPrediction = structures.get(segment.prediction);
    const distances = kind === 'falseNegative' ? ofReference?.inside(voxels) : ofPrediction?.outside(voxels);
    return {
      kind,
      ...segment,
      voxels: voxels.length,
      atIjk: centremost(voxels, sizeXyz, spacingMm),
      nearestMm: distances?.nearestMm ?? null,
      farthestMm: distances?.farthestMm ?? null,
      matched:
        (kind === 'falsePositive'
          ? ofPrediction?.predictionMatched(voxels[0])
          : ofReference?.referenceMatched(voxels[0])) ?? false,
    };
  });
  return {
    regions,
    regionCount,
    pieces: [...structures.values()].flatMap(({ pieces }) => (pieces ? [pieces] : [])),
    worst: worstSlices(pairs, geometry),
  };
}

const byFallingSize = (a: { voxels: Int32Array }, b: { voxels: Int32Array }): number =>
  b.voxels.length - a.voxels.length || a.voxels[0] - b.voxels[0];

function segmentsIn(...maps: readonly Uint8Array[]): number[] {
  const seen = new Uint8Array(256);
  for (const map of maps) for (let v = 0; v < map.length; v++) seen[map[v]] = 1;
  return [...seen.keys()].filter((segment) => segment > 0 && seen[segment] === 1);
}

interface Reach {
  readonly nearestMm: number;
  readonly farthestMm: number;
}

/** What has to be known of one structure in both maps. Indices given to its functions are flat indices of the grid. */
interface Structure {
  readonly pieces: PieceCount | null;
  readonly outside: (voxels: Int32Array) => Reach | null;
  readonly inside: (voxels: Int32Array) => Reach | null;
  readonly referenceMatched: (voxel: number) => boolean;
  readonly predictionMatched: (voxel: number) => boolean;
}

/**
 * Pieces and distances of one structure, inside the box around it and one voxel more: the nearest reference voxel lies in
 * the box, and so does the nearest voxel outside, unless the structure leaves the image there.
 */
function measureStructure(
  segment: number,
  reference: Uint8Array,
  prediction: Uint8Array,
  sizeXyz: Vec3,
  spacingMm: Vec3,
): Structure {
  const [nx, ny] = sizeXyz;
  const { from, size } = boxAround(segment, reference, prediction, sizeXyz);
  const count = size[0] * size[1] * size[2];
  if (count > MOST_MEASURED) {
    const unknown = (): null => null;
    // Pieces of so large a structure are not counted either; it is surely there on the side that the box comes from.
    return {
      pieces: null,
      outside: unknown,
      inside: unknown,
      referenceMatched: () => true,
      predictionMatched: () => true,
    };
  }
  const inReference = new Uint8Array(count);
  const inPrediction = new Uint8Array(count);
  let b = 0;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      let v = ((from[2] + k) * ny + from[1] + j) * nx + from[0];
      for (let i = 0; i < size[0]; i++, b++, v++) {
        if (reference[v] === segment) inReference[b] = 1;
        if (prediction[v] === segment) inPrediction[b] = 1;
      }
    }
  }
  const inBox = (v: number): number => {
    const i = (v % nx) - from[0];
    const j = (Math.floor(v / nx) % ny) - from[1];
    const k = Math.floor(v / (nx * ny)) - from[2];
    return (k * size[1] + j) * size[0] + i;
  };

  const ofReference = connectedComponents(inReference, size, 26);
  const ofPrediction = connectedComponents(inPrediction, size, 26);
  const referenceFound = new Uint8Array(ofReference.count + 1);
  const predictionMet = new Uint8Array(ofPrediction.count + 1);
  for (let n = 0; n < count; n++) {
    if (inReference[n] && inPrediction[n]) {
      referenceFound[ofReference.labels[n]] = 1;
      predictionMet[ofPrediction.labels[n]] = 1;
    }
  }
  const sum = (flags: Uint8Array): number => flags.reduce((a, flag) => a + flag, 0);

  // Each distance map is made when the first region asks for it: structures without errors of a kind cost nothing.
  const reaches = (marked: () => Uint8Array): ((voxels: Int32Array) => Reach | null) => {
    let squared: Float64Array | undefined;
    return (voxels) => {
      squared ??= squaredDistanceMm2(marked(), size, spacingMm);
      let least = Infinity;
      let most = 0;
      for (let n = 0; n < voxels.length; n++) {
        const d = squared[inBox(voxels[n])];
        if (d < least) least = d;
        if (d > most) most = d;
      }
      return most === Infinity ? null : { nearestMm: Math.sqrt(least), farthestMm: Math.sqrt(most) };
    };
  };
  return {
    pieces: {
      segment,
      referencePieces: ofReference.count,
      found: sum(referenceFound),
      invented: ofPrediction.count - sum(predictionMet),
    },
    outside: reaches(() => inReference),
    inside: reaches(() => inReference.map((voxel) => 1 - voxel)),
    referenceMatched: (v) => referenceFound[ofReference.labels[inBox(v)]] === 1,
    predictionMatched: (v) => predictionMet[ofPrediction.labels[inBox(v)]] === 1,
  };
}

/** The box around a structure of either map, one voxel larger on each side where the grid has room. */
function boxAround(
  segment: number,
  reference: Uint8Array,
  prediction: Uint8Array,
  [nx, ny, nz]: Vec3,
): { from: Vec3; size: Vec3 } {
  const low = [nx, ny, nz];
  const high = [-1, -1, -1];
  let v = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      let first = -1;
      let last = -1;
      for (let i = 0; i < nx; i++, v++) {
        if (reference[v] !== segment && prediction[v] !== segment) continue;
        if (first < 0) first = i;
        last = i;
      }
      if (first < 0) continue;
      low[0] = Math.min(low[0], first);
      high[0] = Math.max(high[0], last);
      low[1] = Math.min(low[1], j);
      high[1] = Math.max(high[1], j);
      low[2] = Math.min(low[2], k);
      high[2] = Math.max(high[2], k);
    }
  }
  const from = low.map((n) => Math.max(0, n - 1));
  const to = high.map((n, a) => Math.min([nx, ny, nz][a] - 1, n + 1));
  return {
    from: [from[0], from[1], from[2]],
    size: [to[0] - from[0] + 1, to[1] - from[1] + 1, to[2] - from[2] + 1],
  };
}

/** The voxel whose centre is nearest to the mean of all, in mm; the one stored first of several. */
export function centremost(voxels: Int32Array, [nx, ny]: Vec3, spacingMm: Vec3): Vec3 {
  const ijk = (v: number): Vec3 => [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
  const mean = [0, 0, 0];
  for (let n = 0; n < voxels.length; n++) ijk(voxels[n]).forEach((x, a) => (mean[a] += x / voxels.length));
  let best = voxels[0];
  let bestSquared = Infinity;
  for (let n = 0; n < voxels.length; n++) {
    const [i, j, k] = ijk(voxels[n]);
    const squared =
      ((i - mean[0]) * spacingMm[0]) ** 2 + ((j - mean[1]) * spacingMm[1]) ** 2 + ((k - mean[2]) * spacingMm[2]) ** 2;
    if (squared < bestSquared || (squared === bestSquared && voxels[n] < best)) {
      best = voxels[n];
      bestSquared = squared;
    }
  }
  return ijk(best);
}

/** Stored axis that a plane's slices follow, on a canonical grid. */
const AXIS_OF: Readonly<Record<PlaneName, 0 | 1 | 2>> = { sagittal: 0, coronal: 1, axial: 2 };

function worstSlices(
  pairs: Uint16Array,
  { sizeXyz, spacingMm }: Geometry,
): Readonly<Record<PlaneName, WorstSlice | null>> {
  const [nx, ny, nz] = sizeXyz;
  const counts = [new Uint32Array(nx), new Uint32Array(ny), new Uint32Array(nz)];
  for (let k = 0, v = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, v++) {
        if (pairs[v] === 0) continue;
        counts[0][i]++;
        counts[1][j]++;
        counts[2][k]++;
      }
    }
  }
  const worst = (plane: PlaneName): WorstSlice | null => {
    const axis = AXIS_OF[plane];
    let at = 0;
    counts[axis].forEach((n, index) => (at = n > counts[axis][at] ? index : at));
    const voxels = counts[axis][at];
    if (voxels === 0) return null;
    const strides = [1, nx, nx * ny];
    const [a, b] = [0, 1, 2].filter((other) => other !== axis);
    const wrong: number[] = [];
    for (let y = 0; y < sizeXyz[b]; y++) {
      for (let x = 0; x < sizeXyz[a]; x++) {
        const v = at * strides[axis] + x * strides[a] + y * strides[b];
        if (pairs[v] !== 0) wrong.push(v);
      }
    }
    return {
      voxels,
      areaMm2: voxels * spacingMm[a] * spacingMm[b],
      atIjk: centremost(Int32Array.from(wrong), sizeXyz, spacingMm),
    };
  };
  return { axial: worst('axial'), coronal: worst('coronal'), sagittal: worst('sagittal') };
}
