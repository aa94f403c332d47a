import { randomBytes } from 'node:crypto';

/**
 * A new id: UUID version 7 (RFC 9562), 48 bits of milliseconds and 74 random ones, so that rows made together lie
 * together in an index. The order within one millisecond is random. Made here because PostgreSQL has `uuidv7()` from 18 on
 * and we run on 13.
 */
export function uuidv7(nowMs: number = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** False for what PostgreSQL would refuse to read as an id: such a thing simply does not exist. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
