import { ENDPOINTS, type ResponseOf } from '#contracts';
import { addressOf } from '../api/api-client.js';
import { asApiError } from '../api/api-error.js';
import { sendForm as send, type Watch } from '../api/send-form.js';
import { inSendingOrder, type Chosen } from './chosen-files.js';

export type SubmissionReceipt = ResponseOf<typeof ENDPOINTS.createSubmission>;
export type PreflightReceipt = ResponseOf<typeof ENDPOINTS.createPreflight>;

/**
 * Sends a submission: files, or the id of a preflight that has them still.
 *
 * @param algorithm slug of an algorithm of one's own; undefined: named after the manifest
 * @param preflight of the same files on the same benchmark; null: none, or it keeps them no longer
 * @param key  Idempotency-Key: the same for a repetition of the same attempt
 * @throws ApiError for a refusal or a lost connection; DOMException `AbortError` when the signal fires
 */
export async function uploadSubmission(
  {
    benchmark,
    algorithm,
    chosen,
    preflight,
  }: {
    readonly benchmark: string;
    readonly algorithm?: string;
    readonly chosen: Chosen;
    readonly preflight: string | null;
  },
  key: string,
  watch: Watch,
): Promise<SubmissionReceipt> {
  const fields = [
    ['benchmark', benchmark] as const,
    ...(algorithm === undefined ? [] : [['algorithm', algorithm] as const]),
  ];
  const enter = (form: FormData): Promise<SubmissionReceipt> =>
    send(ENDPOINTS.createSubmission, addressOf(ENDPOINTS.createSubmission), form, watch, { 'Idempotency-Key': key });
  if (preflight !== null) {
    try {
      return await enter(fieldsOf([...fields, ['preflight', preflight]]));
    } catch (error) {
      if (asApiError(error).code !== 'preflight-files-gone') throw error;
    }
  }
  return enter(formOf(fields, chosen));
}

/** Sends the same files to be tried. @throws as `uploadSubmission` */
export function uploadPreflight(slug: string, chosen: Chosen, watch: Watch): Promise<PreflightReceipt> {
  return send(ENDPOINTS.createPreflight, addressOf(ENDPOINTS.createPreflight, { slug }), formOf([], chosen), watch);
}

/** Fields go before the files, so that the server can refuse early. A manifest inside a model travels there. */
export function formOf(
  fields: readonly (readonly [name: string, value: string])[],
  { models, manifest, conformance }: Chosen,
): FormData {
  const form = fieldsOf(fields);
  if (manifest !== null) form.append('manifest', manifest.text);
  for (const { file } of inSendingOrder(models)) form.append('model', file, file.name);
  if (conformance.labels !== null) {
    for (const image of conformance.images) form.append('conformanceImage', image, image.name);
    form.append('conformanceLabels', conformance.labels, conformance.labels.name);
  }
  return form;
}

function fieldsOf(fields: readonly (readonly [name: string, value: string])[]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}
