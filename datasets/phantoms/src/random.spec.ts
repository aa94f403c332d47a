import { FOUR_BYTE_SD, Random, fourByteSum, hash32 } from './random.js';

describe('Random', () => {
  // The numbers were also computed by a second implementation in another language.
  it('gives the same numbers everywhere: every committed digest rests on them', () => {
    const r = new Random(12345, 'test');
    expect([r.bits(), r.bits(), r.bits(), r.bits()]).toEqual([3578642497, 2992320462, 3146271819, 1835550327]);
    expect(hash32('voxelmark')).toBe(1670224313);
  });

  it('repeats itself for equal seeds and streams and differs for others', () => {
    const first = (seed: number, stream?: string): number[] => {
      const r = new Random(seed, stream);
      return Array.from({ length: 4 }, () => r.bits());
    };
    expect(first(7, 'a')).toEqual(first(7, 'a'));
    expect(first(7, 'a')).not.toEqual(first(7, 'b'));
    expect(first(7, 'a')).not.toEqual(first(8, 'a'));
    expect(first(0)).not.toEqual([0, 0, 0, 0]);
  });

  it('is uniform, and normal() has mean 0 and standard deviation 1', () => {
    const r = new Random(1);
    const uniform = Array.from({ length: 20000 }, () => r.uniform());
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(average(uniform)).toBeCloseTo(0.5, 2);
    const normal = Array.from({ length: 20000 }, () => r.normal());
    expect(Math.abs(average(normal))).toBeLessThan(0.03);
    expect(Math.abs(average(normal.map((v) => v * v)) - 1)).toBeLessThan(0.03);
  });

  it('chooses by weight', () => {
    const r = new Random(2);
    const counts = { a: 0, b: 0 };
    for (let n = 0; n < 4000; n++)
      counts[
        r.weighted([
          ['a', 3],
          ['b', 1],
        ] as const)
      ]++;
    expect(Math.abs(counts.a / 4000 - 0.75)).toBeLessThan(0.03);
  });

  it('sums four bytes to a bell of known width', () => {
    expect(fourByteSum(0)).toBe(-510);
    expect(fourByteSum(0xffffffff)).toBe(510);
    expect(fourByteSum(0x01020304)).toBe(10 - 510);
    const r = new Random(3);
    const values = Array.from({ length: 20000 }, () => fourByteSum(r.bits()) / FOUR_BYTE_SD);
    expect(Math.abs(average(values))).toBeLessThan(0.03);
    expect(Math.abs(average(values.map((v) => v * v)) - 1)).toBeLessThan(0.03);
  });
});

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
