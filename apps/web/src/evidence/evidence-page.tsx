import type { ReactNode } from 'react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { BenchmarkView } from '#contracts';
import { queries } from '../api/queries.js';
import type { EvidenceSearch } from '../app/search.js';
import { BenchmarkFrame, boardPart } from '../benchmarks/benchmark-frame.js';
import { metricColumns } from '../leaderboard/board-columns.js';
import { chosenBoard } from '../leaderboard/leaderboard-panel.js';
import { PhaseSwitch } from '../leaderboard/phase-switch.js';
import { RankingBar } from '../leaderboard/ranking-bar.js';
import { sameBoard } from '../leaderboard/use-ranked-board.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, ErrorState, QueryView } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { EvidenceFigures } from './evidence-figures.js';
import { isDeclared, leadingMetric, SCHEME_WORDS } from './scheme-choice.js';

const FROM = '/benchmarks/$slug/evidence';

/** How firmly the ranks of a board stand, in figures that explain themselves. */
export function EvidencePage(): ReactNode {
  const { slug } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  return (
    <BenchmarkFrame slug={slug} title="Evidence" tab="evidence" search={search}>
      {(benchmark) => <EvidencePanel benchmark={benchmark} search={search} />}
    </BenchmarkFrame>
  );
}

function EvidencePanel({
  benchmark,
  search,
}: {
  readonly benchmark: BenchmarkView;
  readonly search: EvidenceSearch;
}): ReactNode {
  const navigate = useNavigate({ from: FROM });
  const { slug } = benchmark;
  const { phase, choice } = chosenBoard(benchmark, search);
  const board = useInfiniteQuery(queries.leaderboard(slug, phase.kind, search.asOf));
  const state = board.data?.pages[0].state ?? null;
  const query = useQuery({
    ...queries.evidence(slug, phase.kind, state?.hash ?? '', choice),
    enabled: state !== null,
    placeholderData: (previous) => sameBoard(previous, slug, phase.kind),
  });
  const visible = query.data?.casesVisible ?? false;
  const values = useQuery({
    ...queries.boardValues(slug, phase.kind, state?.hash ?? ''),
    enabled: state !== null && visible,
  });
  const change = (part: Partial<EvidenceSearch>): void =>
    void navigate({ to: '.', search: { ...search, ...part }, replace: true, resetScroll: false });
  const metricId = leadingMetric(phase.rules, choice);
  const metric = metricColumns(phase.rules, benchmark.metrics).find(({ id }) => id === metricId);

  return (
    <div className="evidence">
      <div className="board-tools">
        <PhaseSwitch benchmark={benchmark} phase={phase.kind} to="/benchmarks/$slug/evidence" />
        {state !== null && (
          <p className="fine">
            State {state.sequence} of the board, <Time at={state.at} />
            {search.asOf !== undefined && (
              <>
                {' '}
                ·{' '}
                <Link to={FROM} params={{ slug }} search={{ ...search, asOf: undefined }} resetScroll={false}>
                  newest state
                </Link>
              </>
            )}
          </p>
        )}
      </div>
      <div className="board-tools board-tools-second">
        <RankingBar rules={phase.rules} catalogue={benchmark.metrics} search={search} onChange={change} />
        {query.isPlaceholderData && (
          <p className="fine" role="status">
            Working out the new ranking…
          </p>
        )}
      </div>
      {!isDeclared(choice) && (
        <div className="board-note not-declared">
          <p>
            <strong>Not the ranking that counts.</strong>{' '}
            {choice.scheme !== 'declared' && SCHEME_WORDS[choice.scheme].sentence}
          </p>
          <button
            type="button"
            className="button button-small"
            onClick={() => change({ scheme: undefined, by: undefined, structure: undefined })}
          >
            Back to the declared ranking
          </button>
        </div>
      )}
      {board.data !== undefined && state === null ? (
        <EmptyState
          title="No finished run yet"
          action={
            <Link to="/benchmarks/$slug" params={{ slug }} search={boardPart(search)} className="button">
              Back to the leaderboard
            </Link>
          }
        >
          <p>Evidence is made from what is on the board; the first completed run begins it.</p>
        </EmptyState>
      ) : board.isError && board.data === undefined ? (
        <ErrorState error={board.error} onRetry={() => void board.refetch()} />
      ) : (
        <QueryView query={query} skeleton={<SkeletonBlocks count={4} height={220} label="Working out the evidence" />}>
          {(view) =>
            metric !== undefined && (
              <EvidenceFigures
                view={view}
                values={visible ? values : null}
                metric={metric}
                slice={search.slice}
                onSlice={(slice) => change({ slice })}
              />
            )
          }
        </QueryView>
      )}
    </div>
  );
}
