import type { EntityManager } from 'typeorm';
import type { Database } from './database.js';
import { asEngineFault, isTransient } from './engine-fault.js';

const TRIES = 5;

/**
 * Runs `work` in one transaction (READ COMMITTED; whoever decides something locks the row first). A transaction that the
 * database ended because of a deadlock is run again, so `work` does nothing outside the database.
 *
 * @throws EngineUnavailable when the database is away
 */
export async function inTransaction<T>(database: Database, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.dataSource.transaction(work);
    } catch (error) {
      if (isTransient(error) && attempt < TRIES) continue;
      throw asEngineFault(error);
    }
  }
}

/** Runs one reading `work` outside a transaction. @throws EngineUnavailable when the database is away */
export async function reading<T>(database: Database, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  try {
    return await work(database.dataSource.manager);
  } catch (error) {
    throw asEngineFault(error);
  }
}

/**
 * Runs several readings on one state of the database: what another transaction commits between two of them is in neither.
 *
 * @throws EngineUnavailable when the database is away
 */
export async function readingAtOnce<T>(database: Database, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  try {
    return await database.dataSource.transaction('REPEATABLE READ', work);
  } catch (error) {
    throw asEngineFault(error);
  }
}

/** Rows of a SELECT, or of anything with RETURNING. `$1` and so on are the parameters. */
export async function rows<Row>(
  manager: EntityManager,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const answer: unknown = await manager.query(sql, [...parameters]);
  return isCounted<Row>(answer) ? answer[0] : (answer as Row[]);
}

/** How many rows an UPDATE or DELETE touched. */
export async function changed(
  manager: EntityManager,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<number> {
  const answer: unknown = await manager.query(sql, [...parameters]);
  if (!isCounted(answer)) throw new TypeError(`expected an UPDATE or DELETE, got "${sql.trim().slice(0, 40)}"`);
  return answer[1];
}

/** For UPDATE and DELETE TypeORM answers [rows, count]; for everything else, the rows. */
function isCounted<Row>(answer: unknown): answer is [Row[], number] {
  return Array.isArray(answer) && answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number';
}
