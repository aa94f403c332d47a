import { crc32 as ofZlib } from 'node:zlib';
import { crc32 } from './crc32.js';

it('is the checksum that zlib computes', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
  const bytes = Uint8Array.from({ length: 5000 }, (_, n) => (n * n * 7 + n) % 251);
  for (const length of [1, 255, 256, 257, 5000])
    expect(crc32(bytes.subarray(0, length))).toBe(ofZlib(bytes.subarray(0, length)));
});
