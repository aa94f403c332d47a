import type { BoardValuesView } from '#contracts';
import { boardEvidence, studyOfData } from '#ranking';
import { casePoints, rankNow, seedOf, studyDataOf } from './values-study.js';
import { aggregateWords, isDeclared, schemeOf } from './scheme-choice.js';

const directionOf = (metric: string) => (metric === 'hd95' ? 'lower' : 'higher') as 'lower' | 'higher';
const id = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
const run = (n: number) => ({
  runId: id(n),
  algorithm: { slug: `a${n}`, name: `A${n}` },
  version: '1',
  rank: n,
  failed: 0,
});
const one = (n: number) => ({
  id: id(n),
  name: `case ${n}`,
  label: 'PUBLIC' as const,
  patient: n % 2,
  levels: {},
  volumesMl: null,
});

/** Three runs, four cases, two regions. Run 1 is best on the mean; run 2 on the median, as it fails once. */
const values: BoardValuesView = {
  benchmark: 'b',
  phase: 'practice',
  signature: 's',
  state: { hash: `0000002a${'0'.repeat(56)}`, sequence: 3, at: '2026-11-20T10:00:00Z' },
  runs: [run(1), run(2), run(3)],
  cases: [one(4), one(5), one(6), one(7)],
  attributes: [],
  tables: ['liver', 'spleen'].map((region) => ({
    region,
    metric: 'dice',
    penalties: [0, 0, 0, 0],
    values: [
      [0.8, 0.8, 0.8, 0.8],
      [0.9, 0.9, 0.9, null],
      [0.5, 0.5, 0.5, 0.5],
    ],
  })),
  statuses: [],
};
const rules = { ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' } } as const;
const ranks = (scheme: Parameters<typeof schemeOf>[1]) =>
  [...rankNow(studyDataOf(values), schemeOf(rules, scheme), directionOf)].map(([runId, { rank }]) => [runId, rank]);

it('ranks anew from the values: the mean counts a failure, the median does not', () => {
  expect(ranks({ scheme: 'declared' })).toEqual([
    [id(1), 1],
    [id(2), 2],
    [id(3), 3],
  ]);
  expect(ranks({ scheme: 'median-then-rank' })).toEqual([
    [id(2), 1],
    [id(1), 2],
    [id(3), 3],
  ]);
  expect(ranks({ scheme: 'test-then-rank' }).map(([, rank]) => rank)).toEqual([1, 1, 1]); // four cases decide nothing
});

it('tells what was ranked', () => {
  const median = rankNow(studyDataOf(values), schemeOf(rules, { scheme: 'median-then-rank' }), directionOf);
  expect(median.get(id(2))?.aggregate).toBeCloseTo(0.9, 12);
  expect(aggregateWords('median-then-rank', 'Dice')).toEqual({ name: 'Median Dice', of: 'metric' });
  expect(aggregateWords('mean-then-rank', 'Dice')).toBeNull();
});

it('takes the choice apart as the server does', () => {
  const consensus = { ranking: { kind: 'consensus', metrics: ['dice', 'hd95'], ties: 'min' } } as const;
  expect(schemeOf(consensus, { scheme: 'declared' })).toMatchObject({
    kind: 'consensus',
    of: [{ metric: 'dice' }, { metric: 'hd95' }],
  });
  expect(schemeOf(consensus, { scheme: 'declared', metric: 'hd95' })).toEqual({
    kind: 'mean-then-rank',
    metric: 'hd95',
    region: 'all',
    ties: 'min',
  });
  expect(schemeOf(consensus, { scheme: 'rank-then-mean', region: 'liver' })).toEqual({
    kind: 'rank-then-mean',
    metric: 'dice',
    region: 'liver',
    ties: 'min',
  });
  expect(isDeclared({ scheme: 'declared' })).toBe(true);
  expect(isDeclared({ scheme: 'declared', region: 'liver' })).toBe(false);
});

it('gives every case of every run, penalties in place and marked', () => {
  const points = casePoints(values, 'dice', 'all');
  expect(points).toHaveLength(12);
  expect(points[7]).toEqual({ runId: id(2), caseId: id(7), caseName: 'case 7', value: 0, penalised: true });
  expect(casePoints(values, 'dice', 'liver')[0].value).toBe(0.8);
  expect(() => casePoints(values, 'hd95', 'all')).toThrow(/hd95/);
});

it('keeps the order of patients, so that a seed stands for the same draws as on the server', () => {
  const many = {
    ...values,
    cases: Array.from({ length: 12 }, (_, n) => ({ ...one(1), id: `case-${String(n).padStart(2, '0')}`, patient: n })),
  };
  const { patients } = studyDataOf({ ...many, tables: [] });
  expect([...patients].sort()).toEqual(patients);
  const question = {
    scheme: schemeOf(rules, { scheme: 'declared' }),
    directionOf,
    attributes: [],
    failed: () => false,
    draws: 200,
    seed: seedOf(values.state.hash),
    detail: 'cases' as const,
  };
  const data = studyDataOf(values);
  const named = { ...data, patients: data.patients.map((patient) => `patient ${patient}`) };
  expect(boardEvidence({ ...question, study: studyOfData(data) }).standings).toEqual(
    boardEvidence({ ...question, study: studyOfData(named) }).standings,
  );
  expect(question.seed).toBe(42);
});
