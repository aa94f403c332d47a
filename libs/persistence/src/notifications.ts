import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.js';
import { asEngineFault } from './engine-fault.js';
import { WatchedConnection } from './watched-connection.js';

export interface ChannelListener {
  /** A payload arrived. */
  notified(payload: string): void;
  /** Listening again after a gap in which payloads may have been lost. */
  resumed(): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * LISTEN on one connection of this process, opened with the first listener and closed with the last. When it breaks it is
 * opened again, backing off up to 5 s, and every listener is told to catch up.
 */
export class Notifications {
  private readonly channels = new Map<string, Set<ChannelListener>>();
  private connection: Promise<WatchedConnection> | null = null;
  private reconnecting: AbortController | null = null;

  constructor(private readonly database: Database) {}

  /** Resolves when listening. @throws EngineUnavailable when the first connection fails */
  async listen(channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
    if (!/^[a-z_]+$/.test(channel))
      throw new RangeError(`channel "${channel}" must be lower-case letters and underscores`);
    const listeners = this.channels.get(channel) ?? new Set();
    this.channels.set(channel, listeners.add(listener));
    const stop = async (): Promise<void> => {
      listeners.delete(listener);
      if (listeners.size === 0) this.channels.delete(channel);
      if (this.channels.size === 0) await this.close();
    };
    if (this.reconnecting !== null) return stop; // the new connection will listen to all channels
    try {
      const { client } = await (this.connection ??= this.open());
      await client.query(`listen ${channel}`); // again is no harm
      return stop;
    } catch (error) {
      await stop();
      throw asEngineFault(error);
    }
  }

  async close(): Promise<void> {
    this.reconnecting?.abort();
    this.reconnecting = null;
    const connection = this.connection;
    this.connection = null;
    if (connection !== null) await connection.then((open) => open.close()).catch(() => undefined); // failed to open: nothing to close
  }

  private async open(): Promise<WatchedConnection> {
    const connection = await WatchedConnection.open(this.database, (error) => {
      this.database.log?.warn('database.notifications-lost', { message: error.message });
      this.connection = null;
      void this.reconnect();
    });
    connection.client.on('notification', ({ channel, payload = '' }) => {
      for (const listener of this.channels.get(channel) ?? []) this.guarded(() => listener.notified(payload));
    });
    return connection;
  }

  private async reconnect(): Promise<void> {
    const giveUp = new AbortController();
    this.reconnecting = giveUp;
    for (let pauseMs = FIRST_PAUSE_MS; !giveUp.signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        await sleep(pauseMs, undefined, { signal: giveUp.signal });
        const opening = this.open();
        const connection = await opening;
        if (giveUp.signal.aborted) return await connection.close();
        this.connection = opening;
        this.reconnecting = null;
        for (const channel of this.channels.keys()) await connection.client.query(`listen ${channel}`);
        for (const listeners of this.channels.values())
          for (const listener of listeners) this.guarded(() => listener.resumed());
        return;
      } catch (error) {
        if (giveUp.signal.aborted) return;
        if (this.reconnecting !== giveUp) return; // it opened and broke again: its own loss has begun another round
        this.database.log?.warn('database.notifications-away', {
          message: error instanceof Error ? error.message : String(error),
        });
      }
    }
  }

  /** A listener that fails is a defect of the listener; the others still hear. */
  private guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.database.log?.error('database.listener-failed', error);
    }
  }
}
