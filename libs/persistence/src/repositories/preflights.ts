import type { EntityManager } from 'typeorm';
import { notFound } from '#domain';
import { bundleDigest, type EvaluationRecords, type Preflight, type StaleFiles } from '#evaluation';
import type { Database } from '../database.js';
import { PreflightEntity } from '../entities/preflight.entity.js';
import { changed, inTransaction, reading, rows } from '../transaction.js';
import { isUuid, uuidv7 } from '../uuid.js';
import { toObject } from './mapping.js';
import { owePreflightJob } from './outbox.js';
import { insertObject } from './stored-objects.js';

/** A preflight that was not taken, or whose worker was lost, is owed again; after this many workers it failed. */
const MOST_ATTEMPTS = 3;
const RESEND_AFTER = `interval '30 s'`;
/** Nobody waits for longer in front of a page. */
const PATIENCE = `interval '1 hour'`;
const KEEP = `interval '30 days'`;
/** A bundle in which nothing failed can be submitted for so long without being sent again. */
const FILES_KEPT = `interval '1 hour'`;
/** Also how long a submission that has begun may take; a person's older bundles are kept no longer once a new one is there. */
const FILES_KEPT_AT_LEAST = `interval '10 minutes'`;

/** Bundles that are tried before they are submitted. */
export function preflights(
  database: Database,
): Pick<
  EvaluationRecords,
  | 'createPreflight'
  | 'findPreflight'
  | 'recentPreflights'
  | 'claimPreflight'
  | 'writePreflight'
  | 'endPreflight'
  | 'latestPreflight'
  | 'keepFiles'
  | 'staleFiles'
  | 'forgetFiles'
> {
  return {
    createPreflight: ({ benchmarkId, submitterId, manifest, manifestSha256, models, conformance, checks }) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(benchmarkId) || !isUuid(submitterId)) throw notFound('benchmark');
        const id = uuidv7();
        const settled = checks.every(({ status }) => status !== 'waiting');
        const files = [...models, ...(conformance ? [...conformance.images, conformance.expected] : [])];
        await manager.insert(PreflightEntity, {
          id,
          benchmarkId,
          submitterId,
          manifest: manifest as object,
          manifestSha256,
          models: models as object[],
          modelSha256: bundleDigest(models),
          conformance: conformance as object | null,
          digests: [...new Set(files.map(({ sha256 }) => sha256))],
          checks: checks as object[],
          state: settled ? 'done' : 'queued',
          finishedAt: settled ? () => 'now()' : null,
        });
        if (!settled) await owePreflightJob(manager, id);
        return read(manager, id);
      }),

    findPreflight: (id) =>
      reading(database, async (manager) => {
        const [found] = isUuid(id) ? await manager.find(PreflightEntity, { where: { id }, relations: RELATIONS }) : [];
        return found === undefined ? null : toPreflight(found);
      }),

    recentPreflights: (submitterId) =>
      reading(database, async (manager) => {
        if (!isUuid(submitterId)) return 0;
        const [{ count }] = await rows<{ count: number }>(
          manager,
          `select count(*)::int as count from preflight where submitter_id = $1 and created_at > now() - interval '1 hour'`,
          [submitterId],
        );
        return count;
      }),

    claimPreflight: (id, owner, leaseSeconds) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(id)) return null;
        const [claimed] = await rows<{ attempt: number }>(
          manager,
          `update preflight set state = 'running', owner = $2, attempts = attempts + 1, lease_until = now() + make_interval(secs => $3)
            where id = $1 and (state = 'queued' or (state = 'running' and lease_until < now())) returning attempts as attempt`,
          [id, owner, leaseSeconds],
        );
        return claimed === undefined ? null : { preflight: await read(manager, id), attempt: claimed.attempt };
      }),

    writePreflight: ({ preflight: { id }, attempt }, leaseSeconds, checks) =>
      inTransaction(database, async (manager) => {
        const touched = await changed(
          manager,
          `update preflight set checks = $3, lease_until = now() + make_interval(secs => $4)
            where id = $1 and attempts = $2 and state = 'running'`,
          [id, attempt, JSON.stringify(checks), leaseSeconds],
        );
        return touched === 1;
      }),

    endPreflight: ({ preflight: { id, submitterId }, attempt }, { checks, practice, failure }) =>
      inTransaction(database, async (manager) => {
        const [held] = await rows(
          manager,
          `select id from preflight where id = $1 and attempts = $2 and state = 'running' for no key update`,
          [id, attempt],
        );
        if (held === undefined) return false;
        const prediction = practice === null ? null : await insertObject(manager, practice.prediction);
        const submittable = failure === null && checks.every(({ status }) => status !== 'failed');
        await manager.query(
          `update preflight set checks = $2, failure = $3, case_id = $4, prediction_id = $5, state = case when $3::jsonb is null then 'done' else 'failed' end,
                  owner = null, lease_until = null, finished_at = now(), files_until = now() + ${submittable ? FILES_KEPT : `interval '0'`}
            where id = $1`,
          [
            id,
            JSON.stringify(checks),
            failure === null ? null : JSON.stringify(failure),
            practice?.caseId ?? null,
            prediction?.id ?? null,
          ],
        );
        await manager.query(
          `update preflight set files_until = now() + ${FILES_KEPT_AT_LEAST}
            where submitter_id = $2 and id <> $1 and files_until > now() + ${FILES_KEPT_AT_LEAST}`,
          [id, submitterId],
        );
        return true;
      }),

    keepFiles: (id, submitterId) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(id)) return null;
        const kept = await changed(
          manager,
          `update preflight set files_until = greatest(files_until, now() + ${FILES_KEPT_AT_LEAST})
            where id = $1 and submitter_id = $2 and files_until > now()`,
          [id, submitterId],
        );
        return kept === 1 ? read(manager, id) : null;
      }),

    staleFiles: (limit) =>
      reading(database, (manager) =>
        rows<StaleFiles>(
          manager,
          `select p.id as "preflightId", case when p.files_until < now() then p.digests else '{}' end as digests,
                  case when ${FORGOTTEN} and o.sha256 is not null
                        and not exists (select 1 from stored_object other where other.sha256 = o.sha256 and other.id <> o.id)
                       then array[o.sha256] else '{}' end as own
             from preflight p left join stored_object o on o.id = p.prediction_id
            where p.files_until < now() or ${FORGOTTEN} order by p.finished_at limit $1`,
          [limit],
        ),
      ),

    forgetFiles: (id) =>
      inTransaction(database, async (manager) => {
        await manager.query('update preflight set files_until = null where id = $1 and files_until < now()', [id]);
        await forget(manager, id);
      }),

    latestPreflight: ({ benchmarkId, submitterId, modelSha256, manifestSha256 }) =>
      reading(database, async (manager) => {
        if (!isUuid(benchmarkId) || !isUuid(submitterId)) return null;
        const [found] = await manager.find(PreflightEntity, {
          where: { benchmarkId, submitterId, modelSha256, manifestSha256, state: 'done' },
          relations: RELATIONS,
          order: { finishedAt: 'DESC', id: 'DESC' },
          take: 1,
        });
        return found === undefined ? null : toPreflight(found);
      }),
  };
}

const FORGOTTEN = `p.finished_at < now() - ${KEEP}`;

/** With what it predicted, if it is old enough. */
async function forget(manager: EntityManager, id: string): Promise<void> {
  const old = `select p.id from preflight p where p.id = $1 and ${FORGOTTEN}`;
  await manager.query(`delete from outbox where preflight_id in (${old})`, [id]);
  const gone = await rows<{ predictionId: string | null }>(
    manager,
    `delete from preflight where id in (${old}) returning prediction_id as "predictionId"`,
    [id],
  );
  const shown = gone.flatMap(({ predictionId }) => predictionId ?? []);
  await manager.query('delete from stored_object_input where object_id = any ($1)', [shown]);
  await manager.query('delete from stored_object where id = any ($1)', [shown]);
}

/** Whether a preflight that has not ended, or that can be submitted as it is, needs this file. */
export async function neededByPreflight(manager: EntityManager, sha256: string): Promise<boolean> {
  const needed = await rows(
    manager,
    `select 1 from preflight where (state in ('queued', 'running') or files_until > now()) and $1 = any (digests) limit 1`,
    [sha256],
  );
  return needed.length > 0;
}

/** What a check that had not ended says when its preflight is given up. */
const GIVEN_UP = `(select jsonb_agg(
    case when one ->> 'status' in ('waiting', 'running') then one || '{"status": "skipped", "detail": {"reason": "it was not carried out"}}' else one end
    order by place) from jsonb_array_elements(checks) with ordinality of_checks (one, place))`;

/** Owes again what nobody took or whose worker was lost, ends what cannot be carried out. Returns how many were owed again. */
export async function sweepPreflights(manager: EntityManager, limit: number): Promise<number> {
  const failed = (code: string, message: string): string => `'${JSON.stringify({ code, message })}'::jsonb`;
  await manager.query(
    `update preflight set state = 'failed', owner = null, lease_until = null, finished_at = now(), files_until = now(), checks = ${GIVEN_UP},
            failure = case when created_at < now() - ${PATIENCE}
              then ${failed('deadline-passed', 'No worker had time for this check within an hour. Try it again.')}
              else ${failed('worker-lost', 'The worker was lost several times during this check. Try it again; if that happens once more, tell the operator.')} end
      where state in ('queued', 'running')
        and (created_at < now() - ${PATIENCE} or (attempts >= ${MOST_ATTEMPTS} and lease_until < now()))`,
  );
  const due = await rows<{ id: string }>(
    manager,
    `select p.id from preflight p
      where (p.state = 'queued' or (p.state = 'running' and p.lease_until < now()))
        and not exists (select 1 from outbox o where o.preflight_id = p.id and (o.sent_at is null or o.sent_at > now() - ${RESEND_AFTER}))
      order by p.created_at limit $1 for no key update skip locked`,
    [limit],
  );
  for (const { id } of due) await owePreflightJob(manager, id);
  return due.length;
}

const RELATIONS = { prediction: true } as const;

async function read(manager: EntityManager, id: string): Promise<Preflight> {
  return toPreflight(await manager.findOneOrFail(PreflightEntity, { where: { id }, relations: RELATIONS }));
}

/** Needs `prediction`. */
function toPreflight(entity: PreflightEntity): Preflight {
  const { id, benchmarkId, submitterId, manifest, manifestSha256, models, modelSha256, conformance, checks } = entity;
  const { state, failure, caseId, prediction, createdAt, finishedAt, filesUntil } = entity;
  return {
    id,
    benchmarkId,
    submitterId,
    manifest,
    manifestSha256,
    models,
    modelSha256,
    conformance,
    checks,
    state,
    practice: caseId !== null && prediction ? { caseId, prediction: toObject(prediction) } : null,
    failure,
    filesUntil,
    createdAt,
    finishedAt,
  };
}
