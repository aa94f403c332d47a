import { jest } from '@jest/globals';
import type { Account, Benchmark, EvaluationCase, EvaluationRecords, QueuedJob, Submission } from '#evaluation';
import { createAccountRecords } from './account-records.js';
import { createEvaluationRecords } from './evaluation-records.js';
import { eventsOf } from '../testing/events-of.js';
import { elapse, scratchDatabase, type ScratchDatabase } from '../testing/scratch-database.js';
import {
  claimed,
  newSubmission,
  runOf,
  scored,
  scores,
  smallBenchmark,
  somebody,
  started,
  USAGE,
} from '../testing/small-benchmark.js';

jest.setTimeout(180_000);

const CASES = 8;
let scratch: ScratchDatabase;
let records: EvaluationRecords;
let benchmark: Benchmark;
let submitter: Account;
let submission: Submission;
let run: string;
let cases: readonly EvaluationCase[];
/** Runs of tests before, some of them in progress for ever. */
const earlier: string[] = [];

beforeAll(async () => {
  scratch = await scratchDatabase();
  records = createEvaluationRecords(scratch.database);
  benchmark = await records.createBenchmark(smallBenchmark({ practice: CASES, test: 1 }));
  submitter = await somebody(createAccountRecords(scratch.database));
  cases = await records.cases(benchmark.phases[0].id);
});
afterAll(() => scratch.remove());

beforeEach(async () => {
  submission = (await records.createSubmission(newSubmission(benchmark, submitter))).submission;
  run = runOf(submission, 0);
  await started(records, run);
  await drained();
});

afterEach(() => void earlier.push(run));

const drained = async (): Promise<QueuedJob[]> => {
  const jobs: QueuedJob[] = [];
  while ((await records.relayOutbox(async (batch) => void jobs.push(...batch), 100)) > 0);
  return jobs;
};
const count = async (table: string): Promise<number> =>
  (
    (await scratch.database.dataSource.query(`select count(*)::int as n from ${table} where run_id = $1`, [run])) as {
      n: number;
    }[]
  )[0].n;
const failure = {
  prediction: null,
  usage: null,
  scores: [],
  failure: { code: 'inference-failed', detail: 'node Reshape_3' },
} as const;

test('eight workers, each through connections of its own, claim one case: one gets it', async () => {
  const others = [createEvaluationRecords(await scratch.open()), createEvaluationRecords(await scratch.open())];
  const claims = await Promise.all(
    Array.from({ length: 8 }, (_, n) => others[n % 2].claimCase(run, cases[0].id, 1, `w${n}`, 10)),
  );
  expect(claims.filter((claim) => claim !== null)).toEqual([
    { runId: run, caseId: cases[0].id, epoch: 1, attempt: 1, lost: 0 },
  ]);
});

test('the next case that nobody has begun is of a run in progress, and of none that is left out', async () => {
  const other = (await records.createSubmission(newSubmission(benchmark, submitter))).submission;
  const others = runOf(other, 0); // queued: not in progress
  const untouched = async (...leftOut: string[]) => {
    const found = await records.untouchedCase([...leftOut, ...earlier]);
    return found && [found.runId, found.epoch, found.caseId];
  };
  const inOrder = cases.map(({ id }) => id).sort();
  expect(await untouched()).toEqual([run, 1, inOrder[0]]);
  expect(await untouched(run)).toBeNull();
  const claim = await claimed(records, run, inOrder[0]);
  expect(await untouched()).toEqual([run, 1, inOrder[1]]);
  await records.releaseCase(claim); // has been begun, and has a job of its own to go on with
  expect(await untouched()).toEqual([run, 1, inOrder[1]]);
  await started(records, others);
  await drained();
  expect((await untouched(run))?.[0]).toBe(others);
  expect((await untouched())?.[0]).toBe(run); // that was queued first
  earlier.push(others);
});

test('a case is free again when the lease has run out; its first holder may then write no more', async () => {
  const first = await claimed(records, run, cases[0].id, 1, 'w1');
  expect(await records.claimCase(run, cases[0].id, 1, 'w2', 10)).toBeNull();
  await elapse(scratch.database, 9);
  expect(await records.heartbeat(first, 10)).toBe(true);
  await elapse(scratch.database, 9);
  expect(await records.claimCase(run, cases[0].id, 1, 'w2', 10)).toBeNull();
  await elapse(scratch.database, 2);
  const second = await claimed(records, run, cases[0].id, 1, 'w2');
  expect(second).toMatchObject({ attempt: 2, lost: 1 });
  expect(await records.heartbeat(first, 10)).toBe(false);
  expect(await records.releaseCase(first)).toBe(false);
  expect(await records.recordCase(first, scored(cases[0], 0.1))).toBe(false);
  expect(await records.recordCase(second, scored(cases[0], 0.9))).toBe(true);
  expect((await records.caseResults(run))[0]).toMatchObject({ state: 'scored', attempt: 2, scores: scores(0.9) });
});

test('a late holder that nobody has overtaken may still write', async () => {
  const claim = await claimed(records, run, cases[0].id);
  await elapse(scratch.database, 15);
  expect(await records.recordCase(claim, scored(cases[0]))).toBe(true);
});

test('a case given back can be taken at once and counts nobody as lost', async () => {
  const first = await claimed(records, run, cases[0].id);
  expect(await records.releaseCase(first)).toBe(true);
  expect(await records.releaseCase(first)).toBe(true); // still nobody else's; harmless
  const second = await claimed(records, run, cases[0].id, 1, 'w2');
  expect(second).toMatchObject({ attempt: 2, lost: 0 });
  expect(await records.releaseCase(first)).toBe(false);
});

test('the same result sent twice, at once, is one result', async () => {
  const claim = await claimed(records, run, cases[0].id);
  const answers = await Promise.all(Array.from({ length: 6 }, () => records.recordCase(claim, scored(cases[0]))));
  expect(answers.filter(Boolean)).toHaveLength(1);
  expect(await count('metric_value')).toBe(4); // 2 regions x 2 metrics
  expect((await records.runContext(run))!.run.cases).toEqual({ total: CASES, scored: 1, failed: 0 });
  const events = await eventsOf(scratch.database, { runId: run });
  expect(events.filter(({ caseId }) => caseId === cases[0].id)).toHaveLength(1);
});

test('eight finishers at once: the last of them, whoever it is, closes the run exactly once', async () => {
  const others = await Promise.all(
    Array.from({ length: 4 }, async () => createEvaluationRecords(await scratch.open())),
  );
  const claims = await Promise.all(cases.map(({ id }, n) => claimed(records, run, id, 1, `w${n}`)));
  const answers = await Promise.all(
    claims.map((claim, n) => others[n % 4].recordCase(claim, n === 3 ? failure : scored(cases[n]))),
  );
  expect(answers).toEqual(Array(CASES).fill(true));
  expect(await drained()).toEqual([
    { id: `close-run.${run}.1.2`, job: { name: 'close-run', runId: run, epoch: 1 }, priority: 1 },
  ]);
  expect((await records.runContext(run))!.run).toMatchObject({
    state: 'scoring',
    owner: null,
    cases: { total: CASES, scored: CASES - 1, failed: 1 },
  });
  const scoringEvents = (await eventsOf(scratch.database, { runId: run })).filter(({ state }) => state === 'scoring');
  expect(scoringEvents).toHaveLength(1);
  expect(await records.claimCase(run, cases[0].id, 1, 'w1', 10)).toBeNull();
});

test('a failed case is a row with its reason, and a reason for every metric', async () => {
  await records.recordCase(await claimed(records, run, cases[0].id), { ...failure, usage: USAGE });
  const [result] = await records.caseResults(run);
  const none = { kind: 'undefined', why: 'no-prediction' };
  expect(result).toMatchObject({
    state: 'failed',
    failureCode: 'inference-failed',
    failureDetail: 'node Reshape_3',
    prediction: null,
    usage: USAGE,
  });
  expect(result.scores).toEqual(
    ['liver', 'spleen'].map((region) => ({ region, status: 'failed', values: { dice: none, hd95: none } })),
  );
});

test('every kind of value reads back as it was written, to the last bit', async () => {
  const values = [
    {
      region: 'liver',
      status: 'empty_prediction',
      values: { dice: { kind: 'value', value: 0 }, hd95: { kind: 'unbounded' } },
    },
    {
      region: 'spleen',
      status: 'ok',
      values: { dice: { kind: 'value', value: 0.1 + 0.2 }, hd95: { kind: 'undefined', why: 'reference-empty' } },
    },
  ] as const;
  await records.recordCase(await claimed(records, run, cases[0].id), { ...scored(cases[0]), scores: values });
  expect((await records.caseResults(run))[0].scores).toEqual(values);
});

test('a result with a gap is refused as a whole', async () => {
  const claim = await claimed(records, run, cases[0].id);
  const [liver, spleen] = scores(0.5);
  const withScores = (broken: typeof scores extends (...args: never[]) => infer R ? R : never) =>
    records.recordCase(claim, { ...scored(cases[0]), scores: broken });
  await expect(withScores([liver])).rejects.toThrow('has the regions liver; expected liver, spleen');
  await expect(withScores([liver, liver])).rejects.toThrow('has the regions liver, liver; expected liver, spleen');
  await expect(withScores([liver, { ...spleen, values: { dice: spleen.values['dice'] } }])).rejects.toThrow(
    'has the metrics of region "spleen" dice; expected dice, hd95',
  );
  await expect(
    withScores([liver, { ...spleen, values: { ...spleen.values, hd95: { kind: 'value', value: Infinity } } }]),
  ).rejects.toThrow('hd95 of region "spleen" is Infinity');
  await expect(withScores([])).rejects.toThrow('has the regions (none)');
  expect(await count('metric_value')).toBe(0);
  const made: { n: number }[] = await scratch.database.dataSource.query(
    `select count(*)::int as n from stored_object_input where input_id = $1 and object_id in (select id from stored_object where kind = 'prediction')`,
    [submission.version.models[0].id],
  );
  expect(made).toEqual([{ n: 0 }]); // nor did the prediction stay
  expect(await records.recordCase(claim, scored(cases[0]))).toBe(true);
});

test('every run on one case, the best placed first', async () => {
  const single = await records.createBenchmark(smallBenchmark({ slug: 'standings', practice: 1, test: 1 }));
  const [only] = await records.cases(single.phases[0].id);
  const runs: string[] = [];
  for (const [slug, dice] of [
    ['second', 0.7],
    ['first', 0.8],
    ['unranked', 0.9],
    ['pending', 1],
  ] as const) {
    const made = (
      await records.createSubmission(
        newSubmission(single, submitter, { algorithm: { slug, name: `The ${slug}`, description: '' } }),
      )
    ).submission;
    runs.push(runOf(made, 0));
    await started(records, runOf(made, 0));
    if (slug === 'pending') continue;
    await records.recordCase(await claimed(records, runOf(made, 0), only.id), scored(only, dice));
    if (slug === 'unranked') continue;
    await records.completeRun(runOf(made, 0), 1, { aggregates: [], metrics: { dice }, stop: null }, (entries) => {
      const byDice = [...entries].sort((a, b) => b.metrics['dice'] - a.metrics['dice']);
      return new Map(byDice.map(({ runId }, place) => [runId, place + 1]));
    });
  }
  const standings = await records.resultsOfCase(only.id, 10, null);
  expect(
    standings.map(({ algorithm, version, rank, result }) => [
      algorithm.slug,
      algorithm.name,
      version,
      rank,
      result.scores,
    ]),
  ).toEqual([
    ['first', 'The first', '1.0.0', 1, scores(0.8)],
    ['second', 'The second', '1.0.0', 2, scores(0.7)],
    ['unranked', 'The unranked', '1.0.0', null, scores(0.9)],
  ]);
  expect(standings[0].result).toEqual((await records.caseResults(runs[1]))[0]);
  expect(await records.resultsOfCase(only.id, 1, null)).toHaveLength(1);
  expect(await records.resultsOfCase('nonsense', 1, null)).toEqual([]);
  const drawn = standings.flatMap(({ algorithm, version, result: { prediction } }) => (prediction ? [{ algorithm, version, object: prediction }] : []));
  expect(drawn.length).toBeGreaterThan(0);
  expect(await records.predictionsOfCase(only.id, 10, null)).toEqual(drawn);
  expect(await records.predictionsOfCase('nonsense', 1, null)).toEqual([]);

  const told = async (at: Date): Promise<string[]> => {
    const [results, predictions] = await Promise.all([records.resultsOfCase(only.id, 10, at), records.predictionsOfCase(only.id, 10, at)]);
    expect(predictions.map(({ algorithm }) => algorithm.slug)).toEqual(results.map(({ algorithm }) => algorithm.slug));
    return results.map(({ algorithm }) => algorithm.slug);
  };
  expect(await told(new Date())).toEqual(['first', 'second']); // whoever does not follow runs is told of complete ones
  const later = new Date(Date.now() + 3_600_000);
  await scratch.database.dataSource.query('update evaluation_run set release_at = $2 where id = $1', [runs[1], later]);
  expect(await told(new Date())).toEqual(['second']);
  expect(await told(later)).toEqual(['first', 'second']);
});
