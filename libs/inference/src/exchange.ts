import { constants } from 'node:fs';
import { open, stat, unlink, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineUnavailable, ModelFailure } from '#domain';

// Files that we and a process which runs foreign models hand one another. That process may write in their folder too: a
// name that we are about to use may already be a link to somewhere that only we can reach.

/**
 * Writes a file that must not be there yet. A link, or anything else that was planted under its name, is never followed.
 *
 * @throws ModelFailure `inference-crashed` when something is there, or when the process took the folder away;
 *   EngineUnavailable `runner-scratch` when it cannot be written otherwise
 */
export async function writeForChild(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new ModelFailure('inference-crashed', 'the process put something where its next image was to be', {
        cause,
      });
    if (await isTaken(dirname(path)))
      throw new ModelFailure(
        'inference-crashed',
        'the process removed the folder for its images, or changed the rights on it',
        { cause },
      );
    throw new EngineUnavailable('runner-scratch', `the scratch folder of the worker cannot be used: ${String(cause)}`, {
      cause,
    });
  }
}

/**
 * All bytes of a plain file that the process wrote. Links, pipes and folders are refused before a byte is read.
 *
 * @param expected how many bytes it must have
 * @param sizeOf says what is wrong with another size
 * @throws ModelFailure `inference-crashed` without such a file, `output-shape` when it has another size
 */
export async function readFromChild(
  path: string,
  expected: number,
  sizeOf: (bytes: number) => string,
): Promise<Uint8Array> {
  const file = await openPlain(path);
  try {
    const found = await file.stat();
    if (!found.isFile())
      throw new ModelFailure('inference-crashed', 'the process answered, but what it left is no plain file');
    if (found.size !== expected) throw new ModelFailure('output-shape', sizeOf(found.size));
    const bytes = new Uint8Array(expected);
    let at = 0;
    while (at < expected) {
      const { bytesRead } = await file.read(bytes, at, expected - at, at);
      if (bytesRead === 0)
        throw new ModelFailure('inference-crashed', `the label map ended after ${at} of ${expected} bytes`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/**
 * Removes the file or link under the name; a link, not what it points at. A folder stays until the process is gone: going
 * into one that the process may swap for a link meanwhile would mean removing what lies behind the link. So does all else
 * that cannot be removed: it goes with the folder of the session, and is nothing that a case should fail for.
 */
export async function removeExchanged(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}

/**
 * Whether a folder that we made for ourselves and the process (0700) is not ours to write in any more, or one that we hold
 * open was removed. Nobody but the process has anything to do there.
 */
async function isTaken(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null);
  return found !== null && found.isDirectory() && ((found.mode & 0o700) !== 0o700 || found.nlink === 0);
}

/** Windows knows neither flag, and makes links for administrators only. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

async function openPlain(path: string): Promise<FileHandle> {
  try {
    // a pipe would otherwise keep us waiting for somebody to write into it
    return await open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    throw new ModelFailure('inference-crashed', 'the process answered, but left no label map that can be opened', {
      cause,
    });
  }
}
