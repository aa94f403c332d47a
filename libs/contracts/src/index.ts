export type { Endpoint, ParamsOf, QueryOf, QueryIn, BodyOf, BodyIn, ResponseOf } from './endpoint.js';
export { cursor, id, instant, line, metricValues, page, paging, problem, sha256, slug, text, version, type Problem } from './primitives.js';
export {
  manifest,
  MANIFEST_METADATA_KEY,
  manifestJsonSchema,
  manifestSource,
  MAX_MANIFEST_BYTES,
  readManifestText,
  type ManifestFault,
} from './manifest.js';
export { SESSION_COOKIE, account, email, password, token, whoami, type AccountView } from './accounts.js';
export {
  aggregate,
  benchmarkSummary,
  benchmarkView,
  caseSummary,
  caseView,
  leaderboard,
  leaderboardEntry,
  leaderboardState,
  metricInfo,
  phaseRules,
  phaseSummary,
  type BenchmarkView,
  type CaseView,
  type LeaderboardEntryView,
  type LeaderboardView,
} from './benchmarks.js';
export {
  boardRun,
  boardState,
  boardValues,
  comparison,
  evidence,
  evidenceView,
  EXPORT_FORMATS,
  runManifest,
  SCHEME_KINDS,
  type BoardValuesView,
  type ComparisonView,
  type EvidenceView,
  type ExportFormat,
  type RunManifestView,
} from './evidence.js';
export {
  algorithmSummary,
  algorithmView,
  caseResult,
  failure,
  runEvent,
  runSummary,
  runView,
  submissionView,
  type AlgorithmView,
  type CaseResultView,
  type RunSummary,
  type RunView,
  type SubmissionView,
} from './submissions.js';
export { accessEvent, health } from './operations.js';
export { API_PREFIX, ENDPOINTS, type EndpointId } from './routes.js';
