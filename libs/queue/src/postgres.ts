import { runMigrations } from 'bullmq';
import pg from 'pg';
import { EngineUnavailable } from '#domain';

/** As `pg` takes it: a URL, or the parts of one. A `host` that is a folder means a Unix socket. */
export type PostgresConnection =
  | { readonly connectionString: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
      readonly password?: string;
    };

const RETRY_CONNECT_MS = 500;

/**
 * A client that waits a little before it says that it could not connect. BullMQ asks again at once for some of the
 * errors of a server that is away (a missing socket file, "starting up"), and would keep a processor busy doing so.
 */
class PatientClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    // A connection that ends while a pool has lent it out has no listener, and an 'error' without one ends the process.
    // Nobody misses it here: the query under way is rejected, and an idle connection's error reaches the pool's own listener.
    this.on('error', () => undefined);
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
  override connect(
    callback?: ((error: Error) => void) | ((error: null, client: pg.Client) => void),
  ): Promise<pg.Client> | void {
    const connecting = super.connect().catch(async (error: Error) => {
      await new Promise((resolve) => setTimeout(resolve, RETRY_CONNECT_MS));
      throw error;
    });
    if (callback === undefined) return connecting;
    const done = callback as (error: Error | null, client?: pg.Client) => void;
    connecting.then(
      () => done(null, this),
      (error: Error) => done(error),
    );
  }
}

/** Options for BullMQ's backend: a pool of its own for each queue and worker, plus one connection that listens. */
export function postgresConnection(connection: PostgresConnection, max: number): Record<string, unknown> {
  return {
    ...connection,
    max,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    application_name: 'voxelmark-queue',
    Client: PatientClient,
  };
}

/**
 * Makes or updates the queue's tables (schema `bullmq`). Idempotent; concurrent callers wait for one another.
 *
 * @throws EngineUnavailable `queue-migration-failed`
 */
export async function migrateJobQueue(connection: PostgresConnection): Promise<void> {
  const client = new PatientClient({ ...connection });
  try {
    await client.connect();
    await runMigrations(client);
  } catch (cause) {
    throw new EngineUnavailable(
      'queue-migration-failed',
      `the tables of the job queue cannot be made: ${(cause as Error).message}`,
      { cause },
    );
  } finally {
    await client.end();
  }
}
