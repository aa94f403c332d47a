import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS } from '#contracts';
import { notFound } from '#domain';
import type { AccountRecords, BoardState, EvaluationRecords } from '#evaluation';
import { DEFAULT_ALPHA } from '#ranking';
import { FEWEST_TO_RANK, type Interval } from '#statistics';
import { entryView, instantView, stateView } from '../benchmarks/board-view.js';
import { Sight } from '../benchmarks/sight.js';
import { sequencePlace, offsetPlace, readCursor, writeCursor } from '../http/cursor.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { permit } from '../http/permit.js';
import { ACCOUNTS, RECORDS } from '../settings.js';
import { EvidenceDesk, MOST_RUNS } from './evidence-desk.js';
import { BoardDesk, runOnBoard } from './open-board.js';

/** Boards: their rows, their states, and how firmly their ranks stand. */
@Controller()
export class EvidenceController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    private readonly sight: Sight,
    private readonly boards: BoardDesk,
    private readonly desk: EvidenceDesk,
  ) {}

  @Mount(ENDPOINTS.getLeaderboard)
  async leaderboard({
    actor,
    params,
    query,
  }: Ask<typeof ENDPOINTS.getLeaderboard>): Promise<Answer<typeof ENDPOINTS.getLeaderboard>> {
    const offset = readCursor(query.cursor, offsetPlace)?.offset ?? 0;
    const opened = await this.boards.open(actor, params.slug, query, { limit: query.limit, offset });
    const { benchmark, phase, board, newest, seesTimes, openCases } = opened;
    const names = await this.accounts.accountNames([...new Set(board.entries.map(({ submitterId }) => submitterId))]);
    const next = offset + board.entries.length;
    return {
      benchmark: benchmark.slug,
      phase: phase.kind,
      signature: board.signature,
      updatedAt: board.updatedAt && instantView(board.updatedAt, seesTimes),
      state: board.state && stateView(board.state, seesTimes),
      newest,
      boards: board.boards.map((state) => ({ signature: state.signature, state: stateView(state, seesTimes) })),
      total: board.total,
      openCases,
      items: board.entries.map((entry) => entryView(entry, names.get(entry.submitterId) ?? 'unknown', opened)),
      nextCursor: board.entries.length > 0 && next < board.total ? writeCursor({ offset: next }) : null,
    };
  }

  @Mount(ENDPOINTS.listBoardStates)
  async states({
    actor,
    params,
    query,
  }: Ask<typeof ENDPOINTS.listBoardStates>): Promise<Answer<typeof ENDPOINTS.listBoardStates>> {
    const before = readCursor(query.cursor, sequencePlace)?.before;
    const { board, phase, seesTimes } = await this.boards.open(actor, params.slug, query, { limit: 1, offset: 0 });
    const which = { phaseId: phase.id, signature: board.signature };
    const states = await this.records.boardStates(which, { limit: query.limit, before });
    const last = states.at(-1);
    return {
      items: states.map((state) => stepView(state, seesTimes)),
      nextCursor: last === undefined || last.sequence === 1 ? null : writeCursor({ before: last.sequence }),
    };
  }

  @Mount(ENDPOINTS.getBoardState)
  async state({ actor, params }: Ask<typeof ENDPOINTS.getBoardState>): Promise<Answer<typeof ENDPOINTS.getBoardState>> {
    const state = await this.records.boardState(params.hash);
    const context = state === null ? null : await this.records.runContext(state.runId);
    const benchmark = context === null ? null : await this.records.findBenchmark(context.phase.benchmarkId);
    if (state === null || context === null || benchmark === null) throw notFound('state of a leaderboard');
    const resource = await this.sight.ofBenchmark(actor, benchmark);
    permit(actor, 'leaderboard.view', resource, 'state of a leaderboard');
    return {
      ...stepView(state, this.sight.toldBy(actor, resource, context.phase) === null),
      benchmark: { slug: benchmark.slug, title: benchmark.title },
      phase: context.phase.kind,
      signature: state.signature,
    };
  }

  @Mount(ENDPOINTS.getEvidence)
  async evidence({
    actor,
    params,
    query,
  }: Ask<typeof ENDPOINTS.getEvidence>): Promise<Answer<typeof ENDPOINTS.getEvidence>> {
    const opened = await this.boards.openFilled(actor, params.slug, query, MOST_RUNS);
    const { benchmark, phase, board, state, seesCases, seesTimes } = opened;
    const { scheme, metric, region, ...rest } = await this.desk.evidence(opened, query);
    return {
      benchmark: benchmark.slug,
      phase: phase.kind,
      signature: board.signature,
      state: stateView(state, seesTimes),
      runs: board.entries.map(runOnBoard),
      total: board.total,
      evidence: plain({ ...rest, kind: scheme.kind, metric, region }),
      ceiling: await this.desk.ceiling(opened, metric, region),
      casesVisible: seesCases,
    };
  }

  @Mount(ENDPOINTS.getBoardMeans)
  async means({
    actor,
    params,
    query,
  }: Ask<typeof ENDPOINTS.getBoardMeans>): Promise<Answer<typeof ENDPOINTS.getBoardMeans>> {
    const opened = await this.boards.openFilled(actor, params.slug, query, MOST_RUNS);
    const { benchmark, phase, board, state, seesTimes } = opened;
    return {
      benchmark: benchmark.slug,
      phase: phase.kind,
      signature: board.signature,
      state: stateView(state, seesTimes),
      ...plain(await this.desk.means(opened)),
    };
  }

  @Mount(ENDPOINTS.getBoardValues)
  async values({
    actor,
    params,
    query,
  }: Ask<typeof ENDPOINTS.getBoardValues>): Promise<Answer<typeof ENDPOINTS.getBoardValues>> {
    const opened = await this.boards.openFilled(actor, params.slug, query, MOST_RUNS);
    const { benchmark, phase, board, state } = opened;
    if (!opened.seesCases) throw notFound('table');
    const { study, cases, attributes, statuses } = await this.desk.tables(opened);
    const patients = [...new Set(study.patients)].sort();
    const byRun = new Map(board.entries.map((entry) => [entry.runId, runOnBoard(entry)]));
    const rows = <T>(flat: ArrayLike<T>): T[][] =>
      study.algorithms.map((_, a) => Array.from({ length: cases.length }, (__, c) => flat[a * cases.length + c]));
    return {
      benchmark: benchmark.slug,
      phase: phase.kind,
      signature: board.signature,
      state: stateView(state, opened.seesTimes),
      runs: study.algorithms.flatMap((runId) => byRun.get(runId) ?? []),
      cases: cases.map(({ id, name, label, patient, referenceStudy }, c) => ({
        id,
        name,
        label,
        patient: patients.indexOf(patient),
        levels: Object.fromEntries(attributes.map(({ key, levels }) => [key, levels[c]])),
        volumesMl: referenceStudy?.volumesMl ?? null,
      })),
      attributes: attributes.map(({ key, demographic }) => ({ key, demographic })),
      tables: study.tables.map(({ metric, region, penalties, values }) => ({
        metric,
        region,
        penalties: [...penalties],
        values: rows(values).map((row) => row.map((value) => (Number.isNaN(value) ? null : value))),
      })),
      statuses: [...statuses].map(([region, flat]) => ({ region, values: rows(flat) })),
    };
  }

  @Mount(ENDPOINTS.compareRuns)
  async compare({
    actor,
    params,
    query,
  }: Ask<typeof ENDPOINTS.compareRuns>): Promise<Answer<typeof ENDPOINTS.compareRuns>> {
    const opened = await this.boards.openFilled(actor, params.slug, query, MOST_RUNS);
    const { benchmark, phase, board, state, seesCases, seesTimes } = opened;
    const entryOf = (runId: string) => {
      const entry = board.entries.find((one) => one.runId === runId);
      if (entry === undefined) throw notFound('run on this leaderboard');
      return entry;
    };
    const [first, second] = [entryOf(query.first), entryOf(query.second)];
    const compared = await this.desk.compare(opened, { ...query, first: first.runId, second: second.runId });
    const { metric, region, ranked, names, comparison: found } = compared;
    const interval = ({ estimate, low, high }: Interval) => ({ estimate, low, high });
    // of a few hidden cases an interval tells their values, and a decision their order
    const told = seesCases || compared.telling >= FEWEST_TO_RANK;
    const better = (p: number | null) => (p === null || !told ? null : p <= DEFAULT_ALPHA);
    return {
      benchmark: benchmark.slug,
      phase: phase.kind,
      state: stateView(state, seesTimes),
      metric,
      region,
      first: runOnBoard(first),
      second: runOnBoard(second),
      n: found.n,
      ranked,
      mean: told ? interval(found.mean) : { estimate: found.mean.estimate, low: null, high: null },
      firstBetter: better(found.pFirstBetter),
      secondBetter: better(found.pSecondBetter),
      detail: !seesCases
        ? null
        : {
            median: interval(found.median),
            wins: found.wins,
            ties: found.ties,
            losses: found.losses,
            pFirstBetter: found.pFirstBetter,
            pSecondBetter: found.pSecondBetter,
            cases: found.cases.map(({ case: caseId, first: one, second: other, difference, better }) => ({
              caseId,
              name: names[caseId] ?? caseId,
              first: one,
              second: other,
              difference,
              better,
            })),
          },
    };
  }
}

function stepView(state: BoardState, seesTimes: boolean) {
  const { runId, algorithm, version } = state;
  return { ...stateView(state, seesTimes), runId, algorithm: { slug: algorithm.slug, name: algorithm.name }, version };
}

/** Read-only lists as the lists of the contract. */
function plain<T>(value: T): Mutable<T> {
  return value as Mutable<T>;
}
type Mutable<T> = T extends readonly [infer A, infer B]
  ? [Mutable<A>, Mutable<B>]
  : T extends readonly [infer A, infer B, infer C]
    ? [Mutable<A>, Mutable<B>, Mutable<C>]
    : T extends readonly (infer I)[]
      ? Mutable<I>[]
      : T extends object
        ? { -readonly [K in keyof T]: Mutable<T[K]> }
        : T;
