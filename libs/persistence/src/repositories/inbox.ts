import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { notFound } from '#domain';
import type { EvaluationRecords, InboxInstance } from '#evaluation';
import type { Database } from '../database.js';
import { InboxAcceptedEntity, InboxInstanceEntity, InboxKeyEntity, InboxRefusalEntity } from '../entities/inbox.entity.js';
import { inTransaction, reading, rows } from '../transaction.js';

/** What was sent to datasets as DICOM, and the keys that its names were derived with. */
export function inbox(database: Database): Pick<EvaluationRecords, 'inboxKey' | 'addToInbox' | 'inboxSize' | 'inbox' | 'countTurnedAway' | 'turnedAway' | 'acceptedHolds' | 'acceptHolds' | 'emptyInbox'> {
  return {
    inboxKey: (datasetId) =>
      inTransaction(database, async (manager) => {
        await holdDataset(manager, datasetId);
        await manager.query('insert into dataset_inbox_key (dataset_id, secret) values ($1, $2) on conflict do nothing', [datasetId, randomBytes(32)]);
        return new Uint8Array((await manager.findOneByOrFail(InboxKeyEntity, { datasetId })).secret);
      }),

    addToInbox: (datasetId, { sopInstanceUid, seriesInstanceUid, studyInstanceUid, sopClassUid, patient, sha256, bytes }) =>
      inTransaction(database, async (manager) => {
        await holdDataset(manager, datasetId);
        await manager.query(
          `insert into dataset_inbox_instance (dataset_id, sop_instance_uid, series_instance_uid, study_instance_uid, sop_class_uid, patient, sha256, bytes)
           values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
          [datasetId, sopInstanceUid, seriesInstanceUid, studyInstanceUid, sopClassUid, patient, sha256, bytes],
        );
        const kept = await manager.findOneByOrFail(InboxInstanceEntity, { datasetId, sopInstanceUid });
        return kept.sha256 === sha256;
      }),

    inboxSize: (datasetId) =>
      reading(database, async (manager) => {
        const [size] = await rows<{ instances: number; bytes: number }>(
          manager,
          'select count(*)::int as instances, coalesce(sum(bytes), 0)::float8 as bytes from dataset_inbox_instance where dataset_id = $1',
          [datasetId],
        );
        return size;
      }),

    inbox: (datasetId) =>
      reading(database, async (manager): Promise<readonly InboxInstance[]> => {
        const order = { studyInstanceUid: 'ASC', seriesInstanceUid: 'ASC', sopInstanceUid: 'ASC' } as const;
        return (await manager.find(InboxInstanceEntity, { where: { datasetId }, order })).map(
          ({ datasetId: _, createdAt: __, dataset: ___, ...instance }) => instance,
        );
      }),

    countTurnedAway: (datasetId, away) =>
      inTransaction(database, async (manager) => {
        await holdDataset(manager, datasetId);
        // in one order, so that two who count at once wait for one another and not across
        for (const { code, held, times } of [...away].sort((a, b) => (a.code < b.code ? -1 : 1)))
          await manager.query(
            `insert into dataset_inbox_refusal as r (dataset_id, code, held, times) values ($1, $2, $3, $4)
             on conflict (dataset_id, code) do update set times = r.times + excluded.times, held = excluded.held, last_at = now()`,
            [datasetId, code, held, times],
          );
      }),

    turnedAway: (datasetId) =>
      reading(database, async (manager) =>
        (await manager.find(InboxRefusalEntity, { where: { datasetId }, order: { code: 'ASC' } })).map(({ code, held, times, lastAt }) => ({ code, held, times, lastAt })),
      ),

    acceptedHolds: (datasetId) =>
      reading(database, async (manager) =>
        (await manager.find(InboxAcceptedEntity, { where: { datasetId }, order: { code: 'ASC' } })).map(({ code, since }) => ({ code, since })),
      ),

    acceptHolds: (datasetId, codes) =>
      inTransaction(database, async (manager) => {
        await holdDataset(manager, datasetId);
        await manager.query('delete from dataset_inbox_accepted where dataset_id = $1 and code <> all ($2)', [datasetId, codes]);
        await manager.query(
          'insert into dataset_inbox_accepted (dataset_id, code) select $1, c from (select distinct unnest($2::text[]) as c) s order by c on conflict do nothing',
          [datasetId, codes],
        );
      }),

    emptyInbox: (datasetId) =>
      inTransaction(database, async (manager) => {
        await manager.delete(InboxRefusalEntity, { datasetId });
        const gone = await rows<{ sha256: string }>(manager, 'delete from dataset_inbox_instance where dataset_id = $1 returning sha256', [datasetId]);
        return [...new Set(gone.map(({ sha256 }) => sha256))];
      }),
  };
}

/** Nobody removes it before the transaction ends. @throws RequestRefused 404 when somebody has */
async function holdDataset(manager: EntityManager, datasetId: string): Promise<void> {
  const [held] = await rows(manager, 'select id from dataset where id = $1 for key share', [datasetId]);
  if (held === undefined) throw notFound('dataset');
}

/** Whether an instance in some inbox is these bytes. */
export function neededByInbox(manager: EntityManager, sha256: string): Promise<boolean> {
  return manager.existsBy(InboxInstanceEntity, { sha256 });
}
