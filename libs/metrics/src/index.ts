export { measured, pairStatus } from './metric-value.js';
export type { MetricValue, PairStatus, RegionStatus } from './metric-value.js';
export { countOverlap, dice, iou, volumeErrorMl } from './overlap.js';
export type { Overlap } from './overlap.js';
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
export { isMetricId, METRIC_CATALOGUE, metricDefinition, parseMetricId } from './catalogue.js';
export type { CatalogueEntry, Direction, MetricDefinition, ParsedMetric } from './catalogue.js';
export { intendedSpacing, scoreCase, scoresWithoutPrediction } from './score-case.js';
export type { CaseToScore, RegionScore, ScoredRegion } from './score-case.js';
export { EMPTY_RULE, METRIC_SET_VERSION, metricSignature } from './signature.js';
