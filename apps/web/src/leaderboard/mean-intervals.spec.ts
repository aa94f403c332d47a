import type { BoardValuesView } from '#contracts';
import { questionOf, rankEvidence } from '../evidence/evidence-of-values.js';
import { emptyCases, meanBounds } from './mean-intervals.js';

const id = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
const values: BoardValuesView = {
  benchmark: 'b',
  phase: 'practice',
  signature: 's',
  state: { hash: `0000002a${'0'.repeat(56)}`, sequence: 3, at: '2026-11-20T10:00:00Z' },
  runs: [1, 2].map((n) => ({
    runId: id(n),
    algorithm: { slug: `a${n}`, name: `A${n}` },
    version: '1',
    rank: n,
    failed: 0,
  })),
  cases: [4, 5, 6, 7].map((n) => ({
    id: id(n),
    name: `case ${n}`,
    label: 'PUBLIC' as const,
    patient: n % 3,
    levels: {},
    volumesMl: null,
  })),
  attributes: [],
  tables: ['liver', 'spleen'].map((region, t) => ({
    region,
    metric: 'dice',
    penalties: [0, 0, 0, 0],
    values: [
      [0.8, 0.7, 0.9, 0.6],
      [0.9, 0.2 + t / 10, 0.9, null],
    ],
  })),
  statuses: [
    {
      region: 'liver',
      values: [
        ['ok', 'ok', 'ok', 'ok'],
        ['ok', 'empty_prediction', 'ok', 'failed'],
      ],
    },
    {
      region: 'spleen',
      values: [
        ['both_empty', 'ok', 'ok', 'ok'],
        ['ok', 'empty_prediction', 'empty_prediction', 'failed'],
      ],
    },
  ],
};

it.each(['all', 'spleen'])('draws the interval that the evidence gives the ranked metric: %s', (region) => {
  const scheme = { kind: 'mean-then-rank', metric: 'dice', region, ties: 'min' } as const;
  const { standings } = rankEvidence(questionOf(values, scheme, () => 'higher'));
  const { bounds } = meanBounds(values, { metric: 'dice', region });
  expect(Object.fromEntries(bounds)).toEqual(
    Object.fromEntries(standings.map(({ algorithm, mean }) => [algorithm, { low: mean?.low, high: mean?.high }])),
  );
});

it('claims no interval from one patient', () => {
  const alone = { ...values, cases: values.cases.map((one) => ({ ...one, patient: 0 })) };
  expect(meanBounds(alone, { metric: 'dice', region: 'all' }).bounds[0]).toEqual([id(1), null]);
});

it('counts a case once, however many structures came out empty', () => {
  expect([...emptyCases(values)]).toEqual([
    [id(1), 0],
    [id(2), 2],
  ]);
});
