import { ariaSort, nextDirection, sortRows } from './order.js';

const keys = (rows: readonly { readonly key: unknown }[]): unknown[] => rows.map(({ key }) => key);
const rows = [{ key: 3 }, { key: null }, { key: 1 }, { key: NaN }, { key: Infinity }, { key: 2 }];

describe('sortRows', () => {
  it('puts what has no value last in either direction', () => {
    const key = (row: { key: number | null }): number | null => row.key;
    expect(keys(sortRows(rows, key, 'asc'))).toEqual([1, 2, 3, Infinity, null, NaN]);
    expect(keys(sortRows(rows, key, 'desc'))).toEqual([Infinity, 3, 2, 1, null, NaN]);
  });

  it('keeps the order of equals and leaves the given rows alone', () => {
    const given = [
      { key: 1, name: 'a' },
      { key: 0, name: 'b' },
      { key: 1, name: 'c' },
    ];
    expect(sortRows(given, ({ key }) => key, 'desc').map(({ name }) => name)).toEqual(['a', 'c', 'b']);
    expect(given.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('sorts texts as people do: case-10 after case-9, whatever the case of letters', () => {
    const names = ['case-10', 'Case-9', 'case-1'].map((key) => ({ key }));
    expect(keys(sortRows(names, ({ key }) => key, 'asc'))).toEqual(['case-1', 'Case-9', 'case-10']);
  });
});

it('turns round on a second press and starts with the best', () => {
  expect(nextDirection(null, 'desc')).toBe('desc');
  expect(nextDirection('desc', 'desc')).toBe('asc');
  expect(nextDirection('asc', 'desc')).toBe('desc');
});

it('says it in the words of aria-sort', () => {
  expect([ariaSort(null), ariaSort('asc'), ariaSort('desc')]).toEqual(['none', 'ascending', 'descending']);
});
