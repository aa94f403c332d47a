import type { DatasetFinding } from '#datasets';
import { factWords } from './dataset-page.js';
import { codeWords, groupFindings, plain } from './finding-words.js';
import { findingCounts } from './findings-list.js';
import { slugOf } from './slug-of.js';

const finding = (severity: DatasetFinding['severity'], code: DatasetFinding['code'], name: string): DatasetFinding => ({
  severity,
  code,
  case: name,
  file: null,
  found: 'x',
  expected: 'y',
});

describe('words about a dataset', () => {
  it('put findings of one kind together, errors first', () => {
    const list = [
      finding('note', 'reference-turned', 'a'),
      finding('warning', 'label-unused', 'a'),
      finding('error', 'image-missing', 'a'),
      finding('error', 'image-missing', 'b'),
    ];
    expect(groupFindings(list).map(({ code, findings }) => [code, findings.length])).toEqual([
      ['image-missing', 2],
      ['label-unused', 1],
      ['reference-turned', 1],
    ]);
    expect(findingCounts(list)).toBe('2 errors, 1 warning, 1 note');
    expect(findingCounts([])).toBe('nothing to say');
    expect(codeWords('image-missing')).toBe('Image missing');
  });

  it('let no name turn the line', () => {
    expect(plain('a\u202Eb\u0007c')).toBe('a?b?c');
  });

  it('make addresses of names', () => {
    expect(slugOf('  Über-Leber (CT), 2026! ')).toBe('uber-leber-ct-2026');
    expect(slugOf(`${'a'.repeat(63)} b`)).toBe('a'.repeat(63));
  });

  it('sum facts up', () => {
    expect(factWords(['f', 'm', 'f'])).toBe('f (2), m');
    expect(factWords([1, 2, 3, 4, 5, 6, 70])).toBe('1 to 70');
    expect(factWords(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e, f, and 1 more');
  });
});
