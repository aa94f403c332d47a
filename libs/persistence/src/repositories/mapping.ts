import type {
  Algorithm,
  AlgorithmVersion,
  Benchmark,
  EvaluationCase,
  EvaluationRun,
  Phase,
  StoredObject,
  Submission,
} from '#evaluation';
import type { BenchmarkEntity, EvaluationCaseEntity, PhaseEntity } from '../entities/benchmark.entity.js';
import type { EvaluationRunEntity } from '../entities/evaluation-run.entity.js';
import type { StoredObjectEntity } from '../entities/stored-object.entity.js';
import type { AlgorithmEntity, AlgorithmVersionEntity, SubmissionEntity } from '../entities/submission.entity.js';

/** A relation that the query was to load. Missing, it is a defect of the query. */
export function loaded<T>(relation: T | null | undefined, name: string): T {
  if (relation == null) throw new TypeError(`relation "${name}" was not loaded`);
  return relation;
}

export function toObject({ id, sha256, bytes, kind, mediaType, label }: StoredObjectEntity): StoredObject {
  return { id, sha256, bytes, kind, mediaType, label };
}

export function toPhase({
  id,
  benchmarkId,
  kind,
  ordinal,
  title,
  label,
  rules,
  caseCount,
  datasetDigest,
}: PhaseEntity): Phase {
  return { id, benchmarkId, kind, ordinal, title, label, rules, caseCount, datasetDigest };
}

/** Needs `phases` and `datasetVersion.dataset`. */
export function toBenchmark(entity: BenchmarkEntity): Benchmark {
  const {
    id,
    slug,
    title,
    question,
    summary,
    rules,
    published,
    synthetic,
    labels,
    channels,
    windowPresets,
    createdAt,
  } = entity;
  const version = loaded(entity.datasetVersion, 'datasetVersion');
  const dataset = loaded(version.dataset, 'dataset');
  return {
    id,
    slug,
    title,
    question,
    summary,
    rules,
    published,
    synthetic,
    labels,
    channels,
    windowPresets,
    createdAt,
    dataset: {
      slug: dataset.slug,
      name: dataset.name,
      licence: dataset.licence,
      description: dataset.description,
      version: version.version,
      digest: version.digest,
    },
    phases: [...loaded(entity.phases, 'phases')].sort((a, b) => a.ordinal - b.ordinal).map(toPhase),
  };
}

/** Needs `images.object` and `references.object`. */
export function toCase(entity: EvaluationCaseEntity): EvaluationCase {
  const { id, phaseId, ordinal, name, patient, label, facts, geometry, referenceStudy } = entity;
  return {
    id,
    phaseId,
    ordinal,
    name,
    patient,
    label,
    facts,
    geometry,
    images: [...loaded(entity.images, 'images')]
      .sort((a, b) => a.ordinal - b.ordinal)
      .map(({ channel, object }) => ({ ...toObject(loaded(object, 'object')), channel })),
    references: [...loaded(entity.references, 'references')]
      .sort((a, b) => a.ordinal - b.ordinal)
      .map(({ reader, consensus, recipe, reading, object }) => ({
        reader,
        consensus,
        ...(recipe === null ? {} : { recipe }),
        ...(reading === null ? {} : { reading }),
        object: toObject(loaded(object, 'object')),
      })),
    referenceStudy,
  };
}

export function toAlgorithm({ id, slug, name, ownerId, description, createdAt }: AlgorithmEntity): Algorithm {
  return { id, slug, name, ownerId, description, createdAt };
}

/** Needs `algorithm`, `models.object` and `conformance.object`. */
export function toVersion(entity: AlgorithmVersionEntity): AlgorithmVersion {
  const { id, version, manifest, manifestSha256, modelSha256, card, checks, createdAt } = entity;
  const conformance = [...loaded(entity.conformance, 'conformance')].sort((a, b) => a.ordinal - b.ordinal);
  const expected = conformance.find((part) => part.expected);
  return {
    id,
    version,
    manifest,
    manifestSha256,
    createdAt,
    algorithm: toAlgorithm(loaded(entity.algorithm, 'algorithm')),
    models: [...loaded(entity.models, 'models')]
      .sort((a, b) => a.ordinal - b.ordinal)
      .map(({ file, facts, object }) => ({ ...toObject(loaded(object, 'object')), file, facts })),
    modelSha256,
    conformance:
      expected === undefined
        ? null
        : {
            images: conformance.flatMap((part) => (part.expected ? [] : [toObject(loaded(part.object, 'object'))])),
            expected: toObject(loaded(expected.object, 'object')),
          },
    card,
    checks,
  };
}

export function toRun(entity: EvaluationRunEntity): EvaluationRun {
  const { id, submissionId, phaseId, state, epoch, owner, deadlineAt, failureCode, failureDetail, signature } = entity;
  const { createdAt, queuedAt, startedAt, finishedAt, releaseAt, caseTotal, caseScored, caseFailed } = entity;
  return {
    id,
    submissionId,
    phaseId,
    state,
    epoch,
    owner,
    deadlineAt,
    failureCode,
    failureDetail,
    signature,
    createdAt,
    queuedAt,
    startedAt,
    finishedAt,
    releaseAt,
    cases: { total: caseTotal, scored: caseScored, failed: caseFailed },
  };
}

/** Needs what `toVersion` needs of `algorithmVersion`, and `runs`. */
export function toSubmission(entity: SubmissionEntity): Submission {
  const { id, benchmarkId, submitterId, createdAt } = entity;
  return {
    id,
    benchmarkId,
    submitterId,
    createdAt,
    version: toVersion(loaded(entity.algorithmVersion, 'algorithmVersion')),
    runs: [...loaded(entity.runs, 'runs')].sort((a, b) => a.ordinal - b.ordinal).map(toRun),
  };
}

export const VERSION_RELATIONS = { algorithm: true, models: { object: true }, conformance: { object: true } } as const;
export const SUBMISSION_RELATIONS = { algorithmVersion: VERSION_RELATIONS, runs: true } as const;
