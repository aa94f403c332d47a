import { open, writeFile } from 'node:fs/promises';
import { CliError, EXIT } from './exit.js';

/** @throws CliError `not-writable` */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw notWritable(path, error);
  }
}

/**
 * Says before hours of work, not after them, that their result cannot be written. An existing file keeps its content.
 *
 * @throws CliError `not-writable`
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    await (await open(path, 'a')).close();
  } catch (error) {
    throw notWritable(path, error);
  }
}

function notWritable(path: string, error: unknown): CliError {
  const { code } = error as NodeJS.ErrnoException;
  const exit = code === 'ENOENT' ? EXIT.notFound : EXIT.unexpected;
  return new CliError('not-writable', `${path} cannot be written (${code})`, exit, { cause: error });
}
