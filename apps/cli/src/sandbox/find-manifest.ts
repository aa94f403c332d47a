import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MAX_MANIFEST_BYTES, readManifestText } from '#contracts';
import { readEmbeddedManifest } from '#inference';
import { manifestProblems, type ExpandedManifest } from '#pipeline';
import { CliError, EXIT } from '../exit.js';
import { checkFile } from '../files.js';

/** The text of a manifest, unchecked, and where it was found. */
export interface FoundManifest {
  readonly text: string;
  /** Path of the file it stands in: a manifest, or the model that carries it. */
  readonly path: string;
  readonly source: 'given' | 'beside' | 'embedded';
}

/**
 * The manifest of a model: the one that is named, else `voxelmark.json` beside the model, else the one embedded in it.
 *
 * @returns null when there is none
 * @throws CliError `no-such-file` for a named one that is not there, `manifest-invalid` for a file that is too long
 */
export async function findManifest(model: string, named: string | null): Promise<FoundManifest | null> {
  if (named !== null) return { text: await readText(named), path: named, source: 'given' };
  const beside = join(dirname(model), 'voxelmark.json');
  try {
    return { text: await readText(beside), path: beside, source: 'beside' };
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'no-such-file') throw error;
  }
  const embedded = embeddedIn(model);
  return embedded === null ? null : { text: embedded, path: model, source: 'embedded' };
}

/** Null also for what is no model: the inspector says so. */
function embeddedIn(model: string): string | null {
  try {
    return readEmbeddedManifest(model);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  const size = await checkFile(path, 'manifest');
  if (size > MAX_MANIFEST_BYTES) {
    throw manifestInvalid(`the manifest ${path} has ${size} bytes; up to ${MAX_MANIFEST_BYTES} are accepted`);
  }
  return readFile(path, 'utf8');
}

/** The manifest with every default said. @throws CliError `manifest-invalid` with all faults */
export function parseManifest({ text, path }: FoundManifest): ExpandedManifest {
  const read = readManifestText(text);
  const faults = read.ok
    ? manifestProblems(read.manifest)
    : read.faults.map(({ path: at, message }) => (at ? `${at}: ${message}` : message));
  if (read.ok && faults.length === 0) return read.manifest;
  throw manifestInvalid(`the manifest in ${path} cannot be used: ${faults.slice(0, 20).join('; ')}`);
}

/** The JSON of the text, for the inspector, which says what is wrong with its fields. @throws CliError `manifest-invalid` */
export function manifestJson({ text, path }: Pick<FoundManifest, 'text' | 'path'>): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    throw manifestInvalid(`the manifest ${path} is not JSON: ${(error as Error).message}`, error);
  }
}

export function manifestInvalid(message: string, cause?: unknown): CliError {
  return new CliError('manifest-invalid', message, EXIT.invalidInput, { cause });
}
