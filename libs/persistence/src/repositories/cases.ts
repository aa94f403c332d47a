import { In, type EntityManager } from 'typeorm';
import { scoresWithoutPrediction, type RegionScore } from '#metrics';
import type { CaseClaim, CasePrediction, CaseResult, CaseStanding, EvaluationRecords } from '#evaluation';
import type { Database } from '../database.js';
import { EvaluationCaseEntity, PhaseEntity } from '../entities/benchmark.entity.js';
import { CaseResultEntity, MetricValueEntity } from '../entities/case-result.entity.js';
import type { EvaluationRunEntity } from '../entities/evaluation-run.entity.js';
import { changed, inTransaction, reading, rows } from '../transaction.js';
import { isUuid } from '../uuid.js';
import { loaded, toObject } from './mapping.js';
import { readScores, scoreRows } from './metric-values.js';
import { RESEND_AFTER_SECONDS } from './outbox.js';
import { writeEvent } from './run-events.js';
import { deadlineOf, lockRun } from './run-moves.js';
import { countCases, toScoring } from './runs.js';
import { insertObject } from './stored-objects.js';

type Outcome = Parameters<EvaluationRecords['recordCase']>[1];

/** The life of one case in a run. Whoever writes shows a claim; an older epoch or attempt changes nothing. */
export function cases(
  database: Database,
): Pick<
  EvaluationRecords,
  | 'untouchedCase'
  | 'claimCase'
  | 'heartbeat'
  | 'releaseCase'
  | 'recordCase'
  | 'caseResults'
  | 'resultsOfCase'
  | 'predictionsOfCase'
> {
  return {
    untouchedCase: (otherThan) =>
      reading(database, async (manager) => {
        const [found] = await rows<{ runId: string; epoch: number; caseId: string }>(
          manager,
          `select r.id as "runId", r.epoch, c.case_id as "caseId"
             from evaluation_run r join case_result c on c.run_id = r.id
            where r.state = 'running' and r.id <> all($1::uuid[])
              and c.state = 'pending' and c.attempt = 0 and c.lease_until is null
            order by r.queued_at, r.id, c.case_id limit 1`,
          [otherThan],
        );
        return found ?? null;
      }),

    claimCase: (runId, caseId, epoch, owner, leaseSeconds) =>
      inTransaction(database, async (manager): Promise<CaseClaim | null> => {
        const run = await lockRun(manager, runId);
        if (run?.epoch !== epoch || run.state !== 'running' || !isUuid(caseId)) return null;
        const [claimed] = await rows<{ attempt: number; lost: number }>(
          manager,
          `update case_result set attempt = attempt + 1, owner = $3, lease_until = now() + make_interval(secs => $4), resend_at = null,
                  losses = losses + case when lease_until is not null and attempt > loss_counted_attempt then 1 else 0 end,
                  loss_counted_attempt = attempt
            where run_id = $1 and case_id = $2 and state = 'pending' and (lease_until is null or lease_until < now())
           returning attempt, losses as lost`,
          [runId, caseId, owner, leaseSeconds],
        );
        if (claimed === undefined) return null;
        await signOfLife(manager, runId);
        return { runId, caseId, epoch, ...claimed };
      }),

    heartbeat: (claim, leaseSeconds) =>
      inTransaction(database, async (manager) => {
        if ((await holder(manager, claim)) === null) return false;
        await manager.query(
          'update case_result set lease_until = now() + make_interval(secs => $3) where run_id = $1 and case_id = $2',
          [claim.runId, claim.caseId, leaseSeconds],
        );
        await signOfLife(manager, claim.runId);
        return true;
      }),

    releaseCase: (claim) =>
      inTransaction(database, async (manager) => {
        if ((await holder(manager, claim)) === null) return false;
        // its job may be tried again by the queue; if not, the sweeper adds one
        const touched = await changed(
          manager,
          `update case_result set owner = null, lease_until = null, loss_counted_attempt = attempt, job_resends = 0,
                  job_serial = job_serial + 1, resend_at = now() + interval '${RESEND_AFTER_SECONDS} s'
            where run_id = $1 and case_id = $2`,
          [claim.runId, claim.caseId],
        );
        return touched === 1;
      }),

    recordCase: (claim, outcome) =>
      inTransaction(database, async (manager) => {
        const run = await holder(manager, claim);
        if (run === null) return false;
        await writeOutcome(manager, run, claim, outcome);
        await manager.query(`update evaluation_run set losses = 0, fault_since = null where id = $1`, [run.id]);
        await signOfLife(manager, run.id);
        const { pending } = await countCases(manager, run.id);
        await writeEvent(manager, run, 'running', claim.caseId);
        if (pending === 0) await toScoring(manager, run);
        return true;
      }),

    caseResults: (runId) => reading(database, (manager) => caseResults(manager, runId)),

    resultsOfCase: (caseId, limit, toldBy) =>
      reading(database, (manager) => resultsOfCase(manager, caseId, limit, toldBy)),

    predictionsOfCase: (caseId, limit, toldBy) =>
      reading(database, async (manager): Promise<readonly CasePrediction[]> => {
        if (!isUuid(caseId)) return [];
        const standings = await standingsOf(manager, caseId, limit, toldBy);
        const found = await manager.find(CaseResultEntity, {
          where: { caseId, runId: In(standings.map(({ runId }) => runId)) },
          relations: { prediction: true },
        });
        const drawn = new Map(found.map(({ runId, prediction }) => [runId, prediction]));
        return standings.flatMap(({ runId, slug, name, version }) => {
          const prediction = drawn.get(runId);
          return prediction ? [{ algorithm: { slug, name }, version, object: toObject(prediction) }] : [];
        });
      }),
  };
}

/** The run, locked, when the claim still stands: same epoch, same attempt, not settled. Whether the lease ran out does not matter as long as nobody else took the case. */
async function holder(
  manager: EntityManager,
  { runId, caseId, epoch, attempt }: CaseClaim,
): Promise<EvaluationRunEntity | null> {
  const run = await lockRun(manager, runId);
  if (run?.epoch !== epoch || run.state !== 'running') return null;
  return (await manager.existsBy(CaseResultEntity, { runId, caseId, attempt, state: 'pending' })) ? run : null;
}

async function signOfLife(manager: EntityManager, runId: string): Promise<void> {
  await manager.query(
    `update evaluation_run set sign_of_life_at = now(), deadline_at = ${deadlineOf('running')()} where id = $1`,
    [runId],
  );
}

async function writeOutcome(
  manager: EntityManager,
  run: EvaluationRunEntity,
  claim: CaseClaim,
  { prediction, usage, receipt = null, scores, failure }: Outcome,
): Promise<void> {
  const { rules } = await manager.findOneByOrFail(PhaseEntity, { id: run.phaseId });
  const metrics = rules.metrics.map(({ id }) => id);
  const complete: readonly RegionScore[] =
    failure === null || scores.length > 0 ? scores : scoresWithoutPrediction(rules.regions, metrics);
  const values = scoreRows(
    claim,
    complete,
    rules.regions.map(({ name }) => name),
    metrics,
  );
  const predictionId =
    prediction === null
      ? null
      : (
          await insertObject(manager, {
            ...prediction,
            inputs: [...prediction.inputs, ...(await madeFrom(manager, run, claim.caseId))],
          })
        ).id;
  await manager.update(
    CaseResultEntity,
    { runId: claim.runId, caseId: claim.caseId },
    {
      state: failure === null ? 'scored' : 'failed',
      failureCode: failure?.code ?? null,
      failureDetail: failure?.detail ?? null,
      predictionId,
      elapsedMs: usage?.elapsedMs ?? null,
      cpuMs: usage?.cpuMs ?? null,
      peakRssBytes: usage?.peakRssBytes ?? null,
      sessionMs: usage?.sessionMs ?? null,
      stagesMs: usage?.stagesMs ? { ...usage.stagesMs } : null,
      isolation: receipt?.isolation ?? null,
      runtime: receipt?.runtime ?? null,
      owner: null,
      leaseUntil: null,
      resendAt: null,
      finishedAt: () => 'now()',
    },
  );
  await manager.insert(MetricValueEntity, values);
}

/** Whatever the caller names, a prediction is made from the images of its case and from the models. */
async function madeFrom(manager: EntityManager, run: EvaluationRunEntity, caseId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    manager,
    `select object_id as id from case_image where case_id = $1
      union all
     select m.object_id from submission s join algorithm_version_model m on m.version_id = s.algorithm_version_id where s.id = $2`,
    [caseId, run.submissionId],
  );
  return found.map(({ id }) => id);
}

/** In the order of the phase's cases. */
async function caseResults(manager: EntityManager, runId: string): Promise<readonly CaseResult[]> {
  if (!isUuid(runId)) return [];
  const results = await manager.find(CaseResultEntity, {
    where: { runId },
    relations: { prediction: true, run: { phase: true }, case: true },
    order: { case: { ordinal: 'ASC' } },
  });
  if (results.length === 0) return [];
  const scoresOf = await readScores(manager, { runId }, loaded(results[0].run?.phase, 'run.phase').rules);
  return results.map((result) => toResult(result, scoresOf(runId, result.caseId)));
}

/** Runs that have done with a case, by their place on the current board. */
function standingsOf(manager: EntityManager, caseId: string, limit: number, toldBy: Date | null) {
  return rows<{ runId: string; slug: string; name: string; version: string; rank: number | null }>(
    manager,
    `select c.run_id as "runId", a.slug, a.name, v.version, l.rank
       from case_result c
       join evaluation_run r on r.id = c.run_id
       join submission s on s.id = r.submission_id
       join algorithm_version v on v.id = s.algorithm_version_id
       join algorithm a on a.id = v.algorithm_id
       left join leaderboard_row l on l.run_id = c.run_id and l.signature = (
         select signature from leaderboard_row where phase_id = r.phase_id order by finished_at desc, signature limit 1)
      where c.case_id = $1 and c.state <> 'pending'
        and ($3::timestamptz is null or (r.state = 'completed' and (r.release_at is null or r.release_at <= $3)))
      order by l.rank nulls last, a.slug, v.version
      limit $2`,
    [caseId, limit, toldBy],
  );
}

/** Every run's result on one case; ranks are those of the phase's current board. */
async function resultsOfCase(
  manager: EntityManager,
  caseId: string,
  limit: number,
  toldBy: Date | null,
): Promise<readonly CaseStanding[]> {
  if (!isUuid(caseId)) return [];
  const [evaluationCase] = await manager.find(EvaluationCaseEntity, {
    where: { id: caseId },
    relations: { phase: true },
  });
  if (evaluationCase === undefined) return [];
  const standings = await standingsOf(manager, caseId, limit, toldBy);
  const runIds = standings.map(({ runId }) => runId);
  const results = new Map(
    (
      await manager.find(CaseResultEntity, { where: { caseId, runId: In(runIds) }, relations: { prediction: true } })
    ).map((result) => [result.runId, result]),
  );
  const scoresOf = await readScores(manager, { runIds, caseId }, loaded(evaluationCase.phase, 'phase').rules);
  return standings.map(({ runId, slug, name, version, rank }) => ({
    algorithm: { slug, name },
    version,
    rank,
    result: toResult(loaded(results.get(runId), 'result'), scoresOf(runId, caseId)),
  }));
}

/** Needs `prediction`. */
function toResult(result: CaseResultEntity, scores: readonly RegionScore[]): CaseResult {
  const {
    runId,
    caseId,
    state,
    attempt,
    failureCode,
    failureDetail,
    prediction,
    elapsedMs,
    cpuMs,
    peakRssBytes,
    sessionMs,
    stagesMs,
    isolation,
    runtime,
  } = result;
  return {
    runId,
    caseId,
    state,
    attempt,
    failureCode,
    failureDetail,
    prediction: prediction ? toObject(prediction) : null,
    usage:
      elapsedMs === null
        ? null
        : { elapsedMs, cpuMs, peakRssBytes, ...(sessionMs !== null && { sessionMs }), ...(stagesMs && { stagesMs }) },
    receipt: isolation !== null && runtime !== null ? { isolation, runtime } : null,
    scores,
  };
}
