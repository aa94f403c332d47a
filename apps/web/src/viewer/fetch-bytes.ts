/** A file that could not be fetched, in a sentence for the person who looks at the page. */
export class FetchRefused extends Error {
  override readonly name = 'FetchRefused';
}

/** A file under way. */
export interface FetchedFile {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Bytes of the whole file, where the server tells it. */
  readonly storedBytes: number | null;
  /** Hash of the grid that the server's copy lies on, where it tells it. */
  readonly servedGrid: string | null;
}

/** As `GET /objects/:id` has it. */
const GRID_HEADER = 'voxelmark-grid';
/** Progress is told at most so often, however small the pieces are. */
const PROGRESS_MS = 50;

/**
 * Fetches a file with the session's cookie and reports how much has arrived. Nothing more is fetched once whoever reads the
 * pieces stops.
 *
 * @param onProgress bytes so far and, where the server tells it, in all; the last piece is always told
 * @throws FetchRefused for every answer other than 2xx, with the server's own explanation (RFC 9457) where it gives one; the
 *   pieces throw it when the connection is lost
 */
export async function fetchPieces(
  url: string,
  onProgress: (received: number, total: number | null) => void,
): Promise<FetchedFile> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin' });
  } catch (cause) {
    throw new FetchRefused('The server did not answer. Check the connection and try again.', { cause });
  }
  if (!response.ok || !response.body) throw new FetchRefused(await explanation(response));
  const stated = Number(response.headers.get('content-length'));
  // With a content encoding the stated length is that of the wire, while we count what comes out of it.
  const total = stated > 0 && !response.headers.get('content-encoding') ? stated : null;
  return {
    pieces: piecesOf(response.body, (received) => onProgress(received, total)),
    storedBytes: total,
    servedGrid: response.headers.get(GRID_HEADER),
  };
}

/**
 * Some bytes of a file, `to` excluded; null when the server does not hand out parts, or not this one. Whoever asks for less
 * than the file reads the whole of it as well, and hears from that what is wrong.
 */
export async function fetchPart(url: string, from: number, to: number): Promise<Uint8Array | null> {
  // past the cache: it would let this wait until the whole file is in it
  const asked = {
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { range: `bytes=${from}-${to - 1}` },
  } as const;
  const response = await fetch(url, asked).catch(() => null);
  if (response?.status !== 206) {
    await response?.body?.cancel();
    return null;
  }
  const bytes = await response.arrayBuffer().catch(() => null);
  return bytes?.byteLength === to - from ? new Uint8Array(bytes) : null;
}

async function* piecesOf(
  body: ReadableStream<Uint8Array>,
  onReceived: (received: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = body.getReader();
  let received = 0;
  let toldAt = -Infinity;
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        ended = true;
        throw new FetchRefused('The connection was lost while loading. Try again.', { cause });
      });
      if (done) break;
      received += value.length;
      const now = performance.now();
      if (now - toldAt >= PROGRESS_MS) {
        toldAt = now;
        onReceived(received);
      }
      yield value;
    }
    ended = true;
    onReceived(received);
  } finally {
    if (!ended) await reader.cancel(); // whoever reads has stopped
  }
}

async function explanation(response: Response): Promise<string> {
  const stated = response.headers.get('content-type')?.includes('json') ? await problemDetail(response) : null;
  if (stated) return stated;
  switch (response.status) {
    case 401:
      return 'Sign in to see this file.';
    case 403:
    case 404:
      return 'This file does not exist, or you may not see it.';
    default:
      return `The server answered with status ${response.status}. Try again later.`;
  }
}

async function problemDetail(response: Response): Promise<string | null> {
  try {
    const problem: unknown = await response.json();
    if (typeof problem !== 'object' || problem === null || !('detail' in problem)) return null;
    return typeof problem.detail === 'string' ? problem.detail : null;
  } catch {
    return null; // announced as JSON but cut short: the status then speaks for itself
  }
}
