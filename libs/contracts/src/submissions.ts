import { z } from 'zod';
import { CASE_STATES, FAILURE_CODES, ISOLATION_LEVELS, PHASE_KINDS, RUN_STATES } from '#domain';
import { id, instant, line, metricValues, none, page, paging, sha256, slug, text, version } from './primitives.js';
import { aggregate, caseCounts, openCases, phaseKind } from './benchmarks.js';
import { manifest } from './manifest.js';
import type { Endpoint } from './endpoint.js';

export const failure = z.object({
  code: z.enum(FAILURE_CODES),
  advice: z.string().describe('what to do, in a sentence'),
  /** Full text: only on practice data and only for those who may read it. */
  detail: z.string().nullable(),
});

export const runSummary = z.object({
  id,
  phase: phaseKind,
  state: z.enum(RUN_STATES),
  /** Runs ahead of it while queued, otherwise null. */
  queuePosition: z.number().int().nullable(),
  failure: failure.nullable(),
  /** k of n; null where the asking person may not know (held-out phases). */
  progress: z.object({ done: z.number().int(), failed: z.number().int(), total: z.number().int() }).nullable(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});
export type RunSummary = z.infer<typeof runSummary>;

/** One ONNX file of a bundle. */
export const modelFile = z.object({ file: z.string(), sha256, bytes: z.number().int() });

/** What a version will take on a benchmark, from measured runs of its network on one tile. */
export const forecast = z.object({
  tiles: z.number().int().describe('of the case that takes longest'),
  runs: z.number().int().describe('tiles x mirror images x models'),
  secondsPerRun: z.number(),
  secondsPerCase: z.number().describe('of the case that takes longest, of those that the asking person may see'),
  secondsTotal: z.number().describe('for all cases, the held-out ones taken to be like the others'),
  cases: z.number().int(),
  peakMemoryBytes: z.number(),
  limitSeconds: z.number(),
  limitMemoryBytes: z.number(),
  secondsAround: z.number().nullable().describe('before and after the network, of the slowest case that was run; null: none was, and nothing of it is in the forecast'),
  exact: z.boolean().describe('false: a crop depends on the image, and how much it leaves is guessed'),
  fits: z.boolean().nullable().describe('null: over a limit only by what is guessed'),
});

export const submissionView = z.object({
  id,
  benchmark: z.object({ slug: z.string(), title: z.string() }),
  algorithm: z.object({ slug: z.string(), name: z.string() }),
  version: z.string(),
  modelSha256: sha256.describe('of the one model file; of several, of the canonical JSON of the list of their digests'),
  modelBytes: z.number().int().describe('of all model files together'),
  models: z.array(modelFile),
  submitter: z.string(),
  mine: z.boolean(),
  mayControl: z.boolean(),
  /** Whether the asking person decides on a run of it that is on hold (`quarantined`): start it again, or end it. */
  mayRelease: z.boolean(),
  forecast: forecast.nullable().describe('for the submitter, from its preflight, or from what was found out before the first case; null: not known (yet), or not for the asking person'),
  createdAt: instant,
  runs: z.array(runSummary),
});
export type ForecastView = z.infer<typeof forecast>;
export type SubmissionView = z.infer<typeof submissionView>;

export const runView = runSummary.extend({
  submission: submissionView,
  signature: z.string().nullable(),
  /** Rank and means once completed. */
  result: z.object({ rank: z.number().int(), metrics: z.record(z.string(), z.number()), aggregates: z.array(aggregate), cases: caseCounts }).nullable(),
  openCases,
});
export type RunView = z.infer<typeof runView>;

export const caseResult = z.object({
  caseId: id,
  caseName: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  state: z.enum(CASE_STATES),
  failure: failure.nullable(),
  usage: z
    .object({
      elapsedMs: z.number(),
      cpuMs: z.number().nullable(),
      peakRssBytes: z.number().nullable(),
      sessionMs: z.number().nullable().describe('null of a case that failed'),
      stagesMs: z.object({ read: z.number(), prepare: z.number(), network: z.number(), restore: z.number() }).nullable(),
    })
    .nullable(),
  receipt: z
    .object({ isolation: z.enum(ISOLATION_LEVELS), runtime: z.string() })
    .nullable()
    .describe('how far the process was cut off, and what ran the network in it'),
  scores: z.array(z.object({ region: z.string(), status: z.string(), values: metricValues, reasons: z.record(z.string(), z.string()) })),
  predictionObjectId: id.nullable(),
});
export type CaseResultView = z.infer<typeof caseResult>;

const tensorFace = z.object({ name: z.string(), dtype: z.string(), shape: z.array(z.union([z.number(), z.string()])).nullable() });
const modelFacts = z.object({
  opset: z.number().int().nullable(),
  parameters: z.number().nullable(),
  operators: z.array(z.object({ op: z.string(), count: z.number().int() })),
  inputs: z.array(tensorFace).nullable(),
  outputs: z.array(tensorFace).nullable(),
  memoryEstimateBytes: z.number().nullable(),
});

/** What the author says about a version: the manifest's words until somebody edits them. */
export const versionCard = z.object({
  intendedUse: z.string().nullable(),
  trainingData: z.string().nullable(),
  licence: z.string().nullable(),
  paper: z.string().nullable(),
  limits: z.string().nullable(),
});
export type VersionCardView = z.infer<typeof versionCard>;

const spread = z.object({ median: z.number(), max: z.number() });
export const versionMeasure = z.object({
  benchmark: z.object({ slug: z.string(), title: z.string() }),
  phase: z.enum(PHASE_KINDS),
  runId: id,
  cases: z.object({ scored: z.number().int(), failed: z.number().int(), total: z.number().int() }),
  seconds: spread.nullable(),
  cpuSeconds: spread.nullable(),
  peakRssBytes: spread.nullable(),
  isolation: z.enum(ISOLATION_LEVELS).nullable().describe('lowest of any case'),
  runtimes: z.array(z.string()),
  failures: z.array(z.object({ code: z.enum(FAILURE_CODES), count: z.number().int() })),
});

const CHECK_STATUSES = ['waiting', 'running', 'passed', 'failed', 'skipped'] as const;
/** One answer of a preflight, in the shape that `voxelmark model check` prints. */
export const preflightCheck = z.object({
  name: z.enum(['inspect', 'zero-tile', 'conformance', 'practice-case', 'budget']),
  status: z.enum(CHECK_STATUSES),
  detail: z.record(z.string(), z.json()).describe('failed: code and message; skipped: reason; and the figures of the check'),
});

/** How the platform’s label map of the author’s own case agrees with the author’s. */
export const conformanceView = z.object({
  passed: z.boolean(),
  minDice: z.number(),
  voxelAgreement: z.number(),
  lowestDice: z.number().nullable(),
  labels: z.array(
    z.object({
      label: z.number().int(),
      name: z.string().nullable(),
      dice: z.number(),
      voxels: z.number().describe('share of voxels on which both agree about this label'),
      expectedVoxels: z.number().nullable().describe('for the author alone'),
      predictedVoxels: z.number().nullable().describe('for the author alone'),
    }),
  ),
});

export const preflightView = z.object({
  id,
  benchmark: z.object({ slug: z.string(), title: z.string() }),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  checks: z.array(preflightCheck),
  /** Null while it is not known, or when no check failed and some are under way. */
  passed: z.boolean().nullable(),
  forecast: forecast.nullable(),
  conformance: conformanceView.nullable(),
  /** The practice case and its label map: shown by `/cases/:id?preflight=…`. */
  practice: z.object({ caseId: id, predictionObjectId: id }).nullable(),
  manifest,
  manifestSha256: sha256,
  modelSha256: sha256,
  models: z.array(modelFile.extend({ facts: modelFacts.nullable() })),
  /** Why it could not be carried out; nothing about the bundle. */
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  submittableUntil: instant.nullable().describe('so long it can be submitted by its id, without sending its files again; null: send them'),
  createdAt: instant,
  finishedAt: instant.nullable(),
});
export type PreflightView = z.infer<typeof preflightView>;

export const algorithmSummary = z.object({ slug: z.string(), name: z.string(), description: z.string(), owner: z.string(), mine: z.boolean(), versions: z.number().int(), createdAt: instant });
export const algorithmView = algorithmSummary.extend({
  versionList: z.array(
    z.object({
      version: z.string(),
      manifest,
      manifestSha256: sha256,
      modelSha256: sha256,
      modelBytes: z.number().int(),
      models: z.array(modelFile.extend({ facts: modelFacts.nullable().describe('null for versions of before they were kept') })),
      card: versionCard,
      mayEdit: z.boolean().describe('whether the asking person may edit the card'),
      measured: z.array(versionMeasure).describe('by benchmark and phase; held-out phases only for those who may see their cases'),
      conformance: conformanceView.nullable(),
      checks: z.array(preflightCheck).nullable().describe('what was found out before the first case; null: not yet'),
      createdAt: instant,
      submissions: z.array(submissionView),
    }),
  ),
});
export type AlgorithmView = z.infer<typeof algorithmView>;

/** One event of a run, sent as server-sent event `run`; its id lets a client go on after a lost connection. */
export const runEvent = z.object({ run: runSummary });

const byId = z.strictObject({ id });
const tag = 'Submissions';
export const submissionEndpoints = {
  createSubmission: {
    method: 'POST',
    path: '/submissions',
    action: 'submission.create',
    tag,
    summary:
      'Submit an algorithm version: multipart/form-data with the fields `benchmark`, `manifest` (JSON; may be left out when the first model carries it in its metadata), optional `algorithm` (slug), then the files: `model`, once for each file of an ensemble, named as in the manifest; optional `conformanceImage` (one for each channel) and `conformanceLabels`. With the field `preflight` (id of a finished one of yours, see its `submittableUntil`) neither manifest nor files are sent again. The same files again answer with the submission that exists. Header Idempotency-Key makes a repetition safe.',
    params: none,
    query: none,
    body: null,
    consumes: 'multipart/form-data',
    response: submissionView.extend({ existing: z.boolean() }),
    status: 201,
  },
  createPreflight: {
    method: 'POST',
    path: '/benchmarks/:slug/preflights',
    action: 'submission.create',
    tag,
    summary:
      'Try a bundle before it is submitted: the same form without `benchmark` and `algorithm`. A worker runs a tile of zeros, the conformance case and one practice case, and forecasts time and memory; nothing counts yet.',
    params: z.strictObject({ slug }),
    query: none,
    body: null,
    consumes: 'multipart/form-data',
    response: preflightView,
    status: 201,
  },
  getPreflight: { method: 'GET', path: '/preflights/:id', action: 'preflight.view', tag, summary: 'How far a preflight of one’s own is, check by check', params: z.strictObject({ id }), query: none, body: null, response: preflightView, status: 200 },
  listSubmissions: { method: 'GET', path: '/submissions', action: 'submission.list-own', tag, summary: 'My submissions, newest first', params: none, query: z.strictObject(paging), body: null, response: page(submissionView), status: 200 },
  listOnHold: { method: 'GET', path: '/benchmarks/:slug/on-hold', action: 'run.release', tag, summary: 'Submissions with a run that waits for the organiser’s decision, newest first', params: z.strictObject({ slug }), query: z.strictObject(paging), body: null, response: page(submissionView), status: 200 },
  getSubmission: { method: 'GET', path: '/submissions/:id', action: 'submission.view', tag, summary: 'One submission and its runs', params: byId, query: none, body: null, response: submissionView, status: 200 },
  cancelSubmission: { method: 'POST', path: '/submissions/:id/cancel', action: 'submission.control', tag, summary: 'Cancel what has not ended; an organiser ends a run that is on hold, which then has failed', params: byId, query: none, body: null, response: submissionView, status: 200 },
  submissionEvents: { method: 'GET', path: '/submissions/:id/events', action: 'submission.view', tag, summary: 'Live progress (server-sent events); resumes after Last-Event-ID', params: byId, query: none, body: null, response: null, produces: 'text/event-stream', status: 200 },
  getRun: { method: 'GET', path: '/runs/:id', action: 'run.view', tag, summary: 'State and result of a run', params: byId, query: none, body: null, response: runView, status: 200 },
  listCaseResults: { method: 'GET', path: '/runs/:id/cases', action: 'run.view', tag, summary: 'Per-case figures: of practice cases for everybody, of held-out ones for organisers and stewards; of those that the reveal rule of the phase opens, once the run has completed, for whoever sees the case, without the times they took', params: byId, query: none, body: null, response: z.object({ items: z.array(caseResult) }), status: 200 },
  retryRun: { method: 'POST', path: '/runs/:id/retry', action: 'submission.control', tag, summary: 'Try again a run that ended without completing; an organiser also one that is on hold', params: byId, query: none, body: null, response: runSummary, status: 200 },
  listAlgorithms: { method: 'GET', path: '/algorithms', action: 'algorithm.view', tag: 'Algorithms', summary: 'Algorithms', params: none, query: z.strictObject({ ...paging, mine: z.stringbool().optional() }), body: null, response: page(algorithmSummary), status: 200 },
  getAlgorithm: { method: 'GET', path: '/algorithms/:slug', action: 'algorithm.view', tag: 'Algorithms', summary: 'Card, versions and their submissions', params: z.strictObject({ slug }), query: none, body: null, response: algorithmView, status: 200 },
  getModel: { method: 'GET', path: '/algorithms/:slug/versions/:version/model', action: 'model.download', tag: 'Algorithms', summary: 'A model file, for its owner', params: z.strictObject({ slug, version }), query: z.strictObject({ file: z.coerce.number().int().min(0).max(15).default(0).describe('which one, from 0') }), body: null, response: null, produces: 'application/octet-stream', status: 200 },
  editCard: {
    method: 'PATCH',
    path: '/algorithms/:slug/versions/:version/card',
    action: 'algorithm.edit',
    tag: 'Algorithms',
    summary: 'What the author says about a version; fields that are left out stay, null is no word',
    params: z.strictObject({ slug, version }),
    query: none,
    body: z.strictObject({
      intendedUse: text(2000).nullable().optional(),
      trainingData: text(2000).nullable().optional(),
      licence: line(64).nullable().optional(),
      paper: line(300).nullable().optional(),
      limits: text(2000).nullable().optional(),
    }),
    response: versionCard,
    status: 200,
  },
} as const satisfies Record<string, Endpoint>;
