import { createHash } from 'node:crypto';
import { bundleDigest } from './bundle-digest.js';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)].map((sha256) => ({ sha256 }));

describe('bundleDigest', () => {
  it('one file: its own digest, as boards of before have it', () => {
    expect(bundleDigest([a])).toBe(a.sha256);
  });

  it('several: of their list, as anybody can compute it', () => {
    const expected = createHash('sha256').update(`["${a.sha256}","${b.sha256}"]`).digest('hex');
    expect(bundleDigest([a, b])).toBe(expected);
  });

  it('the order counts, and none is an error', () => {
    expect(bundleDigest([a, b])).not.toBe(bundleDigest([b, a]));
    expect(() => bundleDigest([])).toThrow(RangeError);
  });
});
