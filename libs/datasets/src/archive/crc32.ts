/** Remainder of each byte: x^32 + x^26 + … + 1, lowest bit first (ISO 3309). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  return rest;
});

/** Checksum of zip and gzip files. Browsers have none of their own. @returns 0 to 2^32 - 1 */
export function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (let n = 0; n < bytes.length; n++) rest = TABLE[(rest ^ bytes[n]) & 0xff] ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}
