import { constants } from 'node:fs';
import { access, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CliError, EXIT } from './exit.js';

/**
 * Writes a whole file or none: beside its place first, then moved there. Whoever interrupts us, or reads meanwhile, finds
 * what was there before. Something that is no file, like /dev/stdout or a pipe, is written to as it is.
 *
 * @throws CliError `not-writable`
 */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const { target, kind, mode } = await placeOf(path);
    if (kind === 'other') return await writeFile(target, content);
    const part = partOf(target);
    try {
      await writeFile(part, content, { flag: 'wx', mode });
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  } catch (error) {
    throw notWritable(path, error);
  }
}

/**
 * Says before hours of work, not after them, that their result cannot be written. Leaves nothing behind.
 *
 * @throws CliError `not-writable`
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    const { target, kind } = await placeOf(path);
    if (kind === 'other') return;
    const part = partOf(target);
    await writeFile(part, '', { flag: 'wx' });
    await rm(part);
  } catch (error) {
    throw notWritable(path, error);
  }
}

/** Where a path leads, and what is there: a file keeps its permissions, and one that must not be written to is not replaced. */
async function placeOf(path: string): Promise<{ target: string; kind: 'file' | 'other'; mode?: number }> {
  let target: string;
  try {
    target = await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { target: path, kind: 'file' };
  }
  const found = await stat(target);
  if (found.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
  await access(target, constants.W_OK);
  return { target, kind: found.isFile() ? 'file' : 'other', mode: found.mode & 0o777 };
}

function partOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}.part`);
}

function notWritable(path: string, error: unknown): CliError {
  const { code } = error as NodeJS.ErrnoException;
  const exit = code === 'ENOENT' ? EXIT.notFound : EXIT.unexpected;
  return new CliError('not-writable', `${path} cannot be written (${code})`, exit, { cause: error });
}
