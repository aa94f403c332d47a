import type pg from 'pg';
import type { Database } from './database.js';
import { asEngineFault } from './engine-fault.js';

const PING_EVERY_MS = 15_000;
const PING_WITHIN_MS = 10_000;

/**
 * A connection of its own that says when it is gone, also when the other side vanished without a word: it is asked for a
 * sign of life every 15 s. `onLost` is called once, and not after `close`.
 */
export class WatchedConnection {
  private over = false;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    readonly client: pg.Client,
    private readonly onLost: (error: Error) => void,
  ) {
    client.on('error', (error) => this.lose(error));
    client.on('end', () => this.lose(new Error('the database closed the connection')));
    this.timer = setInterval(() => void this.ping(), PING_EVERY_MS);
    this.timer.unref();
  }

  /** @throws EngineUnavailable `database-unavailable` */
  static async open(database: Database, onLost: (error: Error) => void): Promise<WatchedConnection> {
    const client = database.newClient();
    let early: Error | undefined; // an error before anybody listens would end the process
    const keep = (error: Error): void => void (early ??= error);
    client.on('error', keep);
    try {
      await client.connect();
    } catch (error) {
      throw asEngineFault(error);
    }
    const connection = new WatchedConnection(client, onLost);
    client.off('error', keep);
    if (early) {
      await connection.close();
      throw asEngineFault(early);
    }
    return connection;
  }

  async close(): Promise<void> {
    this.finish();
    await this.client.end().catch(() => undefined); // it may be broken already, which is just as closed
  }

  private async ping(): Promise<void> {
    try {
      await this.client.query({ text: 'select 1', query_timeout: PING_WITHIN_MS } as pg.QueryConfig);
    } catch (error) {
      this.lose(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private lose(error: Error): void {
    if (this.over) return;
    this.finish();
    this.client.end().catch(() => undefined);
    this.onLost(error);
  }

  private finish(): void {
    this.over = true;
    clearInterval(this.timer);
  }
}
