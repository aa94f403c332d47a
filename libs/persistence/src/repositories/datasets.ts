import { IsNull, type EntityManager } from 'typeorm';
import { canonicalJson, RequestRefused } from '#domain';
import {
  caseExists,
  caseWithdrawn,
  DATASET_WORDS,
  type Dataset,
  type DatasetCase,
  type DatasetRecords,
  type DatasetVersion,
  type DatasetWord,
  type NewDataset,
  type NewDatasetCase,
  type Withdrawal,
} from '#evaluation';
import { lockInTransaction } from '../advisory-lock.js';
import type { Database } from '../database.js';
import { DatasetEntity, DatasetVersionEntity } from '../entities/benchmark.entity.js';
import { DatasetCaseEntity, DatasetCaseImageEntity, DatasetCaseReferenceEntity, DatasetVersionCaseEntity } from '../entities/dataset-case.entity.js';
import { inTransaction, reading, rows } from '../transaction.js';
import { isUuid, uuidv7 } from '../uuid.js';
import { datasetDigest, phaseDigest } from './dataset-digest.js';
import { loaded, toObject } from './mapping.js';
import { insertObject } from './stored-objects.js';

const CASE_RELATIONS = { images: { object: true }, references: { object: true } } as const;
const NIFTI = 'application/gzip';

/** Datasets that organisers brought, their cases and their versions. */
export function datasets(database: Database): DatasetRecords {
  return {
    createDataset: (dataset) => inTransaction(database, (manager) => insertDataset(manager, dataset)),

    findDataset: (ownerId, slug) =>
      reading(database, async (manager) => {
        const found = isUuid(ownerId) ? await manager.findOneBy(DatasetEntity, { ownerId, slug }) : null;
        return found && toDataset(found);
      }),

    findDatasetById: (id) =>
      reading(database, async (manager) => {
        const found = isUuid(id) ? await manager.findOneBy(DatasetEntity, { id }) : null;
        return found?.ownerId == null ? null : toDataset(found);
      }),

    listDatasets: (ownerId) =>
      reading(database, async (manager) => {
        if (!isUuid(ownerId)) return [];
        const found = await manager.find(DatasetEntity, { where: { ownerId }, order: { createdAt: 'DESC', id: 'DESC' } });
        const counts = await rows<{ datasetId: string; count: number }>(
          manager,
          `select dataset_id as "datasetId", count(*)::int as count from dataset_case where dataset_id = any($1) and withdrawn_at is null group by dataset_id`,
          [found.map(({ id }) => id)],
        );
        return found.map((one) => ({ ...toDataset(one), caseCount: counts.find(({ datasetId }) => datasetId === one.id)?.count ?? 0 }));
      }),

    datasetCases: (datasetId) =>
      reading(database, async (manager) => {
        if (!isUuid(datasetId)) return [];
        return (await manager.find(DatasetCaseEntity, { where: { datasetId }, relations: CASE_RELATIONS })).map(toDatasetCase).sort(byName);
      }),

    findDatasetCase: (datasetId, name) =>
      reading(database, async (manager) => {
        if (!isUuid(datasetId)) return null;
        return findCase(manager, datasetId, name);
      }),

    addDatasetCase: (datasetId, one) => inTransaction(database, (manager) => insertCase(manager, datasetId, one)),

    withdrawDatasetCase: (datasetId, name) => inTransaction(database, (manager) => withdraw(manager, datasetId, name)),

    deleteDataset: (datasetId) => inTransaction(database, (manager) => deleteDataset(manager, datasetId)),

    freezeDataset: (datasetId) => inTransaction(database, (manager) => freeze(manager, datasetId)),

    datasetVersions: (datasetId) =>
      reading(database, async (manager) => {
        if (!isUuid(datasetId)) return [];
        const versions = await manager.find(DatasetVersionEntity, { where: { datasetId }, order: { version: 'ASC' } });
        const all: DatasetVersion[] = [];
        for (const version of versions) all.push(await toVersion(manager, version));
        return all;
      }),

    versionCases: (datasetId, version) =>
      reading(database, async (manager) => {
        if (!isUuid(datasetId) || !Number.isInteger(version)) return [];
        const found = await manager.find(DatasetVersionCaseEntity, {
          where: { version: { datasetId, version } },
          relations: { case: CASE_RELATIONS },
        });
        return found.map((one) => toDatasetCase(loaded(one.case, 'case'))).sort(byName);
      }),
  };
}

async function insertDataset(manager: EntityManager, dataset: NewDataset): ReturnType<DatasetRecords['createDataset']> {
  await lockInTransaction(manager, `voxelmark.datasets-of.${dataset.ownerId}`);
  const known = await manager.findOneBy(DatasetEntity, { ownerId: dataset.ownerId, slug: dataset.slug });
  if (known) return { existing: true, ...(await reword(manager, known, dataset)) };
  const id = uuidv7();
  const regions = dataset.regions.map(({ name, labels }) => ({ name, labels: [...labels] }));
  const { slug, name, licence, description, ownerId, synthetic, ignoreLabel, dictionary } = dataset;
  const row = { id, slug, name, licence, description, ownerId, synthetic, ignoreLabel, dictionary, regions, labels: [...dataset.labels], channels: [...dataset.channels] };
  await manager.insert(DatasetEntity, row);
  return { dataset: toDataset(await manager.findOneByOrFail(DatasetEntity, { id })), existing: false, changed: [], kept: [] };
}

const FIXED = ['labels', 'synthetic', 'ignoreLabel', 'regions'] as const;

/** Gives a dataset that exists the words that are given now, unless a version has the old ones. */
async function reword(manager: EntityManager, known: DatasetEntity, wanted: NewDataset): Promise<{ dataset: Dataset; changed: DatasetWord[]; kept: DatasetWord[] }> {
  const differs = FIXED.find((key) => canonicalJson(known[key]) !== canonicalJson(wanted[key])) ?? (sameChannels(known.channels, wanted.channels) ? undefined : 'channels');
  if (differs) throw new RequestRefused(409, 'dataset-exists', `You have a dataset "${wanted.slug}" with other ${WORDS[differs]}; give this one another address.`);
  await lockDataset(manager, known.id);
  const other = DATASET_WORDS.filter((key) => canonicalJson(known[key]) !== canonicalJson(wanted[key]));
  if (other.length === 0) return { dataset: toDataset(known), changed: [], kept: [] };
  if (await manager.existsBy(DatasetVersionEntity, { datasetId: known.id })) return { dataset: toDataset(known), changed: [], kept: other };
  const { name, licence, description, dictionary } = wanted;
  await manager.update(DatasetEntity, { id: known.id }, { name, licence, description, dictionary: dictionary as object });
  return { dataset: toDataset(await manager.findOneByOrFail(DatasetEntity, { id: known.id })), changed: other, kept: [] };
}

/** Whether channels have the same names in the same order, and none a modality or unit that contradicts: one that is not stated does not. */
function sameChannels(known: NewDataset['channels'], wanted: NewDataset['channels']): boolean {
  const agree = (a?: string, b?: string): boolean => a === undefined || b === undefined || a === b;
  return (
    known.length === wanted.length &&
    wanted.every(({ name, modality, unit }, n) => known[n].name === name && agree(known[n].modality, modality) && agree(known[n].unit, unit))
  );
}

const WORDS = { labels: 'labels', channels: 'channels', synthetic: 'origin (made by a program, or of patients)', ignoreLabel: 'ignore label', regions: 'regions' } as const;

async function findCase(manager: EntityManager, datasetId: string, name: string): Promise<DatasetCase | null> {
  const found = await manager.findOne(DatasetCaseEntity, { where: { datasetId, name }, relations: CASE_RELATIONS });
  return found && toDatasetCase(found);
}

/** Held while a dataset gets a case or a version, so that a version is of the cases that there are. */
export const lockDataset = (manager: EntityManager, datasetId: string): Promise<void> => lockInTransaction(manager, `voxelmark.dataset.${datasetId}`);

/** Sealed, all of it: what a benchmark shows of it is decided when one is made, on objects of its own. */
async function insertCase(manager: EntityManager, datasetId: string, one: NewDatasetCase): Promise<{ case: DatasetCase; existing: boolean }> {
  await lockDataset(manager, datasetId);
  const known = await findCase(manager, datasetId, one.name);
  if (known?.withdrawnAt) throw caseWithdrawn(one.name);
  if (known?.digest === one.digest) return { case: known, existing: true };
  if (known) throw caseExists(one.name);
  const caseId = uuidv7();
  const { name, patient, split, facts, geometry, digest } = one;
  const row = { id: caseId, datasetId, name, patient, split, facts, geometry, digest };
  await manager.insert(DatasetCaseEntity, row as unknown as DatasetCaseEntity);
  const shown: string[] = [];
  for (const [ordinal, image] of one.images.entries()) {
    const object = await insertObject(manager, { ...image, kind: 'image', mediaType: NIFTI, label: 'SEALED', inputs: [] });
    await manager.insert(DatasetCaseImageEntity, { caseId, ordinal, objectId: object.id });
    shown.push(object.id);
  }
  for (const [ordinal, { reader, consensus, recipe, reading, blob }] of one.references.entries()) {
    const object = await insertObject(manager, { ...blob, kind: 'reference', mediaType: NIFTI, label: 'SEALED', inputs: shown });
    await manager.insert(DatasetCaseReferenceEntity, { caseId, ordinal, reader, consensus, recipe: recipe as object | null, reading: reading as object | null, objectId: object.id });
  }
  return { case: (await findCase(manager, datasetId, name))!, existing: false };
}

async function withdraw(manager: EntityManager, datasetId: string, name: string): Promise<Withdrawal | null> {
  if (!isUuid(datasetId)) return null;
  await lockDataset(manager, datasetId);
  const found = await manager.findOneBy(DatasetCaseEntity, { datasetId, name });
  if (found === null) return null;
  const holding = await manager.find(DatasetVersionCaseEntity, { where: { caseId: found.id }, relations: { version: true } });
  if (holding.length === 0) return { caseId: found.id, versions: [], digests: await deleteCases(manager, [found.id]) };
  if (found.withdrawnAt === null) await manager.update(DatasetCaseEntity, { id: found.id }, { withdrawnAt: () => 'now()' });
  const versions = holding.map(({ version }) => loaded(version, 'version').version).sort((a, b) => a - b);
  return { caseId: found.id, versions, digests: [] };
}

async function deleteDataset(manager: EntityManager, datasetId: string): Promise<readonly string[]> {
  if (!isUuid(datasetId)) return [];
  await lockDataset(manager, datasetId);
  const versions = await manager.countBy(DatasetVersionEntity, { datasetId });
  if (versions > 0) {
    throw new RequestRefused(409, 'dataset-frozen', `The dataset has ${versions} version(s), which stay as they are; withdraw its cases, and new versions leave them out.`);
  }
  const cases = await manager.find(DatasetCaseEntity, { where: { datasetId }, select: { id: true } });
  const digests = await deleteCases(
    manager,
    cases.map(({ id }) => id),
  );
  await manager.query('select id from dataset where id = $1 for update', [datasetId]); // nothing comes into its inbox from here on
  const sent = await rows<{ sha256: string }>(manager, 'delete from dataset_inbox_instance where dataset_id = $1 returning sha256', [datasetId]);
  await manager.delete(DatasetEntity, { id: datasetId });
  return [...new Set([...digests, ...sent.map(({ sha256 }) => sha256)])];
}

/** Removes cases, their objects, and all that was derived from these. Returns the digests of what they were. */
async function deleteCases(manager: EntityManager, caseIds: readonly string[]): Promise<readonly string[]> {
  // nobody derives anything from them from here on
  await manager.query(
    `select id from stored_object where id in (
       select object_id from dataset_case_image where case_id = any($1)
       union select object_id from dataset_case_reference where case_id = any($1)) order by id for update`,
    [caseIds],
  );
  const objects = await rows<{ id: string; sha256: string }>(
    manager,
    `with recursive gone (id) as (
       select object_id from dataset_case_image where case_id = any($1)
       union select object_id from dataset_case_reference where case_id = any($1)
       union select derived.object_id from stored_object_input derived join gone on derived.input_id = gone.id
     ) select o.id, o.sha256 from gone join stored_object o on o.id = gone.id`,
    [caseIds],
  );
  const ids = objects.map(({ id }) => id);
  await manager.query('delete from dataset_case_image where case_id = any($1)', [caseIds]);
  await manager.query('delete from dataset_case_reference where case_id = any($1)', [caseIds]);
  await manager.query('delete from dataset_case where id = any($1)', [caseIds]);
  await manager.query('delete from stored_object_input where object_id = any($1)', [ids]);
  await manager.query('delete from stored_object where id = any($1)', [ids]);
  return [...new Set(objects.map(({ sha256 }) => sha256))];
}

async function freeze(manager: EntityManager, datasetId: string): Promise<{ version: DatasetVersion; existing: boolean }> {
  await lockDataset(manager, datasetId);
  const present = { datasetId, withdrawnAt: IsNull() };
  const cases = (await manager.find(DatasetCaseEntity, { where: present, relations: CASE_RELATIONS })).map(toDatasetCase).sort(byName);
  if (cases.length === 0) throw new RequestRefused(409, 'dataset-empty', 'The dataset has no case yet; a version has at least one.');
  const { channels, ignoreLabel, regions } = await manager.findOneByOrFail(DatasetEntity, { id: datasetId });
  const digest = datasetDigest([
    phaseDigest(
      cases.map(({ images, references, split, ...rest }) => ({
        ...rest,
        facts: split === null ? rest.facts : { ...rest.facts, 'voxelmark.split': split },
        images: images.map(({ sha256, bytes }, n) => ({ sha256, bytes, channel: channels[n].name })),
        references: references.map(({ reader, consensus, object }) => ({ reader, consensus, blob: object })),
        referenceStudy: null,
      })),
    ),
    ...(ignoreLabel === null && regions.length === 0 ? [] : [canonicalJson({ ignoreLabel, regions })]),
  ]);
  const versions = await manager.findBy(DatasetVersionEntity, { datasetId });
  const same = versions.find((version) => version.digest === digest);
  if (same) return { version: await toVersion(manager, same), existing: true };
  const id = uuidv7();
  await manager.insert(DatasetVersionEntity, { id, datasetId, digest, version: 1 + Math.max(0, ...versions.map(({ version }) => version)) });
  for (let first = 0; first < cases.length; first += 1000) {
    await manager.insert(
      DatasetVersionCaseEntity,
      cases.slice(first, first + 1000).map((one) => ({ versionId: id, caseId: one.id })),
    );
  }
  return { version: await toVersion(manager, await manager.findOneByOrFail(DatasetVersionEntity, { id })), existing: false };
}

async function toVersion(manager: EntityManager, { id, version, digest, createdAt }: DatasetVersionEntity): Promise<DatasetVersion> {
  return { id, version, digest, createdAt, caseCount: await manager.countBy(DatasetVersionCaseEntity, { versionId: id }) };
}

/** Of one with an owner. */
function toDataset({ ownerId, owner: _, ...dataset }: DatasetEntity): Dataset {
  return { ...dataset, ownerId: loaded(ownerId, 'owner') };
}

function toDatasetCase(entity: DatasetCaseEntity): DatasetCase {
  const { id, name, patient, split, facts, geometry, digest, withdrawnAt } = entity;
  const inOrder = <T extends { readonly ordinal: number }>(list: readonly T[]) => [...list].sort((a, b) => a.ordinal - b.ordinal);
  return {
    id,
    name,
    patient,
    split,
    facts,
    geometry,
    digest,
    withdrawnAt,
    images: inOrder(loaded(entity.images, 'images')).map(({ object }) => toObject(loaded(object, 'object'))),
    references: inOrder(loaded(entity.references, 'references')).map(({ reader, consensus, recipe, reading, object }) => ({ reader, consensus, recipe, reading, object: toObject(loaded(object, 'object')) })),
  };
}

/** By code units, as everywhere: not by the rules of the database's language. */
const byName = (a: DatasetCase, b: DatasetCase): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
