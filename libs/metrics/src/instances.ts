import { connectedComponents } from '#imaging';
import type { Vec3 } from '#imaging';
import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';

/** Connected pieces of both masks (26 neighbours, 8 in a single slice) and where they meet. */
export interface InstancePair {
  /** Voxels of each piece; entry 0 is unused. */
  readonly referenceVoxels: Float64Array;
  readonly predictionVoxels: Float64Array;
  /** Pairs of pieces that share voxels, in order of reference piece, then of predicted piece. */
  readonly meetings: readonly Meeting[];
}

/** A piece of the reference segmentation and one of the prediction, numbered from 1, and how many voxels they share. */
export interface Meeting {
  readonly reference: number;
  readonly prediction: number;
  readonly shared: number;
}

/**
 * Takes both masks apart into their pieces.
 *
 * Six neighbours instead of 26 make more of them: of one of our golden pairs 4 instead of 2.
 *
 * @param reference  flat mask, x fastest; non-zero is foreground
 * @param prediction flat mask on the same grid
 * @throws RangeError when the masks and the size disagree
 */
export function instancePair(reference: Uint8Array, prediction: Uint8Array, sizeXyz: Vec3): InstancePair {
  const ofReference = connectedComponents(reference, sizeXyz, 26);
  const ofPrediction = connectedComponents(prediction, sizeXyz, 26);
  return {
    referenceVoxels: ofReference.voxels,
    predictionVoxels: ofPrediction.voxels,
    meetings: meetingsOf(ofReference.labels, ofPrediction.labels, ofPrediction.count),
  };
}

/** Which numbers of two numbered volumes fall on the same voxels, and how often. 0 is background. */
export function meetingsOf(reference: Int32Array, prediction: Int32Array, predictionCount: number): Meeting[] {
  const shared = new Map<number, number>();
  const note = (key: number, voxels: number): void => {
    if (key !== 0) shared.set(key, (shared.get(key) ?? 0) + voxels);
  };
  let last = 0; // voxels of one pair follow each other, so the map is asked once a run
  let run = 0;
  for (let v = 0; v < reference.length; v++) {
    if (reference[v] === 0 || prediction[v] === 0) continue;
    const key = reference[v] * (predictionCount + 1) + prediction[v];
    if (key !== last) {
      note(last, run);
      last = key;
      run = 0;
    }
    run++;
  }
  note(last, run);
  return [...shared.entries()]
    .sort(([a], [b]) => a - b)
    .map(([key, count]) => ({
      reference: Math.floor(key / (predictionCount + 1)),
      prediction: key % (predictionCount + 1),
      shared: count,
    }));
}

/** Result of matching pieces one to one. */
export interface PanopticMatch {
  readonly referenceInstances: number;
  readonly predictionInstances: number;
  /** Matched pairs, unmatched predicted pieces, unmatched reference pieces. */
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  /** Sum of IoU over the matched pairs. */
  readonly sumIou: number;
}

/**
 * Matches pieces one to one: pairs by falling IoU, each piece once, as long as the IoU is at least the threshold. From 0.5
 * on no other choice of pairs has more of them. At equal IoU the pieces stored first go first.
 *
 * @param minIou over 0, at most 1. Panoptica too takes pairs that are exactly on the threshold, MONAI leaves them out.
 */
export function matchInstances(pair: InstancePair, minIou = 0.5): PanopticMatch {
  if (!(minIou > 0 && minIou <= 1)) throw new RangeError(`smallest IoU is ${minIou}; expected over 0, at most 1`);
  const { referenceVoxels, predictionVoxels, meetings } = pair;
  const candidates = meetings
    .map((meeting) => {
      const { reference, prediction, shared } = meeting;
      return { ...meeting, iou: shared / (referenceVoxels[reference] + predictionVoxels[prediction] - shared) };
    })
    .filter(({ iou }) => iou >= minIou)
    .sort((a, b) => b.iou - a.iou); // stable: equal ones stay in order
  const taken = { reference: new Set<number>(), prediction: new Set<number>() };
  let tp = 0;
  let sumIou = 0;
  for (const { reference, prediction, iou } of candidates) {
    if (taken.reference.has(reference) || taken.prediction.has(prediction)) continue;
    taken.reference.add(reference);
    taken.prediction.add(prediction);
    tp++;
    sumIou += iou;
  }
  const referenceInstances = referenceVoxels.length - 1;
  const predictionInstances = predictionVoxels.length - 1;
  const fp = predictionInstances - tp;
  return { referenceInstances, predictionInstances, tp, fp, fn: referenceInstances - tp, sumIou };
}

/**
 * Recognition quality: F1 of finding pieces, tp / (tp + fp/2 + fn/2), 0 to 1. No pieces on either side: 1.
 * Kirillov et al. 2019, doi:10.1109/CVPR.2019.00963.
 */
export function recognitionQuality({ tp, fp, fn }: PanopticMatch): MetricValue {
  const size = tp + fp / 2 + fn / 2;
  return measured(size === 0 ? 1 : tp / size);
}

/** Segmentation quality: mean IoU of the matched pairs, 0 to 1. Nothing matched: 0, but 1 when there are no pieces at all. */
export function segmentationQuality({ tp, fp, fn, sumIou }: PanopticMatch): MetricValue {
  if (tp > 0) return measured(sumIou / tp);
  return measured(fp + fn === 0 ? 1 : 0);
}

/** Panoptic quality: recognition times segmentation quality, 0 to 1. No pieces on either side: 1. */
export function panopticQuality({ tp, fp, fn, sumIou }: PanopticMatch): MetricValue {
  const size = tp + fp / 2 + fn / 2;
  return measured(size === 0 ? 1 : sumIou / size);
}

/** Pieces found and not found, where any shared voxel is a hit. */
export interface LesionDetection {
  /** Reference lesions that count. */
  readonly lesions: number;
  /** Those of them that the prediction touches. */
  readonly hit: number;
  /** Predicted lesions that count: those that hit, and the false ones. */
  readonly detections: number;
  /** Predicted lesions that touch no reference lesion. */
  readonly falsePositives: number;
}

/**
 * Counts lesions that were hit, by any overlap at all.
 *
 * Lesions below the smallest volume do not count, on either side. A predicted lesion that touches only reference lesions
 * which do not count is neither right nor wrong; one that touches a reference lesion which counts is right however small it
 * is. MedPy's `obj_tpr` divides by the number of predicted objects, `obj_fpr` by that of reference objects: object
 * precision and miss rate rather than what their names say.
 *
 * @param voxelMm3     volume of one voxel in mm3
 * @param minLesionMm3 smallest volume in mm3 that counts; 0: all
 */
export function detectLesions(pair: InstancePair, voxelMm3: number, minLesionMm3 = 0): LesionDetection {
  const { referenceVoxels, predictionVoxels, meetings } = pair;
  if (!(minLesionMm3 >= 0 && minLesionMm3 < Infinity)) {
    throw new RangeError(`smallest lesion is ${minLesionMm3} mm3; expected 0 or more`);
  }
  const least = minLesionMm3 * (1 - 1e-9); // a lesion of exactly that volume counts, whatever its last bit
  const counts = (voxels: number): boolean => voxels * voxelMm3 >= least;
  const hit = new Set<number>();
  const right = new Set<number>();
  const touching = new Set<number>();
  for (const { reference, prediction } of meetings) {
    touching.add(prediction);
    if (!counts(referenceVoxels[reference])) continue;
    hit.add(reference);
    right.add(prediction);
  }
  let lesions = 0;
  for (let r = 1; r < referenceVoxels.length; r++) if (counts(referenceVoxels[r])) lesions++;
  let falsePositives = 0;
  for (let p = 1; p < predictionVoxels.length; p++) {
    if (!touching.has(p) && counts(predictionVoxels[p])) falsePositives++;
  }
  return { lesions, hit: hit.size, detections: right.size + falsePositives, falsePositives };
}

/** Share of the reference lesions that were hit. Undefined without any that count. */
export function lesionSensitivity({ lesions, hit }: LesionDetection): MetricValue {
  return lesions === 0 ? { kind: 'undefined', why: 'reference-empty' } : measured(hit / lesions);
}

/** Share of the predicted lesions that touch a reference lesion. Undefined without any that count. */
export function lesionPrecision({ detections, falsePositives }: LesionDetection): MetricValue {
  if (detections === 0) return { kind: 'undefined', why: 'prediction-empty' };
  return measured((detections - falsePositives) / detections);
}

/** Harmonic mean of lesion sensitivity and precision, 0 to 1. No lesions on either side: 1; on one side only: 0. */
export function lesionF1({ lesions, hit, detections, falsePositives }: LesionDetection): MetricValue {
  if (lesions === 0 || detections === 0) return measured(lesions === detections ? 1 : 0);
  const found = hit / lesions;
  const right = (detections - falsePositives) / detections;
  return measured(found + right === 0 ? 0 : (2 * found * right) / (found + right));
}

/** Number of predicted lesions that touch no reference lesion. */
export function lesionFalsePositives({ falsePositives }: LesionDetection): MetricValue {
  return measured(falsePositives);
}
