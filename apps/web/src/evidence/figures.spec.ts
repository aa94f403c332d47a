import { toCsv } from './csv.js';
import { boxOf } from './plots/dot-and-box.js';
import { podiumDots } from './plots/podium.js';
import { linesOf, tieOffsets } from './plots/rank-lines.js';
import { placesWithinCases } from './plots/rank-heat.js';
import { legendLines } from './plots/slice-means.js';
import { tauBins } from './plots/tau-spread.js';
import { attributeWords, runLabels } from './run-labels.js';
import { gapSentence } from './slice-figure.js';
import type { CasePoint } from './values-study.js';

const point = (runId: string, caseId: string, value: number): CasePoint => ({
  runId,
  caseId,
  caseName: caseId,
  value,
  penalised: false,
});

it('counts places within cases; equals share the better one', () => {
  const points = [point('a', '1', 0.9), point('b', '1', 0.8), point('a', '2', 0.7), point('b', '2', 0.7)];
  expect(placesWithinCases(points, ['a', 'b'], 'higher')).toEqual([
    [2, 0],
    [1, 1],
  ]);
  expect(placesWithinCases(points, ['a', 'b'], 'lower')).toEqual([
    [1, 1],
    [2, 0],
  ]);
});

it('draws whiskers to the farthest case within 1.5 interquartile ranges', () => {
  expect(boxOf([5, 1, 2, 3, 4, 100], 0)).toEqual({ row: 0, low: 1, high: 5, quartiles: [2.25, 3.5, 4.75] });
});

it('sorts draws by tau to the nearest 0.05, and loses none', () => {
  const bins = tauBins([
    { tau: -1, draws: 10 },
    { tau: 0.98, draws: 20 },
    { tau: 1, draws: 70 },
  ]);
  expect(bins).toEqual([
    { tau: -1, share: 0.1 },
    { tau: 1, share: 0.9 },
  ]);
});

it('writes CSV that keeps every digit, and no text that a spreadsheet would run', () => {
  const table = {
    columns: [{ name: 'algorithm' }, { name: 'dice' }],
    rows: [{ cells: ['A, "b"', 0.1 + 0.2] }, { cells: ['=1+1', null] }, { cells: ['c', -1] }],
  };
  expect(toCsv(table)).toBe('algorithm,dice\n"A, ""b""",0.30000000000000004\n\'=1+1,\nc,-1\n');
});

it('adds the version to a name only where two share it', () => {
  const run = (runId: string, name: string, version: string) => ({ runId, algorithm: { slug: name, name }, version });
  expect([...runLabels([run('1', 'A', '1.0'), run('2', 'A', '2.0'), run('3', 'B', '1.0')]).values()]).toEqual([
    'A 1.0',
    'A 2.0',
    'B',
  ]);
});

it('says fields as people do', () => {
  expect(['sliceThickness', 'site', 'fieldStrength', 'volume of liver'].map(attributeWords)).toEqual([
    'slice thickness (mm)',
    'site',
    'field strength',
    'volume of liver',
  ]);
});

it('sets words where they fit', () => {
  expect(linesOf('without Alder University Hospital', 20)).toBe(2);
  expect(linesOf('mean', 2)).toBe(1);
  expect(legendLines(['aaaa', 'bbbb', 'cccc'], 130).map(({ line }) => line)).toEqual([0, 0, 1]);
  const last = (rank: number) => ({ stop: 0, rank, runId: 'x' });
  expect(tieOffsets([last(1), last(2), last(2), undefined])).toEqual([0, 0, 1, 0]);
});

it('climbs a podium in every case; equals share a place and stand on a step each, in the order of the board', () => {
  const points = [point('a', '1', 3), point('b', '1', 2), point('c', '1', 2), point('a', '2', 9), point('b', '2', 1)];
  const steps = (direction: 'higher' | 'lower') =>
    podiumDots(points, ['c', 'b', 'a'], direction).map(
      ({ caseId, runId, place, step }) => `${caseId}${runId}${place}${step}`,
    );
  expect(steps('lower')).toEqual(['1c11', '1b12', '1a33', '2b11', '2a22']);
  expect(steps('higher')).toEqual(['1a11', '1c22', '1b23', '2a11', '2b22']);
});

describe('the sentence about gaps', () => {
  const figures = (pAdjusted: number | null, worst = 'B') => ({
    gap: 0.1,
    low: 0,
    high: 0.2,
    worst,
    deviation: 0.1,
    p: pAdjusted,
    pAdjusted,
  });
  const row = (name: string, raw: number | null, after?: number) => ({
    name,
    gap: {
      levels: ['A', 'B'],
      ...figures(raw),
      equityScaled: null,
      afterSize: after === undefined ? null : figures(after),
    },
  });

  it('claims no equality where nothing stands out, and nothing where no tests are released', () => {
    expect(gapSentence([row('X', 0.2), row('Y', 0.06)])).toMatch(/no proof of equality/);
    expect(gapSentence([row('X', null)])).toBeNull();
  });

  it('says whether the size of structures explains what stands out', () => {
    expect(gapSentence([row('X', 0.01), row('Y', 0.5)])).toBe(
      'X does not work equally well on these groups, worst on “B”.',
    );
    expect(gapSentence([row('X', 0.01, 0.4)])).toMatch(/size of the structures can explain it/);
    expect(gapSentence([row('X', 0.01, 0.01)])).toMatch(/size of the structures does not explain it\.$/);
    expect(gapSentence([row('X', 0.01, 0.01), row('Y', 0.01, 0.3)])).toMatch(/does not explain it for X\.$/);
  });
});
