import { ENDPOINTS, type NewDatasetBody, type ResponseOf, type SentCaseFields } from '#contracts';
import type { PreparedCase } from '#datasets';
import { addressOf, call } from '../api/api-client.js';
import { asApiError } from '../api/api-error.js';
import { sendForm } from '../api/send-form.js';
import type { CheckClient } from './check-client.js';
import type { Preparation } from './check-messages.js';

export interface SendingState {
  /** Case under way; null while the dataset itself is begun or frozen. */
  readonly name: string | null;
  readonly done: number;
  readonly of: number;
  readonly bytes: number;
  readonly total: number;
  /** The server does not answer, and is asked again. */
  readonly waiting: boolean;
}

export interface SentDataset {
  readonly slug: string;
  readonly version: ResponseOf<typeof ENDPOINTS.freezeDataset>;
  readonly imported: number;
  readonly existing: number;
  /** Fields that stay as they were, since a version has them. */
  readonly kept: readonly string[];
}

/** Milliseconds between the tries of what may pass: two minutes in all. */
const PATIENCE = [1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000];

/**
 * Begins the dataset, sends every case that is not there yet, and freezes a version. Again, it goes on where it was: a case
 * that is there, with the same digest, is not sent a second time.
 *
 * @param names of all cases, in the order of the check
 * @throws ApiError, ChangedSince, DOMException `AbortError` when the signal fires
 */
export async function sendDataset(
  check: CheckClient,
  body: NewDatasetBody,
  names: readonly string[],
  how: Preparation,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (state: SendingState) => void },
): Promise<SentDataset> {
  const { slug } = body;
  let state: SendingState = { name: null, done: 0, of: names.length, bytes: 0, total: 0, waiting: false };
  const tell = (change: Partial<SendingState>): void => say((state = { ...state, ...change }));
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let turn = 0; ; turn++) {
      signal.throwIfAborted();
      try {
        const answer = await work();
        tell({ waiting: false });
        return answer;
      } catch (error) {
        if (error instanceof DOMException || turn >= PATIENCE.length || !asApiError(error).transient) throw error;
        if (asApiError(error).code === 'defect') throw error;
        tell({ waiting: true });
        await pause(PATIENCE[turn], signal);
      }
    }
  };
  tell({});
  const dataset = await patiently(() => call(ENDPOINTS.createDataset, { body, signal }));
  const there = new Map(dataset.cases.map((one) => [one.name, one]));
  let [imported, existing] = [0, 0];
  for (const [index, name] of names.entries()) {
    signal.throwIfAborted();
    tell({ name, done: index, bytes: 0, total: 0 });
    const known = there.get(name);
    if (known !== undefined && known.withdrawnAt !== null) continue; // taken out on purpose
    const prepared = await check.prepare(index, how);
    if (known?.digest === prepared.digest) {
      existing++;
      continue;
    }
    const watch = { signal, onProgress: (bytes: number, total: number): void => tell({ bytes, total }) };
    const address = addressOf(ENDPOINTS.addDatasetCase, { slug });
    const answer = await patiently(() => sendForm(ENDPOINTS.addDatasetCase, address, formOf(prepared), watch));
    if (answer.existing) existing++;
    else imported++;
  }
  tell({ name: null, done: names.length, bytes: 0, total: 0 });
  const version = await patiently(() => call(ENDPOINTS.freezeDataset, { params: { slug }, signal }));
  return { slug, version, imported, existing, kept: dataset.kept };
}

function formOf({ name, patient, split, facts, readers, images, references }: PreparedCase): FormData {
  const fields: Omit<SentCaseFields, 'references'> & { references: PreparedCase['readers'] } = {
    name,
    patient,
    split,
    facts,
    references: readers,
  };
  const form = new FormData();
  form.append('case', JSON.stringify(fields));
  const add = (field: string, bytes: Uint8Array): void =>
    form.append(field, new Blob([bytes as Uint8Array<ArrayBuffer>]), `${field}.nii.gz`);
  for (const bytes of images) add('image', bytes);
  for (const bytes of references) add('reference', bytes);
  return form;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(new DOMException('the upload was stopped', 'AbortError'));
      },
      { once: true },
    );
  });
}
