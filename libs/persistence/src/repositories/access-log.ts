import { LessThan } from 'typeorm';
import type { AccessLog } from '#evaluation';
import type { Database } from '../database.js';
import { AccessEventEntity } from '../entities/access-event.entity.js';
import { inTransaction, reading } from '../transaction.js';
import { isUuid } from '../uuid.js';

/** The AccessLog port on PostgreSQL: `append` has resolved only when the row is on disk. */
export function createAccessLog(database: Database): AccessLog {
  return {
    append: ({ userId, action, objectId, caseId, benchmarkId, allowed }) =>
      inTransaction(database, async (manager) => {
        await manager.insert(AccessEventEntity, { userId, action, objectId, caseId, benchmarkId, allowed });
      }),

    list: ({ benchmarkId, caseId, userId }, { limit, before }) =>
      reading(database, async (manager) => {
        const filter = Object.entries({ benchmarkId, caseId, userId }).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        );
        if (!filter.every(([, id]) => isUuid(id))) return [];
        const where = { ...Object.fromEntries(filter), ...(before === undefined ? {} : { id: LessThan(before) }) };
        const events = await manager.find(AccessEventEntity, { where, order: { id: 'DESC' }, take: limit });
        return events.map((event) => ({
          id: event.id,
          at: event.at,
          userId: event.userId,
          action: event.action,
          objectId: event.objectId,
          caseId: event.caseId,
          allowed: event.allowed,
        }));
      }),
  };
}
