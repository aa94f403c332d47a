import { ImageFormatError, inflate } from '#imaging';
import { byPath, checkInflation, damaged, entryPath, MOST_ENTRIES, refused, type ArchiveEntry, type ArchiveSource } from './archive-source.js';
import { crc32 } from './crc32.js';

/** Where an entry lies, as the directory at the end of the archive states it. */
interface ZipEntry extends ArchiveEntry {
  readonly name: Uint8Array;
  readonly offset: number;
  readonly stored: number;
  readonly method: 0 | 8;
  readonly crc: number;
}

export interface OpenArchive {
  readonly entries: ReadonlyMap<string, ArchiveEntry>;
  /** The first `most` bytes of an entry; all of it with Infinity, and then its checksum is tested. */
  read(path: string, most: number): Promise<Uint8Array>;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
/** The comment at the very end has at most 65535 bytes. */
const TAIL_BYTES = END_BYTES + 0xffff;
const MOST_DIRECTORY_BYTES = 2 ** 27;

/**
 * Opens a zip archive by its directory; nothing is unpacked until it is read, and then into memory only.
 *
 * Refused: entries that would lie outside, links, two entries of one name, entries that share bytes (a bomb of a few
 * kilobytes that unpacks to petabytes), names that differ between directory and entry, encryption, several volumes.
 *
 * Source: PKWARE, APPNOTE 6.3.9.
 *
 * @throws DatasetFileFault `archive-…`
 */
export async function openZip(source: ArchiveSource): Promise<OpenArchive> {
  const directory = await findDirectory(source);
  const bytes = await source.read(directory.offset, directory.bytes);
  const all = [...listEntries(bytes, directory)];
  checkApart(all, directory.offset);
  const entries = byPath(all.filter((entry): entry is ZipEntry => entry.path !== ''));
  return {
    entries,
    read: async (path, most) => {
      const entry = entries.get(path);
      if (!entry) throw damaged(`no entry "${path.slice(0, 120)}"`);
      return readEntry(source, entry, most);
    },
  };
}

interface Directory {
  readonly offset: number;
  readonly bytes: number;
  readonly count: number;
}

async function findDirectory(source: ArchiveSource): Promise<Directory> {
  const from = Math.max(0, source.size - TAIL_BYTES);
  const tail = view(await source.read(from, source.size - from));
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END || at + END_BYTES + tail.getUint16(at + 20, true) !== tail.byteLength) continue;
    const [disk, diskOfDirectory] = [tail.getUint16(at + 4, true), tail.getUint16(at + 6, true)];
    const found = { count: tail.getUint16(at + 10, true), bytes: tail.getUint32(at + 12, true), offset: tail.getUint32(at + 16, true) };
    let end = from + at;
    let directory: Directory = found;
    if (found.count === 0xffff || found.bytes === 0xffffffff || found.offset === 0xffffffff) {
      ({ directory, end } = await findDirectory64(source, end));
    } else if (disk !== 0 || diskOfDirectory !== 0) throw damaged('one volume of several');
    if (directory.offset + directory.bytes !== end) {
      throw damaged(`a directory of ${directory.bytes} bytes at byte ${directory.offset}, where it should end at byte ${end}`);
    }
    if (directory.bytes > MOST_DIRECTORY_BYTES || directory.count > MOST_ENTRIES) {
      throw refused('archive-too-many-files', `${directory.count} entries, listed in ${directory.bytes} bytes`, `at most ${MOST_ENTRIES}; unpack it and check the folder`);
    }
    return directory;
  }
  throw damaged('no directory at the end');
}

async function findDirectory64(source: ArchiveSource, end: number): Promise<{ directory: Directory; end: number }> {
  if (end < 20 + 56) throw damaged('no room for the directory of a large archive');
  const locator = view(await source.read(end - 20, 20));
  const at = locator.getUint32(0, true) === LOCATOR_64 ? number64(locator, 8) : -1;
  if (at < 0 || at > end - 20 - 56) throw damaged('no directory of a large archive');
  const record = view(await source.read(at, 56));
  if (record.getUint32(0, true) !== END_64) throw damaged('no directory of a large archive where it should be');
  return { directory: { count: number64(record, 32), bytes: number64(record, 40), offset: number64(record, 48) }, end: at };
}

/** Folders come with an empty path. */
function* listEntries(bytes: Uint8Array, directory: Directory): Generator<ZipEntry, void, void> {
  const central = view(bytes);
  let at = 0;
  let count = 0;
  while (at < bytes.length) {
    if (at + 46 > bytes.length || central.getUint32(at, true) !== CENTRAL) throw damaged(`no entry at byte ${directory.offset + at}, where the directory has one`);
    const [madeBy, flags, method] = [central.getUint8(at + 5), central.getUint16(at + 8, true), central.getUint16(at + 10, true)];
    const lengths = [28, 30, 32].map((field) => central.getUint16(at + field, true));
    const next = at + 46 + lengths[0] + lengths[1] + lengths[2];
    if (next > bytes.length) throw damaged('an entry that reaches past the directory');
    const name = bytes.subarray(at + 46, at + 46 + lengths[0]);
    const text = nameOf(name, (flags & 0x800) !== 0);
    const sizes = sizesOf(central, at, bytes.subarray(at + 46 + lengths[0], at + 46 + lengths[0] + lengths[1]));
    const unixMode = madeBy === 3 ? central.getUint16(at + 40, true) & 0o170000 : 0;
    if (unixMode !== 0 && unixMode !== 0o100000 && unixMode !== 0o040000) throw refused('archive-link', `"${text.slice(0, 120)}" is a link or a device`, 'files and folders');
    if ((flags & 0x2041) !== 0) throw refused('archive-encrypted', `"${text.slice(0, 120)}" is encrypted`, 'an archive without a password');
    const path = entryPath(text);
    const isFolder = text.endsWith('/');
    if (!isFolder && method !== 0 && method !== 8) throw refused('archive-method', `"${text.slice(0, 120)}" is packed by method ${method}`, 'method 0 (stored) or 8 (deflate)');
    if (method === 0 && sizes.stored !== sizes.bytes) throw damaged(`"${text.slice(0, 120)}" is stored as it is and has two sizes`);
    yield { path: isFolder ? '' : path, name, bytes: sizes.bytes, stored: sizes.stored, offset: sizes.offset, method: method as 0 | 8, crc: central.getUint32(at + 16, true) };
    at = next;
    if (++count > directory.count) throw damaged(`more entries than the ${directory.count} that are declared`);
  }
  if (count !== directory.count) throw damaged(`${count} entries where ${directory.count} are declared`);
}

/** Sizes and place; those that need more than 32 bits stand in an extra field. */
function sizesOf(central: DataView, at: number, extra: Uint8Array): { bytes: number; stored: number; offset: number } {
  const fields = { bytes: central.getUint32(at + 24, true), stored: central.getUint32(at + 20, true), offset: central.getUint32(at + 42, true) };
  const fields64 = view(extra);
  for (let from = 0; from + 4 <= extra.length; ) {
    const [id, length] = [fields64.getUint16(from, true), fields64.getUint16(from + 2, true)];
    let value = from + 4;
    from = value + length;
    if (from > extra.length) throw damaged('an extra field that reaches past its entry');
    if (id !== 1) continue;
    for (const key of ['bytes', 'stored', 'offset'] as const) {
      if (fields[key] !== 0xffffffff) continue;
      if (value + 8 > from) throw damaged('an extra field that is too short');
      fields[key] = number64(fields64, value);
      value += 8;
    }
  }
  return fields;
}

/** No two entries may share bytes, nor reach into the directory. */
function checkApart(entries: readonly ZipEntry[], end: number): void {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  for (const [n, { offset, stored, name }] of sorted.entries()) {
    const limit = sorted[n + 1]?.offset ?? end;
    if (offset + 30 + name.length + stored > limit) {
      throw refused('archive-overlap', 'two entries that share bytes, or one that reaches into the directory', 'entries that lie apart');
    }
  }
}

async function readEntry(source: ArchiveSource, entry: ZipEntry, most: number): Promise<Uint8Array> {
  const what = `"${entry.path.slice(0, 120)}"`;
  if (most === Infinity) checkInflation(what, entry.stored, entry.bytes);
  const local = await source.read(entry.offset, 30 + entry.name.length);
  const head = view(local);
  if (head.getUint32(0, true) !== LOCAL || head.getUint16(26, true) !== entry.name.length || entry.name.some((byte, n) => byte !== local[30 + n])) {
    throw damaged(`${what} has another name where it lies than in the directory`);
  }
  const from = entry.offset + 30 + entry.name.length + head.getUint16(28, true);
  if (from + entry.stored > source.size) throw damaged(`${what} reaches past the end`);
  const wanted = Math.min(most, entry.bytes);
  const bytes = entry.method === 0 ? await source.read(from, wanted) : await inflateEntry(source, from, entry, wanted, what);
  if (wanted === entry.bytes && crc32(bytes) !== entry.crc) throw damaged(`${what} does not have the checksum that it states`);
  return bytes;
}

/** Packed bytes read at a time. */
const PIECE = 1 << 16;

async function inflateEntry(source: ArchiveSource, from: number, entry: ZipEntry, wanted: number, what: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(wanted);
  let length = 0;
  const packed = async function* (): AsyncGenerator<Uint8Array, void, void> {
    for (let at = 0; at < entry.stored; at += PIECE) yield await source.read(from + at, Math.min(PIECE, entry.stored - at));
  };
  try {
    for await (const piece of inflate(packed(), 'deflate-raw', 'image-format')) {
      const rest = wanted - length;
      if (piece.length > rest && wanted === entry.bytes) {
        throw refused('archive-too-large', `${what} unpacks to more than the ${entry.bytes} bytes that it states`, 'an honest size');
      }
      bytes.set(piece.subarray(0, rest), length);
      length += Math.min(rest, piece.length);
      if (length === wanted && wanted < entry.bytes) return bytes;
    }
  } catch (error) {
    if (error instanceof ImageFormatError) throw damaged(`${what} cannot be unpacked`, error);
    throw error;
  }
  if (length < wanted) throw damaged(`${what} unpacks to ${length} bytes where it states ${wanted}`);
  return bytes;
}

function nameOf(bytes: Uint8Array, utf8: boolean): string {
  if (!utf8) return new TextDecoder('latin1').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refused('archive-path', 'an entry whose name is no UTF-8, though it says so', 'names of files within the archive', cause);
  }
}

function number64(from: DataView, at: number): number {
  const value = Number(from.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw damaged('a size that no file has');
  return value;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
