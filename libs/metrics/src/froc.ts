import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';

/** Detections of one image. */
export interface DetectedImage {
  /** Number of reference lesions. */
  readonly lesions: number;
  readonly detections: readonly {
    readonly score: number;
    /** Number of the lesion it hits, from 1 on; 0 when it hits none. */
    readonly lesion: number;
  }[];
}

/** A point of the curve: what is found, and at what cost, when all detections of at least that score are accepted. */
export interface FrocPoint {
  readonly minScore: number;
  readonly falsePositivesPerImage: number;
  readonly sensitivity: number;
}

/** False positives per image at which the FROC score reads the curve. Setio et al. 2017, doi:10.1016/j.media.2017.06.015. */
export const FROC_OPERATING_POINTS: readonly number[] = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8];

/**
 * Free-response ROC curve over all images together, from no detection accepted to every one.
 *
 * Several detections of one lesion count once, with the best score. Nothing is accepted at the first point (score Infinity).
 * MONAI leaves out the lowest score of all: where some lesion is missed it gives that lesion score 0, which then is the
 * lowest, and its curve is ours; where no lesion is missed its curve lacks the last point, that of every detection.
 *
 * @returns points by falling score; empty when there is no lesion
 * @throws RangeError for no images, a score that is not finite, or a lesion number outside its image
 */
export function frocCurve(images: readonly DetectedImage[]): FrocPoint[] {
  if (images.length === 0) throw new RangeError('there are no images; expected at least one');
  const falseScores: number[] = [];
  const trueScores: number[] = [];
  let lesions = 0;
  for (const [at, image] of images.entries()) {
    if (!Number.isInteger(image.lesions) || image.lesions < 0) {
      throw new RangeError(`image ${at} has ${image.lesions} lesions; expected a whole number of at least 0`);
    }
    lesions += image.lesions;
    const best = new Map<number, number>();
    for (const { score, lesion } of image.detections) {
      if (!Number.isFinite(score))
        throw new RangeError(`image ${at} has a score of ${score}; expected a finite number`);
      if (!Number.isInteger(lesion) || lesion < 0 || lesion > image.lesions) {
        throw new RangeError(`image ${at} has a detection of lesion ${lesion}; expected 0 to ${image.lesions}`);
      }
      if (lesion === 0) falseScores.push(score);
      else best.set(lesion, Math.max(score, best.get(lesion) ?? -Infinity));
    }
    trueScores.push(...best.values());
  }
  if (lesions === 0) return [];
  const falling = (list: number[]): number[] => list.sort((a, b) => b - a);
  falling(falseScores);
  falling(trueScores);
  const curve: FrocPoint[] = [{ minScore: Infinity, falsePositivesPerImage: 0, sensitivity: 0 }];
  let fp = 0;
  let tp = 0;
  for (const minScore of falling([...new Set([...falseScores, ...trueScores])])) {
    while (fp < falseScores.length && falseScores[fp] >= minScore) fp++;
    while (tp < trueScores.length && trueScores[tp] >= minScore) tp++;
    curve.push({ minScore, falsePositivesPerImage: fp / images.length, sensitivity: tp / lesions });
  }
  return curve;
}

/**
 * FROC score: mean sensitivity at given numbers of false positives per image, linear between the points of the curve, level
 * beyond its end. 0 to 1; undefined without any lesion. MONAI starts its list at 1/4 by default; ours starts at 1/8.
 *
 * @param at false positives per image, each 0 or more
 */
export function frocScore(curve: readonly FrocPoint[], at: readonly number[] = FROC_OPERATING_POINTS): MetricValue {
  if (at.length === 0 || at.some((x) => !(x >= 0 && x < Infinity))) {
    throw new RangeError(`operating points are [${at.join(', ')}]; expected at least one, each 0 or more`);
  }
  if (curve.length === 0) return { kind: 'undefined', why: 'reference-empty' };
  return measured(at.reduce((sum, x) => sum + sensitivityAt(curve, x), 0) / at.length);
}

function sensitivityAt(curve: readonly FrocPoint[], falsePositives: number): number {
  let last = 0; // the last point that costs no more; the first costs nothing
  while (last + 1 < curve.length && curve[last + 1].falsePositivesPerImage <= falsePositives) last++;
  const { falsePositivesPerImage: x0, sensitivity: y0 } = curve[last];
  if (last + 1 === curve.length) return y0;
  const { falsePositivesPerImage: x1, sensitivity: y1 } = curve[last + 1];
  return y0 + ((y1 - y0) * (falsePositives - x0)) / (x1 - x0);
}
