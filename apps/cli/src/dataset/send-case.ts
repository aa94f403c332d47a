import { createHash } from 'node:crypto';
import { ENDPOINTS, type SentCaseFields } from '#contracts';
import { DatasetChanged, prepareCase as prepare, type CasePreparation, type PlannedCase, type PlannedDataset, type PreparedCase, type Sha256 } from '#datasets';
import type { ApiClient } from '../api-client.js';
import { CliError, EXIT } from '../exit.js';
import { patiently } from '../patience.js';

export const sha256: Sha256 = (bytes) => Promise.resolve(createHash('sha256').update(bytes).digest('hex'));

export type Preparation = Omit<CasePreparation, 'sha256'>;

/**
 * Reads a case and writes its volumes as NIfTI: voxels and their place go along, and nothing else of the files.
 *
 * @throws CliError `dataset-changed` when it has faults now that a check did not find
 */
export async function prepareCase(reading: Preparation, planned: PlannedCase, patient: string, channels: PlannedDataset['channels']): Promise<PreparedCase> {
  try {
    return await prepare({ ...reading, sha256 }, planned, patient, channels);
  } catch (error) {
    if (error instanceof DatasetChanged) throw new CliError('dataset-changed', error.message, EXIT.invalidInput);
    throw error;
  }
}

/** Sends a case; again, as often as it takes. @throws CliError as the server says */
export async function sendCase(
  client: ApiClient,
  slug: string,
  { name, patient, split, facts, readers, images, references }: PreparedCase,
  onSilence: (error: CliError) => void,
): Promise<{ readonly existing: boolean }> {
  const fields = { name, patient, split, facts, references: readers } satisfies Record<keyof SentCaseFields, unknown>;
  const form = (): FormData => {
    const parts = new FormData();
    parts.set('case', JSON.stringify(fields));
    const add = (field: string, bytes: Uint8Array) => parts.append(field, new Blob([bytes as Uint8Array<ArrayBuffer>]), `${field}.nii.gz`);
    for (const bytes of images) add('image', bytes);
    for (const bytes of references) add('reference', bytes);
    return parts;
  };
  return patiently(() => client.call(ENDPOINTS.addDatasetCase, { params: { slug }, form: form() }), onSilence);
}
