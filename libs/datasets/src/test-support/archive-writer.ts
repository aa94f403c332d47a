import { crc32, deflateRawSync } from 'node:zlib';
import type { ArchiveSource } from '../archive/archive-source.js';

const bytesOf = (content: string | Uint8Array): Buffer => Buffer.from(content as string);

/** An entry, with what a test wants to be wrong about it. */
export interface WrittenEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly deflated?: boolean;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  /** Size that is stated. */
  readonly bytes?: number;
  readonly unixMode?: number;
  /** Name where the entry lies, when it differs from that in the directory. */
  readonly localName?: string;
  /** Place that the directory states. */
  readonly offset?: number;
}

/** Writes a zip archive for tests, entry by entry as given: nothing is checked, so that it can be wrong. */
export function writeZip(entries: readonly WrittenEntry[], { count = entries.length, comment = '' } = {}): Uint8Array {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const content = bytesOf(entry.content ?? '');
    const stored = entry.deflated ? deflateRawSync(content) : content;
    const [name, localName] = [bytesOf(entry.name), bytesOf(entry.localName ?? entry.name)];
    const common = Buffer.alloc(22);
    common.writeUInt16LE(entry.flags ?? 0x800, 2);
    common.writeUInt16LE(entry.method ?? (entry.deflated ? 8 : 0), 4);
    common.writeUInt32LE(entry.crc ?? crc32(content), 10);
    common.writeUInt32LE(stored.length, 14);
    common.writeUInt32LE(entry.bytes ?? content.length, 18);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.alloc(4), localName, stored]);
    local.writeUInt16LE(localName.length, 26);
    const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, Buffer.alloc(18), name]);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE((((entry.unixMode ?? 0o100644) << 16) >>> 0), 38);
    central.writeUInt32LE(entry.offset ?? at, 42);
    locals.push(local);
    centrals.push(central);
    at += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, directory, end, bytesOf(comment)]);
}

export interface WrittenMember {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** '0' a file, '5' a folder, '1' and '2' links, 'x' and 'L' headers. */
  readonly type?: string;
  readonly bytes?: number;
  readonly checksum?: string;
}

/** Writes a tar archive for tests. */
export function writeTar(members: readonly WrittenMember[], { end = true } = {}): Uint8Array {
  const parts: Buffer[] = [];
  for (const { name, content = '', type = '0', bytes, checksum: stated } of members) {
    const body = bytesOf(content);
    const head = Buffer.alloc(512);
    head.write(name, 0, 100);
    head.write('0000644\0', 100);
    head.write((bytes ?? body.length).toString(8).padStart(11, '0'), 124);
    head.write(type, 156);
    head.write('ustar\x0000', 257, 'latin1');
    head.fill(' ', 148, 156);
    head.write(stated ?? `${head.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    parts.push(head, body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  if (end) parts.push(Buffer.alloc(1024));
  return Buffer.concat(parts);
}

/** Bytes as the file of an archive. */
export function sourceOf(bytes: Uint8Array): ArchiveSource {
  return { size: bytes.length, read: (offset, length) => Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))) };
}
