import { createHash } from 'node:crypto';
import { sentCaseDigest } from '#datasets';
import { RequestRefused } from '#domain';
import { ImageFormatError, type Geometry } from '#imaging';
import { CaseFault } from '../import-benchmark.js';
import type { Dataset, DatasetCase, DatasetRecords, NewDatasetCase, NewDatasetReference } from './dataset-records.js';
import type { CaseForm } from './rewrite-case.js';
import { storeThenWrite, type StorableFile, type StorePorts } from './store-then-write.js';

/** A file as it was sent, complete: NIfTI, gzipped or not. */
export interface SentVolume {
  /** SHA-256 of its bytes as they are when unpacked: engines differ in how they pack. */
  readonly sha256: string;
}

/** A case as it was sent, and what is known of it. */
export interface SentCase<File extends SentVolume = SentVolume> extends Pick<NewDatasetCase, 'name' | 'patient' | 'split' | 'facts'> {
  /** In the order of the dataset's channels. */
  readonly images: readonly File[];
  readonly references: readonly (Omit<NewDatasetReference, 'blob'> & { readonly file: File })[];
}

/** A case whose every file was read, found fit, and written anew; nothing of it is in the blob store yet. */
export interface RewrittenCase {
  readonly geometry: Geometry;
  readonly images: readonly StorableFile[];
  readonly references: readonly StorableFile[];
  /** Forgets the files. */
  discard(): Promise<void>;
}

/** Port: checks a case and writes it anew (`rewriteCase`), away from whoever answers people. */
export interface CaseRewriter<File extends SentVolume = SentVolume> {
  /** @throws ImageFormatError, CaseFault */
  rewrite(form: CaseForm, sent: SentCase<File>): Promise<RewrittenCase>;
}

export interface AddCasePorts<File extends SentVolume = SentVolume> extends StorePorts {
  readonly records: StorePorts['records'] & Pick<DatasetRecords, 'findDatasetCase' | 'addDatasetCase'>;
  readonly rewriter: CaseRewriter<File>;
}

const sha256 = (bytes: Uint8Array) => Promise.resolve(createHash('sha256').update(bytes).digest('hex'));

/**
 * Adds a case to a dataset: all of it is checked before anything is stored, and when it is refused after that, what was stored
 * goes again. Can be called twice: the same case again changes nothing.
 *
 * @throws RequestRefused 422 `case-invalid` with what is wrong, 409 `dataset-case-exists` or `dataset-case-withdrawn`
 */
export async function addCase<File extends SentVolume>(
  ports: AddCasePorts<File>,
  dataset: Pick<Dataset, 'id'> & CaseForm,
  sent: SentCase<File>,
): Promise<{ readonly case: DatasetCase; readonly existing: boolean }> {
  const { records, rewriter } = ports;
  const digest = await sentCaseDigest(sent, sha256);
  const known = await records.findDatasetCase(dataset.id, sent.name);
  if (known?.withdrawnAt) throw caseWithdrawn(sent.name);
  if (known?.digest === digest) return { case: known, existing: true };
  if (known) throw caseExists(sent.name);
  checkParts(dataset, sent);
  const rewritten = await told(() => rewriter.rewrite(dataset, sent));
  try {
    const { geometry, images, references } = rewritten;
    const { name, patient, split, facts } = sent;
    const one: NewDatasetCase = {
      name,
      patient,
      split,
      facts,
      geometry,
      digest,
      images: images.map(blobOf),
      references: sent.references.map(({ reader, consensus, recipe, reading }, n) => ({ reader, consensus, recipe, reading, blob: blobOf(references[n]) })),
    };
    return await storeThenWrite(ports, [...images, ...references], () => records.addDatasetCase(dataset.id, one));
  } finally {
    await rewritten.discard();
  }
}

const blobOf = ({ sha256: digest, bytes }: StorableFile) => ({ sha256: digest, bytes });

export function caseExists(name: string): RequestRefused {
  return new RequestRefused(409, 'dataset-case-exists', `The dataset has another case named "${name}". Cases never change; give this one another name.`);
}

export function caseWithdrawn(name: string): RequestRefused {
  return new RequestRefused(409, 'dataset-case-withdrawn', `The case "${name}" was withdrawn from the dataset, and stays withdrawn; leave it out.`);
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
  for (const { reader, consensus, recipe, reading } of references) {
    if (recipe === null) continue;
    if (reading !== null)
      throw invalid(
        'reference',
        `"${reader}" has a recipe and a reading; expected one of them: it was derived, or read from a file`,
      );
    const strangers = recipe.readers.filter((one) => one === reader || !readers.includes(one));
    if (!consensus) throw invalid('reference', `"${reader}" has a recipe and is not the consensus; expected a recipe of the consensus only`);
    if (strangers.length > 0) throw invalid('reference', `the recipe of "${reader}" names ${strangers.join(', ')}; expected other readers of this case`);
  }
}

/** What readers of files refuse is the sender's to mend. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ImageFormatError) throw invalid('file', `${error.code}: ${error.message}`, error);
    if (error instanceof CaseFault) throw invalid('file', error.message, error);
    throw error;
  }
}

function invalid(part: 'image' | 'reference' | 'file', message: string, cause?: Error): RequestRefused {
  const path = part === 'file' ? 'form' : `form.${part}`;
  return new RequestRefused(422, 'case-invalid', `The case cannot be used: ${message}`, [{ path, message }], { cause });
}
