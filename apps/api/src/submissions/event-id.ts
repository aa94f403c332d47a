import { createHash } from 'node:crypto';
import type { RunSummary } from '#contracts';

/**
 * The id of a server-sent event says what its reader has seen, run by run, as digests of what was sent. It is made of
 * visible things only: the serial number of an event would grow with every case of everybody's held-out runs, and so tell
 * how far they are. Needs no memory on the server: any process can go on after a lost connection.
 */
export type Seen = ReadonlyMap<string, string>;

export function digestOfRun(run: RunSummary): string {
  return createHash('sha256').update(JSON.stringify(run)).digest('base64url').slice(0, 12);
}

export function writeEventId(seen: Seen): string {
  return [...seen].map(([runId, digest]) => `${runId.replaceAll('-', '').slice(-12)}.${digest}`).join('~');
}

/** What a reader with this Last-Event-ID has seen; nothing when the id is not one of ours. */
export function readEventId(text: string | undefined, runIds: readonly string[]): Map<string, string> {
  const seen = new Map<string, string>();
  for (const part of (text ?? '').slice(0, 2000).split('~')) {
    const [short, digest] = part.split('.', 2);
    const runId = runIds.find((id) => id.replaceAll('-', '').slice(-12) === short);
    if (runId !== undefined && /^[A-Za-z0-9_-]{12}$/.test(digest ?? '')) seen.set(runId, digest);
  }
  return seen;
}
