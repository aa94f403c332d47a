import type { LeaderboardEntryView } from '#contracts';
import { sortRows } from '../format/order.js';
import {
  bestOf,
  cellOf,
  metricColumns,
  naturalDirection,
  emptyWords,
  penaltyWords,
  rankingMetrics,
  rankable,
  sortKey,
  type MetricInfo,
} from './board-columns.js';

const dice: MetricInfo = {
  id: 'dice',
  name: 'Dice',
  abbreviation: 'Dice',
  unit: '',
  direction: 'higher',
  description: '',
  role: 'rank',
};
const hd95: MetricInfo = {
  id: 'hd95',
  name: 'HD95',
  abbreviation: 'HD95',
  unit: 'mm',
  direction: 'lower',
  description: '',
  role: 'rank',
};

const entry = (rank: number, diceMean: number, hdMean: number | null, failed = 0): LeaderboardEntryView => ({
  rank,
  runId: `00000000-0000-4000-8000-00000000000${rank}`,
  submissionId: `00000000-0000-4000-8000-00000000000${rank}`,
  algorithm: { slug: `a-${rank}`, name: `A ${rank}` },
  version: '1.0.0',
  submitter: 'R',
  metrics: { dice: diceMean, ...(hdMean === null ? {} : { hd95: hdMean }) },
  aggregates: [
    { region: 'liver', metric: 'dice', mean: diceMean + 0.01, n: 36, penalised: failed },
    { region: 'spleen', metric: 'dice', mean: diceMean - 0.01, n: 36, penalised: failed },
  ],
  cases: { scored: 36 - failed, failed, empty: { liver: 0, spleen: failed } },
  practiceUsage: failed > 0 ? null : { elapsedMs: 1, cpuMs: rank * 100, peakRssBytes: 1 },
  modelSha256: 'a'.repeat(64),
  manifestSha256: 'b'.repeat(64),
  state: { hash: String(rank).repeat(64), sequence: rank },
  finishedAt: `2026-11-0${rank}T00:00:00Z`,
});
const board = [entry(1, 0.9, 5), entry(2, 0.8, 3), entry(3, 0.7, null, 4)];

it('takes the columns from the rules, in their order, and shows a metric without a catalogue entry by its id', () => {
  const columns = metricColumns(
    {
      metrics: [
        { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
        { id: 'new', penalty: { kind: 'fixed', value: 0 } },
      ],
    },
    [dice, hd95],
  );
  expect(columns.map(({ id, abbreviation }) => [id, abbreviation])).toEqual([
    ['hd95', 'HD95'],
    ['new', 'new'],
  ]);
});

it('knows what a phase is ranked by', () => {
  expect(rankingMetrics({ ranking: { kind: 'mean-then-rank', metric: 'dice', ties: 'min' } })).toEqual(['dice']);
  expect(rankingMetrics({ ranking: { kind: 'consensus', metrics: ['dice', 'hd95'], ties: 'min' } })).toEqual([
    'dice',
    'hd95',
  ]);
});

describe('cellOf', () => {
  it('gives the mean over structures, with all its penalties', () => {
    expect(cellOf(board[2], 'dice', null)).toEqual({ mean: 0.7, n: null, penalised: 8 });
  });

  it('gives one structure with its cases', () => {
    expect(cellOf(board[0], 'dice', 'spleen')).toEqual({ mean: 0.89, n: 36, penalised: 0 });
  });

  it('gives null where nothing was computed, also for names of the prototype', () => {
    expect(cellOf(board[2], 'hd95', null)).toBeNull();
    expect(cellOf(board[0], 'dice', 'heart')).toBeNull();
    expect(cellOf(board[0], 'constructor', null)).toBeNull();
  });
});

describe('penalties', () => {
  const sealed = { ...board[2], aggregates: board[2].aggregates.map((part) => ({ ...part, penalised: null })) };

  it('stay a secret where their number is not released', () => {
    expect(cellOf(sealed, 'dice', null)).toEqual({ mean: 0.7, n: null, penalised: null });
    expect(penaltyWords({ penalised: null })).toMatch(/not released/);
  });

  it('are counted where they may be, and not mentioned where there are none', () => {
    expect(penaltyWords({ penalised: 1 })).toBe('1 value replaced by the declared penalty');
    expect(penaltyWords({ penalised: 0 })).toBeNull();
  });
});

it('sorts by the place under another rule when asked', () => {
  const places = new Map([
    [board[0].runId, 2],
    [board[1].runId, 1],
  ]);
  const rows = sortRows(board, (row) => sortKey(row, 'rank', null, ({ runId }) => places.get(runId)), 'asc');
  expect(rows.map(({ rank }) => rank)).toEqual([2, 1, 3]); // a row that is not placed stands last
});

describe('bestOf', () => {
  it('finds nothing best in a metric that is only reported', () => {
    expect(bestOf(board, { ...dice, role: 'report' }, null)).toBeNull();
    expect(rankable([dice, { ...hd95, role: 'report' }])).toEqual([dice]);
  });

  it('respects the direction of the metric', () => {
    expect(bestOf(board, dice, null)).toBe(0.9);
    expect(bestOf(board, hd95, null)).toBe(3);
  });

  it('marks nothing when there is nothing to compare', () => {
    expect(bestOf([board[0]], dice, null)).toBeNull();
    expect(bestOf([entry(1, 0.9, 5), entry(2, 0.9, 5)], dice, null)).toBeNull();
  });
});

describe('sorting', () => {
  const order = (column: string, direction: 'asc' | 'desc'): number[] =>
    sortRows(board, (row) => sortKey(row, column, null), direction).map(({ rank }) => rank);

  it('starts with the best of each metric', () => {
    expect(order('dice', naturalDirection(dice))).toEqual([1, 2, 3]);
    expect(order('hd95', naturalDirection(hd95))).toEqual([2, 1, 3]);
  });

  it('keeps a row without the figure last either way', () => {
    expect(order('hd95', 'desc')).toEqual([1, 2, 3]);
    expect(order('cpu', 'asc')).toEqual([1, 2, 3]);
    expect(order('cpu', 'desc')).toEqual([2, 1, 3]);
  });

  it('sorts by failed cases, date and name', () => {
    expect(order('failed', 'desc')[0]).toBe(3);
    expect(order('finished', 'desc')).toEqual([3, 2, 1]);
    expect(order('algorithm', 'asc')).toEqual([1, 2, 3]);
  });
});

describe('structures that are missing altogether', () => {
  const empty = { liver: 0, spleen: 1, lesion: 4 };

  it('are counted each, and named', () => {
    expect(emptyWords(empty, null)).toEqual({
      count: 5,
      words: 'absent from the prediction although the reference has it: spleen in 1 case, lesion in 4 cases',
    });
  });

  it('are counted under the structure that is shown', () => {
    expect(emptyWords(empty, 'lesion')?.count).toBe(4);
    expect(emptyWords(empty, 'liver')).toBeNull();
  });

  it('are not spoken of where their number is not released', () => expect(emptyWords(null, null)).toBeNull());
});
