import { In, type EntityManager } from 'typeorm';
import { highestLabel } from '#domain';
import type { NewObject, StoredObject } from '#evaluation';
import { StoredObjectEntity, StoredObjectInputEntity } from '../entities/stored-object.entity.js';
import { rows } from '../transaction.js';
import { isUuid, uuidv7 } from '../uuid.js';
import { toObject } from './mapping.js';

/**
 * Writes an object and what it was computed from. Its label is the highest of its own and those of its inputs, whatever the
 * caller asked for.
 *
 * @throws TypeError when an input does not exist
 */
export async function insertObject(manager: EntityManager, object: NewObject): Promise<StoredObject> {
  const inputIds = [...new Set(object.inputs)];
  const inputs = inputIds.length === 0 ? [] : await manager.find(StoredObjectEntity, { where: { id: In(inputIds) } });
  if (inputs.length !== inputIds.length) {
    throw new TypeError(`a ${object.kind} names ${inputIds.length} inputs, of which ${inputs.length} exist`);
  }
  const { sha256, bytes, kind, mediaType } = object;
  const label = highestLabel(object.label, ...inputs.map((input) => input.label));
  const stored: StoredObject = { id: uuidv7(), sha256, bytes, kind, mediaType, label };
  await manager.insert(StoredObjectEntity, stored);
  if (inputIds.length > 0) {
    await manager.insert(
      StoredObjectInputEntity,
      inputIds.map((inputId) => ({ objectId: stored.id, inputId })),
    );
  }
  return stored;
}

/** An object, and the case and benchmark to which it belongs as image, reference or prediction; models and conformance cases belong to none. */
export async function findObject(
  manager: EntityManager,
  objectId: string,
): Promise<{
  readonly object: StoredObject;
  readonly caseId: string | null;
  readonly caseName: string | null;
  readonly phaseId: string | null;
  readonly benchmarkId: string | null;
} | null> {
  if (!isUuid(objectId)) return null;
  const entity = await manager.findOneBy(StoredObjectEntity, { id: objectId });
  if (entity === null) return null;
  const [place] = await rows<{ caseId: string; caseName: string; phaseId: string; benchmarkId: string }>(
    manager,
    `select c.id as "caseId", c.name as "caseName", p.id as "phaseId", p.benchmark_id as "benchmarkId"
       from (select case_id from case_image where object_id = $1
             union all select case_id from case_reference where object_id = $1
             union all select case_id from case_result where prediction_id = $1
             union all select case_id from preflight where prediction_id = $1) of_case (id)
       join evaluation_case c on c.id = of_case.id
       join phase p on p.id = c.phase_id
      limit 1`,
    [objectId],
  );
  const nowhere = { caseId: null, caseName: null, phaseId: null, benchmarkId: null };
  return { object: toObject(entity), ...(place ?? nowhere) };
}
