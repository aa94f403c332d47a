import type { EntityManager } from 'typeorm';
import { notFound } from '#domain';
import { benchmarkChanged, type DryRun, type MakingRecords, type NewDryRun } from '#evaluation';
import type { Database } from '../database.js';
import { DryRunEntity } from '../entities/making.entity.js';
import { changed, inTransaction, reading, rows } from '../transaction.js';
import { isUuid, uuidv7 } from '../uuid.js';
import { note } from './benchmark-events.js';
import { oweDryRunJob } from './outbox.js';

/** One that was not taken, or whose worker was lost, is owed again; after this many workers it failed. */
const MOST_ATTEMPTS = 3;
/**
 * A preparation of thousands of cases takes longer than workers are left alone: each hundred cases of the benchmark that
 * are prepared are one more attempt, up to so many.
 */
const MORE_ATTEMPTS = 20;
const RESEND_AFTER = `interval '30 s'`;
/** So long may it wait for a worker; one that a worker is at may take as long as it needs. */
const PATIENCE = `interval '1 day'`;

type DryRuns = Pick<
  MakingRecords,
  'createDryRun' | 'findDryRun' | 'newestDryRun' | 'recentDryRuns' | 'claimDryRun' | 'writeDryRun' | 'endDryRun'
>;

/** Trials of drafts. */
export function dryRuns(database: Database): DryRuns {
  return {
    createDryRun: (dryRun) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(dryRun.benchmarkId) || !isUuid(dryRun.by)) throw notFound('benchmark');
        await holdDraft(manager, dryRun);
        await note(manager, dryRun.benchmarkId, 'dry-run', dryRun);
        return oweDryRun(manager, dryRun);
      }),

    findDryRun: (id) =>
      reading(database, async (manager) => {
        const found = isUuid(id) ? await manager.findOneBy(DryRunEntity, { id }) : null;
        return found === null ? null : toDryRun(found);
      }),

    newestDryRun: (benchmarkId, kind) =>
      reading(database, async (manager) => {
        if (!isUuid(benchmarkId)) return null;
        const [newest] = await rows<{ id: string }>(
          manager,
          `select id from dry_run where benchmark_id = $1 and (networks = '[]'::jsonb) = $2 order by created_at desc, id desc limit 1`,
          [benchmarkId, kind === 'preparation'],
        );
        return newest === undefined ? null : read(manager, newest.id);
      }),

    recentDryRuns: (userId) =>
      reading(database, async (manager) => {
        if (!isUuid(userId)) return 0;
        const [{ count }] = await rows<{ count: number }>(
          manager,
          `select count(*)::int as count from dry_run where user_id = $1 and networks <> '[]'::jsonb and created_at > now() - interval '1 hour'`,
          [userId],
        );
        return count;
      }),

    claimDryRun: (id, owner, leaseSeconds) =>
      inTransaction(database, async (manager) => {
        if (!isUuid(id)) return null;
        const [claimed] = await rows<{ attempt: number }>(
          manager,
          `update dry_run set state = 'running', owner = $2, attempts = attempts + 1, lease_until = now() + make_interval(secs => $3)
            where id = $1 and (state = 'queued' or (state = 'running' and lease_until < now())) returning attempts as attempt`,
          [id, owner, leaseSeconds],
        );
        return claimed === undefined ? null : { dryRun: await read(manager, id), attempt: claimed.attempt };
      }),

    writeDryRun: ({ dryRun: { id }, attempt }, leaseSeconds, { progress, isolation }) =>
      inTransaction(database, async (manager) => {
        const touched = await changed(
          manager,
          `update dry_run set progress = $3, isolation = $4, lease_until = now() + make_interval(secs => $5)
            where id = $1 and attempts = $2 and state = 'running'`,
          [id, attempt, JSON.stringify(progress), isolation, leaseSeconds],
        );
        return touched === 1;
      }),

    endDryRun: ({ dryRun: { id }, attempt }, { progress, isolation, failure }) =>
      inTransaction(database, async (manager) => {
        const touched = await changed(
          manager,
          `update dry_run set progress = $3, isolation = $4, failure = $5, state = case when $5::jsonb is null then 'done' else 'failed' end,
                  owner = null, lease_until = null, finished_at = now()
            where id = $1 and attempts = $2 and state = 'running'`,
          [id, attempt, JSON.stringify(progress), isolation, failure === null ? null : JSON.stringify(failure)],
        );
        return touched === 1;
      }),
  };
}

/**
 * Nobody changes, publishes or deletes the draft until the end of the transaction.
 *
 * @throws RequestRefused 404 when it is gone, 409 `benchmark-changed` when it is another one by now, or published
 */
async function holdDraft(manager: EntityManager, { benchmarkId, definitionSha256 }: NewDryRun): Promise<void> {
  const [draft] = await rows<{ same: boolean }>(
    manager,
    `select not published and coalesce(definition_sha256 = $2, false) as same from benchmark where id = $1 for share`,
    [benchmarkId, definitionSha256],
  );
  if (draft === undefined) throw notFound('benchmark');
  if (!draft.same) throw benchmarkChanged();
}

/** Writes it and owes its job. */
export async function oweDryRun(
  manager: EntityManager,
  { benchmarkId, by, definitionSha256, networks }: NewDryRun,
): Promise<DryRun> {
  const id = uuidv7();
  const progress = networks.map(({ network, name, note: words }) => ({
    network,
    name,
    state: 'waiting',
    note: words,
    cases: [],
    means: null,
  }));
  await manager.insert(DryRunEntity, {
    id,
    benchmarkId,
    userId: by,
    definitionSha256,
    networks: networks as object[],
    digests: [...new Set(networks.flatMap(({ models }) => models.map(({ sha256 }) => sha256)))],
    progress: progress as object[],
    state: 'queued',
  });
  await oweDryRunJob(manager, id);
  return read(manager, id);
}

/** Ends what has not ended: the benchmark is another one now. */
export async function endDryRunsOf(
  manager: EntityManager,
  benchmarkId: string,
  code: string,
  message: string,
): Promise<void> {
  await manager.query(
    `update dry_run set state = 'failed', failure = $2, owner = null, lease_until = null, finished_at = now()
      where benchmark_id = $1 and state in ('queued', 'running')`,
    [benchmarkId, JSON.stringify({ code, message })],
  );
}

export async function dropDryRuns(manager: EntityManager, benchmarkId: string): Promise<void> {
  await manager.query('delete from outbox where dry_run_id in (select id from dry_run where benchmark_id = $1)', [
    benchmarkId,
  ]);
  await manager.query('delete from dry_run where benchmark_id = $1', [benchmarkId]);
}

/** Whether a dry run that has not ended needs this file. */
export async function neededByDryRun(manager: EntityManager, sha256: string): Promise<boolean> {
  const needed = await rows(
    manager,
    `select 1 from dry_run where state in ('queued', 'running') and $1 = any (digests) limit 1`,
    [sha256],
  );
  return needed.length > 0;
}

/** Owes again what nobody took or whose worker was lost, ends what cannot be carried out. Returns how many were owed again. */
export async function sweepDryRuns(manager: EntityManager, limit: number): Promise<number> {
  const failed = (code: string, message: string): string => `'${JSON.stringify({ code, message })}'::jsonb`;
  await manager.query(
    `update dry_run set state = 'failed', owner = null, lease_until = null, finished_at = now(),
            failure = case when coalesce(lease_until, created_at) < now() - ${PATIENCE}
              then ${failed('deadline-passed', 'No worker had time for it within a day. Ask for another one.')}
              else ${failed('worker-lost', 'The worker was lost several times. Ask for another one; if that happens once more, tell the operator.')} end
      where state in ('queued', 'running')
        and (coalesce(lease_until, created_at) < now() - ${PATIENCE}
             or (lease_until < now() and attempts >= ${MOST_ATTEMPTS} + least(${MORE_ATTEMPTS}, (
                  select count(*) / 100 from evaluation_case c join phase p on p.id = c.phase_id
                   where p.benchmark_id = dry_run.benchmark_id and c.reference_study is not null))))`,
  );
  const due = await rows<{ id: string }>(
    manager,
    `select d.id from dry_run d
      where (d.state = 'queued' or (d.state = 'running' and d.lease_until < now()))
        and not exists (select 1 from outbox o where o.dry_run_id = d.id and (o.sent_at is null or o.sent_at > now() - ${RESEND_AFTER}))
      order by d.created_at limit $1 for no key update skip locked`,
    [limit],
  );
  for (const { id } of due) await oweDryRunJob(manager, id);
  return due.length;
}

async function read(manager: EntityManager, id: string): Promise<DryRun> {
  return toDryRun(await manager.findOneByOrFail(DryRunEntity, { id }));
}

function toDryRun(entity: DryRunEntity): DryRun {
  const {
    id,
    benchmarkId,
    userId,
    definitionSha256,
    networks,
    progress,
    isolation,
    state,
    failure,
    createdAt,
    finishedAt,
  } = entity;
  return {
    id,
    benchmarkId,
    by: userId,
    definitionSha256,
    networks,
    progress,
    isolation,
    state,
    failure,
    createdAt,
    finishedAt,
  };
}
