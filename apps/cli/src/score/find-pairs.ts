import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, EXIT, usageError } from '../exit.js';

/** NAME.nii and NAME.nii.gz are the same NAME. */
const NIFTI = /^([^.].*?)\.nii(?:\.gz)?$/i;

/** One reference segmentation and what is to be compared with it. */
export interface FilePair {
  readonly name: string;
  readonly reference: string;
  /** Null: there is no file of that name. */
  readonly prediction: string | null;
  /** Why the case cannot be scored whatever the files hold: two files of one name. */
  readonly ambiguous: string | null;
}

export interface FoundPairs {
  /** One pair of files rather than two folders. */
  readonly single: boolean;
  /** In order of name. */
  readonly pairs: readonly FilePair[];
  /** Names of predictions for which there is no reference. */
  readonly extra: readonly string[];
}

/**
 * What is to be scored: two files, or the files of two folders by name. The reference folder rules: each of its files is a
 * case. Sub-folders, hidden files and files that are not called .nii or .nii.gz are passed over.
 *
 * @throws CliError `no-such-file`; `usage` for a file and a folder; `no-cases` for a reference folder without NIfTI files
 */
export async function findPairs(reference: string, prediction: string): Promise<FoundPairs> {
  const folders = await Promise.all([isFolder('reference', reference), isFolder('prediction', prediction)]);
  if (folders[0] !== folders[1]) {
    const [a, b] = folders.map((folder) => (folder ? 'a folder' : 'a file'));
    throw usageError(`--reference is ${a} and --prediction ${b}; expected two files or two folders`);
  }
  if (!folders[0]) return { single: true, pairs: [{ name: '', reference, prediction, ambiguous: null }], extra: [] };
  const [references, predictions] = await Promise.all([niftiIn(reference), niftiIn(prediction)]);
  if (references.size === 0) {
    throw new CliError(
      'no-cases',
      `${reference} holds no reference segmentation; expected files NAME.nii or NAME.nii.gz`,
      EXIT.invalidInput,
    );
  }
  const pairs = [...references].sort(byName).map(([name, files]): FilePair => {
    const predicted = predictions.get(name) ?? [];
    const doubled = files.length > 1 ? files : predicted.length > 1 ? predicted : null;
    return {
      name,
      reference: join(reference, files[0]),
      prediction: predicted.length === 0 ? null : join(prediction, predicted[0]),
      ambiguous:
        doubled &&
        `${doubled.join(' and ')} in ${doubled === files ? reference : prediction} have one name; expected one file`,
    };
  });
  return { single: false, pairs, extra: [...predictions.keys()].filter((name) => !references.has(name)).sort() };
}

async function isFolder(what: string, path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw absent(what, path, error);
  }
}

/** File names by case name. */
async function niftiIn(folder: string): Promise<Map<string, string[]>> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw absent('folder', folder, error);
  }
  const found = new Map<string, string[]>();
  for (const entry of entries.filter((one) => !one.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = NIFTI.exec(entry.name)?.[1];
    if (name === undefined) continue;
    found.set(name, [...(found.get(name) ?? []), entry.name]);
  }
  return found;
}

function absent(what: string, path: string, error: unknown): CliError {
  const { code } = error as NodeJS.ErrnoException;
  return new CliError('no-such-file', `the ${what} ${path} cannot be read (${code})`, EXIT.notFound, { cause: error });
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
