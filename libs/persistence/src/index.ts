export { openDatabase, Database, type DatabaseAddress, type DatabaseOptions } from './database.js';
export { migrate, pendingMigrations } from './migrate.js';
export { createEvaluationRecords } from './repositories/evaluation-records.js';
export { createAccountRecords } from './repositories/account-records.js';
export { createAccessLog } from './repositories/access-log.js';
export {
  startEmbeddedPostgres,
  findEmbeddedPostgres,
  removeEmbeddedPostgres,
  postgresUrl,
  type EmbeddedPostgres,
  type PostgresAddress,
} from './embedded-postgres.js';
export { LockHeld, takeLock, type ProcessLock } from './process-lock.js';
