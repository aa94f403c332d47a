import { z } from 'zod';
import { CAPACITIES, ISOLATION_LEVELS, PHASE_KINDS, SECRECY_LABELS } from '#domain';
import { cursor, id, instant, metricValues, none, sha256, slug, vec3 } from './primitives.js';
import type { Endpoint } from './endpoint.js';

const secrecyLabel = z.enum(SECRECY_LABELS);
export const phaseKind = z.enum(PHASE_KINDS);

export const region = z.object({ name: z.string(), labels: z.array(z.number().int().min(1)).min(1), color: z.string().optional() });
export const penalty = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fixed'), value: z.number() }),
  z.object({ kind: z.literal('volume-diagonal') }),
]);
/** Who may see the references of a phase and what is made of them; organisers and stewards see them under every rule. */
export const revealRule = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['all', 'never', 'after-close', 'readers']) }),
  z.object({ kind: z.literal('showcase'), cases: z.array(z.string()).min(1).describe('names of cases of the phase') }),
]);
export const phaseRules = z.object({
  regions: z.array(region),
  metrics: z.array(z.object({ id: z.string(), penalty })),
  ranking: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('mean-then-rank'), metric: z.string(), ties: z.literal('min') }),
    z.object({ kind: z.literal('consensus'), metrics: z.array(z.string()), ties: z.literal('min') }),
  ]),
  limits: z.object({ loadSeconds: z.number(), caseSeconds: z.number(), memoryMib: z.number(), threads: z.number().int() }),
  requiredIsolation: z.enum(ISOLATION_LEVELS).optional(),
  predictionGrid: z.enum(['reference', 'nearest']).optional().describe('grids on which a prediction may come; absent: that of the reference'),
  ignoreLabel: z.number().int().min(1).max(65535).optional().describe('where the reference segmentation has it, voxels count neither for nor against; absent: all count'),
  closesAt: instant.optional().describe('when the phase stops taking submissions; absent: it stays open'),
  reveal: revealRule.optional().describe('who may see the references; absent: in practice whoever may see the case, of held-out cases nobody but organisers and stewards'),
});

/** What a metric means: from the catalogue. */
export const metricInfo = z.object({
  id: z.string(),
  name: z.string(),
  abbreviation: z.string(),
  unit: z.string().describe('empty when unitless'),
  direction: z.enum(['higher', 'lower']),
  role: z.enum(['rank', 'report']).describe('`report`: shown, never ranked'),
  description: z.string(),
});

export const phaseSummary = z.object({
  id,
  kind: phaseKind,
  title: z.string(),
  label: secrecyLabel,
  caseCount: z.number().int(),
  rules: phaseRules.omit({ reveal: true }),
  reveal: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.enum(['all', 'never', 'after-close', 'readers']) }),
      z.object({ kind: z.literal('showcase'), caseCount: z.number().int().describe('cases that are shown whole to whoever signs in') }),
    ])
    .describe('who may see the references, besides organisers and stewards'),
  isolation: z.enum(ISOLATION_LEVELS).describe('lowest level of isolation that a worker must have for this phase'),
});

/** One of the images that every case has. */
export const channel = z.object({ name: z.string(), modality: z.string().optional(), unit: z.string().optional() });

export const benchmarkSummary = z.object({
  id,
  slug: z.string(),
  title: z.string(),
  question: z.string(),
  published: z.boolean(),
  synthetic: z.boolean(),
  caseCount: z.number().int(),
  algorithmCount: z.number().int(),
  structures: z.array(z.string()),
  leader: z.object({ algorithm: z.string(), version: z.string(), metric: z.object({ id: z.string(), abbreviation: z.string() }), value: z.number() }).nullable(),
  createdAt: instant,
  /** What the asking person is here. */
  capacities: z.array(z.enum(CAPACITIES)),
});

export const benchmarkView = benchmarkSummary.extend({
  wasMember: z.literal(true).optional().describe('the asking person had a part here once, and so does not compete'),
  summary: z.string(),
  rules: z.string().describe('Markdown'),
  labels: z.array(z.object({ value: z.number().int(), name: z.string(), color: z.string() })),
  channels: z.array(channel).describe('the images of a case, in order'),
  windowPresets: z.array(z.object({ name: z.string(), center: z.number(), width: z.number() })),
  metrics: z.array(metricInfo),
  dataset: z.object({ slug: z.string(), name: z.string(), licence: z.string(), description: z.string(), version: z.number().int(), digest: z.string() }),
  phases: z.array(phaseSummary),
});
export type BenchmarkView = z.infer<typeof benchmarkView>;

export const aggregate = z.object({
  region: z.string(),
  metric: z.string(),
  mean: z.number(),
  n: z.number().int(),
  penalised: z.number().int().nullable().describe('cases that count with the declared penalty; null: some, and how many is not released for held-out cases'),
});

/** What became of the cases of a run. */
export const caseCounts = z.object({
  scored: z.number().int(),
  failed: z.number().int(),
  empty: z
    .record(z.string(), z.number().int())
    .nullable()
    .describe('by region: scored cases in which the prediction has none of it although the reference has; null: not released, as fewer than 10 held-out patients stand behind it, or never counted'),
});

/** Figures of single cases lead to their pictures for whoever may see both. */
export const openCases = z
  .enum(['all', 'some', 'none'])
  .describe('of which cases the asking person may see figures, image and prediction; some: those that the reveal rule of the phase opens');
export type OpenCases = z.infer<typeof openCases>;

/** A board as it was when one of its runs had completed. */
export const leaderboardState = z.object({ hash: sha256, sequence: z.number().int().describe('runs on the board by then'), at: instant });

export const leaderboardEntry = z.object({
  rank: z.number().int(),
  runId: id,
  submissionId: id,
  algorithm: z.object({ slug: z.string(), name: z.string() }),
  version: z.string(),
  submitter: z.string().describe('display name'),
  metrics: z.record(z.string(), z.number()).describe('means over structures and cases after penalties'),
  aggregates: z.array(aggregate),
  cases: caseCounts,
  modelSha256: sha256,
  manifestSha256: sha256,
  state: z.object({ hash: sha256, sequence: z.number().int() }).describe('what the board became when this run entered it'),
  practiceUsage: z
    .object({ elapsedMs: z.number(), cpuMs: z.number(), peakRssBytes: z.number() })
    .nullable()
    .describe('medians over practice cases'),
  finishedAt: instant,
});
export const leaderboard = z.object({
  benchmark: z.string(),
  phase: phaseKind,
  signature: z.string(),
  updatedAt: instant.nullable(),
  state: leaderboardState.nullable().describe('what is shown; null while no run has completed'),
  newest: z.boolean().describe('false: a board as it was'),
  boards: z
    .array(z.object({ signature: z.string(), state: leaderboardState }))
    .describe('newest state of each board of the phase: runs share one only when everything that could change a number is equal'),
  total: z.number().int(),
  openCases,
  items: z.array(leaderboardEntry),
  nextCursor: z.string().nullable(),
});
export type LeaderboardView = z.infer<typeof leaderboard>;
export type LeaderboardEntryView = z.infer<typeof leaderboardEntry>;

const geometry = z.object({ sizeXyz: vec3, spacingMm: vec3, originLps: vec3, direction: z.array(z.number()).length(9) });
export const caseSummary = z.object({
  id,
  name: z.string(),
  ordinal: z.number().int(),
  label: secrecyLabel,
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  sizeXyz: vec3,
  spacingMm: vec3,
});

/** What the viewer may show of one case; layers that the asking person may not see are absent. */
export const caseView = caseSummary.extend({
  benchmark: z.object({ slug: z.string(), title: z.string() }),
  phase: phaseKind,
  geometry,
  image: z.object({ objectId: id, bytes: z.number().int() }).describe('the first of `images`'),
  images: z.array(z.object({ channel: z.string(), objectId: id, bytes: z.number().int() })),
  references: z.array(z.object({ objectId: id, reader: z.string(), consensus: z.boolean() })),
  predictions: z.array(
    z.object({
      objectId: id.nullable(),
      runId: id.describe('of a run, or of the preflight that was asked for'),
      rank: z.number().int().nullable(),
      algorithm: z.object({ slug: z.string(), name: z.string() }),
      version: z.string(),
      state: z.enum(['scored', 'failed']),
      failureCode: z.string().nullable(),
      scores: z.array(z.object({ region: z.string(), status: z.string(), values: metricValues, reasons: z.record(z.string(), z.string()) })),
    }),
  ),
  neighbours: z.object({ previous: id.nullable(), next: id.nullable() }),
});
export type CaseView = z.infer<typeof caseView>;

const kitPath = z.string().regex(/^(?:images|references)\/[0-9A-Za-z-][0-9A-Za-z._-]*$/, 'expected a file in images/ or references/');
/** `benchmark.json` of a starter kit: what a model is checked against where no server is asked. */
export const starterKit = z.object({
  format: z.literal('voxelmark-starter-kit-1'),
  slug: z.string(),
  channels: z.array(channel).min(1),
  labels: z.array(z.object({ value: z.number().int(), name: z.string() })),
  phases: z.array(z.object({ kind: phaseKind, rules: phaseRules.pick({ regions: true, metrics: true, limits: true, ignoreLabel: true }) })).min(1),
  cases: z.array(
    z.object({
      name: z.string(),
      geometry,
      files: z
        .object({ images: z.array(kitPath).min(1).describe('in the order of `channels`'), reference: kitPath })
        .nullable()
        .describe('null: the case is open, and was left out of the kit for its size'),
    }),
  ),
}).refine(({ channels, cases }) => cases.every(({ files }) => files === null || files.images.length === channels.length), 'expected an image for each channel');
export type StarterKit = z.infer<typeof starterKit>;

const bySlug = z.strictObject({ slug });
const tag = 'Benchmarks';
export const benchmarkEndpoints = {
  listBenchmarks: { method: 'GET', path: '/benchmarks', action: 'benchmark.view', tag, summary: 'Published benchmarks', params: none, query: none, body: null, response: z.object({ items: z.array(benchmarkSummary) }), status: 200 },
  getBenchmark: { method: 'GET', path: '/benchmarks/:slug', action: 'benchmark.view', tag, summary: 'Question, data, rules', params: bySlug, query: none, body: null, response: benchmarkView, status: 200 },
  getLeaderboard: { method: 'GET', path: '/benchmarks/:slug/leaderboard', action: 'leaderboard.view', tag, summary: 'One row per algorithm version, by rank', params: bySlug, query: z.strictObject({ phase: phaseKind.default('test'), asOf: sha256.optional().describe('address of a state of the board; by default the newest'), limit: z.coerce.number().int().min(1).max(200).default(100), cursor: cursor.optional() }), body: null, response: leaderboard, status: 200 },
  listCases: { method: 'GET', path: '/benchmarks/:slug/cases', action: 'benchmark.view', tag, summary: 'Cases of a phase that the asking person may see', params: bySlug, query: z.strictObject({ phase: phaseKind.default('practice') }), body: null, response: z.object({ items: z.array(caseSummary), hidden: z.number().int().describe('cases that exist but are not shown') }), status: 200 },
  getCase: { method: 'GET', path: '/cases/:id', action: 'case.view', tag: 'Cases', summary: 'Images, references and predictions of one case', params: z.strictObject({ id }), query: z.strictObject({ preflight: id.optional().describe('also shows what this preflight of one’s own predicted on the case') }), body: null, response: caseView, status: 200 },
  getObject: { method: 'GET', path: '/objects/:id', action: 'object.view', tag: 'Cases', summary: 'Voxels of an image, a reference or a prediction (NIfTI, gzip). An access event is written first. The route that stored voxels leave by as they are. Accepts Range. The header `voxelmark-grid` has the hash of the grid that the file lies on.', params: z.strictObject({ id }), query: none, body: null, response: null, produces: 'application/gzip', status: 200 },
  getSegmentation: { method: 'GET', path: '/objects/:id/segmentation', action: 'object.view', tag: 'Cases', summary: 'A reference or a prediction as a DICOM segmentation that refers to the slices of its image. Seen by whoever sees the object; an access event is written first.', params: z.strictObject({ id }), query: none, body: null, response: null, produces: 'application/dicom', status: 200 },
  getStarterKit: { method: 'GET', path: '/benchmarks/:slug/starter-kit', action: 'benchmark.view', tag, summary: 'Practice images and references, a manifest to fill in, export scripts and the commands that check and submit, as a ZIP archive. Images that the asking person may not see are left out.', params: bySlug, query: none, body: null, response: null, produces: 'application/zip', status: 200 },
  getDatasetRecord: { method: 'GET', path: '/benchmarks/:slug/croissant', action: 'benchmark.view', tag, summary: 'The dataset version as a Croissant record (JSON-LD): open files with their digests, splits, facts; of held-out cases their number only', params: bySlug, query: none, body: null, response: null, produces: 'application/ld+json', status: 200 },
} as const satisfies Record<string, Endpoint>;
