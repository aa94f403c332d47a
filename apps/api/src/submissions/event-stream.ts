import type { FastifyReply } from 'fastify';
import type { RunSummary } from '#contracts';
import { digestOfRun, writeEventId } from './event-id.js';

/** Proxies and browsers give up on a silent connection; a comment keeps it. */
export const HEARTBEAT_MS = 15_000;
/** So soon a watcher whose session ended loses the stream. */
export const RECHECK_MS = 3_000;
/** Every so many rechecks we look without being told: places in the queue move when other runs do. */
const RECHECKS_PER_LOOK = 4;
/** Several changes at once become one look at the database. */
const GATHER_MS = 25;
/** Whoever leaves this much unread is not reading. */
const UNREAD_BYTES = 256 * 1024;

export interface StreamSource {
  /** False once the session or token of the reader has ended. */
  stillValid(): Promise<boolean>;
  /** The runs as this person may see them now; null when he may not any more. */
  look(): Promise<readonly RunSummary[] | null>;
  /** Announces changes. Returns how to stop. */
  watch(changed: () => void, close: () => void): () => void;
  /** A look failed; the stream ends, the client comes back. */
  failed(error: unknown): void;
}

/**
 * Sends one `run` event for each run that looks different from what the reader has seen, now and from now on, until the
 * reader goes, may not look any more, or the process ends. What a reader may not know changes nothing that he is sent, not
 * even its rhythm: without a visible difference nothing is written. Returns when the stream has ended and holds nothing
 * any more, neither a timer nor a watch; a reader who is gone before the first look never gets so far as to have any.
 *
 * @param seen digests by run id: what a reader who comes back has seen already
 */
export async function streamRuns(reply: FastifyReply, source: StreamSource, seen: Map<string, string>): Promise<void> {
  const out = reply.raw;
  let gone = out.destroyed;
  let leave = (): void => {
    gone = true;
  };
  // before anything is awaited: the end of a connection is announced once
  out.on('close', () => leave());
  out.on('error', () => leave());
  const first = gone ? null : await source.look();
  reply.hijack();
  if (gone) return;

  out.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  out.write('retry: 2000\n\n');

  await new Promise<void>((ended) => {
    let timer: NodeJS.Timeout | undefined;
    let looking = false;
    let again = false;
    let checking = false;
    let over = false;

    const finish = (): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      clearInterval(heartbeat);
      clearInterval(recheck);
      stopWatching();
      out.end();
      ended();
    };
    const fail = (error: unknown): void => {
      source.failed(error);
      finish();
    };
    const write = (text: string): void => {
      out.write(text);
      if (out.writableLength <= UNREAD_BYTES) return;
      finish();
      out.destroy();
    };
    const send = (runs: readonly RunSummary[]): void => {
      for (const run of runs) {
        const digest = digestOfRun(run);
        if (seen.get(run.id) === digest) continue;
        seen.set(run.id, digest);
        write(`id: ${writeEventId(seen)}\nevent: run\ndata: ${JSON.stringify({ run })}\n\n`);
        if (over) return;
      }
    };
    const look = async (): Promise<void> => {
      if (looking) {
        again = true;
        return;
      }
      looking = true;
      try {
        const runs = await source.look();
        if (over) return;
        if (runs === null) finish();
        else send(runs);
      } catch (error) {
        fail(error);
      } finally {
        looking = false;
      }
      if (again && !over) {
        again = false;
        await look();
      }
    };
    const check = async (): Promise<void> => {
      if (checking) return;
      checking = true;
      try {
        if (!(await source.stillValid())) finish();
      } catch (error) {
        fail(error);
      } finally {
        checking = false;
      }
    };
    const changed = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void look(), GATHER_MS);
    };

    const stopWatching = source.watch(changed, finish);
    const heartbeat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS);
    let rechecks = 0;
    const recheck = setInterval(() => {
      rechecks += 1;
      void (rechecks % RECHECKS_PER_LOOK === 0 ? look() : check());
    }, RECHECK_MS);
    leave = finish;
    if (first === null) {
      finish();
      return;
    }
    send(first);
    void look(); // whatever changed between the first look and the watch
  });
}
