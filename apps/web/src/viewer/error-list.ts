import { nearestMarked } from '#metrics';
import type { Geometry, Vec3 } from '#imaging';
import { visitRegions } from './connected-regions.js';
import type { PlaneName } from './planes.js';
import { meetings, pieceAt, runPieces } from './run-pieces.js';
import { cutStructure, segmentsIn } from './structure-box.js';

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
   * voxels belong to it.
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

  const parts = found.map(({ pair, voxels }): Part => {
    const [inReference, inPrediction] = [Math.floor(pair / PAIR), pair % PAIR];
    const kind: ErrorKind = inReference === 0 ? 'falsePositive' : inPrediction === 0 ? 'falseNegative' : 'wrongLabel';
    return { kind, reference: inReference, prediction: inPrediction, voxels, reach: null };
  });
  const structures = new Map<number, Structure>();
  for (const segment of segmentsIn(reference, prediction)) {
    structures.set(segment, measureStructure(segment, reference, prediction, sizeXyz, spacingMm, parts));
  }
  const regions = parts.map(({ voxels, reach, ...part }): ErrorRegion => {
    const ofReference = structures.get(part.reference);
    const ofPrediction = structures.get(part.prediction);
    return {
      ...part,
      voxels: voxels.length,
      atIjk: centremost(voxels, sizeXyz, spacingMm),
      nearestMm: reach?.nearestMm ?? null,
      farthestMm: reach?.farthestMm ?? null,
      matched:
        (part.kind === 'falsePositive'
          ? ofPrediction?.predictionMatched(voxels[0])
          : ofReference?.referenceMatched(voxels[0])) ?? false,
    };
  });
  return {
    regions,
    regionCount,
    pieces: [...structures.values()].map(({ pieces }) => pieces),
    worst: worstSlices(pairs, geometry),
  };
}

const byFallingSize = (a: { voxels: Int32Array }, b: { voxels: Int32Array }): number =>
  b.voxels.length - a.voxels.length || a.voxels[0] - b.voxels[0];

interface Reach {
  readonly nearestMm: number;
  readonly farthestMm: number;
}

/** An error of the list on its way: its voxels as flat indices of the grid, and how far they reach once it is known. */
interface Part {
  readonly kind: ErrorKind;
  readonly reference: number;
  readonly prediction: number;
  readonly voxels: Int32Array;
  reach: Reach | null;
}

/** What has to be known of one structure in both maps. Indices given to its functions are flat indices of the grid. */
interface Structure {
  readonly pieces: PieceCount;
  readonly referenceMatched: (voxel: number) => boolean;
  readonly predictionMatched: (voxel: number) => boolean;
}

/**
 * Pieces of one structure, and the distances of the errors that are measured to it, inside the box around it and one voxel
 * more: the nearest reference voxel lies in the box, and so does the nearest voxel outside, unless the structure leaves the
 * image there. Takes about six bytes a voxel of the box.
 *
 * @param parts errors; those that are measured to this structure get their reach
 */
function measureStructure(
  segment: number,
  reference: Uint8Array,
  prediction: Uint8Array,
  sizeXyz: Vec3,
  spacingMm: Vec3,
  parts: readonly Part[],
): Structure {
  const [nx, ny] = sizeXyz;
  const { from, size, inReference, inPrediction } = cutStructure(segment, reference, prediction, sizeXyz);
  const slice = nx * ny;
  const rowOf = (v: number): number => (((v / slice) | 0) - from[2]) * size[1] + (((v % slice) / nx) | 0) - from[1];
  const xOf = (v: number): number => (v % nx) - from[0];
  const ofReference = runPieces(inReference, size);
  const ofPrediction = runPieces(inPrediction, size);
  const met = meetings(ofReference, ofPrediction);
  const sum = (flags: Uint8Array): number => flags.reduce((a, flag) => a + flag, 0);

  // Structures without errors of a kind cost nothing; all errors of a kind are measured together.
  const measure = (marked: () => Uint8Array, wanted: readonly Part[]): void => {
    if (wanted.length === 0) return;
    const points = new Int32Array(wanted.reduce((total, { voxels }) => total + voxels.length, 0));
    let n = 0;
    for (const { voxels } of wanted) {
      for (let m = 0; m < voxels.length; m++) points[n++] = rowOf(voxels[m]) * size[0] + xOf(voxels[m]);
    }
    const squares = nearestMarked(marked(), size, spacingMm)(points);
    n = 0;
    for (const part of wanted) {
      let least = Infinity;
      let most = 0;
      for (let m = 0; m < part.voxels.length; m++, n++) {
        if (squares[n] < least) least = squares[n];
        if (squares[n] > most) most = squares[n];
      }
      part.reach = most === Infinity ? null : { nearestMm: Math.sqrt(least), farthestMm: Math.sqrt(most) };
    }
  };
  measure(
    () => inReference,
    parts.filter(({ kind, prediction: drawn }) => kind !== 'falseNegative' && drawn === segment),
  );
  measure(
    () => inReference.map((voxel) => 1 - voxel),
    parts.filter(({ kind, reference: expected }) => kind === 'falseNegative' && expected === segment),
  );
  return {
    pieces: {
      segment,
      referencePieces: ofReference.count,
      found: sum(met.a),
      invented: ofPrediction.count - sum(met.b),
    },
    referenceMatched: (v) => met.a[pieceAt(ofReference, rowOf(v), xOf(v))] === 1,
    predictionMatched: (v) => met.b[pieceAt(ofPrediction, rowOf(v), xOf(v))] === 1,
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
