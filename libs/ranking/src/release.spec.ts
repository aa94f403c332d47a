import fc from 'fast-check';
import type { Attribute } from './board-evidence.js';
import { fewestTold, releasable, shownLevels } from './release.js';

const attribute = (key: string, levels: readonly (string | null)[]): Attribute => ({ key, demographic: false, levels });
const times = (n: number, level: string): string[] => Array<string>(n).fill(level);
const people = (n: number): string[] => Array.from({ length: n }, (_, c) => `patient ${c}`);
const keysOf = (attributes: readonly Attribute[], n: number, first?: string): string[] =>
  releasable(attributes, people(n), first).map(({ key }) => key);

describe('what may be released of a held-out phase', () => {
  it('is no attribute with a level that all cases less the others give away', () => {
    expect(keysOf([attribute('site', [...times(10, 'north'), 'south'])], 11)).toEqual([]);
    expect(keysOf([attribute('sex', [...times(36, 'f'), ...times(6, 'm')])], 42)).toEqual([]);
    expect(keysOf([attribute('site', [...times(10, 'north'), ...times(10, 'south')])], 20)).toEqual(['site']);
    // what is hidden has ten patients and two levels
    const three = attribute('site', [...times(20, 'north'), ...times(9, 'south'), ...times(4, 'west')]);
    expect(shownLevels(three, people(33))).toEqual(['north']);
    expect(keysOf([three], 33)).toEqual(['site']);
  });

  it('is no attribute whose levels differ from those of another in few cases', () => {
    const site = attribute('site', [...times(20, 'n'), ...times(21, 's')]);
    const vendor = attribute('vendor', [...times(21, 'x'), ...times(20, 'y')]);
    expect(keysOf([vendor, site], 41)).toEqual(['vendor']);
    expect(keysOf([vendor, site], 41, 'site')).toEqual(['site']);
    const other = attribute('other', [...times(10, 'x'), ...times(20, 'y'), ...times(11, 'x')]);
    expect(keysOf([site, other], 41)).toEqual(['site', 'other']);
    expect(keysOf([site, attribute('same', site.levels)], 41)).toEqual(['site', 'same']);
  });

  it('is no third attribute that gives away where two overlap', () => {
    // a and b overlap in four cases; c is where exactly one of them holds: a + b - c is twice those four
    const one = (is: (c: number) => boolean) => Array.from({ length: 60 }, (_, c) => (is(c) ? 'yes' : 'no'));
    const [inA, inB] = [(c: number) => c < 20, (c: number) => c >= 16 && c < 40];
    const a = attribute('a', one(inA));
    const b = attribute('b', one(inB));
    const c = attribute(
      'c',
      one((at) => inA(at) !== inB(at)),
    );
    expect(keysOf([a, b], 60)).toEqual(['a', 'b']);
    expect(keysOf([a, c], 60)).toEqual(['a', 'c']);
    expect(keysOf([a, b, c], 60)).toEqual(['a', 'b']);
  });

  it('counts patients, not cases', () => {
    const levels = [...times(12, 'n'), ...times(12, 's')];
    const pairs = levels.map((_, c) => `patient ${Math.floor(c / 2)}`);
    expect(releasable([attribute('site', levels)], pairs)).toEqual([]);
  });

  const level = fc.constantFrom('a', 'b', 'c', null);
  const board = fc
    .integer({ min: 12, max: 48 })
    .chain((n) =>
      fc
        .array(fc.array(level, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 4 })
        .map((all) => ({ n, all })),
    );

  it('lets nobody add and subtract groups down to a few cases', () => {
    let released = 0;
    const property = fc.property(board, ({ n, all }) => {
      // levels that run on, so that some of them are large enough and alike
      const attributes = all.map((levels, i) =>
        attribute(
          `${i}`,
          levels.map((_, c) => levels[Math.floor(c / (4 + 3 * i))]),
        ),
      );
      const out = releasable(attributes, people(n));
      const groups = out.flatMap((one) =>
        shownLevels(one, people(n)).map((name) => one.levels.map((is) => Number((is ?? 'unknown') === name))),
      );
      groups.push(Array<number>(n).fill(1));
      if (out.length > 1) released++;
      fc.pre(groups.length <= 8);
      for (let code = 1; code < 3 ** groups.length; code++) {
        const factors = groups.map((_, g) => (Math.floor(code / 3 ** g) % 3) - 1);
        const told = people(n).filter((_, c) => groups.reduce((sum, group, g) => sum + factors[g] * group[c], 0) !== 0);
        if (told.length > 0 && told.length < 10) throw new Error(`${told.length} cases by ${factors.join()}`);
      }
    });
    fc.assert(property, { seed: 8, numRuns: 150 });
    expect(released).toBeGreaterThan(10);
  });

  it('finds the fewest that any combination tells, whatever its factors', () => {
    // twice the first group less the second and the third: only the last three cases keep a weight
    const groups = [
      [1, 1, 1, 1, 0, 0],
      [1, 1, 0, 0, 1, 1],
      [1, 1, 1, 1, 1, 1],
    ].map((group) => group.map(Boolean));
    expect(fewestTold(groups, people(6))).toBe(2);
    expect(fewestTold([groups[2]], people(6))).toBe(6);
    expect(fewestTold([groups[0], groups[2]], ['a', 'a', 'b', 'b', 'c', 'c'])).toBe(1);
  });
});
