import type { Database } from './database.js';
import { asEngineFault } from './engine-fault.js';
import { WatchedConnection } from './watched-connection.js';
import { MIGRATIONS } from './migrations/index.js';

const LOCK = 'voxelmark.migrate';

/**
 * Brings the schema to the newest state; several processes may try at once, one does it and the others find it done.
 * @returns names of the migrations that this call ran
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  const connection = await WatchedConnection.open(database, () => undefined); // a lost lock ends with the error of the migration
  try {
    await connection.client.query('select pg_advisory_lock(hashtextextended($1, 0))', [LOCK]);
    const done = await database.dataSource.runMigrations({ transaction: 'each' });
    return done.map(({ name }) => name);
  } catch (error) {
    throw asEngineFault(error);
  } finally {
    await connection.close();
  }
}

/** Names of the migrations that this version has and the database has not, oldest first. Writes nothing. */
export async function pendingMigrations(database: Database): Promise<readonly string[]> {
  try {
    const { manager } = database.dataSource;
    const [{ exists }] = (await manager.query(`select to_regclass('schema_migration') is not null as exists`)) as [
      { exists: boolean },
    ];
    const rows = exists ? ((await manager.query('select name from schema_migration')) as { name: string }[]) : [];
    const done = new Set(rows.map(({ name }) => name));
    return MIGRATIONS.map((Migration) => new Migration().name ?? Migration.name).filter((name) => !done.has(name));
  } catch (error) {
    throw asEngineFault(error);
  }
}
