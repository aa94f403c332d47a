import { ENDPOINTS, type ResponseOf } from '#contracts';
import { addressOf, parseAnswer, parseJson } from '../api/api-client.js';
import { offline, toApiError } from '../api/api-error.js';

export type SubmissionReceipt = ResponseOf<typeof ENDPOINTS.createSubmission>;

export interface Upload {
  readonly benchmark: string;
  /** Text of `voxelmark.json`, as it was read. */
  readonly manifest: string;
  /** Slug of an algorithm of one's own; absent: named after the manifest. */
  readonly algorithm?: string;
  readonly model: File;
}

/**
 * Sends a submission and reports bytes on the way (`fetch` cannot). The fields go before the file, so that the server can
 * refuse early.
 *
 * @param key  Idempotency-Key: the same for a repetition of the same attempt
 * @throws ApiError for a refusal or a lost connection; DOMException `AbortError` when `signal` fires
 */
export function upload(
  { benchmark, manifest, algorithm, model }: Upload,
  key: string,
  onProgress: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<SubmissionReceipt> {
  const form = new FormData();
  form.append('benchmark', benchmark);
  form.append('manifest', manifest);
  if (algorithm !== undefined) form.append('algorithm', algorithm);
  form.append('model', model, 'model.onnx');

  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', addressOf(ENDPOINTS.createSubmission));
    request.setRequestHeader('Idempotency-Key', key);
    request.setRequestHeader('Accept', 'application/json');
    request.upload.addEventListener('progress', (event) => onProgress(event.loaded, event.total));
    request.addEventListener('load', () => {
      const content = parseJson(request.responseText);
      if (request.status < 200 || request.status >= 300) reject(toApiError(request.status, content));
      else {
        try {
          resolve(parseAnswer(ENDPOINTS.createSubmission, content));
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
