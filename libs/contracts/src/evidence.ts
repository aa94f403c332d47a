import { z } from 'zod';
import { SECRECY_LABELS } from '#domain';
import { leaderboardState, phaseKind } from './benchmarks.js';
import { cursor, id, instant, none, sha256, slug } from './primitives.js';
import type { Endpoint } from './endpoint.js';

const bySlug = z.strictObject({ slug });
const board = {
  phase: phaseKind.default('test'),
  asOf: sha256.optional().describe('address of a state of the board; by default the newest'),
};

export const SCHEME_KINDS = ['mean-then-rank', 'median-then-rank', 'rank-then-mean', 'rank-then-median', 'test-then-rank'] as const;
const schemeQuery = {
  ...board,
  scheme: z.enum(['declared', ...SCHEME_KINDS]).default('declared').describe('`declared`: the rule of the phase'),
  metric: z.string().max(64).optional().describe('id; by default the metric of the declared rule'),
  region: z.string().max(64).default('all').describe('name of a region, or `all`'),
};

const interval = z.tuple([z.number(), z.number()]);
const low = z.number().nullable().describe('null, like `high`: one patient has no interval');
const high = z.number().nullable();
const mean = z.object({ mean: z.number(), low, high, draws: z.number().int(), seed: z.number().int(), confidence: z.number() });
const place = z.object({ algorithm: id, aggregate: z.number().nullable(), rank: z.number() });
const partRanking = z.object({
  group: z.string(),
  n: z.number().int().nullable(),
  places: z.array(place).nullable(),
  why: z.enum(['too-few-cases', 'suppressed']).nullable(),
  tau: z.number().nullable(),
});
const tau = z.object({
  mean: z.number().nullable(),
  quartiles: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  undefined: z.number().int(),
  values: z.array(z.object({ tau: z.number(), draws: z.number().int() })),
});

/** How far the means of levels lie apart. */
const gapFigures = {
  gap: z.number(),
  low: z.number(),
  high: z.number(),
  worst: z.string(),
  deviation: z.number(),
  p: z.number().nullable().describe('Kruskal-Wallis test, one value a patient, that the levels do not differ; null where only decisions are released'),
  pAdjusted: z.number().nullable().describe('p after Holm, over the attributes in which levels of this algorithm are compared'),
};

/** A run as it stands on a board; `algorithm` in the figures below is its run id. */
export const boardRun = z.object({
  runId: id,
  algorithm: z.object({ slug: z.string(), name: z.string() }),
  version: z.string(),
  /** Of the declared rule. */
  rank: z.number().int(),
  failed: z.number().int(),
});

/** How firmly the ranks of a board stand. */
export const evidence = z.object({
  rule: z.string().describe('the scheme in one line'),
  kind: z.enum(['consensus', ...SCHEME_KINDS]),
  metric: z.string(),
  region: z.string(),
  cases: z.number().int(),
  patients: z.number().int(),
  draws: z.number().int(),
  seed: z.number().int(),
  confidence: z.number(),
  places: z.array(z.number()),
  withheld: z.enum(['few-patients']).nullable().describe('why intervals, tiers, tests and tau are null: they would tell about single held-out cases'),
  standings: z.array(
    z.object({
      algorithm: id,
      rank: z.number(),
      aggregate: z.number().nullable(),
      interval: interval.nullable(),
      medianRank: z.number().nullable(),
      shares: z.array(z.number()).nullable(),
      tier: z.number().int().nullable(),
      likeFirst: z.boolean().nullable().describe('the tests tell it neither worse nor better than the first'),
      betterThanFirst: z.boolean().nullable().describe('the tests prefer it to the first, which a mean that few cases decide can bring about'),
      mean: mean.nullable().describe('null: too few held-out cases to show an interval'),
    }),
  ),
  tau,
  tests: z.object({
    alpha: z.number(),
    adjust: z.string(),
    algorithms: z.array(id),
    better: z.array(z.array(z.boolean())).nullable().describe('row significantly better than column'),
    p: z.array(z.array(z.number().nullable())).nullable().describe('adjusted; null where only decisions are released'),
  }),
  schemes: z.array(z.object({ kind: z.enum(SCHEME_KINDS), rule: z.string(), tau: z.number().nullable(), ranks: z.record(z.string(), z.number()) })),
  withoutSite: z.array(partRanking),
  slices: z.array(
    z.object({
      key: z.string(),
      demographic: z.boolean(),
      rankings: z.array(partRanking),
      algorithms: z.array(
        z.object({
          algorithm: id,
          levels: z.array(
            z.object({
              level: z.string(),
              figures: z
                .object({
                  n: z.number().int(),
                  mean: z.number(),
                  low,
                  high,
                  failureRate: z.number(),
                  median: z.number().nullable(),
                  quartiles: interval.nullable(),
                })
                .nullable()
                .describe('null: withheld'),
            }),
          ),
          gap: z
            .object({
              levels: z.array(z.string()),
              ...gapFigures,
              equityScaled: z.number().nullable(),
              afterSize: z
                .object(gapFigures)
                .nullable()
                .describe('the same with what the size of the structures explains taken out; null: sizes are not known or not shown, all alike, or the levels are sizes'),
            })
            .nullable()
            .describe('null: fewer than two levels can be compared'),
        }),
      ),
    }),
  ),
});

export const ceiling = z
  .object({ band: mean, cases: z.number().int(), readers: z.number().int(), pairs: z.number().int(), penalised: z.number().int() })
  .nullable()
  .describe('how well human readers agree with one another on the metric; null when no case has two readers');

export const evidenceView = z.object({
  benchmark: slug,
  phase: phaseKind,
  signature: z.string(),
  state: leaderboardState,
  runs: z.array(boardRun).describe('the first 50 of the board'),
  total: z.number().int(),
  evidence,
  ceiling,
  casesVisible: z.boolean().describe('whether the asking person may load the figures of every case'),
});
export type EvidenceView = z.infer<typeof evidenceView>;

/** Intervals of the means of a board: what the evidence says of the metric that is ranked, of every metric and structure. */
export const boardMeans = z.object({
  benchmark: slug,
  phase: phaseKind,
  signature: z.string(),
  state: leaderboardState,
  draws: z.number().int(),
  seed: z.number().int(),
  confidence: z.number(),
  withheld: z.enum(['few-patients']).nullable().describe('why there are no columns: they would tell about single held-out cases'),
  columns: z.array(
    z.object({
      metric: z.string(),
      region: z.string().describe('name of a region, or `all`: the mean over regions'),
      intervals: z.record(id, interval.nullable()).describe('by run, the first 50 of the board; null: one patient has no interval'),
    }),
  ),
});
export type BoardMeansView = z.infer<typeof boardMeans>;

/** Every value behind a board: only for whoever may see the figures of every case. */
export const boardValues = z.object({
  benchmark: slug,
  phase: phaseKind,
  signature: z.string(),
  state: leaderboardState,
  runs: z.array(boardRun),
  cases: z.array(
    z.object({
      id,
      name: z.string(),
      label: z.enum(SECRECY_LABELS),
      patient: z.number().int().describe('cases of one patient share a number'),
      levels: z.record(z.string(), z.string().nullable()).describe('by attribute'),
      volumesMl: z.record(z.string(), z.number()).nullable().describe('of the reference, by region'),
    }),
  ),
  attributes: z.array(z.object({ key: z.string(), demographic: z.boolean() })),
  tables: z.array(
    z.object({
      region: z.string(),
      metric: z.string(),
      penalties: z.array(z.number()).describe('by case'),
      values: z.array(z.array(z.number().nullable())).describe('by run, then by case; null: the penalty stands in'),
    }),
  ),
  statuses: z.array(z.object({ region: z.string(), values: z.array(z.array(z.string())) })).describe('by run, then by case'),
});
export type BoardValuesView = z.infer<typeof boardValues>;

export const comparison = z.object({
  benchmark: slug,
  phase: phaseKind,
  state: leaderboardState,
  metric: z.string(),
  region: z.string(),
  first: boardRun,
  second: boardRun,
  n: z.number().int(),
  ranked: z.boolean().describe('false: a figure to report, by which nothing is better or worse'),
  mean: z
    .object({ estimate: z.number(), low: z.number().nullable(), high: z.number().nullable() })
    .describe('of first - second, with its bootstrap interval; null: too few held-out cases to show one'),
  firstBetter: z.boolean().nullable().describe('signed-rank test, one value a patient, p at most 0.05 after Holm over the two directions; null: not ranked, or too few held-out patients to say'),
  secondBetter: z.boolean().nullable(),
  detail: z
    .object({
      median: z.object({ estimate: z.number(), low, high }),
      wins: z.number().int(),
      ties: z.number().int(),
      losses: z.number().int(),
      pFirstBetter: z.number().nullable().describe('after Holm over the two directions; null: not ranked'),
      pSecondBetter: z.number().nullable(),
      cases: z
        .array(z.object({ caseId: id, name: z.string(), first: z.number(), second: z.number(), difference: z.number(), better: z.enum(['first', 'second', 'neither']) }))
        .describe('those that differ most first'),
    })
    .nullable()
    .describe('null where figures of single cases are not shown'),
});
export type ComparisonView = z.infer<typeof comparison>;

/** A step of the chain of states of a board. */
export const boardState = leaderboardState.extend({
  runId: id,
  algorithm: z.object({ slug: z.string(), name: z.string() }),
  version: z.string(),
});

export const EXPORT_FORMATS = ['csv', 'cases', 'slices', 'json', 'latex', 'structures', 'methods', 'bibtex', 'cff'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What a stranger needs to recompute a run. */
export const runManifest = z.object({
  runManifestVersion: z.literal(1),
  voxelmark: z.string().describe('version of the platform that wrote this'),
  benchmark: z.object({ slug, title: z.string(), phase: phaseKind, rules: z.unknown(), rulesSha256: sha256 }),
  dataset: z.object({ slug: z.string(), version: z.number().int(), digest: z.string(), phaseDigest: z.string() }),
  run: z.object({ id, signature: z.string(), startedAt: instant.nullable(), finishedAt: instant.nullable() }),
  algorithm: z.object({ slug: z.string(), name: z.string(), version: z.string(), modelSha256: sha256.describe('of the one model file, or of the list of their digests'), models: z.array(z.object({ file: z.string(), sha256 })).min(1).optional().describe('absent in manifests written before there could be several'), manifestSha256: sha256, manifest: z.unknown() }),
  state: leaderboardState,
  results: z.object({
    rank: z.number().int(),
    metrics: z.record(z.string(), z.number()),
    aggregates: z.array(z.object({ region: z.string(), metric: z.string(), mean: z.number(), n: z.number().int() })),
    cases: z.object({ scored: z.number().int(), failed: z.number().int() }),
  }),
  cases: z
    .array(
      z.object({
        id,
        name: z.string(),
        state: z.enum(['scored', 'failed']),
        failureCode: z.string().nullable(),
        reference: z.object({ objectId: id, sha256 }).nullable().describe('null, and the prediction with it, where the reference is not shown to you'),
        prediction: z.object({ objectId: id, sha256 }).nullable(),
        scores: z.array(z.object({ region: z.string(), status: z.string(), values: z.record(z.string(), z.union([z.number(), z.literal('Infinity'), z.null()])), reasons: z.record(z.string(), z.string()) })),
      }),
    )
    .nullable()
    .describe('null where figures of single cases are not shown'),
});
export type RunManifestView = z.infer<typeof runManifest>;

const tag = 'Evidence';
export const evidenceEndpoints = {
  listBoardStates: { method: 'GET', path: '/benchmarks/:slug/leaderboard/states', action: 'leaderboard.view', tag, summary: 'States of a board, newest first; each has an address that never changes', params: bySlug, query: z.strictObject({ ...board, limit: z.coerce.number().int().min(1).max(200).default(50), cursor: cursor.optional() }), body: null, response: z.object({ items: z.array(boardState), nextCursor: z.string().nullable() }), status: 200 },
  getBoardState: { method: 'GET', path: '/leaderboard-states/:hash', action: 'leaderboard.view', tag, summary: 'Which board an address belongs to', params: z.strictObject({ hash: sha256 }), query: none, body: null, response: boardState.extend({ benchmark: z.object({ slug, title: z.string() }), phase: phaseKind, signature: z.string() }), status: 200 },
  getEvidence: { method: 'GET', path: '/benchmarks/:slug/evidence', action: 'leaderboard.view', tag, summary: 'Rank intervals, tiers, tests, other schemes and slices of a board', params: bySlug, query: z.strictObject(schemeQuery), body: null, response: evidenceView, status: 200 },
  getBoardMeans: { method: 'GET', path: '/benchmarks/:slug/leaderboard/means', action: 'leaderboard.view', tag, summary: 'Intervals of every mean on a board: each metric, over each structure and over all', params: bySlug, query: z.strictObject(board), body: null, response: boardMeans, status: 200 },
  getBoardValues: { method: 'GET', path: '/benchmarks/:slug/leaderboard/values', action: 'leaderboard.view', tag, summary: 'Every value behind a board, where the figures of single cases may be seen', params: bySlug, query: z.strictObject(board), body: null, response: boardValues, status: 200 },
  compareRuns: { method: 'GET', path: '/benchmarks/:slug/compare', action: 'leaderboard.view', tag, summary: 'Two algorithm versions on the same cases', params: bySlug, query: z.strictObject({ ...board, first: id, second: id, metric: z.string().max(64).optional(), region: z.string().max(64).default('all') }), body: null, response: comparison, status: 200 },
  exportLeaderboard: { method: 'GET', path: '/benchmarks/:slug/leaderboard/export', action: 'leaderboard.view', tag, summary: 'A board as CSV (means, values of every case where they may be seen, or slices), JSON, LaTeX (the ranked metric, or every metric and structure), methods paragraph, BibTeX or CITATION.cff', params: bySlug, query: z.strictObject({ ...schemeQuery, format: z.enum(EXPORT_FORMATS) }), body: null, response: null, produces: 'text/plain', status: 200 },
  getRunManifest: { method: 'GET', path: '/runs/:id/manifest', action: 'run.view', tag, summary: 'Digests, versions, rules and results of a run: what a stranger needs to recompute it', params: z.strictObject({ id }), query: none, body: null, response: runManifest, status: 200 },
  getRunBadge: { method: 'GET', path: '/runs/:id/badge.svg', action: 'run.view', tag, summary: 'Rank and leading metric of a run as a picture for a README', params: z.strictObject({ id }), query: none, body: null, response: null, produces: 'image/svg+xml', status: 200 },
} as const satisfies Record<string, Endpoint>;
