import { jest } from '@jest/globals';
import {
  emptyBoardState,
  nextBoardState,
  type Account,
  type Aggregate,
  type Benchmark,
  type EvaluationRecords,
} from '#evaluation';
import { migrate } from '../migrate.js';
import { createAccountRecords } from './account-records.js';
import { createEvaluationRecords } from './evaluation-records.js';
import { scratchDatabase, type ScratchDatabase } from '../testing/scratch-database.js';
import {
  byDice,
  claimed,
  completed,
  newSubmission,
  runOf,
  scored,
  SIGNATURE,
  smallBenchmark,
  somebody,
  started,
} from '../testing/small-benchmark.js';

jest.setTimeout(180_000);

let scratch: ScratchDatabase;
let records: EvaluationRecords;
let submitter: Account;
let benchmark: Benchmark;
let serial = 0;

beforeAll(async () => {
  scratch = await scratchDatabase();
  records = createEvaluationRecords(scratch.database);
  submitter = await somebody(createAccountRecords(scratch.database));
});
afterAll(() => scratch.remove());
beforeEach(async () => {
  benchmark = await records.createBenchmark(smallBenchmark({ slug: `board-${++serial}`, practice: 2, test: 1 }));
});

const entered = async (slug: string, dice: number, signature = SIGNATURE): Promise<string> => {
  const { submission } = await records.createSubmission(
    newSubmission(benchmark, submitter, { algorithm: { slug: `${slug}-${serial}`, name: slug, description: '' } }),
  );
  await completed(records, runOf(submission, 0), { dice, signature });
  return runOf(submission, 0);
};
const board = async (page: { limit?: number; offset?: number; signature?: string } = {}) =>
  records.leaderboard(benchmark.phases[0].id, { limit: 100, offset: 0, ...page });
const places = async (page = {}) =>
  (await board(page)).entries.map(({ rank, algorithm, metrics }) => [rank, algorithm.name, metrics['dice']]);

test('empty while nothing has completed', async () => {
  expect(await board()).toEqual({
    phaseId: benchmark.phases[0].id,
    signature: '',
    boards: [],
    updatedAt: null,
    state: null,
    total: 0,
    entries: [],
  });
  expect((await records.leaderboard('nonsense', { limit: 10, offset: 0 })).entries).toEqual([]);
});

test('each completion ranks the board anew; ties share a place and are listed by name', async () => {
  await entered('b', 0.8);
  await entered('d', 0.7);
  expect(await places()).toEqual([
    [1, 'b', 0.8],
    [2, 'd', 0.7],
  ]);
  await entered('c', 0.9);
  await entered('a', 0.8);
  expect(await places()).toEqual([
    [1, 'c', 0.9],
    [2, 'a', 0.8],
    [2, 'b', 0.8],
    [4, 'd', 0.7],
  ]);
  expect(await places({ limit: 2, offset: 1 })).toEqual([
    [2, 'a', 0.8],
    [2, 'b', 0.8],
  ]);
  expect((await board({ limit: 1 })).total).toBe(4);
});

test('an entry says whose, what, how many cases, and what the practice cases cost', async () => {
  const aggregates: Aggregate[] = [{ region: 'liver', metric: 'dice', mean: 0.5, n: 2, penalised: 1 }];
  const { submission } = await records.createSubmission(newSubmission(benchmark, submitter));
  const runId = runOf(submission, 0);
  await started(records, runId);
  const [first, second] = await records.cases(benchmark.phases[0].id);
  await records.recordCase(await claimed(records, runId, first.id), {
    ...scored(first),
    usage: { elapsedMs: 100, cpuMs: 70, peakRssBytes: 5e6, sessionMs: 1 },
  });
  await records.recordCase(await claimed(records, runId, second.id), {
    prediction: null,
    usage: { elapsedMs: 9e6, cpuMs: 9e6, peakRssBytes: 9e9, sessionMs: 1 },
    scores: [],
    failure: { code: 'inference-timeout', detail: '' },
  });
  expect(await records.boardEntry(runId)).toBeNull();
  await records.completeRun(runId, 1, { aggregates, metrics: { dice: 0.5, hd95: 12 }, stop: null }, byDice);
  const { entries, updatedAt } = await board();
  const { finishedAt } = (await records.runContext(runId))!.run;
  const phaseId = benchmark.phases[0].id;
  const { version } = submission;
  const link = {
    runId,
    algorithm: version.algorithm.slug,
    version: '1.0.0',
    modelSha256: version.modelSha256,
    manifestSha256: version.manifestSha256,
    metrics: { dice: 0.5, hd95: 12 },
    aggregates,
    cases: { scored: 1, failed: 1 },
  };
  expect(entries).toEqual([
    {
      runId,
      submissionId: submission.id,
      algorithm: { slug: submission.version.algorithm.slug, name: submission.version.algorithm.name },
      version: '1.0.0',
      submitterId: submitter.id,
      rank: 1,
      metrics: { dice: 0.5, hd95: 12 },
      aggregates,
      cases: { scored: 1, failed: 1 },
      modelSha256: link.modelSha256,
      manifestSha256: link.manifestSha256,
      sequence: 1,
      stateHash: nextBoardState(emptyBoardState({ phaseId, signature: SIGNATURE }), link),
      practiceUsage: { elapsedMs: 100, cpuMs: 70, peakRssBytes: 5e6 },
      finishedAt,
    },
  ]);
  expect(updatedAt).toEqual(finishedAt);
  expect(await records.boardEntry(runId)).toEqual(entries[0]);
});

test('times on a held-out board come from practice cases only', async () => {
  const { submission } = await records.createSubmission(newSubmission(benchmark, submitter));
  const usage = (elapsedMs: number) => ({ elapsedMs, cpuMs: elapsedMs, peakRssBytes: elapsedMs, sessionMs: elapsedMs });
  for (const [ordinal, times] of [
    [0, [10, 30]],
    [1, [5000]],
  ] as const) {
    const runId = runOf(submission, ordinal);
    await started(records, runId);
    for (const [n, evaluationCase] of (await records.cases(benchmark.phases[ordinal].id)).entries()) {
      await records.recordCase(await claimed(records, runId, evaluationCase.id), {
        ...scored(evaluationCase),
        usage: usage(times[n]),
      });
    }
    await records.completeRun(runId, 1, { aggregates: [], metrics: { dice: 1 }, stop: null }, byDice);
  }
  const [entry] = (await records.leaderboard(benchmark.phases[1].id, { limit: 10, offset: 0 })).entries;
  expect(entry.practiceUsage).toEqual({ elapsedMs: 20, cpuMs: 20, peakRssBytes: 20 });
});

test('only equal signatures share a board; the newest is shown unless another is asked for', async () => {
  await entered('old', 0.9);
  await entered('new', 0.5, 'test|v2');
  expect(await places()).toEqual([[1, 'new', 0.5]]);
  expect(await places({ signature: SIGNATURE })).toEqual([[1, 'old', 0.9]]);
  expect(await places({ signature: 'unheard-of' })).toEqual([]);
  expect((await board()).boards.map(({ signature, sequence }) => [signature, sequence])).toEqual([
    ['test|v2', 1],
    [SIGNATURE, 1],
  ]);
  await entered('newer', 0.95);
  expect(await places()).toEqual([
    [1, 'newer', 0.95],
    [2, 'old', 0.9],
  ]);
});

test('each completion makes a state that keeps its address, and the board can be seen as it was', async () => {
  for (const [slug, dice] of [
    ['b', 0.8],
    ['d', 0.7],
    ['c', 0.9],
  ] as const)
    await entered(slug, dice);
  const phaseId = benchmark.phases[0].id;
  const states = await records.boardStates({ phaseId, signature: SIGNATURE }, { limit: 10 });
  expect(states.map(({ sequence, algorithm }) => [sequence, algorithm.name])).toEqual([
    [3, 'c'],
    [2, 'd'],
    [1, 'b'],
  ]);
  expect((await board()).state).toEqual(states[0]);
  expect(await records.boardStates({ phaseId, signature: SIGNATURE }, { limit: 1, before: 3 })).toEqual([states[1]]);
  const [, second] = states;
  expect(await records.boardState(second.hash)).toEqual(second);
  expect(await records.boardState('no such')).toBeNull();

  const asOf = { state: second, rank: byDice };
  const then = await records.leaderboard(phaseId, { limit: 10, offset: 0, asOf });
  expect(then).toMatchObject({ total: 2, state: second, updatedAt: second.at });
  expect(then.entries.map(({ rank, algorithm }) => [rank, algorithm.name])).toEqual([
    [1, 'b'],
    [2, 'd'],
  ]);
  const rest = await records.leaderboard(phaseId, { limit: 10, offset: 1, asOf });
  expect(rest.entries).toEqual([then.entries[1]]);
  expect((await records.leaderboard(benchmark.phases[1].id, { limit: 10, offset: 0, asOf })).entries).toEqual([]);

  // a board from before there were states gets the same addresses
  await scratch.database.dataSource.undoLastMigration({ transaction: 'each' });
  await migrate(scratch.database);
  expect(await records.boardStates({ phaseId, signature: SIGNATURE }, { limit: 10 })).toEqual(states);
});

test('all values behind a board, those of failed cases included', async () => {
  const runId = await entered('whole', 0.75);
  const values = await records.boardValues([runId]);
  const cases = await records.cases(benchmark.phases[0].id);
  expect(values).toHaveLength(cases.length * 4);
  expect(values[0]).toEqual({
    runId,
    caseId: cases[0].id,
    region: 'liver',
    metric: 'dice',
    status: 'ok',
    value: 0.75,
  });
  expect(await records.boardValues([])).toEqual([]);
});

test('six completions of one board at once: nobody is ranked without the others', async () => {
  const ready: [string, number][] = [];
  for (let n = 0; n < 6; n++) {
    const { submission } = await records.createSubmission(
      newSubmission(benchmark, submitter, { algorithm: { slug: `race-${n}`, name: `race-${n}`, description: '' } }),
    );
    const runId = runOf(submission, 0);
    await started(records, runId);
    for (const evaluationCase of await records.cases(benchmark.phases[0].id))
      await records.recordCase(await claimed(records, runId, evaluationCase.id), scored(evaluationCase));
    ready.push([runId, n / 10]);
  }
  const done = await Promise.all(
    ready.flatMap(([runId, dice]) =>
      [0, 1].map(() => records.completeRun(runId, 1, { aggregates: [], metrics: { dice }, stop: null }, byDice)),
    ),
  );
  expect(done.filter(Boolean)).toHaveLength(6); // each was tried twice
  expect((await places()).map(([rank, name]) => [rank, name])).toEqual(
    [5, 4, 3, 2, 1, 0].map((n, place) => [place + 1, `race-${n}`]),
  );
});

test('a ranking that leaves somebody out, or a mean that is no number, completes nothing', async () => {
  const { submission } = await records.createSubmission(newSubmission(benchmark, submitter));
  const runId = runOf(submission, 0);
  await started(records, runId);
  for (const evaluationCase of await records.cases(benchmark.phases[0].id))
    await records.recordCase(await claimed(records, runId, evaluationCase.id), scored(evaluationCase));
  const close = (metrics: Record<string, number>, rank = byDice) =>
    records.completeRun(runId, 1, { aggregates: [], metrics, stop: null }, rank);
  await expect(close({ dice: NaN })).rejects.toThrow('the mean dice is NaN; expected a finite number');
  await expect(close({ dice: 1 }, () => new Map())).rejects.toThrow(`run ${runId} was ranked undefined`);
  expect((await records.runContext(runId))!.run.state).toBe('scoring');
  expect((await records.findSubmission(submission.id))!.runs[1].state).toBe('waiting');
  expect(await close({ dice: 1 })).toBe(true);
});
