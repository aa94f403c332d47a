import type { EntityManager } from 'typeorm';
import type { EvaluationRecords, StoredObject } from '#evaluation';
import type { Database } from '../database.js';
import { StoredObjectEntity } from '../entities/stored-object.entity.js';
import { inTransaction, reading, rows } from '../transaction.js';
import { isUuid } from '../uuid.js';
import { toObject } from './mapping.js';
import { insertObject } from './stored-objects.js';

/** The form of images in which single slices can be read. */
export function frames(database: Database): Pick<EvaluationRecords, 'findFrames' | 'addFrames'> {
  return {
    findFrames: (imageId) => reading(database, (manager) => framesOf(manager, imageId)),

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
  const entity = found === undefined ? null : await manager.findOneBy(StoredObjectEntity, { id: found.id });
  return entity === null ? null : toObject(entity);
}
