import { IsNull, type EntityManager } from 'typeorm';
import {
  BenchmarkMisconfigured,
  RequestRefused,
  SINGLE_CHANNEL,
  highestLabel,
  type ConsensusRecipe,
  type ReferenceReading,
} from '#domain';
import type {
  Benchmark,
  EvaluationCase,
  EvaluationRecords,
  NewBenchmark,
  NewCase,
  Phase,
  StoredObject,
} from '#evaluation';
import { lockInTransaction } from '../advisory-lock.js';
import type { Database } from '../database.js';
import {
  BenchmarkEntity,
  CaseImageEntity,
  CaseReferenceEntity,
  DatasetEntity,
  DatasetVersionEntity,
  EvaluationCaseEntity,
  MembershipEntity,
  PhaseEntity,
} from '../entities/benchmark.entity.js';
import { StoredObjectEntity, StoredObjectInputEntity } from '../entities/stored-object.entity.js';
import { inTransaction, reading } from '../transaction.js';
import { isUuid, uuidv7 } from '../uuid.js';
import { datasetDigest, phaseDigest } from './dataset-digest.js';
import { loaded, toBenchmark, toCase, toPhase } from './mapping.js';
import { neededByDryRun } from './dry-runs.js';
import { neededByInbox } from './inbox.js';
import { neededByPreflight } from './preflights.js';
import { findObject } from './stored-objects.js';

const RELATIONS = { phases: true, datasetVersion: { dataset: true } } as const;
export const CASE_RELATIONS = { images: { object: true }, references: { object: true } } as const;
const NIFTI = 'application/gzip'; // images, references and predictions are stored as .nii.gz
const CASES_AT_ONCE = 200; // an INSERT takes 65,535 parameters

/** Benchmarks with their phases and cases. */
export function benchmarks(
  database: Database,
): Pick<
  EvaluationRecords,
  | 'createBenchmark'
  | 'findBenchmark'
  | 'listBenchmarks'
  | 'cases'
  | 'findCase'
  | 'findObject'
  | 'blobInUse'
> {
  return {
    createBenchmark: (benchmark) => {
      refuseIncomplete(benchmark);
      return inTransaction(database, (manager) => insertBenchmark(manager, benchmark));
    },

    findBenchmark: (slugOrId) =>
      reading(database, async (manager) => {
        // what looks like an id is one: an address of that form would take the place of the benchmark that has the id
        const where = isUuid(slugOrId) ? { id: slugOrId } : { slug: slugOrId };
        const found = await manager.findOne(BenchmarkEntity, { where, relations: RELATIONS });
        return found === null ? null : toBenchmark(found);
      }),

    listBenchmarks: () =>
      reading(database, async (manager) =>
        (await manager.find(BenchmarkEntity, { relations: RELATIONS, order: { createdAt: 'DESC', id: 'DESC' } })).map(
          toBenchmark,
        ),
      ),

    cases: (phaseId) =>
      reading(database, async (manager): Promise<readonly EvaluationCase[]> => {
        if (!isUuid(phaseId)) return [];
        return (
          await manager.find(EvaluationCaseEntity, {
            where: { phaseId },
            relations: CASE_RELATIONS,
            order: { ordinal: 'ASC' },
          })
        ).map(toCase);
      }),

    findCase: (caseId) =>
      reading(database, async (manager): Promise<{ case: EvaluationCase; phase: Phase } | null> => {
        if (!isUuid(caseId)) return null;
        const found = await manager.findOne(EvaluationCaseEntity, {
          where: { id: caseId },
          relations: { ...CASE_RELATIONS, phase: true },
        });
        return found === null ? null : { case: toCase(found), phase: toPhase(loaded(found.phase, 'phase')) };
      }),

    findObject: (objectId) => reading(database, (manager) => findObject(manager, objectId)),

    blobInUse: (sha256) =>
      reading(
        database,
        async (manager) =>
          (await manager.existsBy(StoredObjectEntity, { sha256 })) ||
          (await neededByPreflight(manager, sha256)) ||
          (await neededByInbox(manager, sha256)) ||
          (await neededByDryRun(manager, sha256)),
      ),
  };
}

/** @param datasetVersionId of a version that is there; null: one of the words and the cases of the benchmark, made if need be */
export async function insertBenchmark(
  manager: EntityManager,
  benchmark: NewBenchmark,
  datasetVersionId: string | null = null,
): Promise<Benchmark> {
  await lockInTransaction(manager, 'voxelmark.create-benchmark'); // rare, and two at once may share a dataset
  await refuseTaken(manager, benchmark.slug);
  const { slug, title, question, summary, rules, published = true, synthetic, channels = SINGLE_CHANNEL } = benchmark;
  const id = uuidv7();
  await manager.insert(BenchmarkEntity, {
    id,
    slug,
    title,
    question,
    summary,
    rules,
    published,
    synthetic,
    labels: [...benchmark.labels],
    channels: [...channels],
    windowPresets: [...benchmark.windowPresets],
    datasetVersionId:
      datasetVersionId ??
      (await freezeDataset(manager, benchmark.dataset, datasetDigest(benchmark.phases.map(({ cases }) => phaseDigest(cases))))),
  });
  await insertPhases(manager, id, benchmark.phases);
  if (benchmark.members.length > 0) {
    await manager.insert(
      MembershipEntity,
      benchmark.members.map(({ userId, capacity }) => ({ benchmarkId: id, accountId: userId, capacity })),
    );
  }
  return readBenchmark(manager, id);
}

export async function readBenchmark(manager: EntityManager, id: string): Promise<Benchmark> {
  return toBenchmark(await manager.findOneOrFail(BenchmarkEntity, { where: { id }, relations: RELATIONS }));
}

/** @throws RequestRefused 409 `benchmark-exists` */
export async function refuseTaken(manager: EntityManager, slug: string): Promise<void> {
  if (!(await manager.existsBy(BenchmarkEntity, { slug }))) return;
  throw new RequestRefused(
    409,
    'benchmark-exists',
    `A benchmark with the address "${slug}" exists already; choose another one.`,
  );
}

/** Phases with their cases and objects. */
export async function insertPhases(manager: EntityManager, id: string, phases: NewBenchmark['phases']): Promise<void> {
  for (const [ordinal, phase] of phases.entries()) {
    const phaseId = uuidv7();
    await manager.insert(PhaseEntity, {
      id: phaseId,
      benchmarkId: id,
      kind: phase.kind,
      ordinal,
      title: phase.title,
      label: phase.label,
      rules: phase.rules,
      caseCount: phase.cases.length,
      datasetDigest: phaseDigest(phase.cases),
    });
    for (let first = 0; first < phase.cases.length; first += CASES_AT_ONCE) {
      await insertCases(manager, phaseId, phase.label, phase.cases.slice(first, first + CASES_AT_ONCE), first);
    }
  }
}

/** The version of the dataset with this digest, a new one when there is none. Returns its id. */
async function freezeDataset(
  manager: EntityManager,
  dataset: NewBenchmark['dataset'],
  digest: string,
): Promise<string> {
  // an organiser's dataset of the same address is another dataset
  const known = await manager.findOneBy(DatasetEntity, { slug: dataset.slug, ownerId: IsNull() });
  const datasetId = known?.id ?? uuidv7();
  if (known === null) {
    const { slug, name, licence, description } = dataset;
    await manager.insert(DatasetEntity, { id: datasetId, slug, name, licence, description });
  }
  const versions = await manager.findBy(DatasetVersionEntity, { datasetId });
  const same = versions.find((version) => version.digest === digest);
  if (same) return same.id;
  const id = uuidv7();
  await manager.insert(DatasetVersionEntity, {
    id,
    datasetId,
    digest,
    version: 1 + Math.max(0, ...versions.map(({ version }) => version)),
  });
  return id;
}

/**
 * A reference is drawn on the images, and a consensus is made from the other references: labels flow along. A case takes the
 * highest label of its objects.
 */
async function insertCases(
  manager: EntityManager,
  phaseId: string,
  label: StoredObject['label'],
  cases: readonly NewCase[],
  firstOrdinal: number,
): Promise<void> {
  const objects: StoredObject[] = [];
  const inputs: { objectId: string; inputId: string }[] = [];
  const caseRows: Parameters<typeof manager.insert<EvaluationCaseEntity>>[1][] = [];
  const images: { caseId: string; ordinal: number; channel: string; objectId: string }[] = [];
  const references: { caseId: string; reader: string; ordinal: number; consensus: boolean; recipe: ConsensusRecipe | null; reading: ReferenceReading | null; objectId: string }[] = [];
  const add = (
    kind: StoredObject['kind'],
    blob: { sha256: string; bytes: number },
    from: readonly StoredObject[],
  ): StoredObject => {
    const object = {
      id: uuidv7(),
      kind,
      mediaType: NIFTI,
      sha256: blob.sha256,
      bytes: blob.bytes,
      label: highestLabel(label, ...from.map((input) => input.label)),
    };
    objects.push(object);
    inputs.push(...from.map((input) => ({ objectId: object.id, inputId: input.id })));
    return object;
  };
  for (const [index, evaluationCase] of cases.entries()) {
    const caseId = uuidv7();
    const shown = evaluationCase.images.map((image) => add('image', image, []));
    images.push(
      ...evaluationCase.images.map(({ channel }, n) => ({ caseId, ordinal: n, channel, objectId: shown[n].id })),
    );
    const drawn: StoredObject[] = [];
    const readersFirst = evaluationCase.references
      .map((reference, ordinal) => ({ ...reference, ordinal }))
      .sort((a, b) => Number(a.consensus) - Number(b.consensus));
    for (const { reader, consensus, recipe = null, reading = null, blob, ordinal } of readersFirst) {
      const object = add('reference', blob, consensus ? [...shown, ...drawn] : shown);
      if (!consensus) drawn.push(object);
      references.push({ caseId, reader, ordinal, consensus, recipe, reading, objectId: object.id });
    }
    const { name, patient, facts, geometry, referenceStudy } = evaluationCase;
    const ordinal = firstOrdinal + index;
    caseRows.push({
      id: caseId,
      phaseId,
      ordinal,
      name,
      patient,
      label: highestLabel(label, ...shown.map((image) => image.label)),
      facts,
      geometry,
      referenceStudy,
    });
  }
  await manager.insert(StoredObjectEntity, objects);
  await manager.insert(StoredObjectInputEntity, inputs);
  await manager.insert(EvaluationCaseEntity, caseRows as EvaluationCaseEntity[]);
  await manager.insert(CaseImageEntity, images);
  await manager.insert(CaseReferenceEntity, references);
}

/** @throws BenchmarkMisconfigured for what no run could be scored on */
export function refuseIncomplete({ slug, phases, channels = SINGLE_CHANNEL }: NewBenchmark): void {
  if (isUuid(slug))
    throw new BenchmarkMisconfigured(
      'address-is-an-id',
      `benchmark "${slug}" has an address of the form of an id (UUID); expected words, for instance "liver-ct"`,
    );
  if (phases.length === 0)
    throw new BenchmarkMisconfigured(
      'benchmark-without-phases',
      `benchmark "${slug}" has no phase; expected at least one`,
    );
  for (const { kind, cases } of phases) {
    if (cases.length === 0)
      throw new BenchmarkMisconfigured(
        'phase-without-cases',
        `phase "${kind}" of benchmark "${slug}" has no case; expected at least one`,
      );
    const names = new Set<string>();
    for (const { name, images, references } of cases) {
      if (names.has(name))
        throw new BenchmarkMisconfigured(
          'case-twice',
          `phase "${kind}" of benchmark "${slug}" has two cases named "${name}"`,
        );
      names.add(name);
      if (images.length !== channels.length || images.some(({ channel }, n) => channel !== channels[n].name)) {
        throw new BenchmarkMisconfigured(
          'case-channels',
          `case "${name}" has images of ${images.map(({ channel }) => channel).join(', ') || 'no channel'}; expected ${channels.map((channel) => channel.name).join(', ')}`,
        );
      }
      if (references.length === 0)
        throw new BenchmarkMisconfigured(
          'case-without-reference',
          `case "${name}" has no reference segmentation; expected at least one`,
        );
      if (references.filter(({ consensus }) => consensus).length > 1) {
        throw new BenchmarkMisconfigured(
          'case-consensus-twice',
          `case "${name}" has more than one consensus reference; expected one at most`,
        );
      }
    }
  }
}
