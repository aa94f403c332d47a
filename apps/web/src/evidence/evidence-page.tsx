import { useMemo, type ReactNode } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { BenchmarkView } from '#contracts';
import { queries } from '../api/queries.js';
import type { EvidenceSearch } from '../app/search.js';
import { BenchmarkFrame, boardPart } from '../benchmarks/benchmark-frame.js';
import { metricColumns } from '../leaderboard/board-columns.js';
import { chosenBoard } from '../leaderboard/leaderboard-panel.js';
import { PhaseSwitch } from '../leaderboard/phase-switch.js';
import { RankingBar } from '../leaderboard/ranking-bar.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, ErrorState } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { EvidenceFigures } from './evidence-figures.js';
import { firstLook, questionOf } from './evidence-of-values.js';
import { directionsOf, isDeclared, leadingMetric, SCHEME_WORDS } from './scheme-choice.js';
import { useBoardEvidence } from './use-board-evidence.js';

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
  const known = useBoardEvidence(benchmark, phase, state?.hash, choice);
  const { base, ranks, view, local } = known;
  const change = (part: Partial<EvidenceSearch>): void =>
    void navigate({ to: '.', search: { ...search, ...part }, replace: true, resetScroll: false });
  const metricId = leadingMetric(phase.rules, choice);
  const metric = metricColumns(phase.rules, benchmark.metrics).find(({ id }) => id === metricId);
  const region = choice.region ?? 'all';
  const look = useMemo(() => {
    if (ranks !== undefined) return ranks;
    return local && firstLook(questionOf(local.values, local.scheme, directionsOf(benchmark.metrics)));
  }, [ranks, local, benchmark.metrics]);
  // means of groups do not depend on the rule
  const sameFigures = base?.evidence.metric === metricId && base.evidence.region === region;

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
        <>
          {known.fault !== null && <ErrorState error={known.fault} onRetry={known.retry} />}
          {base !== undefined && look !== null && metric !== undefined ? (
            <EvidenceFigures
              board={base}
              look={look}
              drawn={ranks ?? null}
              slices={view?.evidence.slices ?? (sameFigures ? base.evidence.slices : null)}
              progress={known.progress}
              ceiling={known.ceiling}
              values={known.values}
              metric={metric}
              region={region}
              slice={search.slice}
              onSlice={(slice) => change({ slice })}
            />
          ) : (
            known.fault === null && <SkeletonBlocks count={4} height={220} label="Working out the evidence" />
          )}
        </>
      )}
    </div>
  );
}
