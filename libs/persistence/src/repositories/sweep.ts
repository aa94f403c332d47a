import type { EntityManager } from 'typeorm';
import { FAULT_GAP_SECONDS, FAULT_PATIENCE_SECONDS, STATE_DEADLINES } from '#domain';
import type { EvaluationRecords } from '#evaluation';
import type { Database } from '../database.js';
import { EvaluationRunEntity } from '../entities/evaluation-run.entity.js';
import { changed, inTransaction, reading, rows } from '../transaction.js';
import { forgetSent, oweCaseJobs, oweCaseJobsAgain, oweRunJobsAgain } from './outbox.js';
import { sweepDryRuns } from './dry-runs.js';
import { sweepPreflights } from './preflights.js';
import { forgetEvents } from './run-events.js';
import { deadlineOf, end, enqueue } from './run-moves.js';
import { forgetIdempotencyKeys } from './submissions.js';

/** So many lost workers without a finished case between them are no accident. */
const MOST_LOSSES = 5;
/** A run that waits for a worker for this long is given up. */
const PATIENCE = `interval '${STATE_DEADLINES.queued.seconds} s'`;
/** A run on which faults of ours let nothing succeed for this long is given up, however busy it looks. */
const FAULT_PATIENCE = `interval '${FAULT_PATIENCE_SECONDS} s'`;
const FAULT_GAP = `interval '${FAULT_GAP_SECONDS} s'`;
const RUNS_AT_ONCE = 200;
const JOBS_AT_ONCE = 500;
const EVENTS_AT_ONCE = 1_000;

type Verdict = 'requeued' | 'expired' | 'failed' | 'extended' | 'nothing';

/** Deadlines, lost workers and lost jobs. Everything is decided under the row lock of the run, one transaction each. */
export function sweeper(database: Database): Pick<EvaluationRecords, 'sweep'> {
  return {
    sweep: async () => {
      const verdicts: Verdict[] = [];
      for (const runId of await faultyRuns(database))
        verdicts.push(await inTransaction(database, (manager) => giveUp(manager, runId)));
      for (const runId of await overdueRuns(database))
        verdicts.push(await inTransaction(database, (manager) => judge(manager, runId)));
      let reenqueued = 0;
      for (const runId of await runsWithLostCases(database))
        reenqueued += await inTransaction(database, (manager) => replaceLostCases(manager, runId));
      reenqueued += await inTransaction(database, (manager) => oweRunJobsAgain(manager, JOBS_AT_ONCE));
      reenqueued += await inTransaction(database, (manager) => oweCaseJobsAgain(manager, JOBS_AT_ONCE));
      reenqueued += await inTransaction(database, (manager) => sweepPreflights(manager, JOBS_AT_ONCE));
      reenqueued += await inTransaction(database, (manager) => sweepDryRuns(manager, JOBS_AT_ONCE));
      await inTransaction(database, (manager) => forgetSent(manager, JOBS_AT_ONCE));
      await inTransaction(database, (manager) => forgetEvents(manager, EVENTS_AT_ONCE));
      await inTransaction(database, forgetIdempotencyKeys);
      const count = (verdict: Verdict): number => verdicts.filter((other) => other === verdict).length;
      return { requeued: count('requeued'), expired: count('expired'), failed: count('failed'), reenqueued };
    },
  };
}

async function overdueRuns(database: Database): Promise<string[]> {
  const overdue = await reading(database, (manager) =>
    rows<{ id: string }>(
      manager,
      'select id from evaluation_run where deadline_at < now() order by deadline_at limit $1',
      [RUNS_AT_ONCE],
    ),
  );
  return overdue.map(({ id }) => id);
}

const FAULTY = `state in ('validating', 'running', 'scoring') and fault_since < now() - ${FAULT_PATIENCE} and fault_at > now() - ${FAULT_GAP}`;

async function faultyRuns(database: Database): Promise<string[]> {
  const faulty = await reading(database, (manager) =>
    rows<{ id: string }>(manager, `select id from evaluation_run where ${FAULTY} order by fault_since limit $1`, [
      RUNS_AT_ONCE,
    ]),
  );
  return faulty.map(({ id }) => id);
}

/** Nothing when another sweeper holds it or a case was finished meanwhile. */
async function giveUp(manager: EntityManager, runId: string): Promise<Verdict> {
  const run = await manager
    .createQueryBuilder(EvaluationRunEntity, 'run')
    .where(`run.id = :runId and ${FAULTY}`, { runId })
    .setLock('for_no_key_update')
    .setOnLocked('skip_locked')
    .getOne();
  if (run === null) return 'nothing';
  const detail = `Faults of the platform let nothing succeed since ${run.faultSince?.toISOString()}, while the run was ${run.state}. The log of the workers tells which.`;
  return (await end(manager, run, 'failed', { code: 'engine-unavailable', detail })) ? 'failed' : 'nothing';
}

/** What becomes of a run whose time is up. Nothing when another sweeper holds it or it showed a sign of life meanwhile. */
async function judge(manager: EntityManager, runId: string): Promise<Verdict> {
  const run = await manager
    .createQueryBuilder(EvaluationRunEntity, 'run')
    .where('run.id = :runId and run.deadline_at < now()', { runId })
    .setLock('for_no_key_update')
    .setOnLocked('skip_locked')
    .getOne();
  if (run === null) return 'nothing';
  switch (run.state) {
    case 'waiting':
      return (await hasActivePredecessor(manager, run)) ? await extend(manager, run) : await expire(manager, run);
    case 'queued':
    case 'quarantined':
      return await expire(manager, run);
    case 'validating':
      return await workerLost(manager, run);
    case 'running':
      if (await hasLostCase(manager, run)) return await workerLost(manager, run);
      return (await silentForTooLong(manager, run)) ? await expire(manager, run) : await extend(manager, run);
    case 'scoring':
      if (run.owner !== null) return await workerLost(manager, run);
      return (await silentForTooLong(manager, run)) ? await expire(manager, run) : await extend(manager, run);
    default:
      return 'nothing'; // ended: has no deadline
  }
}

async function expire(manager: EntityManager, run: EvaluationRunEntity): Promise<Verdict> {
  const detail = `The run was ${run.state} until its deadline ${run.deadlineAt?.toISOString()}.`;
  return (await end(manager, run, 'expired', { code: 'deadline-passed', detail })) ? 'expired' : 'nothing';
}

async function workerLost(manager: EntityManager, run: EvaluationRunEntity): Promise<Verdict> {
  // a check that a fault of ours keeps from ending is no lost worker: it is tried again until `giveUp`
  const faulty = run.state === 'validating' && run.faultSince !== null;
  const losses = run.losses + (faulty ? 0 : 1);
  if (!faulty && losses >= MOST_LOSSES) {
    const detail = `The worker was lost ${losses} times in a row while the run was ${run.state}.`;
    return (await end(manager, run, 'failed', { code: 'worker-lost', detail })) ? 'failed' : 'nothing';
  }
  return (await enqueue(manager, run, { epoch: run.epoch + 1, losses })) ? 'requeued' : 'nothing';
}

/** Its jobs wait in the queue behind others; the jobs themselves are looked after by `oweCaseJobsAgain` and `oweRunJobsAgain`. */
async function extend(manager: EntityManager, run: EvaluationRunEntity): Promise<Verdict> {
  const state = run.state as 'waiting' | 'running' | 'scoring';
  await changed(manager, `update evaluation_run set deadline_at = ${deadlineOf(state)()} where id = $1`, [run.id]);
  return 'extended';
}

async function hasActivePredecessor(manager: EntityManager, run: EvaluationRunEntity): Promise<boolean> {
  const active = await rows(
    manager,
    `select 1 from evaluation_run where submission_id = $1 and ordinal < $2 and finished_at is null and state <> 'waiting' limit 1`,
    [run.submissionId, run.ordinal],
  );
  return active.length > 0;
}

async function hasLostCase(manager: EntityManager, run: EvaluationRunEntity): Promise<boolean> {
  const lost = await rows(
    manager,
    `select 1 from case_result where run_id = $1 and state = 'pending' and lease_until < now() limit 1`,
    [run.id],
  );
  return lost.length > 0;
}

async function silentForTooLong(manager: EntityManager, run: EvaluationRunEntity): Promise<boolean> {
  const silent = await rows(
    manager,
    // a sealed run that waits for its release is silent on purpose
    `select 1 from evaluation_run where id = $1 and coalesce(greatest(sign_of_life_at, release_at), created_at) < now() - ${PATIENCE}`,
    [run.id],
  );
  return silent.length > 0;
}

const LOST_CASE = `c.state = 'pending' and c.lease_until < now() and c.attempt > c.loss_counted_attempt`;

async function runsWithLostCases(database: Database): Promise<string[]> {
  const found = await reading(database, (manager) =>
    rows<{ id: string }>(
      manager,
      `select distinct r.id from case_result c join evaluation_run r on r.id = c.run_id where ${LOST_CASE} and r.state = 'running' limit $1`,
      [RUNS_AT_ONCE],
    ),
  );
  return found.map(({ id }) => id);
}

/** New jobs for the cases whose holder vanished. The lease stays as it is: while nobody takes them again the run counts as lost. */
async function replaceLostCases(manager: EntityManager, runId: string): Promise<number> {
  const [run] = await rows(
    manager,
    `select id from evaluation_run where id = $1 and state = 'running' for no key update skip locked`,
    [runId],
  );
  if (run === undefined) return 0;
  const lost = await rows<{ caseId: string }>(
    manager,
    `update case_result c set losses = c.losses + 1, loss_counted_attempt = c.attempt where c.run_id = $1 and ${LOST_CASE} returning c.case_id as "caseId"`,
    [runId],
  );
  return lost.length === 0
    ? 0
    : await oweCaseJobs(
        manager,
        runId,
        lost.map(({ caseId }) => caseId),
      );
}
