import type { Endpoint, ResponseOf } from '#contracts';
import { parseAnswer, parseJson } from './api-client.js';
import { offline, toApiError } from './api-error.js';

export interface Watch {
  /** Bytes on the way, the whole form counted. */
  readonly onProgress: (sent: number, total: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Sends a form with files; `fetch` cannot report bytes on the way.
 *
 * @throws ApiError for a refusal or a lost connection; DOMException `AbortError` when the signal fires
 */
export function sendForm<E extends Endpoint>(
  endpoint: E,
  address: string,
  form: FormData,
  { onProgress, signal }: Watch,
  headers: Readonly<Record<string, string>> = {},
): Promise<ResponseOf<E>> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new DOMException('the upload was stopped', 'AbortError'));
    const request = new XMLHttpRequest();
    request.open('POST', address);
    request.setRequestHeader('Accept', 'application/json');
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', (event) => onProgress(event.loaded, event.total));
    request.addEventListener('load', () => {
      const content = parseJson(request.responseText);
      if (request.status < 200 || request.status >= 300) reject(toApiError(request.status, content));
      else {
        try {
          resolve(parseAnswer(endpoint, content));
        } catch (error) {
          reject(error as Error);
        }
      }
    });
    request.addEventListener('error', () => reject(offline(new Error('the upload broke off'))));
    request.addEventListener('abort', () => reject(new DOMException('the upload was stopped', 'AbortError')));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}
