import { connectedComponents, dilate } from '#imaging';
import type { Vec3 } from '#imaging';
import { meetingsOf } from './instances.js';
import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';
import { hausdorff95, surfaceDistances } from './surface-distances.js';

/** Constants of a BraTS challenge. */
export interface LesionwiseRules {
  /** Voxel steps by which the reference segmentation grows before lesions that then touch are taken as one. */
  readonly dilationVoxels: number;
  /** Reference lesions of at most this volume are left out. */
  readonly thresholdMm3: number;
  /** What the 95th percentile Hausdorff distance of a missed or invented lesion is worth. */
  readonly penaltyMm: number;
}

/** BraTS 2023: metastases, and adult glioma. */
export const BRATS_RULES: Readonly<Record<'met' | 'gli', LesionwiseRules>> = {
  met: { dilationVoxels: 1, thresholdMm3: 2, penaltyMm: 374 },
  gli: { dilationVoxels: 3, thresholdMm3: 50, penaltyMm: 374 },
};

/** Counts and sums from which the lesion-wise scores are read. */
export interface LesionwiseScore {
  /** Lesions above the threshold that a predicted piece meets, and those that none meets. */
  readonly tp: number;
  readonly fn: number;
  /** Predicted pieces that meet no lesion at all, however small they are. */
  readonly fp: number;
  /** Sums over lesions above the threshold: Dice (0 when missed), HD95 in mm (the penalty when missed). */
  readonly sumDice: number;
  readonly sumHd95Mm: number;
  readonly rules: LesionwiseRules;
}

/** A mask pair cut out of a volume: how many more voxels the volume has on either side along x, y, z. */
export interface Surroundings {
  readonly before: Vec3;
  readonly after: Vec3;
}

/**
 * Lesion-wise comparison of the BraTS challenges of 2023, from their published description.
 *
 * The reference grows by some voxels (18 neighbours); what then hangs together (26) is one lesion. A lesion is compared with
 * all predicted pieces (26) that meet its grown shape, by Dice and HD95 of surface elements. Predicted pieces that meet no
 * lesion are false positives. Growth is in voxels, so the same anatomy may fall into other lesions on another grid.
 *
 * @param reference    flat mask, x fastest, 0 or 1
 * @param prediction   flat mask on the same grid
 * @param sizeXyz      size of both
 * @param spacingMm    distance between voxel centres
 * @param flat         axes along which the whole volume has one voxel; BraTS itself would count their faces as surface
 * @param surroundings when the masks are cut out of a volume: room for growth around them
 */
export function lesionwise(
  reference: Uint8Array,
  prediction: Uint8Array,
  sizeXyz: Vec3,
  spacingMm: Vec3,
  flat: readonly [boolean, boolean, boolean],
  rules: LesionwiseRules,
  surroundings: Surroundings = { before: [0, 0, 0], after: [0, 0, 0] },
): LesionwiseScore {
  const room = roomFor(sizeXyz, surroundings, rules.dilationVoxels);
  const masks = { reference: widen(reference, sizeXyz, room), prediction: widen(prediction, sizeXyz, room) };
  // What grows from one lesion is a piece of what grows from all, so growing once tells the lesions and their reach.
  const reach = connectedComponents(dilate(masks.reference, room.sizeXyz, rules.dilationVoxels, 18), room.sizeXyz, 26);
  const found = connectedComponents(masks.prediction, room.sizeXyz, 26);
  const meetings = meetingsOf(reach.labels, found.labels, found.count);
  const met = Array.from({ length: reach.count + 1 }, (): number[] => []);
  const right = new Set<number>();
  for (const { reference: lesion, prediction: piece } of meetings) {
    met[lesion].push(piece);
    right.add(piece);
  }
  const lesionVoxels = new Float64Array(reach.count + 1);
  for (let v = 0; v < reach.labels.length; v++) if (masks.reference[v]) lesionVoxels[reach.labels[v]]++;
  const boxes = {
    lesion: boxesOf(reach.labels, reach.count, room.sizeXyz),
    piece: boxesOf(found.labels, found.count, room.sizeXyz),
  };
  const voxelMm3 = spacingMm[0] * spacingMm[1] * spacingMm[2];
  let tp = 0;
  let fn = 0;
  let sumDice = 0;
  let sumHd95Mm = 0;
  const isPiece = new Uint8Array(found.count + 1); // of the lesion at hand
  for (let lesion = 1; lesion <= reach.count; lesion++) {
    if (lesionVoxels[lesion] * voxelMm3 <= rules.thresholdMm3) continue;
    const pieces = met[lesion];
    if (pieces.length === 0) {
      fn++;
      sumHd95Mm += rules.penaltyMm;
      continue;
    }
    tp++;
    for (const piece of pieces) isPiece[piece] = 1;
    const box = unite(boxes.lesion, lesion, boxes.piece, pieces);
    const pair = cutPair(masks.reference, reach.labels, lesion, found.labels, isPiece, room.sizeXyz, box);
    for (const piece of pieces) isPiece[piece] = 0;
    sumDice += (2 * pair.shared) / pair.voxels;
    const hd95 = hausdorff95(surfaceDistances(pair.reference, pair.prediction, pair.sizeXyz, spacingMm, flat));
    if (hd95.kind !== 'value') throw new TypeError(`HD95 of a lesion that was met is ${hd95.kind}; expected a number`);
    sumHd95Mm += hd95.value;
  }
  return { tp, fn, fp: found.count - right.size, sumDice, sumHd95Mm, rules };
}

/** Lesion-wise Dice: mean over lesions and false positives, which count 0. Nothing to find and nothing invented: 1. */
export function lesionwiseDice({ tp, fn, fp, sumDice }: LesionwiseScore): MetricValue {
  const terms = tp + fn + fp;
  return measured(terms === 0 ? 1 : sumDice / terms);
}

/** Lesion-wise HD95 in mm: mean over lesions and false positives, which count the penalty. Nothing at all: 0. */
export function lesionwiseHausdorff95({ tp, fn, fp, sumHd95Mm, rules }: LesionwiseScore): MetricValue {
  const terms = tp + fn + fp;
  return measured(terms === 0 ? 0 : (sumHd95Mm + fp * rules.penaltyMm) / terms);
}

interface Room {
  readonly sizeXyz: Vec3;
  readonly offset: Vec3;
}

function roomFor(sizeXyz: Vec3, { before, after }: Surroundings, steps: number): Room {
  const low = before.map((n) => Math.min(n, steps));
  const along = (axis: 0 | 1 | 2): number => low[axis] + sizeXyz[axis] + Math.min(after[axis], steps);
  return { sizeXyz: [along(0), along(1), along(2)], offset: [low[0], low[1], low[2]] };
}

function widen(mask: Uint8Array, [nx, ny, nz]: Vec3, { sizeXyz: [wx, wy, wz], offset }: Room): Uint8Array {
  const wide = new Uint8Array(wx * wy * wz);
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const row = (k * ny + j) * nx;
      wide.set(mask.subarray(row, row + nx), ((k + offset[2]) * wy + j + offset[1]) * wx + offset[0]);
    }
  }
  return wide;
}

/** Six numbers for each piece: smallest x, y, z and largest x, y, z. */
function boxesOf(labels: Int32Array, count: number, [nx, ny, nz]: Vec3): Int32Array {
  const boxes = new Int32Array(6 * (count + 1));
  for (let n = 0; n <= count; n++) boxes.set([nx, ny, nz, -1, -1, -1], 6 * n);
  let v = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, v++) {
        if (labels[v] === 0) continue;
        const at = 6 * labels[v];
        if (i < boxes[at]) boxes[at] = i;
        if (j < boxes[at + 1]) boxes[at + 1] = j;
        if (k < boxes[at + 2]) boxes[at + 2] = k;
        if (i > boxes[at + 3]) boxes[at + 3] = i;
        if (j > boxes[at + 4]) boxes[at + 4] = j;
        if (k > boxes[at + 5]) boxes[at + 5] = k;
      }
    }
  }
  return boxes;
}

function unite(lesions: Int32Array, lesion: number, found: Int32Array, pieces: readonly number[]): number[] {
  const box = [...lesions.subarray(6 * lesion, 6 * lesion + 6)];
  for (const piece of pieces) {
    for (let n = 0; n < 3; n++) {
      box[n] = Math.min(box[n], found[6 * piece + n]);
      box[n + 3] = Math.max(box[n + 3], found[6 * piece + n + 3]);
    }
  }
  return box;
}

interface LesionPair {
  readonly reference: Uint8Array;
  readonly prediction: Uint8Array;
  readonly sizeXyz: Vec3;
  /** Voxels in both; sum of the voxels of either. */
  readonly shared: number;
  readonly voxels: number;
}

function cutPair(
  mask: Uint8Array,
  reach: Int32Array,
  lesion: number,
  found: Int32Array,
  isPiece: Uint8Array,
  [nx, ny]: Vec3,
  [x0, y0, z0, x1, y1, z1]: readonly number[],
): LesionPair {
  const sizeXyz: Vec3 = [x1 - x0 + 1, y1 - y0 + 1, z1 - z0 + 1];
  const reference = new Uint8Array(sizeXyz[0] * sizeXyz[1] * sizeXyz[2]);
  const prediction = new Uint8Array(reference.length);
  let shared = 0;
  let voxels = 0;
  let n = 0;
  for (let k = z0; k <= z1; k++) {
    for (let j = y0; j <= y1; j++) {
      for (let i = x0, v = (k * ny + j) * nx + x0; i <= x1; i++, v++, n++) {
        if (mask[v] && reach[v] === lesion) reference[n] = 1;
        if (isPiece[found[v]]) prediction[n] = 1;
        shared += reference[n] & prediction[n];
        voxels += reference[n] + prediction[n];
      }
    }
  }
  return { reference, prediction, sizeXyz, shared, voxels };
}
