import { z } from 'zod';
import { CAPACITIES, FAILURE_CODES, ISOLATION_LEVELS, PHASE_KINDS, SECRECY_LABELS } from '#domain';
import { email } from './accounts.js';
import { benchmarkView } from './benchmarks.js';
import { id, instant, line, metricValues, none, newSlug, sha256, slug, text } from './primitives.js';
import type { Endpoint } from './endpoint.js';

const distinct = <T>(list: readonly T[]): boolean => new Set(list).size === list.length;
const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'expected a colour as #rrggbb');
const finite = z.number().min(-1e9).max(1e9);
const names = (most: number) => z.array(line(128)).max(most).refine(distinct, 'expected names that occur once');

const MOST_CASES = 10_000;

/** How the cases of the dataset version go to practice and held-out. Cases that are named in neither stay out. */
export const caseSplit = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('by-split'),
    practice: names(64).describe('values of `split` of the cases'),
    test: names(64),
  }),
  z.strictObject({ kind: z.literal('by-name'), practice: names(MOST_CASES), test: names(MOST_CASES) }),
  z.strictObject({
    kind: z.literal('random'),
    seed: z.number().int().min(0).max(2 ** 31 - 1).default(1),
    testShare: z.number().gt(0).lt(1).default(0.7).describe('share of the patients that is held out'),
    stratifyBy: line(100).nullable().default(null).describe('a fact; patients are drawn within each of its values'),
  }),
]);

/** What the cases are scored against where several readers drew them and none of them is the consensus. */
export const consensusChoice = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('majority') }),
  z.strictObject({ kind: z.literal('staple') }),
  z.strictObject({ kind: z.literal('reader'), reader: line(100) }),
]);

export const penaltyChoice = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), value: finite }),
  z.strictObject({ kind: z.literal('volume-diagonal') }),
]);

export const rankingChoice = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('mean-then-rank'), metric: line(64), ties: z.literal('min').default('min') }),
  z.strictObject({ kind: z.literal('consensus'), metrics: z.array(line(64)).min(1).max(32), ties: z.literal('min').default('min') }),
]);

const limitsChoice = z.strictObject({
  loadSeconds: z.number().int().min(1).max(3600).default(60),
  caseSeconds: z.number().int().min(1).max(7200).default(300),
  memoryMib: z.number().int().min(256).max(1_048_576).default(4096),
  threads: z.number().int().min(1).max(64).default(1),
});

const label = z.strictObject({ value: z.number().int().min(1).max(65535), name: line(100), color: color.optional() });
const regionChoice = z.strictObject({
  name: line(100),
  labels: z.array(z.number().int().min(1).max(65535)).min(1).max(4096).refine(distinct, 'expected labels that occur once'),
  color: color.optional(),
});
const revealChoice = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['all', 'never', 'after-close', 'readers']) }),
  z.strictObject({ kind: z.literal('showcase'), cases: names(1000).min(1).describe('names of cases of the phase') }),
]);
const phaseChoice = z.strictObject({
  title: line(200).optional(),
  label: z.enum(SECRECY_LABELS).optional().describe('who may see images and references'),
  reveal: revealChoice.optional().describe('who may see the references; by default of practice cases whoever may see the case, of held-out cases nobody'),
  closesAt: instant.optional().describe('when the phase stops taking submissions; by default never'),
});

/**
 * A benchmark as its organiser describes it. An address, a title and a version of a dataset suffice: everything else has a
 * default, which the answer shows.
 */
export const newBenchmark = z.strictObject({
  slug: newSlug,
  title: line(200),
  question: line(1000).optional().describe('the clinical question, in a sentence; by default how well the labels are outlined'),
  summary: text(4000).default(''),
  rules: text(50_000).optional().describe('Markdown; by default written from the choices below'),
  dataset: z.strictObject({ slug, version: z.number().int().min(1) }),
  split: caseSplit
    .optional()
    .describe('by default the cases’ own `split` where it tells two kinds apart (train and test, say), else drawn by patient'),
  consensus: consensusChoice.default({ kind: 'majority' }),
  labels: z
    .array(label)
    .min(1)
    .max(4096)
    .refine((labels) => distinct(labels.map(({ value }) => value)) && distinct(labels.map(({ name }) => name)), 'expected values and names that occur once')
    .optional()
    .describe('by default those of the dataset'),
  regions: z
    .array(regionChoice)
    .min(1)
    .max(256)
    .refine((regions) => distinct(regions.map(({ name }) => name)), 'expected names that occur once')
    .optional()
    .describe('what is scored; by default each label by itself'),
  windowPresets: z
    .array(z.strictObject({ name: line(100), center: finite, width: finite.gt(0) }))
    .max(32)
    .optional()
    .describe('by default those usual for the modality of the first channel'),
  metrics: z
    .array(z.strictObject({ id: line(64), penalty: penaltyChoice.optional().describe('by default the worst value there is, or the diagonal of the volume in mm') }))
    .min(1)
    .max(32)
    .refine((metrics) => distinct(metrics.map((metric) => metric.id)), 'expected metrics that occur once')
    .optional()
    .describe('ids of the catalogue, tolerance and the like behind an @; by default dice, nsd@2 and hd95'),
  ranking: rankingChoice.optional().describe('by default the mean of the first metric'),
  limits: limitsChoice.prefault({}),
  requiredIsolation: z.enum(ISOLATION_LEVELS).optional().describe('by default L2 for sealed images of people, else L0'),
  predictionGrid: z.enum(['reference', 'nearest']).default('reference'),
  phases: z.strictObject({ practice: phaseChoice.prefault({}), test: phaseChoice.prefault({}) }).prefault({}),
});
export type NewBenchmarkBody = z.input<typeof newBenchmark>;
export type NewBenchmarkFields = z.output<typeof newBenchmark>;

/** The same with every default in its place: sent again, it makes the same benchmark. */
export const benchmarkDefinition = newBenchmark.required({ question: true, rules: true, split: true, labels: true, regions: true, windowPresets: true, ranking: true }).extend({
  metrics: z.array(z.strictObject({ id: z.string(), penalty: penaltyChoice })),
  phases: z.strictObject({ practice: phaseChoice.required({ title: true, label: true }), test: phaseChoice.required({ title: true, label: true }) }),
});
export type BenchmarkDefinition = z.output<typeof benchmarkDefinition>;

/** Something about a benchmark that its organiser should know before it is published. Errors stand in the way. */
export const makingFinding = z.object({
  severity: z.enum(['error', 'warning', 'note']),
  code: z.string().describe('kebab-case, stable'),
  where: z.string().describe('which part it is about, for instance `metrics.hd95` or `regions.spleen`'),
  message: z.string(),
});

/** Which cases go where, and how much of each region there is in them. */
export const drawnCases = z.object({
  practice: z.array(z.string()).describe('names of cases'),
  test: z.array(z.string()),
  left: z.array(z.string()).describe('cases of the version that are in neither'),
  patients: z.object({ practice: z.number().int(), test: z.number().int() }),
});

/** A benchmark before it is there: what it would become. */
export const benchmarkCheck = z.object({
  definition: benchmarkDefinition.nullable().describe('null while something keeps it from being completed'),
  cases: drawnCases.nullable(),
  findings: z.array(makingFinding),
});
export type BenchmarkCheckView = z.infer<typeof benchmarkCheck>;

export const DRY_RUN_STATES = ['queued', 'running', 'done', 'failed'] as const;
export const dryRunCase = z.object({
  caseId: id,
  case: z.string(),
  state: z.enum(['waiting', 'scored', 'failed']),
  failure: z.object({ code: z.enum(FAILURE_CODES), message: z.string() }).nullable(),
  elapsedMs: z.number().nullable(),
  peakRssBytes: z.number().nullable(),
  scores: z.array(z.object({ region: z.string(), status: z.string(), values: metricValues, reasons: z.record(z.string(), z.string()) })),
});
export const dryRunView = z.object({
  id,
  state: z.enum(DRY_RUN_STATES),
  stale: z.boolean().describe('the draft was changed since'),
  isolation: z.enum(ISOLATION_LEVELS).nullable().describe('level of the worker that ran it'),
  networks: z.array(
    z.object({
      network: z.string(),
      name: z.string(),
      state: z.enum(['waiting', 'running', 'done', 'skipped']),
      note: z.string().nullable().describe('how its labels were matched, or why it was skipped'),
      cases: z.array(dryRunCase),
      means: z.record(z.string(), z.number()).nullable().describe('over regions and cases after penalties, once it is done'),
    }),
  ),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  createdAt: instant,
  finishedAt: instant.nullable(),
});
export type DryRunView = z.infer<typeof dryRunView>;

/** Who did what with a benchmark. */
export const makingEvent = z.object({
  at: instant,
  userName: z.string().nullable(),
  act: z.enum(['created', 'changed', 'dry-run', 'published', 'deleted', 'member-added', 'member-removed']),
  definitionSha256: sha256.nullable(),
  member: z
    .object({ name: z.string().nullable(), capacity: z.enum(CAPACITIES) })
    .nullable()
    .describe('who was appointed or removed, as what'),
});

/** Who has a part in a benchmark. */
export const benchmarkMembers = z.object({
  items: z
    .array(
      z.object({
        id,
        name: z.string(),
        email: z.string(),
        capacities: z.array(z.enum(CAPACITIES)).min(1),
        disabled: z.boolean().describe('the account cannot sign in any more'),
      }),
    )
    .describe('by name'),
  history: z.array(makingEvent).describe('appointments and removals, oldest first'),
});
export type BenchmarkMembersView = z.infer<typeof benchmarkMembers>;

/** A benchmark on its organiser's desk. */
export const benchmarkMaking = z.object({
  benchmark: benchmarkView,
  definition: benchmarkDefinition,
  definitionSha256: sha256.describe('of the definition: what `expected` is compared with'),
  cases: drawnCases,
  preparation: z
    .object({
      state: z.enum(DRY_RUN_STATES),
      done: z.number().int(),
      total: z.number().int(),
      failure: z.object({ code: z.string(), message: z.string() }).nullable(),
    })
    .describe('references are measured, and the consensus of readers is derived, by a worker'),
  voxels: z.array(
    z.object({ region: z.string(), phase: z.enum(PHASE_KINDS), cases: z.number().int().describe('in which it occurs'), patients: z.number().int(), ml: z.number() }),
  ),
  findings: z.array(makingFinding),
  networks: z
    .array(
      z.object({
        network: z.string().describe('as a dry run is asked for it'),
        name: z.string(),
        own: z.boolean().describe('a version of an algorithm of mine; else one of the demo'),
        fits: z.boolean(),
        note: z.string(),
      }),
    )
    .describe('what a dry run can use: the demo’s, and the newest versions of my algorithms'),
  dryRun: dryRunView.nullable().describe('the newest'),
  history: z.array(makingEvent).describe('oldest first'),
});
export type BenchmarkMakingView = z.infer<typeof benchmarkMaking>;

const expected = sha256
  .optional()
  .describe('`definitionSha256` of the draft as I have seen it; when it is another one by now, 409 `benchmark-changed`');
const tag = 'Benchmarks';
const bySlug = z.strictObject({ slug });
export const benchmarkMakingEndpoints = {
  checkBenchmark: { method: 'POST', path: '/benchmarks/check', action: 'benchmark.create', tag, summary: 'What a description of a benchmark would become: defaults, cases of each phase, findings. Nothing is stored.', params: none, query: none, body: newBenchmark, response: benchmarkCheck, status: 200 },
  createBenchmark: { method: 'POST', path: '/benchmarks', action: 'benchmark.create', tag, summary: 'Make a draft of a benchmark from a frozen version of a dataset of mine. Only its organisers and administrators see it.', params: none, query: none, body: newBenchmark, response: benchmarkMaking, status: 201 },
  getBenchmarkMaking: { method: 'GET', path: '/benchmarks/:slug/making', action: 'benchmark.manage', tag, summary: 'A benchmark as its organiser described it, with findings, newest dry run and history', params: bySlug, query: none, body: null, response: benchmarkMaking, status: 200 },
  replaceBenchmark: { method: 'PUT', path: '/benchmarks/:slug', action: 'benchmark.manage', tag, summary: 'Replace a draft by another description, as a whole', params: bySlug, query: none, body: newBenchmark.extend({ expected }), response: benchmarkMaking, status: 200 },
  deleteBenchmark: { method: 'DELETE', path: '/benchmarks/:slug', action: 'benchmark.manage', tag, summary: 'Delete a draft. The dataset stays.', params: bySlug, query: none, body: null, response: null, status: 204 },
  createDryRun: { method: 'POST', path: '/benchmarks/:slug/dry-runs', action: 'benchmark.manage', tag, summary: 'Run networks on practice cases of a draft (the ten smallest) by its rules, through the queue. Enters no board.', params: bySlug, query: none, body: z.strictObject({ networks: names(16).optional().describe('demo networks by name, versions of my own as algorithm@version; by default one that works and one that fails on deep volumes') }), response: dryRunView, status: 202 },
  getDryRun: { method: 'GET', path: '/benchmarks/:slug/dry-runs/:id', action: 'benchmark.manage', tag, summary: 'How a dry run stands: scores, failures and times of every case', params: z.strictObject({ slug, id }), query: none, body: null, response: dryRunView, status: 200 },
  publishBenchmark: { method: 'POST', path: '/benchmarks/:slug/publish', action: 'benchmark.manage', tag, summary: 'Publish a draft: from now on its rules and cases do not change. Refused while there are errors, and while there are warnings that were not accepted.', params: bySlug, query: none, body: z.strictObject({ acceptWarnings: z.boolean().default(false), expected }), response: benchmarkMaking, status: 200 },
  listMembers: { method: 'GET', path: '/benchmarks/:slug/members', action: 'member.manage', tag, summary: 'Who has a part in a benchmark, for its organisers and administrators', params: bySlug, query: none, body: null, response: benchmarkMembers, status: 200 },
  addMember: { method: 'POST', path: '/benchmarks/:slug/members', action: 'member.manage', tag, summary: 'Appoint somebody who has an account as organiser, reader or steward, also after publication. Who has submitted to the benchmark is not appointed.', params: bySlug, query: none, body: z.strictObject({ email, capacity: z.enum(CAPACITIES) }), response: benchmarkMembers, status: 200 },
  removeMember: { method: 'DELETE', path: '/benchmarks/:slug/members/:id', action: 'member.manage', tag, summary: 'Take a capacity, or all of them, from an account. One organiser always stays. Who had a part once does not compete afterwards.', params: z.strictObject({ slug, id }), query: z.strictObject({ capacity: z.enum(CAPACITIES).optional().describe('by default all') }), body: null, response: benchmarkMembers, status: 200 },
  getDatasetVersionRecord: { method: 'GET', path: '/datasets/:slug/versions/:version/croissant', action: 'dataset.own', tag: 'Datasets', summary: 'A frozen version as a Croissant record (JSON-LD): of cases that no published benchmark shows, their number only', params: z.strictObject({ slug, version: z.coerce.number().int().min(1) }), query: none, body: null, response: null, produces: 'application/ld+json', status: 200 },
} as const satisfies Record<string, Endpoint>;
