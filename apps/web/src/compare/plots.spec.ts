import { verdictWords } from './pair-section.js';
import { blandAltmanPlot, volumePairs } from './plots.js';

const run = (runId: string) => ({ runId, algorithm: { slug: runId, name: runId }, version: '1', rank: 1, failed: 0 });
const one = (id: string, ml: number) => ({
  id,
  name: id,
  label: 'PUBLIC' as const,
  patient: 0,
  levels: {},
  volumesMl: { liver: ml },
});
const values = {
  runs: [run('a'), run('b')],
  cases: [one('1', 100), one('2', 200), one('3', 50)],
  tables: [
    {
      region: 'liver',
      metric: 'relative_volume_error',
      penalties: [1, 1, 1],
      values: [
        [0.1, -0.5, 0],
        [0, 0, null],
      ],
    },
  ],
};

it('gets volumes from the signed error; a case without one is left out', () => {
  expect(volumePairs(values, 'liver', 'a', 'b')).toEqual([
    { caseId: '1', caseName: '1', first: 110.00000000000001, second: 100 },
    { caseId: '2', caseName: '2', first: 100, second: 200 },
  ]);
  expect(volumePairs(values, 'spleen', 'a', 'b')).toBeNull();
});

it('draws no limits of agreement of a single case', () => {
  const pairs = volumePairs(values, 'liver', 'a', 'b') ?? [];
  expect(blandAltmanPlot(pairs.slice(1), 'liver', ['A', 'B'], 'b')).toBeNull();
  expect(blandAltmanPlot(pairs, 'liver', ['A', 'B'], 'b')?.description).toMatch(
    /^Bias −45\.0 ml, limits .* over 2 cases\.$/,
  );
});

it('says who is better, or that nobody can tell', () => {
  expect(verdictWords({ firstBetter: false, secondBetter: true }, ['A', 'B'])).toBe('B is significantly better.');
  expect(verdictWords({ firstBetter: false, secondBetter: false }, ['A', 'B'])).toMatch(/cannot tell/);
});
