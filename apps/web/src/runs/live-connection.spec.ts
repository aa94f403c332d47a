import {
  CONNECTION_WORDS,
  nextConnection,
  reopenAfterMs,
  type Connection,
  type ConnectionEvent,
} from './live-connection.js';

const after = (...events: ConnectionEvent[]): Connection => events.reduce(nextConnection, { kind: 'connecting' });

it('goes live, falls back to asking, and comes back', () => {
  expect(after('open')).toEqual({ kind: 'live' });
  expect(after('open', 'lost')).toEqual({ kind: 'polling', failures: 1 });
  expect(after('open', 'lost', 'lost', 'lost')).toEqual({ kind: 'polling', failures: 3 });
  expect(after('open', 'lost', 'open')).toEqual({ kind: 'live' });
});

it('stays settled until a retry begins anew', () => {
  expect(after('open', 'settled', 'lost')).toEqual({ kind: 'settled' });
  expect(after('settled', 'open')).toEqual({ kind: 'settled' });
  expect(after('settled', 'restarted')).toEqual({ kind: 'connecting' });
});

it('waits longer after each failure, half a minute at most', () => {
  expect([1, 2, 3, 4].map(reopenAfterMs)).toEqual([1000, 2000, 4000, 8000]);
  expect(reopenAfterMs(50)).toBe(30_000);
});

it('has words for every state', () => {
  expect(Object.keys(CONNECTION_WORDS).sort()).toEqual(['connecting', 'live', 'polling', 'settled']);
});
