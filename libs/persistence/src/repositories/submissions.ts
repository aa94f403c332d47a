import { In, type EntityManager } from 'typeorm';
import { RequestRefused, notFound, STATE_DEADLINES } from '#domain';
import { bundleDigest, type EvaluationRecords, type NewSubmission, type Submission } from '#evaluation';
import type { Database } from '../database.js';
import { PhaseEntity } from '../entities/benchmark.entity.js';
import { EvaluationRunEntity } from '../entities/evaluation-run.entity.js';
import {
  AlgorithmEntity,
  AlgorithmVersionEntity,
  ConformanceObjectEntity,
  IdempotencyKeyEntity,
  SubmissionEntity,
  VersionModelEntity,
} from '../entities/submission.entity.js';
import { inTransaction, reading, rows } from '../transaction.js';
import { isUuid, uuidv7 } from '../uuid.js';
import { loaded, SUBMISSION_RELATIONS, toAlgorithm, toSubmission, toVersion, VERSION_RELATIONS } from './mapping.js';
import { enqueue } from './run-moves.js';
import { writeEvent } from './run-events.js';
import { insertObject } from './stored-objects.js';

const KEEP_KEYS = '1 day';

/** Algorithms and what was submitted. */
export function submissions(
  database: Database,
): Pick<
  EvaluationRecords,
  | 'createSubmission'
  | 'findSubmission'
  | 'listSubmissions'
  | 'findAlgorithm'
  | 'listAlgorithms'
  | 'writeCard'
  | 'writeChecks'
> {
  return {
    createSubmission: (submission) => inTransaction(database, (manager) => createSubmission(manager, submission)),

    findSubmission: (id) =>
      reading(database, async (manager) => {
        const found = isUuid(id)
          ? await manager.findOne(SubmissionEntity, { where: { id }, relations: SUBMISSION_RELATIONS })
          : null;
        return found === null ? null : toSubmission(found);
      }),

    listSubmissions: ({ submitterId, benchmarkId, algorithmSlug, onHold }, { limit, before }) =>
      reading(database, async (manager): Promise<readonly Submission[]> => {
        if ([submitterId, benchmarkId, before?.id].some((id) => id !== undefined && !isUuid(id))) return [];
        const conditions: string[] = [];
        const parameters: unknown[] = [limit];
        const given = (value: unknown): string => `$${parameters.push(value)}`;
        if (submitterId !== undefined) conditions.push(`s.submitter_id = ${given(submitterId)}`);
        if (benchmarkId !== undefined) conditions.push(`s.benchmark_id = ${given(benchmarkId)}`);
        if (onHold === true)
          conditions.push(`s.id in (select submission_id from evaluation_run where state = 'quarantined')`);
        if (algorithmSlug !== undefined) {
          conditions.push(
            `s.algorithm_version_id in (select v.id from algorithm_version v join algorithm a on a.id = v.algorithm_id where a.slug = ${given(algorithmSlug)})`,
          );
        }
        if (before !== undefined)
          conditions.push(`(s.created_at, s.id) < (${given(before.createdAt)}, ${given(before.id)})`);
        const page = await rows<{ id: string }>(
          manager,
          `select s.id from submission s ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''} order by s.created_at desc, s.id desc limit $1`,
          parameters,
        );
        const found = await manager.find(SubmissionEntity, {
          where: { id: In(page.map(({ id }) => id)) },
          relations: SUBMISSION_RELATIONS,
        });
        const byId = new Map(found.map((entity) => [entity.id, entity]));
        return page.map(({ id }) => toSubmission(loaded(byId.get(id), 'submission')));
      }),

    findAlgorithm: (slug) =>
      reading(database, async (manager) => {
        const algorithm = await manager.findOneBy(AlgorithmEntity, { slug });
        if (algorithm === null) return null;
        const versions = await manager.find(AlgorithmVersionEntity, {
          where: { algorithmId: algorithm.id },
          relations: VERSION_RELATIONS,
          order: { createdAt: 'DESC', id: 'DESC' },
        });
        return { algorithm: toAlgorithm(algorithm), versions: versions.map(toVersion) };
      }),

    writeCard: (versionId, card) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(versionId)) return false;
        const { affected } = await manager.update(AlgorithmVersionEntity, { id: versionId }, { card });
        return affected === 1;
      }),

    writeChecks: (versionId, checks) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(versionId)) return false;
        const { affected } = await manager.update(
          AlgorithmVersionEntity,
          { id: versionId },
          { checks: checks as object },
        );
        return affected === 1;
      }),

    listAlgorithms: ({ limit, after = '', ownerId }) =>
      reading(database, async (manager) => {
        if (ownerId !== undefined && !isUuid(ownerId)) return [];
        const query = manager
          .createQueryBuilder(AlgorithmEntity, 'a')
          .where('a.slug > :after', { after })
          .orderBy('a.slug')
          .limit(limit);
        if (ownerId !== undefined) query.andWhere('a.owner_id = :ownerId', { ownerId });
        const page = await query.getMany();
        const counts = await rows<{ id: string; versions: number }>(
          manager,
          'select algorithm_id as id, count(*)::int as versions from algorithm_version where algorithm_id = any ($1) group by algorithm_id',
          [page.map(({ id }) => id)],
        );
        const versions = new Map(counts.map((count) => [count.id, count.versions]));
        return page.map((algorithm) => ({ ...toAlgorithm(algorithm), versions: versions.get(algorithm.id) ?? 0 }));
      }),
  };
}

async function createSubmission(
  manager: EntityManager,
  wanted: NewSubmission,
): Promise<{ submission: Submission; existing: boolean }> {
  // one submission of a person at a time: the same request sent twice at once finds the first
  const [submitter] = isUuid(wanted.submitterId)
    ? await rows(manager, 'select id from account where id = $1 for no key update', [wanted.submitterId])
    : [];
  if (submitter === undefined) throw notFound('account');
  const phases = isUuid(wanted.benchmarkId)
    ? await manager.find(PhaseEntity, { where: { benchmarkId: wanted.benchmarkId }, order: { ordinal: 'ASC' } })
    : [];
  if (phases.length === 0) throw notFound('benchmark');

  const sentBefore = await byIdempotencyKey(manager, wanted);
  if (sentBefore !== null) return { submission: sentBefore, existing: true };
  const algorithmId = await algorithmOf(manager, wanted);
  const versionId = await versionOf(manager, wanted, algorithmId);
  const known = await manager.findOneBy(SubmissionEntity, {
    benchmarkId: wanted.benchmarkId,
    algorithmVersionId: versionId,
  });
  const id = known?.id ?? uuidv7();
  if (known === null && wanted.refusal) throw wanted.refusal;
  if (known === null) await insertSubmission(manager, { id, versionId, wanted, phases });
  if (wanted.idempotencyKey !== null) {
    await manager.insert(IdempotencyKeyEntity, {
      submitterId: wanted.submitterId,
      key: wanted.idempotencyKey,
      submissionId: id,
    });
  }
  return { submission: await read(manager, id), existing: known !== null };
}

async function read(manager: EntityManager, id: string): Promise<Submission> {
  return toSubmission(
    await manager.findOneOrFail(SubmissionEntity, { where: { id }, relations: SUBMISSION_RELATIONS }),
  );
}

/** @throws RequestRefused `idempotency-key-reused` when the key came with another request before */
async function byIdempotencyKey(manager: EntityManager, wanted: NewSubmission): Promise<Submission | null> {
  if (wanted.idempotencyKey === null) return null;
  const used = await manager.findOneBy(IdempotencyKeyEntity, {
    submitterId: wanted.submitterId,
    key: wanted.idempotencyKey,
  });
  if (used === null) return null;
  const earlier = await read(manager, used.submissionId);
  const { version } = earlier;
  const differs = [
    ...(earlier.benchmarkId === wanted.benchmarkId ? [] : ['benchmark']),
    ...(version.algorithm.slug === wanted.algorithm.slug ? [] : ['algorithm']),
    ...(version.version === wanted.version ? [] : ['version']),
    ...(version.manifestSha256 === wanted.manifestSha256 ? [] : ['manifest']),
    ...(version.modelSha256 === bundleDigest(wanted.models) ? [] : ['models']),
  ];
  if (differs.length === 0) return earlier;
  throw new RequestRefused(
    409,
    'idempotency-key-reused',
    `This Idempotency-Key was used before for submission ${earlier.id}, which differs in: ${differs.join(', ')}. Send a new request with a new key.`,
  );
}

/** A key makes a repetition safe for a day; after that the same files are still the same submission. */
export async function forgetIdempotencyKeys(manager: EntityManager): Promise<void> {
  await manager.query(`delete from idempotency_key where created_at < now() - interval '${KEEP_KEYS}'`);
}

/** The algorithm with the slug, made when there is none. @throws RequestRefused `algorithm-taken` */
async function algorithmOf(manager: EntityManager, { algorithm, submitterId }: NewSubmission): Promise<string> {
  // waits for another transaction that is just making it
  await manager.query(
    'insert into algorithm (id, slug, name, owner_id, description) values ($1, $2, $3, $4, $5) on conflict (slug) do nothing',
    [uuidv7(), algorithm.slug, algorithm.name, submitterId, algorithm.description],
  );
  const found = await manager.findOneByOrFail(AlgorithmEntity, { slug: algorithm.slug });
  if (found.ownerId !== submitterId) {
    throw new RequestRefused(
      409,
      'algorithm-taken',
      `An algorithm with the address "${algorithm.slug}" belongs to somebody else; choose another name.`,
    );
  }
  return found.id;
}

/** The version with this name, made when there is none. @throws RequestRefused `version-exists` when it has other content */
async function versionOf(manager: EntityManager, wanted: NewSubmission, algorithmId: string): Promise<string> {
  const { version, manifestSha256 } = wanted;
  const found = await manager.findOneBy(AlgorithmVersionEntity, { algorithmId, version });
  if (found === null) return insertVersion(manager, wanted, algorithmId);
  const other = [
    ...(found.modelSha256 === bundleDigest(wanted.models) ? [] : ['model file']),
    ...(found.manifestSha256 === manifestSha256 ? [] : ['manifest']),
  ];
  if (other.length === 0) return found.id;
  throw new RequestRefused(
    409,
    'version-exists',
    `Version ${version} of "${wanted.algorithm.slug}" exists already with another ${other.join(' and another ')}. A version never changes; give this one a new version number.`,
  );
}

async function insertVersion(
  manager: EntityManager,
  { version, manifest, manifestSha256, models, conformance, checks }: NewSubmission,
  algorithmId: string,
): Promise<string> {
  const id = uuidv7();
  await manager.insert(AlgorithmVersionEntity, {
    id,
    algorithmId,
    version,
    manifest: manifest as object,
    manifestSha256,
    modelSha256: bundleDigest(models),
    card: null,
    checks: (checks ?? null) as object | null,
  });
  for (const [ordinal, { sha256, bytes, file, facts = null }] of models.entries()) {
    // Labels grade what an object may tell about images. A model tells nothing of ours, so it does not seal what it predicts
    // on public images; that only its owner may have it is decided by its kind.
    const object = await insertObject(manager, {
      sha256,
      bytes,
      kind: 'model',
      mediaType: 'application/octet-stream',
      label: 'PUBLIC',
      inputs: [],
    });
    await manager.insert(VersionModelEntity, {
      versionId: id,
      ordinal,
      file,
      facts: facts as object | null,
      objectId: object.id,
    });
  }
  const parts = conformance ? [...conformance.images, conformance.expected] : [];
  for (const [ordinal, { sha256, bytes }] of parts.entries()) {
    const object = await insertObject(manager, {
      sha256,
      bytes,
      kind: 'conformance',
      mediaType: 'application/gzip',
      label: 'PARTICIPANT',
      inputs: [],
    });
    await manager.insert(ConformanceObjectEntity, {
      versionId: id,
      ordinal,
      expected: ordinal === parts.length - 1,
      objectId: object.id,
    });
  }
  return id;
}

interface SubmissionToInsert {
  readonly id: string;
  readonly versionId: string;
  readonly wanted: NewSubmission;
  readonly phases: readonly PhaseEntity[];
}

/** The submission and one run a phase: all wait, then the first is queued. */
async function insertSubmission(
  manager: EntityManager,
  { id, versionId, wanted, phases }: SubmissionToInsert,
): Promise<void> {
  await manager.insert(SubmissionEntity, {
    id,
    benchmarkId: wanted.benchmarkId,
    submitterId: wanted.submitterId,
    algorithmVersionId: versionId,
  });
  const ids = phases.map(() => uuidv7());
  for (const [index, phase] of phases.entries()) {
    await manager.insert(EvaluationRunEntity, {
      id: ids[index],
      submissionId: id,
      phaseId: phase.id,
      ordinal: phase.ordinal,
      state: 'waiting',
      caseTotal: phase.caseCount,
      deadlineAt: () => `now() + interval '${STATE_DEADLINES.waiting.seconds} s'`,
    });
    if (index > 0) await writeEvent(manager, { id: ids[index], submissionId: id }, 'waiting');
  }
  await enqueue(manager, await manager.findOneByOrFail(EvaluationRunEntity, { id: ids[0] }));
}
