import type { EntityManager } from 'typeorm';
import { RequestRefused, type PhaseKind, type PhaseRules, type SecrecyLabel } from '#domain';
import { benchmarkChanged, type MadeFrom, type Making, type MakingRecords } from '#evaluation';
import { lockInTransaction } from '../advisory-lock.js';
import type { Database } from '../database.js';
import { BenchmarkEntity, CaseReferenceEntity, EvaluationCaseEntity, PhaseEntity } from '../entities/benchmark.entity.js';
import { BenchmarkEventEntity } from '../entities/making.entity.js';
import { changed, inTransaction, reading, rows } from '../transaction.js';
import { isUuid } from '../uuid.js';
import { CASE_RELATIONS, insertBenchmark, insertPhases, readBenchmark, refuseIncomplete, refuseTaken } from './benchmarks.js';
import { note } from './benchmark-events.js';
import { phaseDigest } from './dataset-digest.js';
import { lockDataset } from './datasets.js';
import { dropDryRuns, endDryRunsOf, oweDryRun } from './dry-runs.js';
import { toCase } from './mapping.js';
import { insertObject } from './stored-objects.js';

type Drafts = Pick<
  MakingRecords,
  'createDraft' | 'replaceDraft' | 'deleteDraft' | 'publishDraft' | 'sharedImages' | 'findMaking' | 'makingEvents' | 'prepareCase'
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

    replaceDraft: (id, benchmark, from, expected) => {
      refuseIncomplete(benchmark);
      return inTransaction(database, async (manager) => {
        const { slug, title, question, summary, rules, synthetic, labels, channels = [], windowPresets } = benchmark;
        await lockInTransaction(manager, 'voxelmark.create-benchmark');
        const draft = await lockDraft(manager, id);
        if (draft.definitionSha256 !== expected) throw benchmarkChanged();
        if (draft.slug !== slug) await refuseTaken(manager, slug);
        await endDryRunsOf(manager, id, 'superseded', 'The draft was changed.');
        const dropped = await dropCases(manager, id);
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
        return { benchmark: await readBenchmark(manager, id), digests: await withoutObjects(manager, dropped) };
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
        return withoutObjects(manager, digests);
      }),

    publishDraft: (id, by, definitionSha256) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(id)) return false;
        const [source] = await rows<{ datasetId: string }>(
          manager,
          'select v.dataset_id as "datasetId" from benchmark b join dataset_version v on v.id = b.dataset_version_id where b.id = $1',
          [id],
        );
        if (source === undefined) return false;
        await lockDataset(manager, source.datasetId); // nobody withdraws a case meanwhile
        const [held] = await rows(manager, 'select id from benchmark where id = $1 for update', [id]); // nor prepares one
        if (held === undefined) return false;
        const cases = 'evaluation_case c join phase p on p.id = c.phase_id where p.benchmark_id = b.id';
        const touched = await changed(
          manager,
          `update benchmark b set published = true
            where b.id = $1 and not b.published and b.definition_sha256 = $2
              and not exists (select 1 from ${cases} and (c.reference_study is null
                    or not exists (select 1 from case_reference r where r.case_id = c.id and r.consensus)))
              and not exists (select 1 from ${cases} and c.name in (
                    select d.name from dataset_version_case v join dataset_case d on d.id = v.case_id
                     where v.version_id = b.dataset_version_id and d.withdrawn_at is not null))`,
          [id, definitionSha256],
        );
        if (touched !== 1) return false;
        await digestPhases(manager, id);
        await note(manager, id, 'published', { by, definitionSha256 });
        return true;
      }),

    sharedImages: (benchmarkId) =>
      reading(database, async (manager) => {
        if (!isUuid(benchmarkId)) return [];
        const found = await rows<{
          phaseId: string;
          caseName: string;
          benchmark: string;
          kind: PhaseKind;
          label: SecrecyLabel;
          rules: PhaseRules;
          theirName: string;
        }>(
          manager,
          `select distinct p.id as "phaseId", c.ordinal, c.name as "caseName", b.slug as benchmark, q.id as "theirPhase", q.kind, q.label,
                  q.rules, d.name as "theirName"
             from phase p
             join evaluation_case c on c.phase_id = p.id
             join case_image i on i.case_id = c.id
             join stored_object o on o.id = i.object_id
             join stored_object x on x.sha256 = o.sha256 and x.id <> o.id
             join case_image j on j.object_id = x.id
             join evaluation_case d on d.id = j.case_id
             join phase q on q.id = d.phase_id and q.label = 'SEALED' and q.benchmark_id <> p.benchmark_id
             join benchmark b on b.id = q.benchmark_id and b.published
            where p.benchmark_id = $1
            order by "phaseId", c.ordinal, benchmark, "theirName"`,
          [benchmarkId],
        );
        return found.map(({ phaseId, caseName, benchmark, kind, label, rules, theirName }) => ({
          phaseId,
          caseName,
          elsewhere: { benchmark, phase: { kind, label, rules }, caseName: theirName },
        }));
      }),

    findMaking: (benchmarkId) =>
      reading(database, async (manager) => {
        if (!isUuid(benchmarkId)) return null;
        const [found] = await rows<Pick<Making, 'definition' | 'definitionSha256' | 'datasetId'>>(
          manager,
          `select b.definition, b.definition_sha256 as "definitionSha256", v.dataset_id as "datasetId"
             from benchmark b join dataset_version v on v.id = b.dataset_version_id
            where b.id = $1 and b.definition is not null`,
          [benchmarkId],
        );
        return found === undefined ? null : { benchmarkId, ...found };
      }),

    makingEvents: (benchmarkId) =>
      reading(database, async (manager) => {
        if (!isUuid(benchmarkId)) return [];
        const found = await manager.find(BenchmarkEventEntity, { where: { benchmarkId }, order: { id: 'ASC' } });
        return found.map(({ at, userId, act, definitionSha256, memberId, capacity }) => ({
          at,
          userId,
          act,
          definitionSha256,
          member: memberId === null || capacity === null ? null : { userId: memberId, capacity },
        }));
      }),

    prepareCase: (caseId, { consensus, study }) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(caseId)) return false;
        // before the case, as whoever replaces, deletes or publishes the draft does
        await manager.query(
          `select b.id from benchmark b where b.id =
             (select p.benchmark_id from evaluation_case c join phase p on p.id = c.phase_id where c.id = $1) for share`,
          [caseId],
        );
        const [held] = await rows(
          manager,
          'select id from evaluation_case where id = $1 and reference_study is null for update',
          [caseId],
        );
        if (held === undefined) return false;
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
        return true;
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
  // nobody derives anything from them from here on
  await manager.query(
    `select id from stored_object where id in (
       select object_id from case_image where case_id in (${cases})
       union select object_id from case_reference where case_id in (${cases})) order by id for update`,
    [benchmarkId],
  );
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

/** Those that no object refers to. */
async function withoutObjects(manager: EntityManager, digests: readonly string[]): Promise<string[]> {
  const free = await rows<{ sha256: string }>(
    manager,
    `select distinct g.sha256 from unnest($1::text[]) g (sha256)
      where not exists (select 1 from stored_object o where o.sha256 = g.sha256)`,
    [digests],
  );
  return free.map(({ sha256 }) => sha256);
}

/** What runs are measured on, a consensus that was derived meanwhile included, is what the digests of phases stand for. */
async function digestPhases(manager: EntityManager, benchmarkId: string): Promise<void> {
  for (const { id } of await manager.findBy(PhaseEntity, { benchmarkId })) {
    const found = await manager.find(EvaluationCaseEntity, {
      where: { phaseId: id },
      relations: CASE_RELATIONS,
      order: { ordinal: 'ASC' },
    });
    const cases = found.map(toCase).map(({ images, references, ...one }) => ({
      ...one,
      images: images.map(({ channel, sha256, bytes }) => ({ channel, sha256, bytes })),
      references: references.map(({ reader, consensus, object }) => ({ reader, consensus, blob: object })),
    }));
    await manager.update(PhaseEntity, { id }, { datasetDigest: phaseDigest(cases) });
  }
}
