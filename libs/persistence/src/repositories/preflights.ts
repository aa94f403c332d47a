import type { EntityManager } from 'typeorm';
import { notFound } from '#domain';
import { bundleDigest, type EvaluationRecords, type Preflight } from '#evaluation';
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
        const claimed = await changed(
          manager,
          `update preflight set state = 'running', owner = $2, attempts = attempts + 1, lease_until = now() + make_interval(secs => $3)
            where id = $1 and (state = 'queued' or (state = 'running' and lease_until < now()))`,
          [id, owner, leaseSeconds],
        );
        return claimed === 1 ? read(manager, id) : null;
      }),

    writePreflight: (id, owner, leaseSeconds, checks) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(id)) return false;
        const touched = await changed(
          manager,
          `update preflight set checks = $3, lease_until = now() + make_interval(secs => $4)
            where id = $1 and owner = $2 and state = 'running'`,
          [id, owner, JSON.stringify(checks), leaseSeconds],
        );
        return touched === 1;
      }),

    endPreflight: (id, owner, { checks, practice, failure }) =>
      inTransaction(database, async (manager) => {
        const [held] = isUuid(id)
          ? await rows(
              manager,
              `select id from preflight where id = $1 and owner = $2 and state = 'running' for no key update`,
              [id, owner],
            )
          : [];
        if (held === undefined) return false;
        const prediction = practice === null ? null : await insertObject(manager, practice.prediction);
        const touched = await changed(
          manager,
          `update preflight set checks = $3, failure = $4, case_id = $5, prediction_id = $6, state = case when $4::jsonb is null then 'done' else 'failed' end,
                  owner = null, lease_until = null, finished_at = now()
            where id = $1 and owner = $2 and state = 'running'`,
          [
            id,
            owner,
            JSON.stringify(checks),
            failure === null ? null : JSON.stringify(failure),
            practice?.caseId ?? null,
            prediction?.id ?? null,
          ],
        );
        return touched === 1;
      }),

    latestPreflight: ({ benchmarkId, modelSha256, manifestSha256 }) =>
      reading(database, async (manager) => {
        if (!isUuid(benchmarkId)) return null;
        const [found] = await manager.find(PreflightEntity, {
          where: { benchmarkId, modelSha256, manifestSha256, state: 'done' },
          relations: RELATIONS,
          order: { finishedAt: 'DESC', id: 'DESC' },
          take: 1,
        });
        return found === undefined ? null : toPreflight(found);
      }),
  };
}

/** Whether a preflight that has not ended needs this file. */
export async function neededByPreflight(manager: EntityManager, sha256: string): Promise<boolean> {
  const needed = await rows(
    manager,
    `select 1 from preflight where state in ('queued', 'running') and $1 = any (digests) limit 1`,
    [sha256],
  );
  return needed.length > 0;
}

/** Owes again what nobody took or whose worker was lost, ends what cannot be carried out, forgets what is old. Returns how many were owed again. */
export async function sweepPreflights(manager: EntityManager, limit: number): Promise<number> {
  const failed = (code: string, message: string): string => `'${JSON.stringify({ code, message })}'::jsonb`;
  await manager.query(
    `update preflight set state = 'failed', owner = null, lease_until = null, finished_at = now(),
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
  await manager.query(
    `delete from outbox where preflight_id in (select id from preflight where finished_at < now() - ${KEEP})`,
  );
  const old = await rows<{ predictionId: string | null }>(
    manager,
    `delete from preflight where finished_at < now() - ${KEEP} returning prediction_id as "predictionId"`,
  );
  const shown = old.flatMap(({ predictionId }) => predictionId ?? []);
  await manager.query('delete from stored_object_input where object_id = any ($1)', [shown]);
  await manager.query('delete from stored_object where id = any ($1)', [shown]);
  return due.length;
}

const RELATIONS = { prediction: true } as const;

async function read(manager: EntityManager, id: string): Promise<Preflight> {
  return toPreflight(await manager.findOneOrFail(PreflightEntity, { where: { id }, relations: RELATIONS }));
}

/** Needs `prediction`. */
function toPreflight(entity: PreflightEntity): Preflight {
  const { id, benchmarkId, submitterId, manifest, manifestSha256, models, modelSha256, conformance, checks } = entity;
  const { state, failure, caseId, prediction, createdAt, finishedAt } = entity;
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
    createdAt,
    finishedAt,
  };
}
