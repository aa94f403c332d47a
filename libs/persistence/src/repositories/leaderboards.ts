import type { EntityManager } from 'typeorm';
import type { Aggregate, EvaluationRecords, Leaderboard, LeaderboardEntry } from '#evaluation';
import { lockInTransaction } from '../advisory-lock.js';
import type { Database } from '../database.js';
import type { EvaluationRunEntity } from '../entities/evaluation-run.entity.js';
import { LeaderboardRowEntity } from '../entities/leaderboard-row.entity.js';
import { inTransaction, reading, rows } from '../transaction.js';
import { isUuid } from '../uuid.js';
import { endWaiting, enqueue, laterWaiting, lockRun, move } from './run-moves.js';

type Outcome = Parameters<EvaluationRecords['completeRun']>[2];
type Rank = Parameters<EvaluationRecords['completeRun']>[3];

/** Completion of runs, and the boards that they make. */
export function leaderboards(
  database: Database,
): Pick<EvaluationRecords, 'completeRun' | 'boardEntry' | 'leaderboard'> {
  return {
    completeRun: (runId, epoch, outcome, rank) =>
      inTransaction(database, async (manager) => {
        const run = await lockRun(manager, runId);
        if (run?.epoch !== epoch) return false;
        if (!(await move(manager, run, 'completed'))) return false;
        if (outcome.stop !== null) await endWaiting(manager, run, 'failed', outcome.stop);
        else await enqueueNext(manager, run);
        await enterBoard(manager, run, outcome, rank);
        return true;
      }),

    boardEntry: (runId) => reading(database, (manager) => boardEntry(manager, runId)),

    leaderboard: (phaseId, page) => reading(database, (manager) => readBoard(manager, phaseId, page)),
  };
}

async function enqueueNext(manager: EntityManager, run: EvaluationRunEntity): Promise<void> {
  const [next] = await laterWaiting(manager, run);
  if (next !== undefined) await enqueue(manager, next);
}

/**
 * Adds the run to the board of its phase and signature and ranks the board anew. One completion at a time per board: the
 * second would otherwise rank without the first.
 */
async function enterBoard(
  manager: EntityManager,
  run: EvaluationRunEntity,
  { aggregates, metrics }: Outcome,
  rank: Rank,
): Promise<void> {
  const { id: runId, phaseId, signature } = run;
  if (signature === null) throw new TypeError(`run ${runId} is being scored without a signature`);
  refuseNonFinite(metrics, aggregates);
  await lockInTransaction(manager, `voxelmark.board.${phaseId}.${signature}`);
  const others = await rows<{ runId: string; metrics: Record<string, number> }>(
    manager,
    'select run_id as "runId", metrics from leaderboard_row where phase_id = $1 and signature = $2 and run_id <> $3',
    [phaseId, signature, runId],
  );
  const ranks = rank([...others, { runId, metrics }]);
  const rankOf = (id: string): number => {
    const place = ranks.get(id);
    if (place === undefined || !Number.isInteger(place) || place < 1)
      throw new RangeError(`run ${id} was ranked ${place}; expected a whole number from 1`);
    return place;
  };
  await manager.query(
    `insert into leaderboard_row (run_id, phase_id, signature, rank, algorithm_slug, version, metrics, aggregates, case_scored, case_failed,
                                  practice_elapsed_ms, practice_cpu_ms, practice_peak_rss_bytes, finished_at)
     select r.id, r.phase_id, r.signature, $2, a.slug, v.version, $3, $4, r.case_scored, r.case_failed, u.elapsed_ms, u.cpu_ms, u.rss, r.finished_at
       from evaluation_run r
       join submission s on s.id = r.submission_id
       join algorithm_version v on v.id = s.algorithm_version_id
       join algorithm a on a.id = v.algorithm_id
      cross join lateral (
        select percentile_cont(0.5) within group (order by c.elapsed_ms) as elapsed_ms,
               percentile_cont(0.5) within group (order by c.cpu_ms) as cpu_ms,
               percentile_cont(0.5) within group (order by c.peak_rss_bytes) as rss
          from evaluation_run pr
          join phase p on p.id = pr.phase_id and p.kind = 'practice'
          join case_result c on c.run_id = pr.id and c.state = 'scored'
          join evaluation_case e on e.id = c.case_id and e.label = 'PUBLIC'
         where pr.submission_id = r.submission_id) u
      where r.id = $1`,
    [runId, rankOf(runId), JSON.stringify(metrics), JSON.stringify(aggregates)],
  );
  const ids = others.map((other) => other.runId);
  await manager.query(
    `update leaderboard_row l set rank = placed.rank from unnest($1::uuid[], $2::int[]) as placed (run_id, rank)
      where l.run_id = placed.run_id and l.rank <> placed.rank`,
    [ids, ids.map(rankOf)],
  );
}

/** JSON would turn NaN and Infinity into null, and a null has no reason. */
function refuseNonFinite(metrics: Readonly<Record<string, number>>, aggregates: readonly Aggregate[]): void {
  for (const [metric, value] of [
    ...Object.entries(metrics),
    ...aggregates.map(({ region, metric, mean }) => [`${metric} of ${region}`, mean] as const),
  ]) {
    if (!Number.isFinite(value)) throw new RangeError(`the mean ${metric} is ${value}; expected a finite number`);
  }
}

interface BoardRow extends Omit<LeaderboardRowEntity, 'run' | 'phase'> {
  readonly submissionId: string;
  readonly submitterId: string;
  readonly algorithmName: string;
}

const BOARD_COLUMNS = `select l.run_id as "runId", l.rank, l.algorithm_slug as "algorithmSlug", l.version, l.metrics, l.aggregates,
  l.case_scored as "caseScored", l.case_failed as "caseFailed", l.practice_elapsed_ms as "practiceElapsedMs",
  l.practice_cpu_ms as "practiceCpuMs", l.practice_peak_rss_bytes as "practicePeakRssBytes", l.finished_at as "finishedAt",
  s.id as "submissionId", s.submitter_id as "submitterId", a.name as "algorithmName"`;
const BOARD_JOINS = `join evaluation_run r on r.id = l.run_id join submission s on s.id = r.submission_id
  join algorithm a on a.slug = l.algorithm_slug`;

async function boardEntry(manager: EntityManager, runId: string): Promise<LeaderboardEntry | null> {
  if (!isUuid(runId)) return null;
  const [row] = await rows<BoardRow>(
    manager,
    `${BOARD_COLUMNS} from leaderboard_row l ${BOARD_JOINS} where l.run_id = $1`,
    [runId],
  );
  return row === undefined ? null : toEntry(row);
}

async function readBoard(
  manager: EntityManager,
  phaseId: string,
  { limit, offset, signature }: Parameters<EvaluationRecords['leaderboard']>[1],
): Promise<Leaderboard> {
  const boards = isUuid(phaseId)
    ? await rows<{ signature: string; total: number; updatedAt: Date }>(
        manager,
        `select signature, count(*)::int as total, max(finished_at) as "updatedAt" from leaderboard_row
          where phase_id = $1 group by signature order by max(finished_at) desc, signature`,
        [phaseId],
      )
    : [];
  const signatures = boards.map((other) => other.signature);
  const board = signature === undefined ? boards[0] : boards.find((other) => other.signature === signature);
  if (board === undefined)
    return { phaseId, signature: signature ?? '', signatures, updatedAt: null, total: 0, entries: [] };
  // the rows of the pages before are passed over in the index alone
  const page = await rows<BoardRow>(
    manager,
    `${BOARD_COLUMNS}
       from (select run_id from leaderboard_row where phase_id = $1 and signature = $2
              order by rank, algorithm_slug, version, run_id limit $3 offset $4) page
       join leaderboard_row l on l.run_id = page.run_id ${BOARD_JOINS}
      order by l.rank, l.algorithm_slug, l.version, l.run_id`,
    [phaseId, board.signature, limit, offset],
  );
  return {
    phaseId,
    signature: board.signature,
    signatures,
    updatedAt: board.updatedAt,
    total: board.total,
    entries: page.map(toEntry),
  };
}

function toEntry(row: BoardRow): LeaderboardEntry {
  const { runId, submissionId, version, submitterId, rank, metrics, aggregates, finishedAt } = row;
  const { practiceElapsedMs: elapsedMs, practiceCpuMs: cpuMs, practicePeakRssBytes: peakRssBytes } = row;
  return {
    runId,
    submissionId,
    algorithm: { slug: row.algorithmSlug, name: row.algorithmName },
    version,
    submitterId,
    rank,
    metrics,
    aggregates,
    cases: { scored: row.caseScored, failed: row.caseFailed },
    practiceUsage:
      elapsedMs === null || cpuMs === null || peakRssBytes === null ? null : { elapsedMs, cpuMs, peakRssBytes },
    finishedAt,
  };
}
