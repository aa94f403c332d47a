import { meanBoundsIn } from './mean-intervals.js';

const [FIRST, SECOND, THIRD] = ['1', '2', '3'].map((end) => `00000000-0000-4000-8000-00000000000${end}`);
const boundsOf = meanBoundsIn({
  columns: [
    { metric: 'dice', region: 'all', intervals: { [FIRST]: [0.8, 0.9], [SECOND]: null } },
    { metric: 'dice', region: 'liver', intervals: { [FIRST]: [0.7, 0.95] } },
  ],
});

it('finds the interval of a run under a metric and a structure', () => {
  expect(boundsOf(FIRST, { metric: 'dice', region: 'all' })).toEqual({ low: 0.8, high: 0.9 });
  expect(boundsOf(FIRST, { metric: 'dice', region: 'liver' })).toEqual({ low: 0.7, high: 0.95 });
});

it('tells one patient, who has none, from what is not known', () => {
  expect(boundsOf(SECOND, { metric: 'dice', region: 'all' })).toBeNull();
  expect(boundsOf(THIRD, { metric: 'dice', region: 'all' })).toBeUndefined();
  expect(boundsOf(FIRST, { metric: 'hd95', region: 'all' })).toBeUndefined();
  expect(meanBoundsIn(undefined)(FIRST, { metric: 'dice', region: 'all' })).toBeUndefined();
});
