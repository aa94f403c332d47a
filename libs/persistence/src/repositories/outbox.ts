import type { EntityManager } from 'typeorm';
import type { EvaluationRecords, Job, QueuedJob } from '#evaluation';
import type { Database } from '../database.js';
import { inTransaction, rows } from '../transaction.js';

const CHANNEL = 'voxelmark_outbox';
/** Closing goes before validating goes before cases: what is begun gets finished. */
const PRIORITY: Readonly<Record<Job['name'], number>> = {
  'close-run': 1,
  'validate-model': 2,
  preflight: 2, // somebody is looking at the page
  'dry-run': 2,
  'evaluate-case': 3,
};
/** A job is added again, under the same id, when it was not taken for this long; twice as long each time, up to the longest. */
export const RESEND_AFTER_SECONDS = 30;
export const RESEND_LONGEST_SECONDS = 120;
/** After this many times it gets a new id, lest a finished job with the old one keeps it out for ever. */
export const RESENDS_PER_ID = 10;
const KEEP_SENT = '1 day';

/**
 * Owes the queue the run's next job of its own. The id is `name.run.epoch.n`; n grows with each, so that a job lost and added
 * again is not mistaken for the one that the queue remembers as finished.
 */
export async function oweRunJob(
  manager: EntityManager,
  name: 'validate-model' | 'close-run',
  runId: string,
): Promise<void> {
  await manager.query(
    `with run as (
       update evaluation_run set job_serial = job_serial + 1, job_resends = 0, resend_at = now() + interval '${RESEND_AFTER_SECONDS} s'
        where id = $1 returning id, epoch, job_serial)
     insert into outbox (job_id, name, run_id, epoch, priority)
     select concat_ws('.', $2::text, id, epoch, job_serial), $2, id, epoch, ${PRIORITY[name]} from run`,
    [runId, name],
  );
  await wake(manager);
}

/** Owes the queue a preflight. Ids: `preflight.id.n`, n being how many workers took it before; the same again is sent again. */
export async function owePreflightJob(manager: EntityManager, preflightId: string): Promise<void> {
  await manager.query(
    `insert into outbox (job_id, name, preflight_id, priority)
     select concat_ws('.', 'preflight', id, attempts), 'preflight', id, ${PRIORITY.preflight} from preflight where id = $1
     on conflict (job_id) do update set sent_at = null`,
    [preflightId],
  );
  await wake(manager);
}

/** Owes the queue a dry run, as a preflight. */
export async function oweDryRunJob(manager: EntityManager, dryRunId: string): Promise<void> {
  await manager.query(
    `insert into outbox (job_id, name, dry_run_id, priority)
     select concat_ws('.', 'dry-run', id, attempts), 'dry-run', id, ${PRIORITY['dry-run']} from dry_run where id = $1
     on conflict (job_id) do update set sent_at = null`,
    [dryRunId],
  );
  await wake(manager);
}

/** Owes the queue a job for each pending case of a run, or for those given. Returns how many. Ids: `evaluate-case.run.case.epoch.n`. */
export async function oweCaseJobs(
  manager: EntityManager,
  runId: string,
  caseIds: readonly string[] | null = null,
): Promise<number> {
  const owed = await rows(
    manager,
    `with due as (
       update case_result set job_serial = job_serial + 1, job_resends = 0, resend_at = now() + interval '${RESEND_AFTER_SECONDS} s'
        where run_id = $1 and state = 'pending' and ($2::uuid[] is null or case_id = any ($2)) returning case_id, job_serial)
     insert into outbox (job_id, name, run_id, epoch, case_id, priority)
     select concat_ws('.', 'evaluate-case', r.id, due.case_id, r.epoch, due.job_serial), 'evaluate-case', r.id, r.epoch, due.case_id, ${PRIORITY['evaluate-case']}
       from due join evaluation_run r on r.id = $1 join evaluation_case c on c.id = due.case_id
      order by c.ordinal
     returning id`,
    [runId, caseIds],
  );
  if (owed.length > 0) await wake(manager);
  return owed.length;
}

/** Owes again the jobs of runs that nobody took in time: the queue may have lost them, and if not, it knows their ids. */
export async function oweRunJobsAgain(manager: EntityManager, limit: number): Promise<number> {
  const owed = await rows(
    manager,
    `with due as (
       select id from evaluation_run where resend_at < now() and state in ('queued', 'scoring')
        order by resend_at limit $1 for no key update skip locked),
     again as (${resend('evaluation_run', 'evaluation_run.id = due.id')} returning evaluation_run.id, epoch, job_serial,
       case state when 'scoring' then 'close-run' else 'validate-model' end as name)
     insert into outbox (job_id, name, run_id, epoch, priority)
     select concat_ws('.', name, id, epoch, job_serial), name, id, epoch, case name when 'close-run' then ${PRIORITY['close-run']} else ${PRIORITY['validate-model']} end from again
     on conflict (job_id) do update set sent_at = null
     returning id`,
    [limit],
  );
  if (owed.length > 0) await wake(manager);
  return owed.length;
}

/** The same for cases of running runs. */
export async function oweCaseJobsAgain(manager: EntityManager, limit: number): Promise<number> {
  const owed = await rows(
    manager,
    `with due as (
       select c.run_id, c.case_id, r.epoch from case_result c join evaluation_run r on r.id = c.run_id
        where c.resend_at < now() and c.state = 'pending' and r.state = 'running'
        order by c.resend_at limit $1 for no key update of c skip locked),
     again as (${resend('case_result', 'case_result.run_id = due.run_id and case_result.case_id = due.case_id')}
       returning case_result.run_id, case_result.case_id, due.epoch, job_serial)
     insert into outbox (job_id, name, run_id, epoch, case_id, priority)
     select concat_ws('.', 'evaluate-case', run_id, case_id, epoch, job_serial), 'evaluate-case', run_id, epoch, case_id, ${PRIORITY['evaluate-case']}
       from again join evaluation_case on evaluation_case.id = again.case_id order by run_id, ordinal
     on conflict (job_id) do update set sent_at = null
     returning id`,
    [limit],
  );
  if (owed.length > 0) await wake(manager);
  return owed.length;
}

function resend(table: string, join: string): string {
  return `update ${table} set
    job_serial = job_serial + case when job_resends >= ${RESENDS_PER_ID} then 1 else 0 end,
    job_resends = case when job_resends >= ${RESENDS_PER_ID} then 0 else job_resends + 1 end,
    resend_at = now() + least(interval '${RESEND_AFTER_SECONDS} s' * power(2, job_resends + 1), interval '${RESEND_LONGEST_SECONDS} s')
    from due where ${join}`;
}

/** Forgets jobs that were delivered long ago. */
export async function forgetSent(manager: EntityManager, limit: number): Promise<void> {
  await manager.query(
    `delete from outbox where id in (select id from outbox where sent_at < now() - interval '${KEEP_SENT}' limit $1)`,
    [limit],
  );
}

async function wake(manager: EntityManager): Promise<void> {
  await manager.query(`select pg_notify('${CHANNEL}', '')`);
}

interface OutboxRow {
  readonly id: string;
  readonly job_id: string;
  readonly name: Job['name'];
  readonly run_id: string | null;
  readonly epoch: number | null;
  readonly case_id: string | null;
  readonly preflight_id: string | null;
  readonly dry_run_id: string | null;
  readonly priority: number;
}

/** The way from the outbox to the queue. */
export function outbox(database: Database): Pick<EvaluationRecords, 'relayOutbox' | 'onOutbox'> {
  return {
    relayOutbox: (send, limit) =>
      inTransaction(database, async (manager) => {
        const unsent = await rows<OutboxRow>(
          manager,
          `select id, job_id, name, run_id, epoch, case_id, preflight_id, dry_run_id, priority from outbox
            where sent_at is null order by id limit $1 for no key update skip locked`,
          [limit],
        );
        if (unsent.length === 0) return 0;
        await send(unsent.map(toQueuedJob)); // should the mark below fail, they are sent again under the same ids
        await manager.query('update outbox set sent_at = now() where id = any ($1)', [unsent.map(({ id }) => id)]);
        return unsent.length;
      }),

    onOutbox: (listener) => database.notifications.listen(CHANNEL, { notified: listener, resumed: listener }),
  };
}

/** Which columns are there depends on the name: constraints of the table see to it. */
function toQueuedJob({ job_id: id, name, run_id, epoch, case_id, preflight_id, dry_run_id, priority }: OutboxRow): QueuedJob {
  if (name === 'preflight') return { id, job: { name, preflightId: preflight_id! }, priority };
  if (name === 'dry-run') return { id, job: { name, dryRunId: dry_run_id! }, priority };
  const ofRun = { runId: run_id!, epoch: epoch! };
  return { id, job: name === 'evaluate-case' ? { name, ...ofRun, caseId: case_id! } : { name, ...ofRun }, priority };
}
