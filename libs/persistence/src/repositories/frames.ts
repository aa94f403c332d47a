import type { EntityManager } from 'typeorm';
import type { EvaluationRecords, StoredObject } from '#evaluation';
import type { Database } from '../database.js';
import { StoredObjectEntity } from '../entities/stored-object.entity.js';
import { inTransaction, reading, rows } from '../transaction.js';
import { isUuid } from '../uuid.js';
import { toObject } from './mapping.js';
import { insertObject } from './stored-objects.js';

/** The form of images in which single slices can be read. */
export function frames(database: Database): Pick<EvaluationRecords, 'findFrames' | 'imageWithoutFrames' | 'addFrames'> {
  return {
    findFrames: (imageId) => reading(database, (manager) => framesOf(manager, imageId)),

    imageWithoutFrames: (except) =>
      reading(database, async (manager) => {
        const [found] = await rows<{ id: string }>(
          manager,
          `select image.object_id as id
             from case_image image
             join evaluation_case c on c.id = image.case_id
             join phase on phase.id = c.phase_id
             join benchmark on benchmark.id = phase.benchmark_id and benchmark.published
            where image.object_id <> all ($1::uuid[])
              and not exists (select 1 from stored_object_input i join stored_object o on o.id = i.object_id
                               where i.input_id = image.object_id and o.kind = 'frames')
            order by image.object_id limit 1`,
          [except],
        );
        return found === undefined ? null : objectOf(manager, found.id);
      }),

    addFrames: (imageId, blob) =>
      inTransaction(database, async (manager) => {
        // two that made them at once: the second finds those of the first
        const [image] = isUuid(imageId) ? await rows(manager, 'select id from stored_object where id = $1 for update', [imageId]) : [];
        if (image === undefined) return null;
        const known = await framesOf(manager, imageId);
        if (known !== null) return known;
        const made = { ...blob, kind: 'frames', mediaType: 'application/octet-stream', label: 'PUBLIC' } as const;
        return insertObject(manager, { ...made, inputs: [imageId] }); // no less secret than the image
      }),
  };
}

async function framesOf(manager: EntityManager, imageId: string): Promise<StoredObject | null> {
  if (!isUuid(imageId)) return null;
  const [found] = await rows<{ id: string }>(
    manager,
    `select o.id from stored_object_input i join stored_object o on o.id = i.object_id
      where i.input_id = $1 and o.kind = 'frames' order by o.id limit 1`,
    [imageId],
  );
  return found === undefined ? null : objectOf(manager, found.id);
}

async function objectOf(manager: EntityManager, id: string): Promise<StoredObject | null> {
  const entity = await manager.findOneBy(StoredObjectEntity, { id });
  return entity === null ? null : toObject(entity);
}
