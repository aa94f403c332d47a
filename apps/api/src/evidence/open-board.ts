import { Inject, Injectable } from '@nestjs/common';
import { notFound, RequestRefused, type Actor, type PhaseKind } from '#domain';
import {
  rankBoard,
  type Benchmark,
  type BoardState,
  type EvaluationRecords,
  type Leaderboard,
  type LeaderboardEntry,
  type Phase,
} from '#evaluation';
import { Sight, type ResultSight } from '../benchmarks/sight.js';
import { permit } from '../http/permit.js';
import { RECORDS } from '../settings.js';

/** A board in one of its states, and what the asking person may know of it. */
export interface OpenBoard extends ResultSight {
  readonly benchmark: Benchmark;
  readonly phase: Phase;
  readonly board: Leaderboard;
  /** False: a board as it was. */
  readonly newest: boolean;
}

/** A board on which something has been entered. */
export type FilledBoard = OpenBoard & { readonly state: BoardState };

/** Finds boards, as they are or as they were. */
@Injectable()
export class BoardDesk {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    private readonly sight: Sight,
  ) {}

  /** @throws RequestRefused 404 without such a benchmark, phase or state, or when the person may not see it */
  async open(
    actor: Actor,
    slug: string,
    { phase: kind, asOf: hash }: { readonly phase: PhaseKind; readonly asOf?: string },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<OpenBoard> {
    const benchmark = await this.records.findBenchmark(slug);
    if (benchmark === null) throw notFound('benchmark');
    const resource = await this.sight.ofBenchmark(actor, benchmark);
    permit(actor, 'leaderboard.view', resource, 'benchmark');
    const phase = benchmark.phases.find((one) => one.kind === kind);
    if (phase === undefined) throw notFound('phase');
    const state = hash === undefined ? null : await this.records.boardState(hash);
    if (hash !== undefined && state?.phaseId !== phase.id) throw notFound('state of this leaderboard');
    const asOf = state === null ? undefined : { state, rank: rankBoard(phase.rules.ranking) };
    const board = await this.records.leaderboard(phase.id, { ...page, asOf });
    return {
      benchmark,
      phase,
      board,
      newest: state === null || board.boards.some((newest) => newest.hash === state.hash),
      ...(await this.sight.ofResults(actor, resource, phase)),
    };
  }

  /** @throws RequestRefused also 409 `board-empty` */
  async openFilled(
    actor: Actor,
    slug: string,
    which: { readonly phase: PhaseKind; readonly asOf?: string },
    limit: number,
  ): Promise<FilledBoard> {
    const opened = await this.open(actor, slug, which, { limit, offset: 0 });
    const { state } = opened.board;
    if (state === null) {
      throw new RequestRefused(
        409,
        'board-empty',
        'No run has completed on this leaderboard yet; there is nothing to show.',
      );
    }
    return { ...opened, state };
  }
}

export function runOnBoard({ runId, algorithm, version, rank, cases }: LeaderboardEntry) {
  return {
    runId,
    algorithm: { slug: algorithm.slug, name: algorithm.name },
    version,
    rank,
    failed: cases.failed,
  };
}
