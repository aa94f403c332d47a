import { byPath, checkInflation, damaged, entryPath, MOST_ENTRIES, refused, type ArchiveEntry, type ArchiveSource } from './archive-source.js';
import type { OpenArchive } from './zip.js';

const BLOCK = 512;
/** A path, and what else a header of its own may say. */
const MOST_EXTENDED_BYTES = 1 << 20;

interface TarEntry extends ArchiveEntry {
  readonly offset: number;
}

/**
 * Opens a tar archive (ustar, with the long names of GNU and of POSIX) by going through its headers; nothing is unpacked.
 *
 * Refused: entries that would lie outside, links, devices, two entries of one name, sparse files, and an archive that was cut
 * off between two entries.
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format".
 *
 * @throws DatasetFileFault `archive-…`
 */
export async function openTar(source: ArchiveSource): Promise<OpenArchive> {
  const found: TarEntry[] = [];
  for await (const entry of listEntries(source)) {
    found.push(entry);
    if (found.length > MOST_ENTRIES) break; // refused below
  }
  const entries = byPath(found);
  return {
    entries,
    read: async (path, most) => {
      const entry = entries.get(path);
      if (!entry) throw damaged(`no entry "${path.slice(0, 120)}"`);
      if (most === Infinity) checkInflation(`"${path.slice(0, 120)}"`, entry.bytes, entry.bytes);
      return source.read(entry.offset, Math.min(most, entry.bytes));
    },
  };
}

async function* listEntries(source: ArchiveSource): AsyncGenerator<TarEntry, void, void> {
  let extended: { path?: string; size?: number } = {};
  let folders = 0;
  for (let at = 0; at + BLOCK <= source.size; ) {
    const head = await source.read(at, BLOCK);
    if (head.every((byte) => byte === 0)) return; // the end; of its second block some writers leave none
    checkSum(head, at);
    const stated = numberOf(head, 124, 12);
    const type = String.fromCharCode(head[156] || 0x30);
    const [bytes, from] = [extended.size ?? stated, at + BLOCK];
    if (!Number.isSafeInteger(bytes) || bytes < 0 || from + bytes > source.size) throw damaged(`an entry of ${bytes} bytes at byte ${at}, with ${source.size - from} left`);
    at = from + Math.ceil(bytes / BLOCK) * BLOCK;
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      if (bytes > MOST_EXTENDED_BYTES) throw damaged(`a header of ${bytes} bytes`);
      const content = await source.read(from, bytes);
      if (type === 'x') extended = { ...extended, ...paxOf(content) };
      if (type === 'L') extended = { ...extended, path: textOf(content) };
      continue;
    }
    const prefix = textOf(head.subarray(257, 262)) === 'ustar' ? textOf(head.subarray(345, 500)) : '';
    const name = extended.path ?? (prefix === '' ? '' : `${prefix}/`) + textOf(head.subarray(0, 100));
    extended = {};
    const path = entryPath(name);
    if (type === '5') {
      if (++folders > MOST_ENTRIES) throw refused('archive-too-many-files', `more than ${MOST_ENTRIES} folders`, 'a dataset of fewer');
      continue;
    }
    if (type !== '0' && type !== '7') throw refused('archive-link', `"${name.slice(0, 120)}" is a link, a device or of another kind ("${type.replace(/[^\x20-\x7e]/, '?')}")`, 'files and folders');
    yield { path, bytes, offset: from };
  }
  throw damaged(`${source.size} bytes without a block of zeros at their end`);
}

function checkSum(head: Uint8Array, at: number): void {
  let sum = 0;
  for (let n = 0; n < BLOCK; n++) sum += n >= 148 && n < 156 ? 0x20 : head[n];
  if (numberOf(head, 148, 8) !== sum) throw damaged(`no header of an entry at byte ${at}`);
}

/** Octal text, or, where the first bit is set, a number in base 256. */
function numberOf(head: Uint8Array, at: number, length: number): number {
  const field = head.subarray(at, at + length);
  if (field[0] & 0x80) return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, field[0] & 0x7f);
  const text = textOf(field).trim();
  return /^[0-7]*$/.test(text) ? parseInt(text || '0', 8) : NaN;
}

/** Records of a pax header: "LENGTH KEY=VALUE\n". */
function paxOf(content: Uint8Array): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = space < 0 ? NaN : Number(new TextDecoder().decode(content.subarray(at, space)));
    if (!Number.isInteger(length) || length < 5 || at + length > content.length) throw damaged('a header that contradicts itself');
    const [, key, value] = /^([^=]*)=([\s\S]*)\n$/.exec(new TextDecoder().decode(content.subarray(space + 1, at + length))) ?? [];
    if (key === 'path') found.path = value;
    if (key === 'size') found.size = Number(value);
    if (key?.startsWith('GNU.sparse')) throw refused('archive-link', 'a sparse file', 'files and folders');
    at += length;
  }
  return found;
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
