import type { CaseResultView } from '#contracts';
import { sortRows } from '../format/order.js';
import { caseSortKey, figureOf, worstFigure } from './case-columns.js';

const row = (name: string, dice: number | null, hd95: number | 'Infinity'): CaseResultView => ({
  caseId: '00000000-0000-4000-8000-000000000001',
  caseName: name,
  facts: {},
  state: 'scored',
  failure: null,
  usage: null,
  scores: [
    {
      region: 'liver',
      status: 'ok',
      values: { dice, hd95 },
      reasons: dice === null ? { dice: 'reference-empty' } : {},
    },
  ],
  predictionObjectId: null,
  receipt: null,
});
const failed: CaseResultView = { ...row('case-3', 0, 0), state: 'failed', scores: [] };

it('gives a value, or the reason why there is none', () => {
  expect(figureOf(row('a', 0.9, 2), 'liver', 'dice')).toEqual({ value: 0.9, reason: undefined, status: 'ok' });
  expect(figureOf(row('a', null, 2), 'liver', 'dice')).toEqual({
    value: null,
    reason: 'reference-empty',
    status: 'ok',
  });
  expect(figureOf(row('a', 0.9, 'Infinity'), 'liver', 'hd95')).toMatchObject({
    value: 'Infinity',
    reason: 'unbounded',
  });
});

it('finds the figure that costs a mean most, of cases that can be looked at', () => {
  const seen = (id: string, dice: number | null, hd95: number | 'Infinity'): CaseResultView => ({
    ...row(id, dice, hd95),
    caseId: id,
    predictionObjectId: 'p',
  });
  const rows = [seen('a', 0.9, 2), seen('b', 0.4, 8), seen('c', null, 'Infinity'), row('failed', 0, 99)];
  const [dice, hd95] = [{ id: 'dice', direction: 'higher' } as const, { id: 'hd95', direction: 'lower' } as const];
  expect(worstFigure(rows, ['liver', 'heart'], dice)).toEqual({ caseId: 'b', region: 'liver' });
  expect(worstFigure(rows, ['liver'], hd95)).toEqual({ caseId: 'c', region: 'liver' });
  expect(worstFigure(rows, ['heart'], dice)).toBeNull();
});

it('has nothing for a failed case or an unknown structure', () => {
  expect(figureOf(failed, 'liver', 'dice')).toEqual({ value: null, reason: undefined, status: undefined });
  expect(figureOf(row('a', 1, 1), 'heart', 'dice').status).toBeUndefined();
});

it('sorts unbounded distances as the largest and failed cases last', () => {
  const rows = [row('case-2', 0.5, 'Infinity'), failed, row('case-10', 0.9, 4)];
  const by = (column: string, metric: string, direction: 'asc' | 'desc'): string[] =>
    sortRows(rows, (one) => caseSortKey(one, column, metric), direction).map(({ caseName }) => caseName);
  expect(by('region:liver', 'hd95', 'asc')).toEqual(['case-10', 'case-2', 'case-3']);
  expect(by('region:liver', 'hd95', 'desc')).toEqual(['case-2', 'case-10', 'case-3']);
  expect(by('case', 'dice', 'asc')).toEqual(['case-2', 'case-3', 'case-10']);
});
