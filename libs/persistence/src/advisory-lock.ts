import type { EntityManager } from 'typeorm';
import type { Database } from './database.js';
import { asEngineFault } from './engine-fault.js';
import { WatchedConnection } from './watched-connection.js';

/**
 * Runs `work` while this process, of all that use the database, holds the lock called `name`; false without running it when
 * another holds it. The lock lives as long as a connection of its own: `lost` is aborted when that breaks, and another
 * process may then hold the lock although `work` has not ended yet.
 */
export async function withAdvisoryLock(
  database: Database,
  name: string,
  work: (lost: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const gone = new AbortController();
  const connection = await WatchedConnection.open(database, (error) => gone.abort(error));
  try {
    if (!(await tryLock(connection, name))) return false;
    await work(gone.signal);
    return true;
  } finally {
    await connection.close();
  }
}

async function tryLock(connection: WatchedConnection, name: string): Promise<boolean> {
  try {
    const answer = await connection.client.query<{ held: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as held',
      [name],
    );
    return answer.rows[0].held;
  } catch (error) {
    throw asEngineFault(error);
  }
}

/** Waits for the lock called `name` and holds it until the transaction ends. */
export async function lockInTransaction(manager: EntityManager, name: string): Promise<void> {
  await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
}
