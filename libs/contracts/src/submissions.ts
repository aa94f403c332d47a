import { z } from 'zod';
import { CASE_STATES, FAILURE_CODES, RUN_STATES } from '#domain';
import { id, instant, metricValues, none, page, paging, sha256, slug, version } from './primitives.js';
import { aggregate, phaseKind } from './benchmarks.js';
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

export const submissionView = z.object({
  id,
  benchmark: z.object({ slug: z.string(), title: z.string() }),
  algorithm: z.object({ slug: z.string(), name: z.string() }),
  version: z.string(),
  modelSha256: sha256,
  modelBytes: z.number().int(),
  submitter: z.string(),
  mine: z.boolean(),
  mayControl: z.boolean(),
  /** Whether the asking person decides on a run of it that is on hold (`quarantined`): start it again, or end it. */
  mayRelease: z.boolean(),
  createdAt: instant,
  runs: z.array(runSummary),
});
export type SubmissionView = z.infer<typeof submissionView>;

export const runView = runSummary.extend({
  submission: submissionView,
  signature: z.string().nullable(),
  /** Rank and means once completed. */
  result: z.object({ rank: z.number().int(), metrics: z.record(z.string(), z.number()), aggregates: z.array(aggregate), cases: z.object({ scored: z.number().int(), failed: z.number().int() }) }).nullable(),
  /** Whether per-case figures may be asked for. */
  casesVisible: z.boolean(),
});
export type RunView = z.infer<typeof runView>;

export const caseResult = z.object({
  caseId: id,
  caseName: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  state: z.enum(CASE_STATES),
  failure: failure.nullable(),
  usage: z.object({ elapsedMs: z.number(), cpuMs: z.number(), peakRssBytes: z.number(), sessionMs: z.number() }).nullable(),
  scores: z.array(z.object({ region: z.string(), status: z.string(), values: metricValues, reasons: z.record(z.string(), z.string()) })),
  predictionObjectId: id.nullable(),
});
export type CaseResultView = z.infer<typeof caseResult>;

export const algorithmSummary = z.object({ slug: z.string(), name: z.string(), description: z.string(), owner: z.string(), mine: z.boolean(), versions: z.number().int(), createdAt: instant });
export const algorithmView = algorithmSummary.extend({
  versionList: z.array(
    z.object({
      version: z.string(),
      manifest,
      manifestSha256: sha256,
      modelSha256: sha256,
      modelBytes: z.number().int(),
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
      'Submit an algorithm version: multipart/form-data with the fields `benchmark`, `manifest` (JSON), optional `algorithm` (slug), then the file `model`. The same file again answers with the submission that exists. Header Idempotency-Key makes a repetition safe.',
    params: none,
    query: none,
    body: null,
    consumes: 'multipart/form-data',
    response: submissionView.extend({ existing: z.boolean() }),
    status: 201,
  },
  listSubmissions: { method: 'GET', path: '/submissions', action: 'submission.list-own', tag, summary: 'My submissions, newest first', params: none, query: z.strictObject(paging), body: null, response: page(submissionView), status: 200 },
  listOnHold: { method: 'GET', path: '/benchmarks/:slug/on-hold', action: 'run.release', tag, summary: 'Submissions with a run that waits for the organiser’s decision, newest first', params: z.strictObject({ slug }), query: z.strictObject(paging), body: null, response: page(submissionView), status: 200 },
  getSubmission: { method: 'GET', path: '/submissions/:id', action: 'submission.view', tag, summary: 'One submission and its runs', params: byId, query: none, body: null, response: submissionView, status: 200 },
  cancelSubmission: { method: 'POST', path: '/submissions/:id/cancel', action: 'submission.control', tag, summary: 'Cancel what has not ended; an organiser ends a run that is on hold, which then has failed', params: byId, query: none, body: null, response: submissionView, status: 200 },
  submissionEvents: { method: 'GET', path: '/submissions/:id/events', action: 'submission.view', tag, summary: 'Live progress (server-sent events); resumes after Last-Event-ID', params: byId, query: none, body: null, response: null, produces: 'text/event-stream', status: 200 },
  getRun: { method: 'GET', path: '/runs/:id', action: 'run.view', tag, summary: 'State and result of a run', params: byId, query: none, body: null, response: runView, status: 200 },
  listCaseResults: { method: 'GET', path: '/runs/:id/cases', action: 'run.view', tag, summary: 'Per-case figures (practice for everybody; held-out only for those whom the policy lets in)', params: byId, query: none, body: null, response: z.object({ items: z.array(caseResult) }), status: 200 },
  retryRun: { method: 'POST', path: '/runs/:id/retry', action: 'submission.control', tag, summary: 'Try again a run that ended without completing; an organiser also one that is on hold', params: byId, query: none, body: null, response: runSummary, status: 200 },
  listAlgorithms: { method: 'GET', path: '/algorithms', action: 'algorithm.view', tag: 'Algorithms', summary: 'Algorithms', params: none, query: z.strictObject({ ...paging, mine: z.stringbool().optional() }), body: null, response: page(algorithmSummary), status: 200 },
  getAlgorithm: { method: 'GET', path: '/algorithms/:slug', action: 'algorithm.view', tag: 'Algorithms', summary: 'Card, versions and their submissions', params: z.strictObject({ slug }), query: none, body: null, response: algorithmView, status: 200 },
  getModel: { method: 'GET', path: '/algorithms/:slug/versions/:version/model', action: 'model.download', tag: 'Algorithms', summary: 'The model file, for its owner', params: z.strictObject({ slug, version }), query: none, body: null, response: null, produces: 'application/octet-stream', status: 200 },
} as const satisfies Record<string, Endpoint>;
