import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { importBioimage, importMonai, importNnunet, type Imported, type ImportOptions } from '#pipeline';
import { CliError, EXIT } from '../exit.js';

export const PACKAGES = ['nnunet', 'monai', 'bioimage'] as const;
export type PackageKind = (typeof PACKAGES)[number];

/** More than any honest description needs. */
const MOST_BYTES = 16 * 1024 * 1024;

export interface PackageOptions {
  readonly inputTensor: string | null;
  readonly outputTensor: string | null;
  /** Of nnU-Net; null: as the folder's name says, else 3d_fullres. */
  readonly configuration: string | null;
}

/**
 * Reads the description of a packaged model from a folder. Nothing in it is run.
 *
 * @throws CliError `no-such-file`, or `package-invalid` when a file cannot be read as what it should be
 */
export async function readPackage(kind: PackageKind, folder: string, options: PackageOptions): Promise<Imported> {
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    throw new CliError('no-such-file', `there is no folder ${folder}`, EXIT.notFound);
  }
  const common: ImportOptions = {
    ...(options.inputTensor === null ? {} : { inputTensor: options.inputTensor }),
    ...(options.outputTensor === null ? {} : { outputTensor: options.outputTensor }),
    models: await modelFiles(folder),
  };
  try {
    switch (kind) {
      case 'nnunet': {
        const configuration = options.configuration ?? /__((?:2d|3d_)\w*)$/.exec(basename(folder))?.[1];
        const [plans, dataset] = [await needed(folder, ['plans.json']), await needed(folder, ['dataset.json'])];
        return importNnunet(plans, dataset, { ...common, ...(configuration === undefined ? {} : { configuration }) });
      }
      case 'monai': {
        const inference = await needed(folder, ['inference.json', 'configs/inference.json']);
        return importMonai(inference, await first(folder, ['metadata.json', 'configs/metadata.json']), common);
      }
      case 'bioimage':
        return importBioimage(await needed(folder, ['rdf.yaml', 'bioimageio.yaml', 'rdf.yml', 'rdf.json']), common);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CliError(
      'package-invalid',
      `the package in ${folder} cannot be read: ${error.message}`,
      EXIT.invalidInput,
      { cause: error },
    );
  }
}

/** ONNX files of the folder, or one of each `fold_…` in it, under the names that they are to be submitted with. */
async function modelFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /^[0-9A-Za-z][\w.-]*\.onnx$/.test(entry.name))
    .map(({ name }) => name);
  if (files.length > 0) return files.toSorted();
  const folds = entries
    .filter((entry) => entry.isDirectory() && /^fold_(\d+|all)$/.test(entry.name))
    .map(({ name }) => name);
  const withModel: string[] = [];
  for (const fold of folds.toSorted()) {
    if ((await readdir(join(folder, fold))).some((name) => name.endsWith('.onnx'))) withModel.push(`${fold}.onnx`);
  }
  return withModel;
}

async function needed(folder: string, names: readonly string[]): Promise<string> {
  const text = await first(folder, names);
  if (text === null) throw new CliError('no-such-file', `${folder} has no ${names.join(' or ')}`, EXIT.notFound);
  return text;
}

async function first(folder: string, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) continue;
    if (found.size > MOST_BYTES)
      throw new RangeError(`${name} has ${found.size} bytes; expected at most ${MOST_BYTES}`);
    return readFile(path, 'utf8');
  }
  return null;
}
