import { pairsInWords, readingInWords } from './reference-reading.js';

const pair = (a: number, b: number, voxels: number) => ({ labels: [a, b] as const, voxels });

describe('how a reference segmentation was read, in words', () => {
  it('says each decision, and nothing where there was none', () => {
    expect(readingInWords({})).toBe('');
    expect(readingInWords({ fractionalThreshold: 0.3 })).toBe('fractional segments from 0.3 of their maximum on');
    const overlap = { rule: 'first', voxels: 3, pairs: [pair(1, 2, 2), pair(1, 4, 1)] } as const;
    expect(readingInWords({ fractionalThreshold: 1, overlap })).toBe(
      'fractional segments from 1 of their maximum on; of labels that share voxels the lower is kept (1 and 2: 2 voxels, 1 and 4: 1 voxel)',
    );
  });

  it('names the largest pairs and counts the others', () => {
    const pairs = Array.from({ length: 12 }, (_, n) => pair(1, n + 2, 20 - n));
    expect(pairsInWords({ pairs }, 2)).toBe('1 and 2: 20 voxels, 1 and 3: 19 voxels, and 10 more pairs');
  });
});
