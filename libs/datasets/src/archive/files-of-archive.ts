import type { DatasetFiles } from '../dataset-files.js';
import { refused, type ArchiveSource } from './archive-source.js';
import { openTar } from './tar.js';
import { openZip } from './zip.js';

const NAMES = /\.(zip|tar|tar\.gz|tgz)$/i;

/** Whether a file is called like an archive, of those that are read or of others. */
export const isArchive = (name: string): boolean =>
  NAMES.test(name) || /\.(7z|rar|tar\.[a-z0-9]+|tbz2?|txz)$/i.test(name);

/** A tar file that has grown beyond `least` bytes may be as much larger than what it was packed into as images are. */
export const UNPACKED = { ratio: 200, least: 2 ** 27 } as const;

/** What an archive is by its name. @throws DatasetFileFault `archive-format` */
export function archiveKind(name: string): 'zip' | 'tar' | 'tar.gz' {
  if (!NAMES.test(name))
    throw refused(
      'archive-format',
      `an archive called ${name.slice(-60)}`,
      '.zip, .tar or .tar.gz, or the folder itself',
    );
  return /\.zip$/i.test(name) ? 'zip' : /gz$/i.test(name) ? 'tar.gz' : 'tar';
}

/**
 * The files of an archive, read where they lie: nothing is unpacked before it is asked for, and then into memory only.
 *
 * @param source its bytes; of a tar.gz those that it was gunzipped into
 * @throws DatasetFileFault `archive-…`
 */
export async function filesOfArchive(name: string, source: ArchiveSource): Promise<DatasetFiles> {
  const { entries, read } = archiveKind(name) === 'zip' ? await openZip(source) : await openTar(source);
  return {
    name: name.replace(NAMES, ''),
    files: [...entries.values()].map(({ path, bytes }) => ({ path, bytes })).sort((a, b) => (a.path < b.path ? -1 : 1)),
    passedOver: [],
    read: (path) => read(path, Infinity),
    readStart: read,
  };
}
