import { jest } from '@jest/globals';
import type { Account, Benchmark, EvaluationRecords, QueuedJob, Submission } from '#evaluation';
import { createAccountRecords } from './account-records.js';
import { createEvaluationRecords } from './evaluation-records.js';
import { eventsOf } from '../testing/events-of.js';
import { elapse, scratchDatabase, type ScratchDatabase } from '../testing/scratch-database.js';
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
let benchmark: Benchmark;
let submitter: Account;
let submission: Submission;
let practice: string;
let held: string;

beforeAll(async () => {
  scratch = await scratchDatabase();
  records = createEvaluationRecords(scratch.database);
  benchmark = await records.createBenchmark(smallBenchmark());
  submitter = await somebody(createAccountRecords(scratch.database));
});
afterAll(() => scratch.remove());

beforeEach(async () => {
  submission = (await records.createSubmission(newSubmission(benchmark, submitter))).submission;
  practice = runOf(submission, 0);
  held = runOf(submission, 1);
  await drained();
});

const drained = async (): Promise<QueuedJob[]> => {
  const jobs: QueuedJob[] = [];
  while ((await records.relayOutbox(async (batch) => void jobs.push(...batch), 100)) > 0);
  return jobs;
};
const stateOf = async (runId: string) => (await records.runContext(runId))!.run;
const statesSeen = async (runId: string) =>
  (await eventsOf(scratch.database, { runId })).filter(({ caseId }) => caseId === null).map(({ state }) => state);

test('a run goes from queued to running and owes one job a case, in the order of the cases', async () => {
  const context = await records.claimRun(practice, 1, 'w1');
  expect(context).toMatchObject({
    run: { id: practice, state: 'validating', owner: 'w1', epoch: 1 },
    phase: benchmark.phases[0],
    version: submission.version,
    submission: { id: submission.id, submitterId: submitter.id },
  });
  expect(context!.run.startedAt).toBeInstanceOf(Date);
  expect(await records.startRun(practice, 1, 'w1', SIGNATURE)).toBe(true);
  expect(await stateOf(practice)).toMatchObject({
    state: 'running',
    signature: SIGNATURE,
    cases: { total: 2, scored: 0, failed: 0 },
  });
  const cases = await records.cases(benchmark.phases[0].id);
  expect(await drained()).toEqual(
    cases.map(({ id }) => ({
      id: `evaluate-case.${practice}.${id}.1.1`,
      job: { name: 'evaluate-case', runId: practice, epoch: 1, caseId: id },
      priority: 3,
    })),
  );
  expect((await records.caseResults(practice)).map(({ caseId, state }) => [caseId, state])).toEqual(
    cases.map(({ id }) => [id, 'pending']),
  );
  expect(await statesSeen(practice)).toEqual(['queued', 'validating', 'running']);
});

test('eight workers claim one run at once: one gets it', async () => {
  const claims = await Promise.all(Array.from({ length: 8 }, (_, n) => records.claimRun(practice, 1, `w${n}`)));
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
});

test('its own worker may ask again, another one only after the deadline', async () => {
  await records.claimRun(practice, 1, 'w1');
  expect(await records.claimRun(practice, 1, 'w1')).toMatchObject({ run: { owner: 'w1' } });
  expect(await records.claimRun(practice, 1, 'w2')).toBeNull();
  await elapse(scratch.database, 14);
  expect(await records.heartbeatRun(practice, 1, 'w1')).toBe(true);
  await elapse(scratch.database, 14);
  expect(await records.claimRun(practice, 1, 'w2')).toBeNull();
  await elapse(scratch.database, 2);
  expect(await records.claimRun(practice, 1, 'w2')).toMatchObject({ run: { owner: 'w2', state: 'validating' } });
  expect(await records.heartbeatRun(practice, 1, 'w1')).toBe(false);
  expect(await records.startRun(practice, 1, 'w1', SIGNATURE)).toBe(false);
  expect(await records.startRun(practice, 1, 'w2', SIGNATURE)).toBe(true);
  expect(await records.startRun(practice, 1, 'w2', SIGNATURE)).toBe(false); // twice
});

test('nothing answers to another epoch, or to no id at all', async () => {
  await started(records, practice);
  const [evaluationCase] = await records.cases(benchmark.phases[0].id);
  for (const epoch of [0, 2]) {
    expect(await records.claimRun(practice, epoch, 'w1')).toBeNull();
    expect(await records.claimCase(practice, evaluationCase.id, epoch, 'w1', 10)).toBeNull();
    expect(await records.failRun(practice, epoch, { code: 'defect', detail: '' })).toBe(false);
    expect(await records.completeRun(practice, epoch, { aggregates: [], metrics: {}, stop: null }, byDice)).toBe(false);
  }
  expect(await records.claimRun('nonsense', 1, 'w1')).toBeNull();
  expect(await records.runContext('nonsense')).toBeNull();
  expect(await records.cancelSubmission('nonsense')).toBe(false);
  expect(await records.retryRun('nonsense')).toBe(false);
});

test('the waiting run is queued when the one before it completes', async () => {
  await completed(records, practice);
  expect(await stateOf(practice)).toMatchObject({
    state: 'completed',
    deadlineAt: null,
    owner: null,
    cases: { total: 2, scored: 2, failed: 0 },
  });
  expect(await stateOf(held)).toMatchObject({ state: 'queued', epoch: 1 });
  expect((await drained()).at(-1)).toMatchObject({ id: `validate-model.${held}.1.1` });
});

test('completing with a stop fails what waits, and retry cannot get around it', async () => {
  await started(records, practice);
  for (const { id } of await records.cases(benchmark.phases[0].id)) {
    await records.recordCase(await claimed(records, practice, id), {
      prediction: null,
      usage: null,
      scores: [],
      failure: { code: 'inference-failed', detail: 'Reshape' },
    });
  }
  const stop = { code: 'practice-all-failed', detail: '2 of 2' } as const;
  expect(await records.completeRun(practice, 1, { aggregates: [], metrics: { dice: 0 }, stop }, byDice)).toBe(true);
  expect(await stateOf(held)).toMatchObject({ state: 'failed', failureCode: 'practice-all-failed', deadlineAt: null });
  expect(await records.retryRun(held)).toBe(false);
  expect(await records.retryRun(practice)).toBe(false);
});

test('a failed run fails what waits for it, and its retry makes it wait again', async () => {
  await records.claimRun(practice, 1, 'w1');
  expect(await records.failRun(practice, 1, { code: 'model-load-failed', detail: 'opset 99' })).toBe(true);
  expect(await records.failRun(practice, 1, { code: 'defect', detail: '' })).toBe(false); // ended already
  expect(await stateOf(practice)).toMatchObject({
    state: 'failed',
    failureCode: 'model-load-failed',
    failureDetail: 'opset 99',
  });
  expect(await stateOf(held)).toMatchObject({ state: 'failed', failureCode: 'model-load-failed' });
  expect((await stateOf(held)).failureDetail).not.toContain('opset');
  await drained();

  expect(await records.retryRun(practice)).toBe(true);
  expect(await stateOf(practice)).toMatchObject({
    state: 'queued',
    epoch: 2,
    failureCode: null,
    failureDetail: null,
    finishedAt: null,
    startedAt: null,
  });
  expect(await stateOf(held)).toMatchObject({ state: 'waiting', epoch: 2, failureCode: null, finishedAt: null });
  expect(await drained()).toMatchObject([{ id: `validate-model.${practice}.2.2`, job: { epoch: 2 } }]);
  expect(await records.retryRun(practice)).toBe(false); // active
  await completed(records, practice, { epoch: 2 });
  expect(await stateOf(held)).toMatchObject({ state: 'queued', epoch: 2 });
});

test('retrying a later run first retries the earlier one that stopped it', async () => {
  await records.failRun(practice, 1, { code: 'defect', detail: '' });
  expect(await records.retryRun(held)).toBe(true);
  expect([(await stateOf(practice)).state, (await stateOf(held)).state]).toEqual(['queued', 'waiting']);
});

test('retry keeps scored cases and tries the others again', async () => {
  await completed(records, practice);
  await started(records, held);
  const [first, second, third] = await records.cases(benchmark.phases[1].id);
  await records.recordCase(await claimed(records, held, first.id), scored(first, 0.75));
  await records.recordCase(await claimed(records, held, second.id), {
    prediction: null,
    usage: null,
    scores: [],
    failure: { code: 'inference-timeout', detail: '' },
  });
  const stale = await claimed(records, held, third.id);
  await records.failRun(held, 1, { code: 'defect', detail: '' });
  await drained();

  expect(await records.retryRun(held)).toBe(true);
  expect(await stateOf(held)).toMatchObject({ state: 'queued', epoch: 2, cases: { total: 3, scored: 1, failed: 0 } });
  await started(records, held, 2);
  expect((await drained()).map(({ id }) => id)).toEqual([
    `validate-model.${held}.2.2`,
    `evaluate-case.${held}.${second.id}.2.2`,
    `evaluate-case.${held}.${third.id}.2.2`,
  ]);
  expect(await records.recordCase(stale, scored(third))).toBe(false);
  expect(await records.heartbeat(stale, 10)).toBe(false);
  const results = await records.caseResults(held);
  expect(results.map(({ state, attempt, scores }) => [state, attempt, scores.length])).toEqual([
    ['scored', 1, 2],
    ['pending', 0, 0],
    ['pending', 0, 0],
  ]);
  expect(results[0].scores[0].values['dice']).toEqual({ kind: 'value', value: 0.75 });
});

test('under another signature every case is scored again', async () => {
  await completed(records, practice);
  await started(records, held);
  const [first] = await records.cases(benchmark.phases[1].id);
  await records.recordCase(await claimed(records, held, first.id), scored(first));
  await records.failRun(held, 1, { code: 'defect', detail: '' });
  await records.retryRun(held);
  await drained();
  await started(records, held, 2, 'test|v2');
  expect((await records.caseResults(held)).map(({ state, scores }) => [state, scores])).toEqual(
    Array(3).fill(['pending', []]),
  );
  expect(await drained()).toHaveLength(3);
});

test('a run whose cases are all settled goes straight on to scoring', async () => {
  await started(records, practice);
  for (const evaluationCase of await records.cases(benchmark.phases[0].id)) {
    await records.recordCase(await claimed(records, practice, evaluationCase.id), scored(evaluationCase));
  }
  await records.failRun(practice, 1, { code: 'defect', detail: '' });
  await records.retryRun(practice);
  await drained();
  await started(records, practice, 2);
  expect(await stateOf(practice)).toMatchObject({ state: 'scoring', owner: null, cases: { scored: 2 } });
  expect((await drained()).map(({ job }) => job.name)).toEqual(['close-run']);
});

test('cancel ends every active run under a higher epoch, and running work notices', async () => {
  await started(records, practice);
  const [first, second] = await records.cases(benchmark.phases[0].id);
  await records.recordCase(await claimed(records, practice, first.id), scored(first));
  const claim = await claimed(records, practice, second.id);
  expect(await records.cancelSubmission(submission.id)).toBe(true);
  for (const runId of [practice, held]) {
    expect(await stateOf(runId)).toMatchObject({
      state: 'cancelled',
      epoch: 2,
      failureCode: 'cancelled-by-submitter',
      deadlineAt: null,
      owner: null,
    });
  }
  expect(await records.heartbeat(claim, 10)).toBe(false);
  expect(await records.recordCase(claim, scored(second))).toBe(false);
  expect(await records.claimCase(practice, second.id, 1, 'w1', 10)).toBeNull();
  expect(await records.cancelSubmission(submission.id)).toBe(false);

  expect(await records.retryRun(practice)).toBe(true);
  expect(await stateOf(practice)).toMatchObject({ state: 'queued', epoch: 3, cases: { scored: 1 } });
  expect(await stateOf(held)).toMatchObject({ state: 'waiting', epoch: 3 });
});

test('a completed run stays completed when the rest is cancelled', async () => {
  await completed(records, practice);
  await records.cancelSubmission(submission.id);
  expect([(await stateOf(practice)).state, (await stateOf(held)).state]).toEqual(['completed', 'cancelled']);
  expect(await records.retryRun(practice)).toBe(false);
  expect(await records.retryRun(held)).toBe(true);
  expect((await stateOf(held)).state).toBe('queued');
});

test('queue position counts what is active and what was queued before', async () => {
  const base = await records.queuePosition(practice);
  const second = (await records.createSubmission(newSubmission(benchmark, submitter))).submission;
  const third = (await records.createSubmission(newSubmission(benchmark, submitter))).submission;
  await scratch.database.dataSource.query(
    `update evaluation_run set queued_at = queued_at - interval '1 s' where submission_id <> $1 and state = 'queued'`,
    [third.id],
  );
  expect(await records.queuePosition(runOf(third, 0))).toBe(base + 2);
  await records.claimRun(runOf(third, 0), 1, 'w1');
  expect(await records.queuePosition(runOf(third, 0))).toBe(0);
  await records.cancelSubmission(second.id);
  expect(await records.queuePosition(runOf(second, 0))).toBe(0);
  expect(await records.queuePosition('nonsense')).toBe(0);
  await records.cancelSubmission(third.id);
});

describe('a sealed run on images of people', () => {
  let people: Benchmark;
  beforeAll(async () => {
    people = await records.createBenchmark({ ...smallBenchmark({ slug: 'people', test: 2 }), synthetic: false });
  });
  /** Running in the held-out phase, in which 10 s of loading and two cases of 10 s each are allowed: 30 s. */
  const late = async (): Promise<string> => {
    const own = (await records.createSubmission(newSubmission(people, submitter))).submission;
    await completed(records, runOf(own, 0));
    expect((await stateOf(runOf(own, 0))).releaseAt).toBeNull(); // practice: everybody sees each case
    await started(records, runOf(own, 1));
    return runOf(own, 1);
  };
  const secondsUntilRelease = async (runId: string) => {
    const { startedAt, releaseAt } = await stateOf(runId);
    return releaseAt && (releaseAt.getTime() - startedAt!.getTime()) / 1000;
  };
  const closings = async (runId: string) =>
    (await drained()).filter(({ job }) => job.name === 'close-run' && job.runId === runId).length;

  test('whose cases are settled is closed when its end may be known, not before', async () => {
    const runId = await late();
    await elapse(scratch.database, 5);
    for (const one of await records.cases(people.phases[1].id))
      await records.recordCase(await claimed(records, runId, one.id), scored(one));
    expect(await stateOf(runId)).toMatchObject({ state: 'scoring' });
    expect(await secondsUntilRelease(runId)).toBeCloseTo(10, 2); // the third of 30 s, after 5 s and a bit
    await records.sweep();
    expect(await closings(runId)).toBe(0);
    await elapse(scratch.database, 6);
    await records.sweep();
    expect(await closings(runId)).toBe(1);
    await records.completeRun(runId, 1, { aggregates: [], metrics: { dice: 1 }, stop: null }, byDice);
    expect(await stateOf(runId)).toMatchObject({ state: 'completed', releaseAt: expect.any(Date) });
  });

  test('that cannot go on says so no sooner, and starts anew without a trace of it', async () => {
    const runId = await late();
    await elapse(scratch.database, 70);
    await records.quarantineRun(runId, 1, { code: 'inference-crashed', detail: 'twice' });
    expect(await secondsUntilRelease(runId)).toBeCloseTo(90, 2); // kept waiting: a multiple of 30 s
    expect(await records.retryRun(runId, { release: true })).toBe(true);
    expect(await secondsUntilRelease(runId)).toBeNull();
  });
});

describe('a run on hold', () => {
  const UNREADABLE = { code: 'case-unreadable', detail: 'case one: image abc is not in the blob store' } as const;

  async function onHold(): Promise<Awaited<ReturnType<typeof claimed>>> {
    await started(records, practice);
    const [first, second] = await records.cases(benchmark.phases[0].id);
    await records.recordCase(await claimed(records, practice, first.id), scored(first));
    const claim = await claimed(records, practice, second.id);
    expect(await records.quarantineRun(practice, 1, UNREADABLE)).toBe(true);
    await drained();
    return claim;
  }

  test('keeps its cases and its reason, is told of, and lets go of the case that was being worked on', async () => {
    const claim = await onHold();
    expect(await stateOf(practice)).toMatchObject({
      state: 'quarantined',
      epoch: 1,
      failureCode: 'case-unreadable',
      failureDetail: UNREADABLE.detail,
      finishedAt: null,
      cases: { scored: 1 },
    });
    expect((await stateOf(held)).state).toBe('waiting');
    expect((await statesSeen(practice)).at(-1)).toBe('quarantined');
    expect(await records.heartbeat(claim, 10)).toBe(false);
    expect(await records.recordCase(claim, scored((await records.cases(benchmark.phases[0].id))[1]))).toBe(false);
    expect(await records.claimCase(practice, claim.caseId, 1, 'w2', 10)).toBeNull();
    expect(await records.quarantineRun(practice, 1, UNREADABLE)).toBe(false); // twice
  });

  test('only a running run of this epoch goes on hold', async () => {
    expect(await records.quarantineRun(practice, 1, UNREADABLE)).toBe(false);
    await started(records, practice);
    expect(await records.quarantineRun(practice, 2, UNREADABLE)).toBe(false);
    expect(await records.quarantineRun('nonsense', 1, UNREADABLE)).toBe(false);
    expect((await stateOf(practice)).state).toBe('running');
  });

  test('goes on only when it is released: next epoch, what was scored stays', async () => {
    const claim = await onHold();
    expect(await records.retryRun(practice)).toBe(false);
    expect(await records.retryRun(practice, { release: false })).toBe(false);
    expect(await records.retryRun(held, { release: true })).toBe(false); // waits behind it
    expect(await records.retryRun(practice, { release: true })).toBe(true);
    expect(await stateOf(practice)).toMatchObject({
      state: 'queued',
      epoch: 2,
      failureCode: null,
      cases: { scored: 1 },
    });
    expect((await stateOf(held)).state).toBe('waiting');
    await started(records, practice, 2);
    expect((await drained()).map(({ job }) => job)).toEqual([
      { name: 'validate-model', runId: practice, epoch: 2 },
      { name: 'evaluate-case', runId: practice, epoch: 2, caseId: claim.caseId },
    ]);
  });

  test('or is ended: failed for the same reason, and what waits fails with it', async () => {
    await onHold();
    expect(await records.failRun(practice, 1, { code: 'case-unreadable', detail: 'Ended while on hold.' })).toBe(true);
    expect(await stateOf(practice)).toMatchObject({ state: 'failed', failureCode: 'case-unreadable' });
    expect(await stateOf(held)).toMatchObject({ state: 'failed', failureCode: 'case-unreadable' });
    expect(await records.retryRun(practice)).toBe(true);
  });

  test('its submitter may still withdraw it', async () => {
    await onHold();
    expect(await records.cancelSubmission(submission.id)).toBe(true);
    expect((await stateOf(practice)).state).toBe('cancelled');
  });
});
