export { measured, pairStatus } from './metric-value.js';
export type { MetricValue, PairStatus, RegionStatus } from './metric-value.js';
export { countOverlap, dice, iou, precision, sensitivity, specificity } from './overlap.js';
export type { Overlap } from './overlap.js';
export {
  absoluteRelativeVolumeError,
  relativeVolumeError,
  volumeErrorMl,
  volumeErrorMm3,
  volumetricSimilarity,
} from './volume-error.js';
export {
  averageSurfaceDistance,
  hausdorff,
  hausdorff95,
  meanSurfaceDistance,
  surfaceDice,
  surfaceDistances,
  TOLERANCE_SLACK_MM,
} from './surface-distances.js';
export type { DistanceProfile, SurfaceDistances } from './surface-distances.js';
export {
  boundaryAverageDistance,
  boundaryDistances,
  boundaryHausdorff,
  boundaryHausdorff95,
  boundaryHausdorff95Pooled,
  boundaryIou,
  boundaryMeanDistance,
  boundarySurfaceDice,
  boundaryVoxels,
} from './boundary-distances.js';
export type { BoundaryDistances } from './boundary-distances.js';
export { centrelineDice, centrelineOverlap } from './centreline.js';
export type { CentrelineOverlap } from './centreline.js';
export {
  detectLesions,
  instancePair,
  lesionF1,
  lesionFalsePositives,
  lesionPrecision,
  lesionSensitivity,
  matchInstances,
  panopticQuality,
  recognitionQuality,
  segmentationQuality,
} from './instances.js';
export type { InstancePair, LesionDetection, Meeting, PanopticMatch } from './instances.js';
export { BRATS_RULES, lesionwise, lesionwiseDice, lesionwiseHausdorff95 } from './brats-lesionwise.js';
export type { LesionwiseRules, LesionwiseScore, Surroundings } from './brats-lesionwise.js';
export { averagePrecision, brierScore, expectedCalibrationError } from './calibration.js';
export { FROC_OPERATING_POINTS, frocCurve, frocScore } from './froc.js';
export type { DetectedImage, FrocPoint } from './froc.js';
export { METRIC_CATALOGUE } from './catalogue-entries.js';
export { isMetricId, metricDefinition, parseMetricId } from './catalogue.js';
export type { ParsedMetric } from './catalogue.js';
export { PROBLEM_FACTS, PROBLEM_KINDS } from './metric-definition.js';
export type {
  CatalogueEntry,
  Direction,
  MetricDefinition,
  MetricHints,
  MetricParameter,
  ProblemFact,
  ProblemKind,
  ProblemTrait,
} from './metric-definition.js';
export { proposeMetrics } from './propose-metrics.js';
export type { MetricProposal, Problem } from './propose-metrics.js';
export { nearestMarked } from './nearest-marked.js';
export type { SquaresOf } from './nearest-marked.js';
export { intendedSpacing, volumeDiagonalMm } from './intended-spacing.js';
export { scoreCase, scoresWithoutPrediction } from './score-case.js';
export type { CaseToScore, RegionScore, ScoredRegion } from './score-case.js';
export { describePair } from './describe-pair.js';
export type {
  CaseDescription,
  DescriptionSettings,
  PairDescription,
  PrintedBlock,
  PrintedValue,
} from './describe-pair.js';
export { EMPTY_RULE, METRIC_SET_VERSION, metricSignature } from './signature.js';
