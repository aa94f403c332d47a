import { jest } from '@jest/globals';
import { EngineUnavailable } from '#domain';
import type { Account, Benchmark, EvaluationCase, EvaluationRecords, QueuedJob, Submission } from '#evaluation';
import { createAccountRecords } from './account-records.js';
import { createEvaluationRecords } from './evaluation-records.js';
import { elapse, scratchDatabase, type ScratchDatabase } from '../testing/scratch-database.js';
import {
  byDice,
  claimed,
  completed,
  newSubmission,
  runOf,
  scored,
  smallBenchmark,
  somebody,
  started,
} from '../testing/small-benchmark.js';

jest.setTimeout(180_000);

const NOTHING = { requeued: 0, expired: 0, failed: 0, reenqueued: 0 };
const WEEK = 7 * 86_400;
let scratch: ScratchDatabase;
let records: EvaluationRecords;
let benchmark: Benchmark;
let submitter: Account;
let submission: Submission;
let practice: string;
let held: string;
let cases: readonly EvaluationCase[];

beforeAll(async () => {
  scratch = await scratchDatabase();
  records = createEvaluationRecords(scratch.database);
  benchmark = await records.createBenchmark(smallBenchmark());
  submitter = await somebody(createAccountRecords(scratch.database));
  cases = await records.cases(benchmark.phases[0].id);
});
afterAll(() => scratch.remove());
beforeEach(async () => {
  submission = (await records.createSubmission(newSubmission(benchmark, submitter))).submission;
  practice = runOf(submission, 0);
  held = runOf(submission, 1);
});
afterEach(async () => {
  await records.cancelSubmission(submission.id);
  await drained();
});

const drained = async (): Promise<QueuedJob[]> => {
  const jobs: QueuedJob[] = [];
  while ((await records.relayOutbox(async (batch) => void jobs.push(...batch), 100)) > 0);
  return jobs;
};
const drainedIds = async (): Promise<string[]> => (await drained()).map(({ id }) => id);
const runNow = async (runId: string) => (await records.runContext(runId))!.run;

describe('outbox', () => {
  test('two relays at once deliver each job once between them', async () => {
    await started(records, practice);
    const delivered: string[] = [];
    const relay = async (own: EvaluationRecords): Promise<void> => {
      while (
        (await own.relayOutbox(async (jobs) => {
          await new Promise((resume) => setTimeout(resume, 20));
          delivered.push(...jobs.map(({ id }) => id));
        }, 1)) > 0
      );
    };
    const other = createEvaluationRecords(await scratch.open());
    await Promise.all([relay(records), relay(other)]);
    await relay(records);
    expect([...delivered].sort()).toEqual(
      [`validate-model.${practice}.1.1`, ...cases.map(({ id }) => `evaluate-case.${practice}.${id}.1.1`)].sort(),
    );
  });

  test('what could not be sent stays, in order', async () => {
    await started(records, practice);
    const away = new EngineUnavailable('queue-unavailable', 'away');
    await expect(
      records.relayOutbox(async () => {
        throw away;
      }, 10),
    ).rejects.toBe(away);
    expect(await drainedIds()).toEqual([
      `validate-model.${practice}.1.1`,
      ...cases.map(({ id }) => `evaluate-case.${practice}.${id}.1.1`),
    ]);
    expect(await drainedIds()).toEqual([]);
  });

  test('a relay that dies between sending and marking sends again, under the same ids', async () => {
    const mine = await scratch.open();
    const sent: string[] = [];
    const dying = createEvaluationRecords(mine).relayOutbox(async (jobs) => {
      sent.push(...jobs.map(({ id }) => id));
      await scratch.database.dataSource.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where query like 'select id, job_id%' and pid <> pg_backend_pid()`,
      );
    }, 10);
    await expect(dying).rejects.toMatchObject({ code: 'database-unavailable' });
    expect(await drainedIds()).toEqual(sent);
    expect(sent).toEqual([`validate-model.${practice}.1.1`]);
  });

  test('a listener is woken by the transaction that owes a job', async () => {
    const woken = jest.fn();
    const stop = await records.onOutbox(woken);
    await records.cancelSubmission((await records.createSubmission(newSubmission(benchmark, submitter))).submission.id);
    await until(() => woken.mock.calls.length > 0);
    await stop();
  });
});

describe('sweep', () => {
  test('leaves alone what is within its time', async () => {
    await started(records, practice);
    await claimed(records, practice, cases[0].id);
    expect(await records.sweep()).toEqual(NOTHING);
  });

  test('a validating run whose worker was lost is queued again under the next epoch', async () => {
    await records.claimRun(practice, 1, 'w1');
    await drained();
    await elapse(scratch.database, 16);
    expect(await records.sweep()).toEqual({ ...NOTHING, requeued: 1 });
    expect(await runNow(practice)).toMatchObject({ state: 'queued', epoch: 2, owner: null });
    expect(await records.startRun(practice, 1, 'w1', 's')).toBe(false);
    expect(await drainedIds()).toEqual([`validate-model.${practice}.2.2`]);
    expect(await records.sweep()).toEqual(NOTHING);
  });

  test('the fifth loss in a row fails the run and what waits for it', async () => {
    for (let epoch = 1; epoch <= 4; epoch++) {
      await records.claimRun(practice, epoch, 'w1');
      await elapse(scratch.database, 16);
      expect(await records.sweep()).toMatchObject({ requeued: 1, failed: 0 });
    }
    await records.claimRun(practice, 5, 'w1');
    await elapse(scratch.database, 16);
    expect(await records.sweep()).toMatchObject({ requeued: 0, failed: 1 });
    expect(await runNow(practice)).toMatchObject({ state: 'failed', failureCode: 'worker-lost' });
    expect(await runNow(held)).toMatchObject({ state: 'failed', failureCode: 'worker-lost' });
    expect(await records.retryRun(practice)).toBe(true);
    expect(await runNow(practice)).toMatchObject({ state: 'queued', epoch: 6 });
  });

  test('a lost case gets a new job as soon as its lease has run out, once', async () => {
    await started(records, practice);
    const lost = await claimed(records, practice, cases[0].id);
    await drained();
    await elapse(scratch.database, 11);
    expect(await records.sweep()).toEqual({ ...NOTHING, reenqueued: 1 });
    expect(await records.sweep()).toEqual(NOTHING);
    expect(await drainedIds()).toEqual([`evaluate-case.${practice}.${cases[0].id}.1.2`]);
    expect(await claimed(records, practice, cases[0].id, 1, 'w2')).toMatchObject({ attempt: 2, lost: 1 });
    expect(await records.recordCase(lost, scored(cases[0]))).toBe(false);
    expect((await runNow(practice)).epoch).toBe(1);
  });

  test('a running run with a lost case that nobody takes up is queued again; its scored cases stay', async () => {
    await started(records, practice);
    await records.recordCase(await claimed(records, practice, cases[0].id), scored(cases[0]));
    const lost = await claimed(records, practice, cases[1].id);
    await drained();
    await elapse(scratch.database, 21);
    expect(await records.sweep()).toEqual({ ...NOTHING, requeued: 1 });
    expect(await runNow(practice)).toMatchObject({ state: 'queued', epoch: 2, cases: { scored: 1 } });
    expect(await records.heartbeat(lost, 10)).toBe(false);
    expect(await records.recordCase(lost, scored(cases[1]))).toBe(false);
    expect(await drainedIds()).toEqual([`validate-model.${practice}.2.2`]);
    await started(records, practice, 2);
    expect(await drainedIds()).toEqual([`evaluate-case.${practice}.${cases[1].id}.2.2`]);
    const again = await claimed(records, practice, cases[1].id, 2);
    expect(again).toMatchObject({ attempt: 2, lost: 1 });
    expect(await records.recordCase(again, scored(cases[1]))).toBe(true);
    expect((await runNow(practice)).state).toBe('scoring');
  });

  test('a run whose cases merely wait in the queue is not lost', async () => {
    await started(records, practice);
    await records.recordCase(await claimed(records, practice, cases[0].id), scored(cases[0]));
    await drained();
    await elapse(scratch.database, 25);
    expect(await records.sweep()).toEqual(NOTHING);
    expect(await runNow(practice)).toMatchObject({ state: 'running', epoch: 1 });
  });

  test('jobs that nobody took are owed again: same id at first, so that the queue knows them, later a new one', async () => {
    await started(records, practice);
    await drained();
    const ids: string[][] = [];
    for (let round = 0; round < 12; round++) {
      await elapse(scratch.database, 125);
      expect(await records.sweep()).toMatchObject({ requeued: 0, expired: 0, reenqueued: 2 });
      ids.push(await drainedIds());
    }
    expect(ids[0]).toEqual(cases.map(({ id }) => `evaluate-case.${practice}.${id}.1.1`));
    expect(new Set(ids.map(([first]) => first))).toEqual(
      new Set([`evaluate-case.${practice}.${cases[0].id}.1.1`, `evaluate-case.${practice}.${cases[0].id}.1.2`]),
    );
    expect(ids[9][0]).toMatch(/\.1$/);
    expect(ids[10][0]).toMatch(/\.2$/);
  });

  test('the same for a queued run and for a scoring one, whose closing nobody began', async () => {
    await drained();
    await elapse(scratch.database, 31);
    expect(await records.sweep()).toMatchObject({ reenqueued: 1 });
    expect(await drainedIds()).toEqual([`validate-model.${practice}.1.1`]);

    await started(records, practice);
    for (const evaluationCase of cases)
      await records.recordCase(await claimed(records, practice, evaluationCase.id), scored(evaluationCase));
    const closing = (await drainedIds()).at(-1);
    expect(closing).toBe(`close-run.${practice}.1.2`);
    await elapse(scratch.database, 31);
    expect(await records.sweep()).toEqual({ ...NOTHING, reenqueued: 1 });
    expect(await drainedIds()).toEqual([closing]);
    expect(await runNow(practice)).toMatchObject({ state: 'scoring', epoch: 1 });
  });

  test('a scoring run whose worker was lost while closing is queued again and comes back to scoring', async () => {
    await started(records, practice);
    for (const evaluationCase of cases)
      await records.recordCase(await claimed(records, practice, evaluationCase.id), scored(evaluationCase));
    expect(await records.heartbeatRun(practice, 1, 'w1')).toBe(true);
    expect(await records.heartbeatRun(practice, 1, 'w2')).toBe(false);
    await elapse(scratch.database, 21);
    expect(await records.sweep()).toMatchObject({ requeued: 1 });
    expect(await records.completeRun(practice, 1, { aggregates: [], metrics: { dice: 1 }, stop: null }, byDice)).toBe(
      false,
    );
    await started(records, practice, 2);
    expect(await runNow(practice)).toMatchObject({ state: 'scoring', epoch: 2, cases: { scored: 2 } });
    expect(await records.completeRun(practice, 2, { aggregates: [], metrics: { dice: 1 }, stop: null }, byDice)).toBe(
      true,
    );
  });

  test('what waited too long expires, and with it what waits for it', async () => {
    await elapse(scratch.database, WEEK + 1);
    expect(await records.sweep()).toMatchObject({ expired: 1 });
    expect(await runNow(practice)).toMatchObject({
      state: 'expired',
      failureCode: 'deadline-passed',
      deadlineAt: null,
    });
    expect(await runNow(held)).toMatchObject({ state: 'expired', failureCode: 'deadline-passed' });
    expect(await records.retryRun(practice)).toBe(true);
    expect([(await runNow(practice)).state, (await runNow(held)).state]).toEqual(['queued', 'waiting']);
  });

  test('a waiting run does not expire while the one before it is at work', async () => {
    await started(records, practice);
    await elapse(scratch.database, WEEK - 10);
    await records.recordCase(await claimed(records, practice, cases[0].id), scored(cases[0]));
    await elapse(scratch.database, 15);
    expect(await records.sweep()).toMatchObject({ requeued: 0, expired: 0 });
    expect(await runNow(held)).toMatchObject({ state: 'waiting' });
  });

  test('a running run that no worker touched for a week expires', async () => {
    await started(records, practice);
    await elapse(scratch.database, WEEK + 1);
    expect(await records.sweep()).toMatchObject({ expired: 1 });
    expect((await runNow(practice)).state).toBe('expired');
  });

  test('a run on which faults of ours let nothing be finished for a day is given up, however busy it looks', async () => {
    await started(records, practice);
    for (let hours = 0; hours < 24; hours++) {
      const claim = await claimed(records, practice, cases[0].id);
      expect(await records.releaseCase(claim)).toBe(true);
      await records.noteFault(practice, 1);
      await elapse(scratch.database, 3600);
      await records.noteFault(practice, 2); // another epoch says nothing
      if (hours < 23) expect(await records.sweep()).toMatchObject({ requeued: 0, expired: 0, failed: 0 });
    }
    await elapse(scratch.database, 1);
    expect(await records.sweep()).toMatchObject({ failed: 1 });
    expect(await runNow(practice)).toMatchObject({ state: 'failed', failureCode: 'engine-unavailable' });
    expect(await runNow(held)).toMatchObject({ state: 'failed', failureCode: 'engine-unavailable' });
    expect(await records.retryRun(practice)).toBe(true);
    expect(await records.sweep()).toMatchObject({ failed: 0 }); // a new day
  });

  test('a day without workers is no day of faults', async () => {
    await started(records, practice);
    const tryInVain = async (): Promise<void> => {
      await records.releaseCase(await claimed(records, practice, cases[0].id));
      await records.noteFault(practice, 1);
    };
    await tryInVain();
    await elapse(scratch.database, 3 * 86_400);
    expect(await records.sweep()).toMatchObject({ failed: 0 });
    await tryInVain(); // the first after the weekend
    expect(await records.sweep()).toMatchObject({ failed: 0 });
    expect((await runNow(practice)).state).toBe('running');
  });

  test('the day begins anew when a case is finished', async () => {
    await started(records, practice);
    await records.releaseCase(await claimed(records, practice, cases[0].id));
    await records.noteFault(practice, 1);
    await elapse(scratch.database, 80_000);
    await records.recordCase(await claimed(records, practice, cases[0].id), scored(cases[0]));
    await elapse(scratch.database, 80_000);
    expect(await records.sweep()).toMatchObject({ failed: 0 });
    expect(await runNow(practice)).toMatchObject({ state: 'running' });
  });

  test('a model check that a fault of ours keeps from ending is no lost worker, and is given up after a day as well', async () => {
    for (let epoch = 1; epoch <= 7; epoch++) {
      await records.claimRun(practice, epoch, 'w1');
      await records.noteFault(practice, epoch);
      await elapse(scratch.database, 16);
      expect(await records.sweep()).toMatchObject({ requeued: 1, failed: 0 });
    }
    await elapse(scratch.database, 5 * 3600);
    for (let hours = 5; hours < 25; hours += 5) {
      await records.claimRun(practice, (await runNow(practice)).epoch, 'w1');
      await records.noteFault(practice, (await runNow(practice)).epoch);
      await elapse(scratch.database, 5 * 3600);
      const { failed } = await records.sweep();
      expect([hours, failed]).toEqual([hours, hours === 20 ? 1 : 0]);
    }
    expect(await runNow(practice)).toMatchObject({ state: 'failed', failureCode: 'engine-unavailable' });
  });

  test('a run on hold expires when no organiser decides for a month, not before', async () => {
    await started(records, practice);
    await records.quarantineRun(practice, 1, { code: 'case-unreadable', detail: 'x' });
    await elapse(scratch.database, 29 * 86_400);
    expect(await records.sweep()).toMatchObject({ expired: 0 });
    expect([(await runNow(practice)).state, (await runNow(held)).state]).toEqual(['quarantined', 'waiting']);
    await elapse(scratch.database, 2 * 86_400);
    expect(await records.sweep()).toMatchObject({ expired: 1 });
    expect([(await runNow(practice)).state, (await runNow(held)).state]).toEqual(['expired', 'expired']);
  });

  test('four sweepers at once judge each run once', async () => {
    const others = await Promise.all(
      [1, 2, 3].map(async () => (await records.createSubmission(newSubmission(benchmark, submitter))).submission),
    );
    for (const { runs } of [submission, ...others]) await records.claimRun(runs[0].id, 1, 'w1');
    await elapse(scratch.database, 16);
    const sweeps = await Promise.all(Array.from({ length: 4 }, () => records.sweep()));
    expect(sweeps.reduce((sum, { requeued }) => sum + requeued, 0)).toBe(4);
    for (const { runs } of [submission, ...others])
      expect(await runNow(runs[0].id)).toMatchObject({ state: 'queued', epoch: 2 });
    for (const { id } of others) await records.cancelSubmission(id);
  });

  test('ended runs owe nothing', async () => {
    await completed(records, practice);
    await records.cancelSubmission(submission.id);
    await drained();
    await elapse(scratch.database, 2 * WEEK);
    expect(await records.sweep()).toEqual(NOTHING);
  });

  test('jobs delivered long ago are forgotten', async () => {
    await drained();
    await scratch.database.dataSource.query(`update outbox set sent_at = now() - interval '2 days'`);
    await records.sweep();
    expect(await scratch.database.dataSource.query('select 1 from outbox')).toEqual([]);
  });

  test('events of a week ago and idempotency keys of a day ago are forgotten, younger ones stay', async () => {
    const { manager } = scratch.database.dataSource;
    const keyed = newSubmission(benchmark, submitter, { idempotencyKey: 'old' });
    const { submission: known } = await records.createSubmission(keyed);
    await manager.query(`update run_event set at = at - interval '8 days' where submission_id <> $1`, [known.id]);
    await records.sweep();
    expect(
      new Set(
        (await manager.query('select submission_id from run_event')).map(
          (row: { submission_id: string }) => row.submission_id,
        ),
      ),
    ).toEqual(new Set([known.id]));
    expect((await records.createSubmission(keyed)).existing).toBe(true);
    await manager.query(`update idempotency_key set created_at = created_at - interval '25 hours'`);
    await records.sweep();
    expect(await manager.query('select key from idempotency_key')).toEqual([]);
    expect((await records.createSubmission(keyed)).submission.id).toBe(known.id); // the same files, still
    await records.cancelSubmission(known.id);
  });
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited for 20 s');
    await new Promise((resume) => setTimeout(resume, 20));
  }
}
