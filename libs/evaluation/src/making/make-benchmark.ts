import { createHash } from 'node:crypto';
import type { BenchmarkDefinition, NewBenchmarkFields } from '#contracts';
import { canonicalJson, notFound, RequestRefused, type PhaseKind, type PhaseRules } from '#domain';
import type { Dataset, DatasetCase, DatasetRecords, DatasetVersion } from '../datasets/dataset-records.js';
import { removeUnused, type StorePorts } from '../datasets/store-then-write.js';
import type { Clock } from '../ports.js';
import type { Benchmark, EvaluationCase, EvaluationRecords, NewBenchmark, NewCase } from '../records.js';
import { underLock } from '../under-lock.js';
import { completeBenchmark, type CompletedBenchmark } from './complete-benchmark.js';
import type { MadeFrom, Making, MakingFinding } from './making-records.js';
import { isPrepared } from './prepared-findings.js';
import { publishingFindings } from './publishing-findings.js';

export interface MakingPorts extends StorePorts {
  readonly records: EvaluationRecords;
}

/** The version that a benchmark is made of, and its cases. */
export interface MakingSource {
  readonly dataset: Dataset;
  readonly version: DatasetVersion;
  readonly cases: readonly DatasetCase[];
}

/**
 * The version of a dataset of this person.
 * @throws RequestRefused 404, also when it is somebody else's
 */
export async function findSource(
  records: DatasetRecords,
  userId: string,
  { dataset: wanted }: Pick<NewBenchmarkFields, 'dataset'>,
): Promise<MakingSource> {
  const dataset = await records.findDataset(userId, wanted.slug);
  if (dataset === null) throw notFound('dataset');
  const version = (await records.datasetVersions(dataset.id)).find((one) => one.version === wanted.version);
  if (version === undefined) throw notFound('version');
  return { dataset, version, cases: await records.versionCases(dataset.id, wanted.version) };
}

/**
 * The same for whoever organises a draft with others: the version that it is made of, whoever brought it; another version of
 * that dataset is for its owner only.
 *
 * @param making of the draft; null for none
 * @throws RequestRefused 404
 */
export async function findSourceOfDraft(
  records: DatasetRecords,
  userId: string,
  making: Pick<Making, 'datasetId' | 'definition'> | null,
  { dataset: wanted }: Pick<NewBenchmarkFields, 'dataset'>,
): Promise<MakingSource> {
  const dataset =
    making?.definition.dataset.slug === wanted.slug ? await records.findDatasetById(making.datasetId) : null;
  if (making === null || dataset === null) return findSource(records, userId, { dataset: wanted });
  const mine = dataset.ownerId === userId || making.definition.dataset.version === wanted.version;
  const version = (await records.datasetVersions(dataset.id)).find((one) => one.version === wanted.version);
  if (!mine || version === undefined) throw notFound('version');
  return { dataset, version, cases: await records.versionCases(dataset.id, wanted.version) };
}

/** Lower-case hex SHA-256 of the canonical JSON. */
export function definitionDigest(definition: BenchmarkDefinition): string {
  return createHash('sha256').update(canonicalJson(definition)).digest('hex');
}

/**
 * A draft from a frozen version. Images and references become objects of the benchmark, with the labels of their phases; no
 * byte is copied. What has to be read in the references is done by a worker.
 *
 * @throws RequestRefused 404 for the dataset, 409 `benchmark-exists`, 422 `benchmark-invalid` with all errors
 */
export async function createDraft(
  { records }: Pick<MakingPorts, 'records'>,
  by: string,
  body: NewBenchmarkFields,
): Promise<Benchmark> {
  const source = await findSource(records, by, body);
  const completed = completeBenchmark(body, source.dataset, source.cases);
  const definition = refuseErrors(completed);
  return records.createDraft(
    describeBenchmark(definition, source, completed, by, new Map()),
    madeFrom(definition, source, by),
  );
}

/**
 * Another description in place of a draft's. Cases that are the same as before stay prepared.
 *
 * @param expected digest of the definition that the author has seen; null: whatever is there
 * @throws RequestRefused as `createDraft`, 409 `benchmark-published`, `benchmark-changed` when somebody changed it meanwhile
 */
export async function replaceDraft(
  ports: MakingPorts,
  by: string,
  benchmark: Benchmark,
  body: NewBenchmarkFields,
  expected: string | null,
): Promise<Benchmark> {
  const { records } = ports;
  // before its cases: what is taken over from them is of this definition, or the draft is not replaced
  const making = await records.findMaking(benchmark.id);
  const source = await findSourceOfDraft(records, by, making, body);
  const completed = completeBenchmark(body, source.dataset, source.cases);
  const definition = refuseErrors(completed);
  const old = (await Promise.all(benchmark.phases.map(({ id }) => records.cases(id)))).flat();
  const known = new Map(
    old.map((one) => [one.name, { case: one, rules: benchmark.phases.find(({ id }) => id === one.phaseId)!.rules }]),
  );
  const sameReaders =
    making !== null && canonicalJson(making.definition.consensus) === canonicalJson(definition.consensus);
  const replaced = await records.replaceDraft(
    benchmark.id,
    describeBenchmark(definition, source, completed, by, sameReaders ? known : new Map()),
    madeFrom(definition, source, by),
    expected ?? making?.definitionSha256 ?? '', // none: it came with its files, and is refused
  );
  await removeUnused(ports, replaced.digests);
  return replaced.benchmark;
}

/** @throws RequestRefused 409 `benchmark-published` */
export async function deleteDraft(ports: MakingPorts, by: string, benchmarkId: string): Promise<void> {
  await removeUnused(ports, await ports.records.deleteDraft(benchmarkId, by));
}

/**
 * Publishes a draft. Its practice cases are released to whom their label names; that is recorded with who did it. One draft at
 * a time: of two that share cases, the second sees what the first holds out.
 *
 * @param draft as its publisher has seen it
 * @throws RequestRefused 409 `benchmark-unready` with the errors, `benchmark-warnings` with warnings that were not accepted,
 *   `benchmark-changed` when somebody changed it meanwhile
 */
export async function publishDraft(
  { records, clock }: {
    readonly records: Pick<EvaluationRecords, 'publishDraft' | 'sharedImages' | 'withLock'>;
    readonly clock: Pick<Clock, 'now'>;
  },
  by: string,
  {
    id,
    phases,
    definitionSha256,
    findings,
  }: Pick<Benchmark, 'id' | 'phases'> & { readonly definitionSha256: string; readonly findings: readonly MakingFinding[] },
  acceptWarnings: boolean,
): Promise<void> {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw refused(409, 'benchmark-unready', 'It cannot be published yet', errors);
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  if (warnings.length > 0 && !acceptWarnings)
    throw refused(409, 'benchmark-warnings', 'There are warnings that were not accepted', warnings);
  let published = false;
  const publish = async (): Promise<void> => {
    const late = publishingFindings(phases, await records.sharedImages(id), clock.now());
    if (late.length > 0) throw refused(409, 'benchmark-unready', 'It cannot be published yet', late);
    published = await records.publishDraft(id, by, definitionSha256);
  };
  await underLock(records, 'voxelmark.publish-benchmark', publish);
  if (!published) throw benchmarkChanged();
}

export function benchmarkChanged(): RequestRefused {
  return new RequestRefused(
    409,
    'benchmark-changed',
    'The draft is another one by now: somebody changed, published or prepared it, or withdrew one of its cases. Look at it again.',
  );
}

function refuseErrors({ definition, findings }: CompletedBenchmark): BenchmarkDefinition {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (definition !== null && errors.length === 0) return definition;
  throw refused(422, 'benchmark-invalid', 'This benchmark cannot be made', errors);
}

function refused(
  status: 409 | 422,
  code: string,
  sentence: string,
  findings: readonly MakingFinding[],
): RequestRefused {
  const [first] = findings;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  return new RequestRefused(
    status,
    code,
    `${sentence}: ${first.where}: ${first.message}${more}`,
    findings.map(({ where, message }) => ({ path: where, message })),
  );
}

function madeFrom(definition: BenchmarkDefinition, { version }: MakingSource, by: string): MadeFrom {
  return { datasetVersionId: version.id, definition, definitionSha256: definitionDigest(definition), by };
}

type KnownCases = ReadonlyMap<string, { readonly case: EvaluationCase; readonly rules: PhaseRules }>;

function describeBenchmark(
  definition: BenchmarkDefinition,
  { dataset, cases }: MakingSource,
  { drawn }: CompletedBenchmark,
  by: string,
  known: KnownCases,
): NewBenchmark {
  const { slug, title, question, summary, rules, labels, windowPresets, phases } = definition;
  const phase = (kind: PhaseKind): NewBenchmark['phases'][number] => {
    const own = rulesOf(definition, dataset, kind);
    const names = new Set(drawn[kind]);
    return {
      kind,
      title: phases[kind].title,
      label: phases[kind].label,
      rules: own,
      cases: cases
        .filter(({ name }) => names.has(name))
        .map((one) => newCase(one, dataset, definition, known.get(one.name), own)),
    };
  };
  return {
    slug,
    title,
    question,
    summary,
    rules,
    synthetic: dataset.synthetic,
    published: false,
    labels,
    channels: dataset.channels,
    windowPresets,
    dataset: { slug: dataset.slug, name: dataset.name, licence: dataset.licence, description: dataset.description },
    phases: [phase('practice'), phase('test')],
    members: [{ userId: by, capacity: 'organiser' }],
  };
}

function rulesOf(
  definition: BenchmarkDefinition,
  { ignoreLabel }: Pick<Dataset, 'ignoreLabel'>,
  kind: PhaseKind,
): PhaseRules {
  const { regions, metrics, ranking, limits, requiredIsolation, predictionGrid } = definition;
  const { reveal, closesAt } = definition.phases[kind];
  return {
    regions,
    metrics,
    ranking,
    limits,
    ...(requiredIsolation === undefined ? {} : { requiredIsolation }),
    ...(predictionGrid === 'reference' ? {} : { predictionGrid }),
    ...(ignoreLabel === null ? {} : { ignoreLabel }),
    ...(reveal === undefined ? {} : { reveal }),
    ...(closesAt === undefined ? {} : { closesAt }),
  };
}

/** A consensus that was derived, and what was measured, is taken over from the same case of before. */
export function newCase(
  { name, patient, facts, geometry, images, references }: DatasetCase,
  { channels }: Dataset,
  { consensus }: BenchmarkDefinition,
  before: { readonly case: EvaluationCase; readonly rules: PhaseRules } | undefined,
  rules: PhaseRules,
): NewCase {
  const marked = references.some((one) => one.consensus);
  const drawn: NewCase['references'][number][] = references.map(
    ({ reader, consensus: own, recipe, reading, object: { sha256, bytes } }) => ({
      reader,
      // of a single reader nothing can be derived: his is what counts, whatever was chosen for several
      consensus: marked ? own : references.length === 1 || (consensus.kind === 'reader' && reader === consensus.reader),
      ...(recipe === null ? {} : { recipe }),
      ...(reading === null ? {} : { reading }),
      blob: { sha256, bytes },
    }),
  );
  const old = before?.case.references ?? [];
  // by its reader: readers that agree make a consensus of the very bytes of one of them
  const derived = old.find(
    (one) => one.recipe !== undefined && !references.some(({ reader }) => reader === one.reader),
  );
  const readings = (list: readonly { readonly reader: string; readonly sha256: string }[]): string =>
    canonicalJson(list.map(({ reader, sha256 }) => [reader, sha256]));
  const same =
    before !== undefined &&
    isPrepared(before.case) &&
    readings(drawn.map(({ reader, blob: { sha256 } }) => ({ reader, sha256 }))) ===
      readings(old.filter((one) => one !== derived).map(({ reader, object: { sha256 } }) => ({ reader, sha256 })));
  if (same && derived)
    drawn.push({
      reader: derived.reader,
      consensus: true,
      recipe: derived.recipe,
      blob: { sha256: derived.object.sha256, bytes: derived.object.bytes },
    });
  const measured = ({ regions, metrics, ignoreLabel }: PhaseRules): string =>
    canonicalJson([regions.map((region) => [region.name, region.labels]), metrics.map(({ id }) => id), ignoreLabel ?? null]);
  return {
    name,
    patient,
    facts,
    geometry,
    images: images.map(({ sha256, bytes }, n) => ({ channel: channels[n].name, sha256, bytes })),
    references: drawn,
    referenceStudy: same && measured(before.rules) === measured(rules) ? before.case.referenceStudy : null,
  };
}
