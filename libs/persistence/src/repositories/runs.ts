import type { EntityManager } from 'typeorm';
import { FAULT_GAP_SECONDS, isTerminal, mayRetry } from '#domain';
import type { EvaluationRecords, RunContext } from '#evaluation';
import type { Database } from '../database.js';
import { EvaluationRunEntity } from '../entities/evaluation-run.entity.js';
import { changed, inTransaction, reading, rows } from '../transaction.js';
import { isUuid } from '../uuid.js';
import { loaded, toPhase, toRun, toVersion, VERSION_RELATIONS } from './mapping.js';
import { oweCaseJobs, oweRunJob } from './outbox.js';
import { deadlineOf, end, enqueue, lockRun, lockRuns, move } from './run-moves.js';

const CONTEXT_RELATIONS = {
  phase: true,
  submission: { benchmark: true, algorithmVersion: VERSION_RELATIONS },
} as const;

/** The way of a run from queued to running, and every way out but completion. */
export function runs(
  database: Database,
): Pick<
  EvaluationRecords,
  | 'runContext'
  | 'queuePosition'
  | 'claimRun'
  | 'startRun'
  | 'heartbeatRun'
  | 'failRun'
  | 'quarantineRun'
  | 'noteFault'
  | 'cancelSubmission'
  | 'retryRun'
> {
  return {
    runContext: (runId) => reading(database, (manager) => runContext(manager, runId)),

    queuePosition: (runId) =>
      reading(database, async (manager) => {
        if (!isUuid(runId)) return 0;
        const [{ ahead }] = await rows<{ ahead: number }>(
          manager,
          `select count(other.id)::int as ahead
             from evaluation_run mine left join evaluation_run other
               on other.id <> mine.id and other.state in ('queued', 'validating', 'running', 'scoring')
              and (other.state <> 'queued' or (other.queued_at, other.id) < (coalesce(mine.queued_at, mine.created_at), mine.id))
            where mine.id = $1 and mine.state in ('waiting', 'queued')`,
          [runId],
        );
        return ahead;
      }),

    claimRun: (runId, epoch, owner) =>
      inTransaction(database, async (manager) => {
        const run = await lockRun(manager, runId);
        if (run?.epoch !== epoch) return null;
        const claimed =
          run.state === 'validating'
            ? await takeOver(manager, run, owner)
            : await move(manager, run, 'validating', { owner });
        return claimed ? await runContext(manager, runId) : null;
      }),

    startRun: (runId, epoch, owner, signature) =>
      inTransaction(database, async (manager) => {
        const run = await lockRun(manager, runId);
        if (run?.epoch !== epoch || run.owner !== owner) return false;
        if (!(await move(manager, run, 'running', { signature, signOfLifeAt: () => 'now()', faultSince: null })))
          return false;
        if (run.signature !== null && run.signature !== signature)
          await forgetCases(manager, runId, ['pending', 'scored', 'failed']);
        await manager.query(
          `insert into case_result (run_id, case_id) select $1, id from evaluation_case where phase_id = $2 on conflict (run_id, case_id) do nothing`,
          [runId, run.phaseId],
        );
        await countCases(manager, runId);
        if ((await oweCaseJobs(manager, runId)) === 0) await toScoring(manager, run);
        return true;
      }),

    heartbeatRun: (runId, epoch, owner) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(runId)) return false;
        const touched = await changed(
          manager,
          `update evaluation_run set owner = $3, sign_of_life_at = now(), resend_at = null,
                  deadline_at = case state when 'validating' then ${deadlineOf('validating')()} else ${deadlineOf('scoring')()} end
            where id = $1 and epoch = $2
              and ((state = 'validating' and owner = $3) or (state = 'scoring' and (owner is null or owner = $3 or deadline_at < now())))`,
          [runId, epoch, owner],
        );
        return touched === 1;
      }),

    failRun: (runId, epoch, failure) =>
      inTransaction(database, async (manager) => {
        const run = await lockRun(manager, runId);
        return run?.epoch === epoch && !isTerminal(run.state) && (await end(manager, run, 'failed', failure));
      }),

    quarantineRun: (runId, epoch, { code, detail }) =>
      inTransaction(database, async (manager) => {
        const run = await lockRun(manager, runId);
        if (run?.epoch !== epoch) return false;
        return await move(manager, run, 'quarantined', { failureCode: code, failureDetail: detail });
      }),

    noteFault: (runId, epoch) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(runId)) return;
        await manager.query(
          `update evaluation_run set fault_at = now(),
                  fault_since = case when fault_at > now() - interval '${FAULT_GAP_SECONDS} s' then coalesce(fault_since, now()) else now() end
            where id = $1 and epoch = $2 and state in ('validating', 'running', 'scoring')`,
          [runId, epoch],
        );
      }),

    cancelSubmission: (submissionId) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(submissionId)) return false;
        let cancelled = false;
        for (const run of await lockRuns(manager, submissionId)) {
          if (isTerminal(run.state)) continue;
          cancelled =
            (await move(manager, run, 'cancelled', {
              epoch: run.epoch + 1,
              failureCode: 'cancelled-by-submitter',
              failureDetail: `Cancelled while ${run.state}.`,
            })) || cancelled;
        }
        return cancelled;
      }),

    retryRun: (runId, { release } = { release: false }) =>
      inTransaction(database, (manager) => retry(manager, runId, release)),
  };
}

async function runContext(manager: EntityManager, runId: string): Promise<RunContext | null> {
  if (!isUuid(runId)) return null;
  // `find`, not `findOne`: with relations that would be two queries
  const [run] = await manager.find(EvaluationRunEntity, { where: { id: runId }, relations: CONTEXT_RELATIONS });
  if (run === undefined) return null;
  const submission = loaded(run.submission, 'submission');
  const { id, slug, synthetic, channels } = loaded(submission.benchmark, 'submission.benchmark');
  return {
    run: toRun(run),
    phase: toPhase(loaded(run.phase, 'phase')),
    version: toVersion(loaded(submission.algorithmVersion, 'algorithmVersion')),
    submission: { id: submission.id, submitterId: submission.submitterId },
    benchmark: { id, slug, synthetic, channels },
  };
}

/** A validating run whose owner fell silent, or that is asked for again by its owner. No move: the state stays. */
async function takeOver(manager: EntityManager, run: EvaluationRunEntity, owner: string): Promise<boolean> {
  const touched = await changed(
    manager,
    `update evaluation_run set owner = $2, deadline_at = ${deadlineOf('validating')()}, sign_of_life_at = now()
      where id = $1 and (owner = $2 or deadline_at < now())`,
    [run.id, owner],
  );
  return touched === 1;
}

/**
 * running -> scoring, owing the queue its closing: at once, or when the end of the run may be known, so that boards, pages
 * and whoever else is told of a completed run hear of it then. Nobody owns it until that job begins.
 */
export async function toScoring(manager: EntityManager, run: EvaluationRunEntity): Promise<void> {
  if (!(await move(manager, run, 'scoring'))) return;
  const later = await changed(
    manager,
    `update evaluation_run set job_serial = job_serial + 1, job_resends = 0, resend_at = release_at
      where id = $1 and release_at > now()`,
    [run.id],
  );
  if (later === 0) await oweRunJob(manager, 'close-run', run.id);
}

/** Copies the counts of cases to the run. The caller holds its row lock. */
export async function countCases(manager: EntityManager, runId: string): Promise<{ pending: number }> {
  const [counts] = await rows<{ pending: number }>(
    manager,
    `with counted as (
       select count(*) filter (where state = 'pending')::int as pending, count(*) filter (where state = 'scored')::int as scored,
              count(*) filter (where state = 'failed')::int as failed
         from case_result where run_id = $1),
     stored as (update evaluation_run set case_scored = scored, case_failed = failed from counted where id = $1)
     select pending from counted`,
    [runId],
  );
  return counts;
}

/** Makes cases in these states as if nobody had ever taken them. Fencing holds: the epoch has grown. */
async function forgetCases(manager: EntityManager, runId: string, states: readonly string[]): Promise<void> {
  await manager.query(
    `delete from metric_value v using case_result c where v.run_id = $1 and c.run_id = v.run_id and c.case_id = v.case_id and c.state = any ($2)`,
    [runId, states],
  );
  await manager.query(
    `update case_result set state = 'pending', attempt = 0, losses = 0, loss_counted_attempt = 0, owner = null, lease_until = null,
            resend_at = null, failure_code = null, failure_detail = null, prediction_id = null, elapsed_ms = null, cpu_ms = null,
            peak_rss_bytes = null, session_ms = null, stages_ms = null, isolation = null, runtime = null, finished_at = null
      where run_id = $1 and state = any ($2)`,
    [runId, states],
  );
}

async function retry(manager: EntityManager, runId: string, release: boolean): Promise<boolean> {
  if (!isUuid(runId)) return false;
  const [owner] = await rows<{ submissionId: string }>(
    manager,
    'select submission_id as "submissionId" from evaluation_run where id = $1',
    [runId],
  );
  if (owner === undefined) return false;
  const siblings = await lockRuns(manager, owner.submissionId);
  const asked = siblings.find(({ id }) => id === runId)!;
  const released = release && asked.state === 'quarantined';
  if (!released && !mayRetry(asked)) return false;
  const first = siblings.find(({ state }) => state !== 'completed')!; // an earlier phase comes first
  for (const run of siblings) {
    if (run.ordinal < first.ordinal || !(run === asked || mayStartAnew(run))) continue;
    await forgetCases(manager, run.id, ['pending', 'failed']);
    await countCases(manager, run.id);
    const anew = { epoch: run.epoch + 1, losses: 0, faultSince: null, startedAt: null };
    if (run === first) await enqueue(manager, run, anew);
    else await move(manager, run, 'waiting', anew);
  }
  return true;
}

function mayStartAnew({ state }: EvaluationRunEntity): boolean {
  return isTerminal(state) && state !== 'completed';
}
