export {
  exactSum,
  interquartileRange,
  mean,
  meansByPatient,
  median,
  middle,
  quantile,
  quantiles,
  standardDeviation,
  weightedMean,
} from './summary.js';
export { createRandom } from './random.js';
export type { Random } from './random.js';
export { createResampler } from './resample.js';
export type { Resampler } from './resample.js';
export { bootstrapMean, bootstrapMeans, bootstrapMedian, bootstrapSettings } from './bootstrap.js';
export type { BootstrapOptions, Interval, MeanInterval } from './bootstrap.js';
export { arcTangent, exponential, logarithm } from './elementary.js';
export { normalDensity, normalUpperTail } from './normal.js';
export { chiSquareUpperTail, studentQuantile, studentWithin } from './distributions.js';
export { signedRank, signedRankTail } from './signed-rank.js';
export type { SignedRank } from './signed-rank.js';
export { ADJUSTMENTS, adjustP } from './adjust.js';
export type { Adjustment } from './adjust.js';
export { kendallTauB, ranksOf } from './ranks.js';
export type { Ties } from './ranks.js';
export { kruskalWallis } from './kruskal-wallis.js';
export type { KruskalWallis } from './kruskal-wallis.js';
export { blandAltman } from './bland-altman.js';
export type { BlandAltman, Bound } from './bland-altman.js';
export { ageBand, NONE, quarters, thicknessBin, UNKNOWN } from './bins.js';
export { SMALLEST_CELL, suppressedLevels } from './suppression.js';
export type { SizedValue } from './size-lines.js';
export { FEWEST_TO_RANK, sliceCases } from './slices.js';
export type { Gap, GapFigures, ShownLevel, Slice, SlicedCase, SliceOptions, SuppressedLevel } from './slices.js';
