/** How news of a run reach the page. */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** The stream is down; the page asks every few seconds until it is back. */
  | { readonly kind: 'polling'; readonly failures: number }
  | { readonly kind: 'settled' };

export type ConnectionEvent = 'open' | 'lost' | 'settled' | 'restarted';

export const POLL_EVERY_MS = 3000;

export function nextConnection(connection: Connection, event: ConnectionEvent): Connection {
  switch (event) {
    case 'settled':
      return { kind: 'settled' };
    case 'restarted':
      return { kind: 'connecting' };
    case 'open':
      return connection.kind === 'settled' ? connection : { kind: 'live' };
    case 'lost':
      if (connection.kind === 'settled') return connection;
      return { kind: 'polling', failures: connection.kind === 'polling' ? connection.failures + 1 : 1 };
  }
}

/** Milliseconds until the stream is tried again: 1 s, then doubling, 30 s at most. */
export function reopenAfterMs(failures: number): number {
  return Math.min(1000 * 2 ** Math.max(0, failures - 1), 30_000);
}

/** What to tell the person who watches. */
export const CONNECTION_WORDS: Readonly<Record<Connection['kind'], string>> = {
  connecting: 'Connecting to live updates',
  live: 'Live: this page updates by itself',
  polling: 'Live updates interrupted; asking every 3 seconds',
  settled: 'Finished: nothing more will change',
};
