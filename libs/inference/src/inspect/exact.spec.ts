import { exactly, isExact, within } from './exact.js';

describe('arithmetic of the runtime, exactly or not at all', () => {
  it.each([
    ['int64', 2 ** 53 - 1, 2 ** 53 - 1],
    ['int64', 2 ** 53, null], // 2^53 + 1 would be the same number
    ['int32', 2 ** 31 - 1, 2 ** 31 - 1],
    ['int32', 2 ** 31, null], // wraps around to the least
    ['uint8', 255, 255],
    ['uint8', 256, null],
    ['uint8', -1, null],
    ['bool', 2, null],
    ['int64', 0.5, null],
    ['int64', NaN, null],
    ['float32', 0.1, Math.fround(0.1)],
    ['float32', 1e39, null],
    ['float32', 1e-40, null], // subnormal
    ['float32', 1e-60, null], // would vanish
    ['float64', 0.1, 0.1],
    ['float16', 2048, 2048],
    ['float16', 2049, null],
    ['string', 1, null],
    [null, 1, null],
  ] as const)('%s holds %d as %d', (dtype, value, expected) => {
    expect(exactly(value, dtype)).toBe(expected);
  });

  it('has one zero among whole numbers', () => {
    expect(Object.is(exactly(-0, 'int64'), 0)).toBe(true);
    expect(Object.is(exactly(-0, 'float32'), -0)).toBe(true);
  });

  it('keeps rounded numbers apart from exact ones', () => {
    expect([2 ** 53 - 1, 2 ** 53, -(2 ** 63)].map((value) => isExact(value, 'int64'))).toEqual([true, false, false]);
    expect([1e300, Infinity, NaN].map((value) => isExact(value, 'float64'))).toEqual([true, false, false]);
    expect([-(2 ** 63), 2 ** 64].map((value) => within(value, 'int64'))).toEqual([true, false]);
  });
});
