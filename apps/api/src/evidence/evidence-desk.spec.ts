import type { PhaseRules } from '#domain';
import type { BoardValue, EvaluationCase, Phase } from '#evaluation';
import { EvidenceDesk } from './evidence-desk.js';
import type { EvidenceEngine } from './evidence-pool.js';
import { answerMeans, answerTask } from './evidence-task.js';
import type { FilledBoard } from './open-board.js';

const CASES = Array.from({ length: 12 }, (_, c) => `case-${String(c).padStart(2, '0')}`);
const RUNS = ['run-a', 'run-b'];
const RULES: PhaseRules = {
  regions: [{ name: 'liver', labels: [1] }],
  metrics: [
    { id: 'dice', penalty: { kind: 'fixed', value: 0 } },
    { id: 'hd95', penalty: { kind: 'volume-diagonal' } },
    { id: 'sensitivity', penalty: { kind: 'fixed', value: 0 } },
    { id: 'relative_volume_error', penalty: { kind: 'fixed', value: 1 } },
  ],
  ranking: { kind: 'consensus', metrics: ['dice', 'hd95'], ties: 'min' },
  limits: { loadSeconds: 30, caseSeconds: 60, memoryMib: 1024, threads: 1 },
};

/** Cases with two readers each, of two sites; site b has the larger livers. */
function evaluationCase(id: string, c: number, readTwice = true): EvaluationCase {
  return {
    id,
    name: id.toUpperCase(),
    patient: id,
    label: 'PUBLIC',
    facts: { site: c % 2 === 0 ? 'a' : 'b' },
    geometry: {
      sizeXyz: [3, 4, 12],
      spacingMm: [1, 1, 1],
      originLps: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    },
    referenceStudy: {
      volumesMl: { liver: 100 + 50 * c },
      agreement: !readTwice
        ? []
        : [
            {
              readers: ['x', 'y'],
              scores: [
                {
                  region: 'liver',
                  status: 'ok',
                  values: { dice: { kind: 'value', value: 0.9 + c / 1000 }, hd95: { kind: 'value', value: 3 + c } },
                },
              ],
            },
          ],
    },
  } as unknown as EvaluationCase;
}

/** A desk over records that count how often they are read. */
function desk(readTwice: (c: number) => boolean = () => true, patients = CASES.length) {
  const reads = { cases: 0, boardValues: 0, answers: 0, means: 0 };
  const records = {
    cases: () => (
      reads.cases++,
      Promise.resolve(CASES.map((id, c) => ({ ...evaluationCase(id, c, readTwice(c)), patient: CASES[c % patients] })))
    ),
    boardValues: (runIds: readonly string[]) => {
      reads.boardValues++;
      const values = runIds.flatMap((runId, a) =>
        CASES.flatMap((caseId, c) =>
          RULES.metrics.map(({ id: metric }): BoardValue => ({
            runId,
            caseId,
            region: 'liver',
            metric,
            status: 'ok',
            value: metric === 'hd95' ? 5 + a + c / 10 : 0.9 - a / 10 - c / 100,
          })),
        ),
      );
      return Promise.resolve(values);
    },
  };
  const engine: EvidenceEngine = {
    answer: (task) => (reads.answers++, Promise.resolve(answerTask({ ...task, draws: 50 }))),
    means: (task) => (reads.means++, Promise.resolve(answerMeans({ ...task, draws: 50 }))),
    close: () => Promise.resolve(),
  };
  return { reads, desk: new EvidenceDesk(records, engine) };
}

function opened(hash: string, seesCases: boolean, patients = CASES.length): FilledBoard {
  return {
    phase: { id: 'phase', rules: RULES } as unknown as Phase,
    state: { hash },
    board: { entries: RUNS.map((runId) => ({ runId })) },
    seesCases,
    seesCounts: seesCases || patients >= 10,
  } as unknown as FilledBoard;
}

const [OLD, NEW] = ['12'.repeat(32), '34'.repeat(32)];
const DECLARED = { scheme: 'declared', region: 'all' } as const;

describe('evidence of a board', () => {
  it('reads the values of a state once, whatever is asked about it, by whom, and at the same time', async () => {
    const { desk: one, reads } = desk();
    const board = opened(NEW, true);
    const [first, tables, same] = await Promise.all([
      one.evidence(board, DECLARED),
      one.tables(board),
      one.evidence(board, DECLARED),
      one.ceiling(board, 'dice', 'all'),
    ]);
    expect(same).toBe(first);
    await one.evidence(board, { ...DECLARED, scheme: 'median-then-rank' });
    await one.evidence(opened(NEW, false), DECLARED);
    await one.ceiling(board, 'hd95', 'liver');
    await one.compare(board, { region: 'all', first: RUNS[0], second: RUNS[1] });
    expect(await one.tables(board)).toBe(tables);
    await Promise.all([one.means(board), one.means(board), one.deviations(board, 'dice', 'all')]);
    expect(reads).toEqual({ cases: 1, boardValues: 1, answers: 3, means: 1 });
    await one.tables(opened(OLD, true));
    expect(reads).toEqual({ cases: 2, boardValues: 2, answers: 3, means: 1 });
  });

  it('works out each answer once', async () => {
    const { desk: one, reads } = desk();
    const board = opened(NEW, true);
    const ask = { region: 'all', first: RUNS[0], second: RUNS[1] };
    expect(await one.compare(board, ask)).toBe(await one.compare(board, ask));
    expect(await one.ceiling(board, 'dice', 'all')).toBe(await one.ceiling(board, 'dice', 'all'));
    expect(await one.evidence(board, DECLARED)).toBe(await one.evidence(board, DECLARED));
    expect(reads.answers).toBe(1);
  });

  it('never hands figures of single cases to who may not see them, though the keepers asked first', async () => {
    const { desk: one } = desk();
    expect((await one.evidence(opened(NEW, true), DECLARED)).tests.p).not.toBeNull();
    expect((await one.evidence(opened(NEW, false), DECLARED)).tests.p).toBeNull();
  });

  it('gives every metric and structure the interval that a ranking by it has, whoever asks', async () => {
    const { desk: one } = desk();
    const { columns, withheld } = await one.means(opened(NEW, false));
    expect(withheld).toBeNull();
    expect(columns.map(({ metric, region }) => [metric, region])).toEqual(
      RULES.metrics.flatMap(({ id }) => [
        [id, 'all'],
        [id, 'liver'],
      ]),
    );
    for (const { metric, region, intervals } of columns) {
      if (metric === 'relative_volume_error') continue; // nothing is ranked by it: its mean has an interval all the same
      const { standings } = await one.evidence(opened(NEW, false), { scheme: 'mean-then-rank', metric, region });
      const wanted = standings.map(({ algorithm, mean }) => [algorithm, [mean?.low, mean?.high]] as const);
      expect(intervals).toEqual(Object.fromEntries(wanted));
    }
    expect((await one.means(opened(NEW, true))).columns).toEqual(columns);
  });

  it('tells neither intervals nor spread of a few held-out patients, though the keepers asked first', async () => {
    const { desk: one } = desk(undefined, 9);
    const keeper = opened(NEW, true, 9);
    expect((await one.means(keeper)).columns).toHaveLength(8);
    expect(await one.deviations(keeper, 'dice', 'all')).toHaveProperty('size', 2);
    expect(await one.means(opened(NEW, false, 9))).toMatchObject({ withheld: 'few-patients', columns: [] });
    expect(await one.deviations(opened(NEW, false, 9), 'dice', 'all')).toBeNull();
  });

  it('has no ceiling of a metric that changes when readers change places', async () => {
    const { desk: one, reads } = desk();
    expect(await one.ceiling(opened(NEW, true), 'sensitivity', 'all')).toBeNull();
    expect(await one.ceiling(opened(NEW, true), 'unmeasured', 'all')).toBeNull();
    expect(reads.cases).toBe(0);
  });

  it('knows the sizes of structures, for gaps after size', async () => {
    const { desk: one } = desk();
    const { sizes } = await one.tables(opened(NEW, true));
    expect(sizes?.get('liver')?.slice(0, 2)).toEqual([100, 150]);
  });

  it('tells how readers agree on a few held-out cases only to those who see cases', async () => {
    const { desk: one } = desk((c) => c < 9);
    expect(await one.ceiling(opened(NEW, true), 'dice', 'all')).toMatchObject({ cases: 9 });
    expect(await one.ceiling(opened(NEW, false), 'dice', 'all')).toBeNull();
    const { desk: more } = desk((c) => c < 10);
    expect(await more.ceiling(opened(NEW, false), 'dice', 'all')).toMatchObject({ cases: 10 });
  });

  it('ranks by no figure that is only reported, and compares by it without a verdict', async () => {
    const { desk: one } = desk();
    const board = opened(NEW, true);
    const metric = 'relative_volume_error';
    await expect(one.evidence(board, { ...DECLARED, metric })).rejects.toThrow('a figure to report');
    const compared = await one.compare(board, { metric, region: 'all', first: RUNS[0], second: RUNS[1] });
    expect(compared).toMatchObject({ ranked: false, comparison: { pFirstBetter: null, wins: 0, losses: 0 } });
    expect(compared.comparison.cases).toHaveLength(CASES.length);
  });

  it('refuses a metric or a region that the phase does not score', async () => {
    const { desk: one, reads } = desk();
    const board = opened(NEW, true);
    await expect(one.evidence(board, { ...DECLARED, metric: 'iou' })).rejects.toMatchObject({ code: 'scheme-invalid' });
    const pair = { first: RUNS[0], second: RUNS[1] };
    await expect(one.compare(board, { ...pair, region: 'spleen' })).rejects.toMatchObject({ code: 'scheme-invalid' });
    expect(reads.cases).toBe(0);
  });
});
