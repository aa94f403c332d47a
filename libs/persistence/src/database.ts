import 'reflect-metadata';
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { Log } from '#evaluation';
import { ENTITIES } from './entities/index.js';
import { asEngineFault } from './engine-fault.js';
import { MIGRATIONS } from './migrations/index.js';
import { Notifications } from './notifications.js';
import { SnakeNaming } from './snake-naming.js';

/** Where the server is: a URL as libpq reads it, or its parts (`host` may be the folder of a Unix socket). */
export type DatabaseAddress =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port?: number;
      readonly user: string;
      readonly password?: string;
      readonly database: string;
    };

export type DatabaseOptions = DatabaseAddress & {
  /** Connections of the pool; LISTEN and each held lock take one more. */
  readonly poolSize?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  readonly log?: Log;
};

const CONNECT_WITHIN_MS = 10_000;
/** A transaction that stops in the middle (its process was stopped, say) lets go of its row locks after this. */
const IDLE_IN_TRANSACTION_MS = 60_000;

/** One process's way to the database: a pool for queries, and single connections for LISTEN and locks. */
export class Database {
  readonly notifications = new Notifications(this);

  constructor(
    readonly dataSource: DataSource,
    private readonly config: pg.ClientConfig,
    readonly log: Log | undefined,
  ) {}

  /** A connection of its own, not yet connected. The caller handles its `error` event and ends it. */
  newClient(): pg.Client {
    return new pg.Client({ ...this.config, keepAlive: true });
  }

  async close(): Promise<void> {
    await this.notifications.close();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

/**
 * Connects. Does not migrate.
 *
 * The pool survives the server: idle connections that break are dropped, queries fail with EngineUnavailable
 * `database-unavailable` while it is down and work again afterwards.
 *
 * @throws EngineUnavailable `database-unavailable` when the server does not answer or refuses us
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { poolSize = 10, applicationName = 'voxelmark', log } = options;
  const config: pg.ClientConfig = {
    ...addressOf(options),
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
  };
  const dataSource = new DataSource({
    type: 'postgres',
    entities: ENTITIES,
    migrations: [...MIGRATIONS],
    migrationsTableName: 'schema_migration',
    namingStrategy: new SnakeNaming(),
    applicationName,
    connectTimeoutMS: CONNECT_WITHIN_MS,
    poolSize,
    installExtensions: false, // we need none, and a shared server may not let us
    poolErrorHandler: (error: Error) => log?.warn('database.connection-lost', { message: error.message }),
    logging: false,
    extra: { ...config, idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS, keepAlive: true },
  });
  try {
    await dataSource.initialize();
  } catch (error) {
    throw asEngineFault(error);
  }
  return new Database(dataSource, config, log);
}

function addressOf(address: DatabaseAddress): pg.ClientConfig {
  if ('url' in address) return { connectionString: address.url };
  const { host, port, user, password, database } = address;
  return { host, port, user, password, database };
}
