import { join } from 'node:path';

/**
 * Where a blob lies below its store: `ab/cdef…`, so that no folder holds more than a 256th of everything.
 *
 * @throws TypeError when the text is no lower-case hex SHA-256; nothing else ever becomes part of a path or key
 */
export function blobPath(sha256: string): string {
  return join(...splitDigest(sha256));
}

/** The same as a key of an object store, which knows only slashes. */
export function blobKey(prefix: string, sha256: string): string {
  return prefix + splitDigest(sha256).join('/');
}

/** The digest that a fan-out folder and a name in it make, or null when the file is none of ours. */
export function digestOf(folder: string, name: string): string | null {
  const digest = folder + name;
  return folder.length === 2 && /^[0-9a-f]{64}$/.test(digest) ? digest : null;
}

function splitDigest(sha256: string): [string, string] {
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new TypeError(`got "${sha256.slice(0, 80)}" as a blob's name, expected 64 lower-case hex digits (SHA-256)`);
  return [sha256.slice(0, 2), sha256.slice(2)];
}

/**
 * Cuts a wished range to a blob's size.
 *
 * @returns first and last byte, inclusive; null for an empty blob without a wish
 * @throws RangeError when the start lies past the last byte, or the range runs backwards
 */
export function cutRange(
  bytes: number,
  range: { readonly start: number; readonly end?: number } | undefined,
): { start: number; end: number } | null {
  if (range === undefined) return bytes === 0 ? null : { start: 0, end: bytes - 1 };
  const { start, end = bytes - 1 } = range;
  if (!Number.isSafeInteger(start) || start < 0 || start >= bytes)
    throw new RangeError(`range starts at byte ${start}; the blob has ${bytes} bytes`);
  if (!Number.isSafeInteger(end) || end < start)
    throw new RangeError(`range ends at byte ${end}, before its start ${start}`);
  return { start, end: Math.min(end, bytes - 1) };
}
