import { releaseSeconds } from './release.js';

describe('when the end of a sealed run may be known', () => {
  it.each([
    [0, 10],
    [10, 10],
    [10.001, 30],
    [89, 90],
    [91, 270],
    [300, 810],
    [810, 810],
    [811, 1620], // kept waiting by others
    [2000, 2430],
  ])('a run of %d s with 810 s at most: after %d s', (elapsed, expected) => {
    expect(releaseSeconds(elapsed, 810)).toBeCloseTo(expected, 9);
  });

  it('is one of five times within the limit, never before the run ended, and never after three times as long but for the first', () => {
    const longest = 36_060;
    const times = Array.from({ length: 5000 }, (_, n) => ((n + 1) / 5000) * longest);
    const edges = times.map((time) => releaseSeconds(time, longest));
    expect(new Set(edges).size).toBe(5);
    expect(times.every((time, n) => edges[n] >= time)).toBe(true);
    const first = Math.min(...edges);
    expect(times.every((time, n) => edges[n] === first || edges[n] <= 3 * time * (1 + 1e-9))).toBe(true);
  });

  it('refuses what is no time', () => {
    expect(() => releaseSeconds(-1, 10)).toThrow(RangeError);
    expect(() => releaseSeconds(Number.NaN, 10)).toThrow(RangeError);
    expect(() => releaseSeconds(1, 0)).toThrow(RangeError);
  });
});
