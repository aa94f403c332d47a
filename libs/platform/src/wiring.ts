import { join } from 'node:path';
import { EngineUnavailable } from '#domain';
import type { AccessLog, AccountRecords, BlobStore, Clock, EvaluationRecords, JobQueue, Log, ModelInspector } from '#evaluation';
import { createModelInspector } from '#inference';
import { createAccessLog, createAccountRecords, createEvaluationRecords, findEmbeddedPostgres, migrate, openDatabase, pendingMigrations, type Database } from '#persistence';
import { createJobQueue, migrateJobQueue, type PostgresConnection } from '#queue';
import { openFilesystemStore, openS3Store } from '#storage';
import type { Config } from './config.js';
import { systemClock } from './log.js';

/** Everything outside, behind ports. */
export interface Platform {
  readonly records: EvaluationRecords;
  readonly accounts: AccountRecords;
  readonly accessLog: AccessLog;
  readonly queue: JobQueue;
  readonly blobs: BlobStore;
  /** Looks at uploads before they are stored. */
  readonly inspector: ModelInspector;
  readonly clock: Clock;
  close(): Promise<void>;
}

/**
 * Where the database of this configuration is.
 * @throws EngineUnavailable `database-not-started` when the embedded server of the data folder is not running
 */
export async function databaseAddress(config: Config): Promise<PostgresConnection> {
  if (config.databaseUrl) return { connectionString: config.databaseUrl };
  const address = await findEmbeddedPostgres(config.dataDir);
  if (!address) {
    throw new EngineUnavailable('database-not-started', `the embedded database of ${config.dataDir} is not running; start the platform with \`npm start\`, or set DATABASE_URL`);
  }
  return address;
}

function openRecordsDatabase(address: PostgresConnection, config: Config, source: string, log: Log): Promise<Database> {
  const place = 'connectionString' in address ? { url: address.connectionString } : address;
  return openDatabase({ ...place, poolSize: config.databasePool, applicationName: `voxelmark-${source}`, log });
}

/** Brings records and queue to the newest schema. Returns the names of the migrations that ran. */
export async function migrateAll(config: Config, log: Log): Promise<readonly string[]> {
  const address = await databaseAddress(config);
  const database = await openRecordsDatabase(address, config, 'migrate', log);
  try {
    const names = await migrate(database);
    if (!config.redisUrl) await migrateJobQueue(address);
    return names;
  } finally {
    await database.close();
  }
}

/** Opens blobs as the configuration says: the only thing a seeding or upkeep command needs beside the records. */
export function openBlobs(config: Config): Promise<BlobStore> {
  return config.s3
    ? openS3Store({ ...config.s3, stagingDir: join(config.dataDir, 's3-staging') })
    : openFilesystemStore(join(config.dataDir, 'blobs'));
}

/**
 * Connects one process to the engines that the configuration chose: the only place that chooses drivers.
 * @throws EngineUnavailable when one does not answer, or `migration-pending` when the schema is older than this program
 */
export async function openPlatform(config: Config, source: string, log: Log): Promise<Platform> {
  const address = await databaseAddress(config);
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of closers.reverse()) await step();
  };
  try {
    const database = await openRecordsDatabase(address, config, source, log);
    closers.push(() => database.close());
    const pending = await pendingMigrations(database);
    if (pending.length > 0) {
      throw new EngineUnavailable('migration-pending', `the database lacks ${pending.join(', ')}; run \`npx voxelmark migrate\` first`);
    }
    const queue = await createJobQueue({
      ...(config.redisUrl ? { kind: 'redis' as const, url: config.redisUrl } : { kind: 'postgres' as const, connection: address }),
      log,
    });
    closers.push(() => queue.close());
    const blobs = await openBlobs(config);
    closers.push(() => blobs.close());
    return {
      records: createEvaluationRecords(database),
      accounts: createAccountRecords(database),
      accessLog: createAccessLog(database),
      queue,
      blobs,
      inspector: createModelInspector({ scratchDir: config.scratchDir }),
      clock: systemClock,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
