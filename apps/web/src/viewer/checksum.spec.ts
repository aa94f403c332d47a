import { fnv1a } from './checksum.js';

describe('checksum of voxels', () => {
  it('is FNV-1a of the bytes', () => {
    // published test vectors: the empty text, "a", "foobar"
    expect(fnv1a(new Uint8Array(0))).toBe('811c9dc5');
    expect(fnv1a(Uint8Array.of(0x61))).toBe('e40c292c');
    expect(fnv1a(new TextEncoder().encode('foobar'))).toBe('bf9cf968');
  });
  it('looks at its own part of a buffer only', () => {
    const buffer = Int16Array.of(1, 2, 3, 4);
    expect(fnv1a(buffer.subarray(1, 3))).toBe(fnv1a(Int16Array.of(2, 3)));
  });
});
