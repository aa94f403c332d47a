import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import {
  STATE_DEADLINES,
  isTerminal,
  releaseSeconds,
  statesBefore,
  type ACTIVE_STATES,
  type FailureCode,
  type RunState,
} from '#domain';
import { EvaluationRunEntity } from '../entities/evaluation-run.entity.js';
import { rows } from '../transaction.js';
import { isUuid } from '../uuid.js';
import { oweRunJob } from './outbox.js';
import { writeEvent } from './run-events.js';

export interface Failure {
  readonly code: FailureCode;
  readonly detail: string;
}

/** Reads a run and keeps others from changing it until the transaction ends. */
export async function lockRun(manager: EntityManager, runId: string): Promise<EvaluationRunEntity | null> {
  if (!isUuid(runId)) return null;
  return await manager.findOne(EvaluationRunEntity, { where: { id: runId }, lock: { mode: 'for_no_key_update' } });
}

/** All runs of a submission, locked in phase order: whoever needs several takes them in this order, so nobody waits in a ring. */
export async function lockRuns(manager: EntityManager, submissionId: string): Promise<EvaluationRunEntity[]> {
  return await manager.find(EvaluationRunEntity, {
    where: { submissionId },
    order: { ordinal: 'ASC' },
    lock: { mode: 'for_no_key_update' },
  });
}

/**
 * The only statement that moves a run. Checks the move against `NEXT`, gives the new state its deadline by the database's
 * clock, fixes when the end of a sealed run may be known, writes the event, and lets go of all cases when work on them ends.
 * The caller holds the row lock.
 *
 * @returns false, with nothing changed, when `NEXT` does not allow the move
 */
export async function move(
  manager: EntityManager,
  run: EvaluationRunEntity,
  to: RunState,
  change: QueryDeepPartialEntity<EvaluationRunEntity> = {},
): Promise<boolean> {
  const answer = await manager
    .createQueryBuilder()
    .update(EvaluationRunEntity)
    .set({ owner: null, resendAt: null, ...timesOf(to), ...(await releaseOf(manager, run, to)), state: to, ...change })
    .where('id = :id and state in (:...before)', { id: run.id, before: statesBefore(to) })
    .execute();
  if (answer.affected !== 1) return false;
  await writeEvent(manager, run, to);
  if (to !== 'validating' && to !== 'running' && to !== 'scoring') await letGoOfCases(manager, run.id);
  return true;
}

/** What becomes of a run when its cases are settled, or cannot be: later than that the images have no say. */
const SETTLED: readonly RunState[] = ['scoring', 'quarantined', 'failed', 'expired'];

/**
 * When the end of this run may be known to those who may not see its cases; null for what was not computed from held-out
 * images of people. A run that completes keeps the time that it got when its cases were settled.
 */
async function releaseOf(
  manager: EntityManager,
  run: EvaluationRunEntity,
  to: RunState,
): Promise<QueryDeepPartialEntity<EvaluationRunEntity>> {
  if (to === 'completed') return {};
  if (run.state !== 'running' || !SETTLED.includes(to)) return { releaseAt: null };
  const [sealed] = await rows<{ elapsed: number; longest: number }>(
    manager,
    `select extract(epoch from now() - r.started_at)::float as elapsed,
            (p.rules #>> '{limits,loadSeconds}')::float + p.case_count * (p.rules #>> '{limits,caseSeconds}')::float as longest
       from evaluation_run r join phase p on p.id = r.phase_id join benchmark b on b.id = p.benchmark_id
      where r.id = $1 and p.label = 'SEALED' and not b.synthetic`,
    [run.id],
  );
  if (sealed === undefined) return { releaseAt: null };
  const seconds = releaseSeconds(sealed.elapsed, sealed.longest);
  return { releaseAt: () => `started_at + interval '${seconds} s'` };
}

type ActiveState = (typeof ACTIVE_STATES)[number];

function isActive(state: RunState): state is ActiveState {
  return !isTerminal(state);
}

function timesOf(to: RunState): QueryDeepPartialEntity<EvaluationRunEntity> {
  if (!isActive(to)) return { deadlineAt: null, finishedAt: () => 'now()' };
  const deadline = { deadlineAt: deadlineOf(to), finishedAt: null };
  if (to === 'queued') return { ...deadline, queuedAt: () => 'now()', failureCode: null, failureDetail: null };
  if (to === 'waiting') return { ...deadline, queuedAt: null, startedAt: null, failureCode: null, failureDetail: null };
  if (to === 'validating')
    return { ...deadline, startedAt: () => 'coalesce(started_at, now())', signOfLifeAt: () => 'now()' };
  return deadline;
}

/** SQL for the end of the time that a run may rest in a state without a sign of life. */
export function deadlineOf(state: ActiveState): () => string {
  return () => `now() + interval '${STATE_DEADLINES[state].seconds} s'`;
}

/** Nobody holds a case of a run that is not being worked on. */
async function letGoOfCases(manager: EntityManager, runId: string): Promise<void> {
  await manager.query(
    `update case_result set owner = null, lease_until = null, resend_at = null, loss_counted_attempt = attempt,
            losses = losses + case when lease_until < now() and attempt > loss_counted_attempt then 1 else 0 end
      where run_id = $1 and state = 'pending' and (lease_until is not null or resend_at is not null)`,
    [runId],
  );
}

/** -> queued, owing the queue its validation. */
export async function enqueue(
  manager: EntityManager,
  run: EvaluationRunEntity,
  change: QueryDeepPartialEntity<EvaluationRunEntity> = {},
): Promise<boolean> {
  if (!(await move(manager, run, 'queued', change))) return false;
  await oweRunJob(manager, 'validate-model', run.id);
  return true;
}

/** -> failed or expired, and with it the later runs of the submission that wait for this one. */
export async function end(
  manager: EntityManager,
  run: EvaluationRunEntity,
  to: 'failed' | 'expired',
  failure: Failure,
): Promise<boolean> {
  const change = { failureCode: failure.code, failureDetail: failure.detail };
  if (!(await move(manager, run, to, change))) return false;
  await endWaiting(manager, run, to, {
    code: failure.code,
    detail: `The run of an earlier phase ended: ${failure.code}.`,
  });
  return true;
}

/** Ends the later runs of the submission that wait. */
export async function endWaiting(
  manager: EntityManager,
  run: EvaluationRunEntity,
  to: 'failed' | 'expired',
  failure: Failure,
): Promise<void> {
  for (const waiting of await laterWaiting(manager, run)) {
    await move(manager, waiting, to, { failureCode: failure.code, failureDetail: failure.detail });
  }
}

/** The later runs of the submission that wait, locked, in phase order. */
export async function laterWaiting(manager: EntityManager, run: EvaluationRunEntity): Promise<EvaluationRunEntity[]> {
  return await manager
    .createQueryBuilder(EvaluationRunEntity, 'run')
    .where(`run.submission_id = :submissionId and run.ordinal > :ordinal and run.state = 'waiting'`, {
      submissionId: run.submissionId,
      ordinal: run.ordinal,
    })
    .orderBy('run.ordinal')
    .setLock('for_no_key_update')
    .getMany();
}
