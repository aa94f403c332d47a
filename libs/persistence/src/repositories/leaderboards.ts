import type { EntityManager } from 'typeorm';
import {
  emptyBoardState,
  nextBoardState,
  type Aggregate,
  type BoardState,
  type BoardValue,
  type EvaluationRecords,
  type Leaderboard,
  type LeaderboardEntry,
  type RankRuns,
} from '#evaluation';
import { lockInTransaction } from '../advisory-lock.js';
import type { Database } from '../database.js';
import type { EvaluationRunEntity } from '../entities/evaluation-run.entity.js';
import { LeaderboardRowEntity } from '../entities/leaderboard-row.entity.js';
import { inTransaction, reading, readingAtOnce, rows } from '../transaction.js';
import { isUuid } from '../uuid.js';
import { endWaiting, enqueue, laterWaiting, lockRun, move } from './run-moves.js';

type Outcome = Parameters<EvaluationRecords['completeRun']>[2];

/** Completion of runs, and the boards that they make. */
export function leaderboards(
  database: Database,
): Pick<
  EvaluationRecords,
  'completeRun' | 'boardEntry' | 'leaderboard' | 'boardState' | 'boardStates' | 'boardValues'
> {
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

    // a state and its rows: a run that enters the board meanwhile is in both or in neither
    leaderboard: (phaseId, page) => readingAtOnce(database, (manager) => readBoard(manager, phaseId, page)),

    boardState: (hash) =>
      reading(database, async (manager) => {
        const [state] = await rows<BoardState>(manager, `${STATE_COLUMNS} where l.state_hash = $1`, [hash]);
        return state ?? null;
      }),

    boardStates: ({ phaseId, signature }, { limit, before }) =>
      reading(database, async (manager) =>
        isUuid(phaseId)
          ? rows<BoardState>(
              manager,
              `${STATE_COLUMNS} where l.phase_id = $1 and l.signature = $2 and ($3::int is null or l.sequence < $3)
                order by l.sequence desc limit $4`,
              [phaseId, signature, before ?? null, limit],
            )
          : [],
      ),

    boardValues: (runIds) =>
      reading(database, (manager) =>
        rows<BoardValue>(
          manager,
          `select m.run_id as "runId", m.case_id as "caseId", m.region, m.metric, m.status, m.value
             from unnest($1::uuid[]) with ordinality as run (id, place)
             join metric_value m on m.run_id = run.id
             join evaluation_case c on c.id = m.case_id
            order by run.place, c.ordinal, m.region, m.metric`,
          [runIds],
        ),
      ),
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
  rank: RankRuns,
): Promise<void> {
  const { id: runId, phaseId, signature } = run;
  if (signature === null) throw new TypeError(`run ${runId} is being scored without a signature`);
  refuseNonFinite(metrics, aggregates);
  await lockInTransaction(manager, `voxelmark.board.${phaseId}.${signature}`);
  const others = await rows<{ runId: string; metrics: Record<string, number>; sequence: number; stateHash: string }>(
    manager,
    'select run_id as "runId", metrics, sequence, state_hash as "stateHash" from leaderboard_row where phase_id = $1 and signature = $2 and run_id <> $3',
    [phaseId, signature, runId],
  );
  const ranks = rank([...others, { runId, metrics }]);
  const rankOf = (id: string): number => {
    const place = ranks.get(id);
    if (place === undefined || !Number.isInteger(place) || place < 1)
      throw new RangeError(`run ${id} was ranked ${place}; expected a whole number from 1`);
    return place;
  };
  const [about] = await rows<{ algorithm: string; version: string; modelSha256: string; manifestSha256: string }>(
    manager,
    `select a.slug as algorithm, v.version, v.model_sha256 as "modelSha256", v.manifest_sha256 as "manifestSha256"
       from submission s
       join algorithm_version v on v.id = s.algorithm_version_id
       join algorithm a on a.id = v.algorithm_id
      where s.id = $1`,
    [run.submissionId],
  );
  const newest = others.reduce<{ sequence: number; stateHash: string }>(
    (last, other) => (other.sequence > last.sequence ? other : last),
    { sequence: 0, stateHash: emptyBoardState({ phaseId, signature }) },
  );
  const stateHash = nextBoardState(newest.stateHash, {
    runId,
    ...about,
    metrics,
    aggregates,
    cases: { scored: run.caseScored, failed: run.caseFailed },
  });
  await manager.query(
    `insert into leaderboard_row (run_id, phase_id, signature, sequence, state_hash, rank, algorithm_slug, version, metrics, aggregates,
                                  case_scored, case_failed, practice_elapsed_ms, practice_cpu_ms, practice_peak_rss_bytes, finished_at)
     select r.id, r.phase_id, r.signature, $5, $6, $2, $7, $8, $3, $4, r.case_scored, r.case_failed, u.elapsed_ms, u.cpu_ms, u.rss, r.finished_at
       from evaluation_run r
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
    [
      runId,
      rankOf(runId),
      JSON.stringify(metrics),
      JSON.stringify(aggregates),
      newest.sequence + 1,
      stateHash,
      about.algorithm,
      about.version,
    ],
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
  readonly modelSha256: string;
  readonly manifestSha256: string;
}

const BOARD_COLUMNS = `select l.run_id as "runId", l.rank, l.algorithm_slug as "algorithmSlug", l.version, l.metrics, l.aggregates,
  l.case_scored as "caseScored", l.case_failed as "caseFailed", l.practice_elapsed_ms as "practiceElapsedMs",
  l.practice_cpu_ms as "practiceCpuMs", l.practice_peak_rss_bytes as "practicePeakRssBytes", l.finished_at as "finishedAt",
  l.sequence, l.state_hash as "stateHash", s.id as "submissionId", s.submitter_id as "submitterId", a.name as "algorithmName",
  v.model_sha256 as "modelSha256", v.manifest_sha256 as "manifestSha256"`;
const BOARD_JOINS = `join evaluation_run r on r.id = l.run_id join submission s on s.id = r.submission_id
  join algorithm_version v on v.id = s.algorithm_version_id join algorithm a on a.id = v.algorithm_id`;
const STATE_COLUMNS = `select l.state_hash as hash, l.phase_id as "phaseId", l.signature, l.sequence, l.finished_at as at, l.run_id as "runId",
  json_build_object('slug', a.slug, 'name', a.name) as algorithm, l.version
  from leaderboard_row l join algorithm a on a.slug = l.algorithm_slug`;

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
  { limit, offset, signature, asOf }: Parameters<EvaluationRecords['leaderboard']>[1],
): Promise<Leaderboard> {
  const boards = isUuid(phaseId)
    ? await rows<BoardState>(
        manager,
        `${STATE_COLUMNS} join (select signature, max(sequence) as newest from leaderboard_row where phase_id = $1 group by signature) b
            on b.signature = l.signature and b.newest = l.sequence
          where l.phase_id = $1 order by l.finished_at desc, l.signature`,
        [phaseId],
      )
    : [];
  const wanted = asOf === undefined ? signature : asOf.state.signature;
  const board = wanted === undefined ? boards[0] : boards.find((other) => other.signature === wanted);
  const empty = { phaseId, signature: wanted ?? '', boards, updatedAt: null, state: null, total: 0, entries: [] };
  if (board === undefined || (asOf !== undefined && asOf.state.phaseId !== phaseId)) return empty;
  const state = asOf?.state ?? board;
  const entries =
    asOf === undefined
      ? await newestPage(manager, state, limit, offset)
      : await pageAsOf(manager, asOf.state, asOf.rank, limit, offset);
  return {
    phaseId,
    signature: board.signature,
    boards,
    updatedAt: state.at,
    state,
    total: state.sequence,
    entries,
  };
}

/** The rows of the pages before are passed over in the index alone. */
async function newestPage(
  manager: EntityManager,
  { phaseId, signature }: BoardState,
  limit: number,
  offset: number,
): Promise<LeaderboardEntry[]> {
  const page = await rows<BoardRow>(
    manager,
    `${BOARD_COLUMNS}
       from (select run_id from leaderboard_row where phase_id = $1 and signature = $2
              order by rank, algorithm_slug, version, run_id limit $3 offset $4) page
       join leaderboard_row l on l.run_id = page.run_id ${BOARD_JOINS}
      order by l.rank, l.algorithm_slug, l.version, l.run_id`,
    [phaseId, signature, limit, offset],
  );
  return page.map(toEntry);
}

async function pageAsOf(
  manager: EntityManager,
  { phaseId, signature, sequence }: BoardState,
  rank: RankRuns,
  limit: number,
  offset: number,
): Promise<LeaderboardEntry[]> {
  const all = await rows<{ runId: string; metrics: Record<string, number> }>(
    manager,
    `select run_id as "runId", metrics from leaderboard_row where phase_id = $1 and signature = $2 and sequence <= $3
      order by algorithm_slug, version, run_id`,
    [phaseId, signature, sequence],
  );
  const ranks = rank(all);
  const placeOf = (runId: string): number => ranks.get(runId) ?? all.length;
  const page = all
    .map(({ runId }, listed) => ({ runId, listed, rank: placeOf(runId) }))
    .sort((a, b) => a.rank - b.rank || a.listed - b.listed)
    .slice(offset, offset + limit);
  const found = await rows<BoardRow>(
    manager,
    `${BOARD_COLUMNS} from unnest($1::uuid[]) with ordinality as page (run_id, place)
       join leaderboard_row l on l.run_id = page.run_id ${BOARD_JOINS} order by page.place`,
    [page.map(({ runId }) => runId)],
  );
  return found.map((row) => ({ ...toEntry(row), rank: placeOf(row.runId) }));
}

function toEntry(row: BoardRow): LeaderboardEntry {
  const { runId, submissionId, version, submitterId, rank, metrics, aggregates, finishedAt } = row;
  const { sequence, stateHash, modelSha256, manifestSha256 } = row;
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
    modelSha256,
    manifestSha256,
    sequence,
    stateHash,
    practiceUsage:
      elapsedMs === null || cpuMs === null || peakRssBytes === null ? null : { elapsedMs, cpuMs, peakRssBytes },
    finishedAt,
  };
}
