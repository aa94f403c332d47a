import { constants } from 'node:fs';
import { open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { DatasetFileFault, type DatasetFile, type DatasetFiles } from '#datasets';

/** A whole archive of CT slices has a hundred thousand files or two; more would be another disk. */
const MOST_FILES = 1_000_000;
const DEEPEST = 16;
/** Files are read whole; images of several gigabytes are refused by their headers anyway. */
export const MOST_BYTES = 2 ** 31 + 2 ** 20;

/**
 * The files of a folder. Links are followed where they lead to files or folders within it, and nowhere else; each real folder
 * is listed once, so that links in a circle end.
 *
 * @throws the error of the system when the folder cannot be listed; DatasetFileFault `file-too-large` for too many files
 */
export async function folderFiles(path: string): Promise<DatasetFiles> {
  const root = await realpath(path);
  const real = new Map<string, string>(); // by path within the dataset
  const files: DatasetFile[] = [];
  const passedOver: DatasetFiles['passedOver'][number][] = [];
  const inside = (target: string): boolean => target === root || target.startsWith(root.endsWith(sep) ? root : root + sep);

  const walk = async (folder: string, prefix: string, above: ReadonlySet<string>): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (prefix === '') throw error;
      return null; // one folder that may not be read does not hide the others
    });
    if (entries === null) passedOver.push({ path: prefix.slice(0, -1), why: 'entry' });
    for (const entry of entries ?? []) {
      const name = prefix + entry.name;
      let target = join(folder, entry.name);
      if (entry.isSymbolicLink()) {
        const found = await realpath(target).catch(() => null);
        if (found === null || !inside(found) || above.has(found)) {
          passedOver.push({ path: name, why: 'link' });
          continue;
        }
        target = found;
      }
      const found = await stat(target).catch(() => null);
      if (found?.isFile()) {
        if (files.length === MOST_FILES) throw new DatasetFileFault('file-too-large', `more than ${MOST_FILES} files`, 'a folder with one dataset');
        files.push({ path: name, bytes: found.size });
        real.set(name, target);
      } else if (!found?.isDirectory()) passedOver.push({ path: name, why: 'entry' });
      else if (prefix.split('/').length > DEEPEST) passedOver.push({ path: name, why: 'too-deep' });
      else await walk(target, `${name}/`, new Set([...above, target]));
    }
  };
  await walk(root, '', new Set([root]));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    name: basename(resolve(path)),
    files,
    passedOver,
    read: (name) => readFrom(real.get(name), name, Infinity),
    readStart: (name, most) => readFrom(real.get(name), name, most),
  };
}

/** Files that were named one by one, and the contents of folders among them under the names of these. */
export async function namedFiles(paths: readonly string[]): Promise<DatasetFiles> {
  const files: DatasetFile[] = [];
  const passedOver: DatasetFiles['passedOver'][number][] = [];
  const reads = new Map<string, (most: number) => Promise<Uint8Array>>();
  for (const path of paths) {
    const name = basename(resolve(path));
    const found = await stat(path);
    if (found.isDirectory()) {
      const folder = await folderFiles(path);
      for (const one of folder.files) {
        files.push({ path: `${name}/${one.path}`, bytes: one.bytes });
        reads.set(`${name}/${one.path}`, (most) => folder.readStart(one.path, most));
      }
      passedOver.push(...folder.passedOver.map((one) => ({ ...one, path: `${name}/${one.path}` })));
    } else {
      files.push({ path: name, bytes: found.size });
      reads.set(name, (most) => readFrom(path, name, most));
    }
  }
  const read = (name: string, most: number): Promise<Uint8Array> => reads.get(name)?.(most) ?? Promise.reject(absent(name));
  return { name: files[0]?.path.split('/')[0] ?? '', files, passedOver, read: (name) => read(name, Infinity), readStart: read };
}

const absent = (name: string) => new DatasetFileFault('file-unreadable', `no file ${name}`, 'a file of the dataset');

/** At most `most` bytes; with Infinity the whole file. @param target null when it is not among the files that were listed */
async function readFrom(target: string | undefined, name: string, most: number): Promise<Uint8Array> {
  if (target === undefined) throw absent(name);
  let handle: FileHandle | undefined;
  try {
    // no link may have taken the place of what was listed, and no pipe is waited for
    handle = await open(target, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const { size } = await handle.stat();
    if (most === Infinity && size > MOST_BYTES) {
      throw new DatasetFileFault('file-too-large', `a file of ${size} bytes`, `at most ${MOST_BYTES} bytes`);
    }
    const bytes = new Uint8Array(Math.min(size, most));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof DatasetFileFault) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string') throw error;
    throw new DatasetFileFault('file-unreadable', `a file that cannot be read (${code})`, 'a file that you may read', { cause: error });
  } finally {
    await handle?.close();
  }
}
