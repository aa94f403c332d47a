/** A file that could not be fetched, in a sentence for the person who looks at the page. */
export class FetchRefused extends Error {
  override readonly name = 'FetchRefused';
}

/**
 * Fetches a file with the session's cookie and reports how much has arrived.
 *
 * @param onProgress bytes so far and, where the server tells it, in all; called at most once per received piece
 * @throws FetchRefused for every answer other than 2xx, with the server's own explanation (RFC 9457) where it gives one
 */
export async function fetchBytes(
  url: string,
  onProgress: (received: number, total: number | null) => void,
): Promise<Uint8Array> {
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
  const pieces: Uint8Array[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new FetchRefused('The connection was lost while loading. Try again.', { cause });
    });
    if (done) break;
    pieces.push(value);
    received += value.length;
    onProgress(received, total);
  }
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
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
