import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listDicomSeries, readDicomSeries, writeNifti, type DicomSeriesEntry } from '#imaging';
import { CliError, EXIT } from '../exit.js';
import { unreadable } from '../files.js';

/** A whole-body CT has 2,000 slices; more than this is an archive. */
const MOST_FILES = 10_000;
const DEEPEST = 8;

/**
 * A NIfTI file as it lies on the disk, or a folder with one DICOM series, brought into that form: the sandbox reads one
 * format. Positions and voxel values stay as they are; nothing else of the DICOM files goes along.
 *
 * @throws CliError `no-such-file`, or `dicom-…` when the folder does not hold exactly one series of images
 * @throws ImageFormatError when the series is not one regular volume
 */
export async function readImage(path: string): Promise<Uint8Array> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, 'image', error.code ?? String(error), error);
  });
  if (!found.isDirectory()) return readFile(path);
  const paths = (await filesBelow(path, 0)).toSorted();
  if (paths.length > MOST_FILES) {
    throw refusal('dicom-too-many-files', `${path} holds ${paths.length} files; expected at most ${MOST_FILES}`);
  }
  const files: Uint8Array[] = [];
  for (const file of paths) files.push(await readFile(file));
  const series = await listDicomSeries(files);
  const images = series.filter(({ kind }) => kind === 'image');
  // none at all: files that were stripped of their series, or no DICOM; reading them says which
  if (images.length !== 1 && series.length > 0) throw notOneSeries(path, series, images);
  const chosen = images.length === 1 ? images[0].files.map((n) => files[n]) : files;
  const { createPixelCodecs } = await import('#codecs'); // only now: most images need no decoder
  const { geometry, data } = await readDicomSeries(chosen, createPixelCodecs());
  return writeNifti({ geometry, data });
}

function notOneSeries(path: string, all: readonly DicomSeriesEntry[], images: readonly DicomSeriesEntry[]): CliError {
  const named = (entries: readonly DicomSeriesEntry[]) =>
    entries.map(({ modality, files }) => `${modality} of ${files.length} file(s)`).join(', ');
  if (images.length > 1) {
    return refusal(
      'dicom-several-series',
      `${path} holds ${images.length} series of images: ${named(images)}; expected one`,
    );
  }
  return refusal('dicom-not-image', `${path} holds ${named(all)}; expected one series of images`);
}

const refusal = (code: string, message: string) => new CliError(code, message, EXIT.invalidInput);

/** Regular files; hidden ones and indices of media are passed over. */
async function filesBelow(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'DICOMDIR') continue;
    const path = join(folder, entry.name);
    if (entry.isFile()) found.push(path);
    else if (entry.isDirectory() && depth < DEEPEST) found.push(...(await filesBelow(path, depth + 1)));
  }
  return found;
}
