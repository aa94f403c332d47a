import { createHash } from 'node:crypto';
import { RequestRefused } from '#domain';
import { ImageFormatError, writeNifti } from '#imaging';
import { canonicalJson } from '../canonical-json.js';
import { CaseFault, readReference, store, storeImages } from '../import-benchmark.js';
import type { BlobStore } from '../ports.js';
import type { Dataset, DatasetCase, DatasetRecords, NewDatasetCase } from './dataset-records.js';

/** A file as it was sent, complete and hashed. */
export interface SentVolume {
  readonly sha256: string;
  read(): Promise<Uint8Array>;
}

/** A case as it was sent: NIfTI files, and what is known of it. */
export interface SentCase extends Pick<NewDatasetCase, 'name' | 'patient' | 'split' | 'facts'> {
  /** In the order of the dataset's channels. */
  readonly images: readonly SentVolume[];
  readonly references: readonly { readonly reader: string; readonly consensus: boolean; readonly file: SentVolume }[];
}

export interface AddCasePorts {
  readonly records: Pick<DatasetRecords, 'findDatasetCase' | 'addDatasetCase'>;
  readonly blobs: Pick<BlobStore, 'put'>;
}

/**
 * SHA-256 over what is sent for a case: its facts and the bytes of its files, in order. A sender can work it out beforehand
 * and leave out what is there already.
 */
export function sentCaseDigest({ name, patient, split, facts, images, references }: SentCase): string {
  const content = [
    name,
    patient,
    split,
    facts,
    images.map(({ sha256 }) => sha256),
    references.map(({ reader, consensus, file }) => [reader, consensus, file.sha256]),
  ];
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/**
 * Adds a case to a dataset. Every file is read, checked and written anew, so that what is stored holds voxels and geometry and
 * nothing else of the file that came; one volume at a time is in memory.
 *
 * Can be called twice: the same case again changes nothing.
 *
 * @throws RequestRefused 422 `case-invalid` with what is wrong, 409 `dataset-case-exists`
 */
export async function addCase(
  { records, blobs }: AddCasePorts,
  dataset: Pick<Dataset, 'id' | 'labels' | 'channels'>,
  sent: SentCase,
): Promise<{ readonly case: DatasetCase; readonly existing: boolean }> {
  const digest = sentCaseDigest(sent);
  const known = await records.findDatasetCase(dataset.id, sent.name);
  if (known?.digest === digest) return { case: known, existing: true };
  if (known) throw caseExists(sent.name);
  checkParts(dataset, sent);
  const { name, patient, split, facts } = sent;
  const { channels } = dataset;
  const { geometry, images } = await told('image', async () =>
    storeImages(
      blobs,
      {
        images: await Promise.all(sent.images.map(async (file, n) => ({ channel: channels[n].name, bytes: await file.read() }))),
        references: [],
      },
      channels,
    ),
  );
  const references: NewDatasetCase['references'][number][] = [];
  for (const { reader, consensus, file } of sent.references) {
    const blob = await told('reference', async () => {
      const map = await readReference(`reference of "${reader}"`, await file.read(), geometry, dataset.labels);
      return store(blobs, await writeNifti(map, { gzip: true }));
    });
    references.push({ reader, consensus, blob });
  }
  return records.addDatasetCase(dataset.id, { name, patient, split, facts, geometry, digest, images, references });
}

export function caseExists(name: string): RequestRefused {
  return new RequestRefused(409, 'dataset-case-exists', `The dataset has another case named "${name}". Cases never change; give this one another name.`);
}

function checkParts({ channels }: Pick<Dataset, 'channels'>, { images, references }: SentCase): void {
  if (images.length !== channels.length) {
    throw invalid('image', `${images.length} images; expected ${channels.length}: ${channels.map(({ name }) => name).join(', ')}`);
  }
  if (references.length === 0) throw invalid('reference', 'no reference segmentation; expected at least one');
  const readers = references.map(({ reader }) => reader);
  const twice = readers.find((reader, n) => readers.indexOf(reader) !== n);
  if (twice !== undefined) throw invalid('reference', `two of reader "${twice}"; expected one of each`);
  if (references.filter(({ consensus }) => consensus).length > 1) throw invalid('reference', 'more than one consensus; expected one at most');
}

/** What readers of files refuse is the sender's to mend. */
async function told<T>(part: 'image' | 'reference', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ImageFormatError) throw invalid(part, `${error.code}: ${error.message}`, error);
    if (error instanceof CaseFault) throw invalid(part, error.message, error);
    throw error;
  }
}

function invalid(part: 'image' | 'reference', message: string, cause?: Error): RequestRefused {
  return new RequestRefused(422, 'case-invalid', `The case cannot be used: ${message}`, [{ path: `form.${part}`, message }], { cause });
}
