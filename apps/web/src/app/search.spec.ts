import {
  benchmarkSearch,
  caseSearch,
  compareSearch,
  parseSearch,
  safeNext,
  stringifySearch,
  viewQuery,
  withViewQuery,
} from './search.js';

describe('parseSearch and stringifySearch', () => {
  it('are inverse, keep texts texts, repeat names, and keep commas readable', () => {
    const search = { version: '1.0', at: '12.5,-30,48', hide: ['reference', 'prediction'], q: 'a&b=ü' };
    const text = stringifySearch(search);
    expect(text).toContain('at=12.5,-30,48');
    expect(parseSearch(text)).toEqual(search);
  });

  it('leave out what has no value', () => {
    expect(stringifySearch({ a: undefined, b: '', c: null })).toBe('');
    expect(parseSearch('')).toEqual({});
  });

  it('are not fooled by names of the prototype', () => {
    const parsed = parseSearch('?__proto__=x&toString=y');
    expect(parsed.toString).toBe('y');
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

describe('benchmarkSearch', () => {
  it('keeps what it knows and drops the rest', () => {
    expect(benchmarkSearch({ tab: 'rules', phase: 'practice', dir: 'desc', sort: 'hd95', other: 'x' })).toEqual({
      tab: 'rules',
      phase: 'practice',
      structure: undefined,
      sort: 'hd95',
      dir: 'desc',
    });
    expect(benchmarkSearch({ scheme: 'best-then-rank', asOf: 'abc', by: 'hd95' })).toEqual({ by: 'hd95' });
    expect(benchmarkSearch({ scheme: 'test-then-rank', asOf: 'a'.repeat(64) })).toMatchObject({
      scheme: 'test-then-rank',
      asOf: 'a'.repeat(64),
    });
    expect(benchmarkSearch({ tab: 'evil', phase: ['test', 'practice'], dir: 1 })).toEqual({});
  });
});

describe('compareSearch', () => {
  it('takes one run or several to compare with', () => {
    expect(compareSearch(parseSearch('?first=a&second=b')).second).toEqual(['b']);
    expect(compareSearch(parseSearch('?first=a&second=b&second=c')).second).toEqual(['b', 'c']);
    expect(compareSearch(parseSearch('?first=a')).second).toBeUndefined();
  });
});

describe('case links', () => {
  it('hand the viewer its part and keep run and reader apart', () => {
    const search = caseSearch(
      parseSearch('?run=r1&reader=reader-2&at=1,2,3&w=40,400&mode=errors&hide=reference&hide=prediction&junk=1'),
    );
    expect(search.run).toBe('r1');
    expect(viewQuery(search)).toBe('at=1,2,3&w=40,400&mode=errors&hide=reference&hide=prediction');
    const moved = withViewQuery(search, 'at=9,9,9&w=40,400');
    expect(moved).toMatchObject({ run: 'r1', reader: 'reader-2', at: '9,9,9' });
    expect(moved.mode).toBeUndefined();
    expect(moved.hide).toBeUndefined();
  });

  it('hands layers that were added and measurements to the viewer, and what is to be found only once', () => {
    const search = caseSearch(
      parseSearch(
        '?run=r1&find=hd95.liver&at=1,2,3&with=reader-b&with=run-x&m=probe,axial,1,2,3&surface=distances&z=axial,90,1,2&pen=both,60,3,,reader-b',
      ),
    );
    expect(search.find).toBe('hd95.liver');
    const query = viewQuery(search);
    expect(query).toBe(
      'at=1,2,3&surface=distances&with=reader-b&with=run-x&z=axial,90,1,2&pen=both,60,3,,reader-b&m=probe,axial,1,2,3',
    );
    expect(withViewQuery(search, query)).toMatchObject({ run: 'r1', with: ['reader-b', 'run-x'] });
    expect(withViewQuery(search, query).find).toBeUndefined();
  });
});

describe('safeNext', () => {
  it('goes to pages of this site', () => {
    expect(safeNext('/runs/1?metric=dice')).toBe('/runs/1?metric=dice');
  });

  it.each([
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/a\nb',
    '/sign-in?next=/x',
    '',
    undefined,
    7,
  ])('drops %p', (value) => {
    expect(safeNext(value)).toBeUndefined();
  });
});
