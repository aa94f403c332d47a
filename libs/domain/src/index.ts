export { SECRECY_LABELS, highestLabel, type SecrecyLabel } from './secrecy.js';
export {
  VoxelmarkError,
  SubmissionRejected,
  BenchmarkMisconfigured,
  EngineUnavailable,
  RequestRefused,
  ModelFailure,
  type SeenUsage,
  SessionLost,
  notFound,
} from './errors.js';
export {
  RUN_STATES,
  NEXT,
  TERMINAL_STATES,
  ACTIVE_STATES,
  STATE_DEADLINES,
  FAULT_PATIENCE_SECONDS,
  FAULT_GAP_SECONDS,
  CASE_STATES,
  FAILURE_CODES,
  FAILURE_ADVICE,
  isTerminal,
  canMove,
  mayRetry,
  statesBefore,
  type RunState,
  type CaseState,
  type FailureCode,
} from './run.js';
export { channelByName } from './channel-by-name.js';
export { canonicalJson } from './canonical-json.js';
export { releaseSeconds } from './release.js';
export {
  isDemographic,
  plainFact,
  ISOLATION_LEVELS,
  isolationReaches,
  PHASE_KINDS,
  requiredIsolation,
  SINGLE_CHANNEL,
  type BenchmarkChannel,
  type IsolationLevel,
  type Region,
  type Penalty,
  type PhaseMetric,
  type RankingScheme,
  type RunLimits,
  type PhaseKind,
  type PhaseRules,
  type WindowPreset,
} from './benchmark.js';
export {
  ROLES,
  ACCOUNT_ROLES,
  CAPACITIES,
  SCOPES,
  ACTIONS,
  ACTION_SCOPE,
  VISITOR,
  decide,
  decideAtDoor,
  type Role,
  type AccountRole,
  type Capacity,
  type Scope,
  type Actor,
  type Action,
  type Resource,
  type Decision,
} from './access.js';
export { hasClosed, patientsBesideShowcase, REVEAL_KINDS, revealFaults, revealOf, revealRule, type Reveal, type RevealRule } from './reveal.js';
export { parseCsv, type CsvRecord } from './parse-csv.js';
export {
  DEFAULT_FRACTIONAL_THRESHOLD,
  MOST_OVERLAP_PAIRS,
  OVERLAP_RULES,
  pairsInWords,
  readingInWords,
  type OverlapRule,
  type ReferenceReading,
  type SettledOverlap,
} from './reference-reading.js';
export { CONSENSUS_METHODS, type ConsensusMethod, type ConsensusRecipe } from './consensus.js';
export { gatherFindings, placesInWords, type Gathered } from './gather-findings.js';
