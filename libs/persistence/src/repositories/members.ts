import { In, type EntityManager } from 'typeorm';
import { CAPACITIES, RequestRefused, type Capacity } from '#domain';
import type { Member, MemberRecords } from '#evaluation';
import type { Database } from '../database.js';
import { AccountEntity } from '../entities/account.entity.js';
import { MembershipEntity } from '../entities/benchmark.entity.js';
import { BenchmarkEventEntity } from '../entities/making.entity.js';
import { SubmissionEntity } from '../entities/submission.entity.js';
import { inTransaction, reading, rows } from '../transaction.js';
import { isUuid } from '../uuid.js';
import { noteMember } from './benchmark-events.js';

/** Who has a part in which benchmark. */
export function members(database: Database): MemberRecords {
  return {
    capacities: (userId, benchmarkId) => reading(database, (manager) => capacitiesOf(manager, benchmarkId, userId)),

    members: (benchmarkId) =>
      reading(database, async (manager): Promise<readonly Member[]> => {
        if (!isUuid(benchmarkId)) return [];
        const held = await manager.find(MembershipEntity, { where: { benchmarkId }, order: { capacity: 'ASC' } });
        const accounts = await manager.find(AccountEntity, {
          where: { id: In([...new Set(held.map(({ accountId }) => accountId))]) },
          order: { name: 'ASC', id: 'ASC' },
        });
        return accounts.map(({ id, name, email, disabledAt }) => ({
          userId: id,
          name,
          email,
          capacities: held.filter(({ accountId }) => accountId === id).map(({ capacity }) => capacity),
          disabled: disabledAt !== null,
        }));
      }),

    wasMember: (userId, benchmarkId) =>
      reading(database, async (manager) => {
        if (!isUuid(userId) || !isUuid(benchmarkId)) return false;
        return manager.existsBy(BenchmarkEventEntity, { benchmarkId, act: 'member-removed', memberId: userId });
      }),

    addMember: (benchmarkId, userId, capacity, by) =>
      inTransaction(database, async (manager) => {
        if (!(await lockBenchmark(manager, benchmarkId)) || !isUuid(userId)) return false;
        if ((await capacitiesOf(manager, benchmarkId, userId)).includes(capacity)) return false;
        if (await manager.existsBy(SubmissionEntity, { benchmarkId, submitterId: userId }))
          throw new RequestRefused(
            409,
            'member-competes',
            'This person has submitted to the benchmark; whoever competes on it gets no sight of what it holds out.',
          );
        await manager.insert(MembershipEntity, { benchmarkId, accountId: userId, capacity });
        await noteMember(manager, benchmarkId, 'member-added', { by, memberId: userId, capacity });
        return true;
      }),

    removeMember: (benchmarkId, userId, capacity, by) =>
      inTransaction(database, async (manager) => {
        if (!(await lockBenchmark(manager, benchmarkId)) || !isUuid(userId)) return false;
        const wanted: readonly Capacity[] = capacity === null ? CAPACITIES : [capacity];
        const taken = (await capacitiesOf(manager, benchmarkId, userId)).filter((one) => wanted.includes(one));
        if (taken.length === 0) return false;
        await manager.delete(MembershipEntity, { benchmarkId, accountId: userId, capacity: In(taken) });
        if (taken.includes('organiser') && !(await hasOrganiser(manager, benchmarkId)))
          throw new RequestRefused(
            409,
            'member-last-organiser',
            'Nobody would organise the benchmark any more. Appoint another organiser first.',
          );
        for (const one of taken) await noteMember(manager, benchmarkId, 'member-removed', { by, memberId: userId, capacity: one });
        return true;
      }),
  };
}

async function capacitiesOf(manager: EntityManager, benchmarkId: string, accountId: string): Promise<readonly Capacity[]> {
  if (!isUuid(accountId) || !isUuid(benchmarkId)) return [];
  const held = await manager.find(MembershipEntity, { where: { accountId, benchmarkId }, order: { capacity: 'ASC' } });
  return held.map(({ capacity }) => capacity);
}

/** Of two that remove the last two organisers, the second sees what the first has done; and nobody enters meanwhile. */
async function lockBenchmark(manager: EntityManager, id: string): Promise<boolean> {
  return isUuid(id) && (await rows(manager, 'select id from benchmark where id = $1 for update', [id])).length > 0;
}

async function hasOrganiser(manager: EntityManager, benchmarkId: string): Promise<boolean> {
  const found = await rows(
    manager,
    `select 1 from membership m join account a on a.id = m.account_id
      where m.benchmark_id = $1 and m.capacity = 'organiser' and a.disabled_at is null limit 1`,
    [benchmarkId],
  );
  return found.length > 0;
}
