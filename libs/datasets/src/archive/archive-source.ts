import { DatasetFileFault, type ArchiveCode } from '../finding.js';

/** Bytes of an archive, in any order. */
export interface ArchiveSource {
  readonly size: number;
  /** Exactly `length` bytes from `offset` on, both of which lie within. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** An entry of an archive as its directory states it. */
export interface ArchiveEntry {
  readonly path: string;
  readonly bytes: number;
}

/** More entries than a dataset has. */
export const MOST_ENTRIES = 200_000;
/** From here on, an entry that shrinks more than a real image does is not inflated: it would fill the memory for nothing. */
const SUSPICIOUS_BYTES = 2 ** 27;
/** Empty label maps shrink to a thousandth, images to a third. */
const SUSPICIOUS_RATIO = 200;
/** Memory is asked for in one piece. */
export const MOST_ENTRY_BYTES = 2 ** 31;

export function refused(code: ArchiveCode, found: string, expected: string, cause?: unknown): DatasetFileFault {
  return new DatasetFileFault(code, found, expected, { cause });
}

export const damaged = (found: string, cause?: unknown) => refused('archive-damaged', found, 'a complete archive', cause);

/** Refuses what would fill memory or disk. @param stored bytes that it takes in the archive */
export function checkInflation(what: string, stored: number, bytes: number): void {
  if (bytes > MOST_ENTRY_BYTES || (bytes > SUSPICIOUS_BYTES && bytes > SUSPICIOUS_RATIO * stored)) {
    throw refused(
      'archive-too-large',
      `${what} has ${bytes} bytes, packed into ${stored}`,
      `at most ${MOST_ENTRY_BYTES}, and above ${SUSPICIOUS_BYTES} not more than ${SUSPICIOUS_RATIO} times what is packed; unpack it and check the folder`,
    );
  }
}

/** The name of an entry as a path within the dataset. @throws DatasetFileFault `archive-path` */
export function entryPath(name: string): string {
  const shown = name.slice(0, 120).replace(/[^\x20-\x7e]/g, '?');
  const fault =
    name === '' || name.length > 1000
      ? `of ${name.length} characters`
      : /[\0-\x1f\x7f]/.test(name)
        ? 'with control characters'
        : /^([/\\]|[a-z]:)/i.test(name)
          ? 'that is absolute'
          : name.split(/[/\\]/).includes('..')
            ? 'that leads out of the archive'
            : name.includes('\\')
              ? 'with a backslash'
              : null;
  if (fault !== null) throw refused('archive-path', `an entry with a name ${fault}: "${shown}"`, 'names of files within the archive');
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** Entries by path. @throws DatasetFileFault for two of one name, or too many */
export function byPath<E extends ArchiveEntry>(entries: Iterable<E>): Map<string, E> {
  const found = new Map<string, E>();
  for (const entry of entries) {
    if (found.has(entry.path)) throw refused('archive-entry-twice', `two entries called "${entry.path.slice(0, 120)}"`, 'each name once');
    if (found.size === MOST_ENTRIES) throw refused('archive-too-many-files', `more than ${MOST_ENTRIES} entries`, 'a dataset of fewer files; unpack it and check the folder');
    found.set(entry.path, entry);
  }
  return found;
}
