import type { EntityManager } from 'typeorm';
import { RequestRefused } from '#domain';
import type { MadeFrom, MakingRecords } from '#evaluation';
import { lockInTransaction } from '../advisory-lock.js';
import type { Database } from '../database.js';
import { BenchmarkEntity, CaseReferenceEntity, EvaluationCaseEntity } from '../entities/benchmark.entity.js';
import { BenchmarkEventEntity } from '../entities/making.entity.js';
import { changed, inTransaction, reading, rows } from '../transaction.js';
import { isUuid } from '../uuid.js';
import { insertBenchmark, insertPhases, readBenchmark, refuseIncomplete, refuseTaken } from './benchmarks.js';
import { note } from './benchmark-events.js';
import { dropDryRuns, endDryRunsOf, oweDryRun } from './dry-runs.js';
import { insertObject } from './stored-objects.js';

type Drafts = Pick<
  MakingRecords,
  'createDraft' | 'replaceDraft' | 'deleteDraft' | 'publishDraft' | 'findMaking' | 'makingEvents' | 'prepareCase'
>;

/** Benchmarks on their organisers' desks. */
export function making(database: Database): Drafts {
  return {
    createDraft: (benchmark, from) => {
      refuseIncomplete(benchmark);
      return inTransaction(database, async (manager) => {
        const made = await insertBenchmark(manager, { ...benchmark, published: false }, from.datasetVersionId);
        await describe(manager, made.id, from);
        await note(manager, made.id, 'created', from);
        await oweDryRun(manager, {
          benchmarkId: made.id,
          by: from.by,
          definitionSha256: from.definitionSha256,
          networks: [],
        });
        return made;
      });
    },

    replaceDraft: (id, benchmark, from) => {
      refuseIncomplete(benchmark);
      return inTransaction(database, async (manager) => {
        const { slug, title, question, summary, rules, synthetic, labels, channels = [], windowPresets } = benchmark;
        await lockInTransaction(manager, 'voxelmark.create-benchmark');
        const draft = await lockDraft(manager, id);
        if (draft.slug !== slug) await refuseTaken(manager, slug);
        await endDryRunsOf(manager, id, 'superseded', 'The draft was changed.');
        await dropCases(manager, id);
        await manager.update(
          BenchmarkEntity,
          { id },
          {
            slug,
            title,
            question,
            summary,
            rules,
            synthetic,
            labels: [...labels],
            channels: [...channels],
            windowPresets: [...windowPresets],
            datasetVersionId: from.datasetVersionId,
          },
        );
        await insertPhases(manager, id, benchmark.phases);
        await describe(manager, id, from);
        await note(manager, id, 'changed', from);
        await oweDryRun(manager, {
          benchmarkId: id,
          by: from.by,
          definitionSha256: from.definitionSha256,
          networks: [],
        });
        return readBenchmark(manager, id);
      });
    },

    deleteDraft: (id, by) =>
      inTransaction(database, async (manager) => {
        const { definitionSha256 } = await lockDraft(manager, id);
        await note(manager, id, 'deleted', { by, definitionSha256 });
        await dropDryRuns(manager, id);
        const digests = await dropCases(manager, id);
        await manager.query('delete from membership where benchmark_id = $1', [id]);
        await manager.delete(BenchmarkEntity, { id });
        return digests;
      }),

    publishDraft: (id, by, definitionSha256) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(id)) return false;
        const touched = await changed(
          manager,
          'update benchmark set published = true where id = $1 and not published and definition_sha256 = $2',
          [id, definitionSha256],
        );
        if (touched !== 1) return false;
        await note(manager, id, 'published', { by, definitionSha256 });
        return true;
      }),

    findMaking: (benchmarkId) =>
      reading(database, async (manager) => {
        if (!isUuid(benchmarkId)) return null;
        const found = await manager.findOne(BenchmarkEntity, {
          where: { id: benchmarkId },
          relations: { datasetVersion: true },
        });
        if (!found?.definition || !found.definitionSha256 || !found.datasetVersion) return null;
        const { definition, definitionSha256 } = found;
        return { benchmarkId, definition, definitionSha256, datasetId: found.datasetVersion.datasetId };
      }),

    makingEvents: (benchmarkId) =>
      reading(database, async (manager) => {
        if (!isUuid(benchmarkId)) return [];
        const found = await manager.find(BenchmarkEventEntity, { where: { benchmarkId }, order: { id: 'ASC' } });
        return found.map(({ at, userId, act, definitionSha256 }) => ({ at, userId, act, definitionSha256 }));
      }),

    prepareCase: (caseId, { consensus, study }) =>
      inTransaction(database, async (manager) => {
        const [held] = isUuid(caseId)
          ? await rows(manager, 'select id from evaluation_case where id = $1 and reference_study is null for update', [
              caseId,
            ])
          : [];
        if (held === undefined) return;
        const one = await manager.findOneOrFail(EvaluationCaseEntity, {
          where: { id: caseId },
          relations: { images: true, references: true, phase: true },
        });
        const references = one.references ?? [];
        if (consensus !== null && !references.some((reference) => reference.consensus)) {
          const inputs = [...(one.images ?? []), ...references].map(({ objectId }) => objectId);
          const object = await insertObject(manager, {
            ...consensus.blob,
            kind: 'reference',
            mediaType: 'application/gzip',
            label: one.label,
            inputs,
          });
          const row = {
            caseId,
            reader: freeName(references),
            ordinal: references.length,
            consensus: true,
            recipe: consensus.recipe,
            objectId: object.id,
          };
          await manager.insert(CaseReferenceEntity, row as unknown as CaseReferenceEntity);
        }
        await manager.update(EvaluationCaseEntity, { id: caseId }, { referenceStudy: study as object });
      }),
  };
}

/** A reader may call himself so. */
function freeName(references: readonly { readonly reader: string }[]): string {
  const name = 'consensus';
  return references.some(({ reader }) => reader === name) ? `${name} (derived)` : name;
}

async function describe(manager: EntityManager, id: string, { definition, definitionSha256 }: MadeFrom): Promise<void> {
  await manager.query('update benchmark set definition = $2, definition_sha256 = $3 where id = $1', [
    id,
    JSON.stringify(definition),
    definitionSha256,
  ]);
}

/** @throws RequestRefused 409 `benchmark-published`, or `benchmark-imported` when it came with its files */
async function lockDraft(manager: EntityManager, id: string): Promise<{ slug: string; definitionSha256: string }> {
  const [draft] = await rows<{ slug: string; published: boolean; definitionSha256: string | null }>(
    manager,
    'select slug, published, definition_sha256 as "definitionSha256" from benchmark where id = $1 for update',
    [id],
  );
  if (!draft || draft.published)
    throw new RequestRefused(
      409,
      'benchmark-published',
      'The benchmark is published: its rules and cases do not change any more.',
    );
  const { slug, definitionSha256 } = draft;
  if (definitionSha256 === null)
    throw new RequestRefused(
      409,
      'benchmark-imported',
      'This benchmark came with its files; only those that are made from a dataset are changed here.',
    );
  return { slug, definitionSha256 };
}

/** Cases, phases and objects of a draft. Nobody has submitted to it. Returns the digests of what its objects referred to. */
async function dropCases(manager: EntityManager, benchmarkId: string): Promise<string[]> {
  const cases = `select c.id from evaluation_case c join phase p on p.id = c.phase_id where p.benchmark_id = $1`;
  // what was computed from them, compressed slices for instance, goes with them
  const objects = await rows<{ id: string; sha256: string }>(
    manager,
    `with recursive own as (
       select object_id as id from case_image where case_id in (${cases})
       union select object_id from case_reference where case_id in (${cases})
       union select i.object_id from stored_object_input i join own on i.input_id = own.id)
     select o.id, o.sha256 from stored_object o join own on own.id = o.id`,
    [benchmarkId],
  );
  const ids = objects.map(({ id }) => id);
  await manager.query(`delete from case_image where case_id in (${cases})`, [benchmarkId]);
  await manager.query(`delete from case_reference where case_id in (${cases})`, [benchmarkId]);
  await manager.query('delete from evaluation_case where phase_id in (select id from phase where benchmark_id = $1)', [
    benchmarkId,
  ]);
  await manager.query('delete from phase where benchmark_id = $1', [benchmarkId]);
  await manager.query('delete from stored_object_input where object_id = any ($1)', [ids]);
  await manager.query('delete from stored_object where id = any ($1)', [ids]);
  return objects.map(({ sha256 }) => sha256);
}
