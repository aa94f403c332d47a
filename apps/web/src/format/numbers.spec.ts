import {
  count,
  decimalsOf,
  formatBytes,
  formatDuration,
  formatFigure,
  formatQuantity,
  formatShare,
  formatTriple,
  percent,
  reasonWords,
} from './numbers.js';

describe('formatFigure', () => {
  it.each([
    [0.94321, '', '0.943'],
    [1, '', '1.000'],
    [7.355, 'mm', '7.36'],
    [120.04, 'ml', '120.0'],
    [-0.00001, '', '0.000'],
    [-1.5, 'mm', '−1.50'],
    ['Infinity', 'mm', '∞'],
    [null, 'mm', '–'],
    [undefined, '', '–'],
  ] as const)('%p in %p is %p', (value, unit, text) => {
    expect(formatFigure(value, unit)).toBe(text);
  });

  it('has its decimals by unit', () => {
    expect([decimalsOf(''), decimalsOf('mm'), decimalsOf('ml')]).toEqual([3, 2, 1]);
  });
});

it('adds a unit in running text, and none to a missing value', () => {
  expect(formatQuantity(2, 'mm')).toBe('2.00 mm');
  expect(formatQuantity(0.5, '')).toBe('0.500');
  expect(formatQuantity(null, 'mm')).toBe('–');
});

it('says why there is no value, also for codes it does not know', () => {
  expect(reasonWords('no-prediction')).toContain('no prediction');
  expect(reasonWords('some-new-reason')).toBe('some new reason');
});

it.each([
  [420, '420 ms'],
  [4200, '4.2 s'],
  [59_960, '1 min 00 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 05 min'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [42_291, '41.3 KiB'],
  [1_288_490_189, '1.20 GiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it('writes sizes and spacings without tails', () => {
  expect(formatTriple([2.875, 3, 1.5000000001])).toBe('2.875 × 3 × 1.5');
});

it('counts in words', () => {
  expect(count(1, 'case')).toBe('1 case');
  expect(count(1200, 'case')).toBe('1,200 cases');
  expect(count(2, 'case exists', 'cases exist')).toBe('2 cases exist');
});

it('never shows 100 percent before the end nor 0 after the start', () => {
  expect(percent(999, 1000)).toBe(99);
  expect(percent(1, 1000)).toBe(1);
  expect(percent(1000, 1000)).toBe(100);
  expect(percent(0, 0)).toBe(0);
});

it('writes a share so that 100 % means all', () => {
  expect([1, 0.999999, 0.5, 0].map(formatShare)).toEqual(['100 %', '99.999 %', '50.000 %', '0.000 %']);
});
