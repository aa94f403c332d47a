import type { EntityManager } from 'typeorm';
import { RequestRefused } from '#domain';
import { canonicalJson, caseExists, type Dataset, type DatasetCase, type DatasetRecords, type DatasetVersion, type NewDataset, type NewDatasetCase } from '#evaluation';
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

    findDataset: (slug) =>
      reading(database, async (manager) => {
        const found = await manager.findOneBy(DatasetEntity, { slug });
        return found?.ownerId == null ? null : toDataset(found);
      }),

    listDatasets: (ownerId) =>
      reading(database, async (manager) => {
        if (!isUuid(ownerId)) return [];
        const found = await manager.find(DatasetEntity, { where: { ownerId }, order: { createdAt: 'DESC', id: 'DESC' } });
        const counts = await rows<{ datasetId: string; count: number }>(
          manager,
          `select dataset_id as "datasetId", count(*)::int as count from dataset_case where dataset_id = any($1) group by dataset_id`,
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

async function insertDataset(manager: EntityManager, dataset: NewDataset): Promise<{ dataset: Dataset; existing: boolean }> {
  await lockInTransaction(manager, 'voxelmark.create-benchmark'); // rare, and a benchmark may be bringing a dataset of this name
  const known = await manager.findOneBy(DatasetEntity, { slug: dataset.slug });
  if (known) {
    const differs = (['labels', 'channels', 'synthetic'] as const).find((key) => canonicalJson(known[key]) !== canonicalJson(dataset[key]));
    if (known.ownerId === dataset.ownerId && !differs) return { dataset: toDataset(known), existing: true };
    throw new RequestRefused(
      409,
      'dataset-exists',
      known.ownerId === dataset.ownerId
        ? `You have a dataset "${dataset.slug}" with other ${differs}; give this one another address.`
        : `A dataset with the address "${dataset.slug}" exists already; choose another one.`,
    );
  }
  const id = uuidv7();
  await manager.insert(DatasetEntity, {
    id,
    ...dataset,
    labels: [...dataset.labels],
    channels: [...dataset.channels],
  });
  return { dataset: toDataset(await manager.findOneByOrFail(DatasetEntity, { id })), existing: false };
}

async function findCase(manager: EntityManager, datasetId: string, name: string): Promise<DatasetCase | null> {
  const found = await manager.findOne(DatasetCaseEntity, { where: { datasetId, name }, relations: CASE_RELATIONS });
  return found && toDatasetCase(found);
}

/** Held while a dataset gets a case or a version, so that a version is of the cases that there are. */
const lockDataset = (manager: EntityManager, datasetId: string): Promise<void> => lockInTransaction(manager, `voxelmark.dataset.${datasetId}`);

/** Sealed, all of it: what a benchmark shows of it is decided when one is made, on objects of its own. */
async function insertCase(manager: EntityManager, datasetId: string, one: NewDatasetCase): Promise<{ case: DatasetCase; existing: boolean }> {
  await lockDataset(manager, datasetId);
  const known = await findCase(manager, datasetId, one.name);
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
  for (const [ordinal, { reader, consensus, blob }] of one.references.entries()) {
    const object = await insertObject(manager, { ...blob, kind: 'reference', mediaType: NIFTI, label: 'SEALED', inputs: shown });
    await manager.insert(DatasetCaseReferenceEntity, { caseId, ordinal, reader, consensus, objectId: object.id });
  }
  return { case: (await findCase(manager, datasetId, name))!, existing: false };
}

async function freeze(manager: EntityManager, datasetId: string): Promise<{ version: DatasetVersion; existing: boolean }> {
  await lockDataset(manager, datasetId);
  const cases = (await manager.find(DatasetCaseEntity, { where: { datasetId }, relations: CASE_RELATIONS })).map(toDatasetCase).sort(byName);
  if (cases.length === 0) throw new RequestRefused(409, 'dataset-empty', 'The dataset has no case yet; a version has at least one.');
  const { channels } = await manager.findOneByOrFail(DatasetEntity, { id: datasetId });
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
function toDataset({ id, slug, name, licence, description, ownerId, synthetic, labels, channels, dictionary, createdAt }: DatasetEntity): Dataset {
  return { id, slug, name, licence, description, ownerId: loaded(ownerId, 'owner'), synthetic, labels, channels, dictionary, createdAt };
}

function toDatasetCase(entity: DatasetCaseEntity): DatasetCase {
  const { id, name, patient, split, facts, geometry, digest } = entity;
  const inOrder = <T extends { readonly ordinal: number }>(list: readonly T[]) => [...list].sort((a, b) => a.ordinal - b.ordinal);
  return {
    id,
    name,
    patient,
    split,
    facts,
    geometry,
    digest,
    images: inOrder(loaded(entity.images, 'images')).map(({ object }) => toObject(loaded(object, 'object'))),
    references: inOrder(loaded(entity.references, 'references')).map(({ reader, consensus, object }) => ({ reader, consensus, object: toObject(loaded(object, 'object')) })),
  };
}

/** By code units, as everywhere: not by the rules of the database's language. */
const byName = (a: DatasetCase, b: DatasetCase): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
