import { stat } from 'node:fs/promises';
import { CliError, EXIT } from './exit.js';

/**
 * Size of a file that must be there.
 *
 * @param what for the sentence: model, manifest, image
 * @throws CliError `no-such-file`
 */
export async function checkFile(path: string, what: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
  } catch (error) {
    throw unreadable(path, what, (error as NodeJS.ErrnoException).code ?? String(error), error);
  }
  throw unreadable(path, what, 'it is not a file');
}

export function unreadable(path: string, what: string, why: string, cause?: unknown): CliError {
  return new CliError('no-such-file', `the ${what} ${path} cannot be read (${why})`, EXIT.notFound, { cause });
}
