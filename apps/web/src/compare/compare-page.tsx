import { useMemo, type ReactNode } from 'react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { BenchmarkView, EvidenceView } from '#contracts';
import { queries } from '../api/queries.js';
import type { CompareSearch } from '../app/search.js';
import { BenchmarkFrame, boardPart } from '../benchmarks/benchmark-frame.js';
import { runLabels } from '../evidence/run-labels.js';
import { leadingMetric } from '../evidence/scheme-choice.js';
import { metricColumns } from '../leaderboard/board-columns.js';
import { chosenBoard } from '../leaderboard/leaderboard-panel.js';
import { MetricSelect, StructureSelect } from '../leaderboard/ranking-bar.js';
import { PHASE_WORDS } from '../runs/run-words.js';
import { Icon } from '../ui/icons.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, ErrorState, QueryView } from '../ui/states.js';
import { PairSection } from './pair-section.js';

const FROM = '/benchmarks/$slug/compare';

/** Two algorithms on the same cases, or several against one. */
export function ComparePage(): ReactNode {
  const { slug } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  return (
    <BenchmarkFrame slug={slug} title="Compare" tab={null} search={search}>
      {(benchmark) => <ComparePanel benchmark={benchmark} search={search} />}
    </BenchmarkFrame>
  );
}

function ComparePanel({
  benchmark,
  search,
}: {
  readonly benchmark: BenchmarkView;
  readonly search: CompareSearch;
}): ReactNode {
  const { slug } = benchmark;
  const { phase } = chosenBoard(benchmark, search);
  const board = useInfiniteQuery(queries.leaderboard(slug, phase.kind, search.asOf));
  const state = board.data?.pages[0].state ?? null;
  const query = useQuery({
    ...queries.evidence(slug, phase.kind, state?.hash ?? '', { scheme: 'declared' }),
    enabled: state !== null,
  });
  if (board.data !== undefined && state === null) {
    return (
      <EmptyState title="No finished run yet">
        <p>There is nothing to compare on this board.</p>
      </EmptyState>
    );
  }
  if (board.isError && board.data === undefined) {
    return <ErrorState error={board.error} onRetry={() => void board.refetch()} />;
  }
  return (
    <QueryView query={query} skeleton={<SkeletonBlocks count={3} height={160} label="Loading the board" />}>
      {(view) => <Pairs benchmark={benchmark} search={search} view={view} />}
    </QueryView>
  );
}

function Pairs({
  benchmark,
  search,
  view,
}: {
  readonly benchmark: BenchmarkView;
  readonly search: CompareSearch;
  readonly view: EvidenceView;
}): ReactNode {
  const navigate = useNavigate({ from: FROM });
  const { slug } = benchmark;
  const { phase, choice } = chosenBoard(benchmark, search);
  const labels = useMemo(() => runLabels(view.runs), [view.runs]);
  const values = useQuery({
    ...queries.boardValues(slug, phase.kind, view.state.hash),
    enabled: view.casesVisible,
  });
  const cases = useQuery({ ...queries.cases(slug, phase.kind), enabled: view.casesVisible });
  const voxelMl = useMemo(
    () => new Map(cases.data?.items.map(({ id, spacingMm: [x, y, z] }) => [id, (x * y * z) / 1000])),
    [cases.data],
  );
  const onBoard = view.runs.map(({ runId }) => runId);
  // without a choice: the two that lead
  const first = onBoard.find((id) => id === search.first) ?? onBoard[0];
  const asked = (search.second ?? []).filter((id) => id !== first && onBoard.includes(id));
  const second = asked.length > 0 ? asked : onBoard.filter((id) => id !== first).slice(0, 1);
  const columns = metricColumns(phase.rules, benchmark.metrics);
  // two may be compared by a metric that no board is ranked by
  const chosen = columns.find(({ id }) => id === search.by)?.id;
  const metricId = leadingMetric(phase.rules, { ...choice, metric: chosen });
  const metric = columns.find(({ id }) => id === metricId) ?? columns[0];
  const change = (part: Partial<CompareSearch>): void =>
    void navigate({ to: '.', search: { ...search, ...part }, replace: true, resetScroll: false });
  const toggle = (runId: string): void =>
    change({ first, second: second.includes(runId) ? second.filter((id) => id !== runId) : [...second, runId] });

  return (
    <>
      <p className="trail-back">
        <Link to="/benchmarks/$slug" params={{ slug }} search={boardPart(search)}>
          <Icon name="left" size={13} /> Leaderboard
        </Link>{' '}
        <span className="quiet">· {PHASE_WORDS[phase.kind].long}</span>
      </p>
      <div className="compare-pickers">
        <label className="inline-select">
          <span>Compare</span>
          <select
            aria-label="Compare"
            value={first}
            onChange={({ target }) =>
              change({ first: target.value, second: second.filter((id) => id !== target.value) })
            }
          >
            {onBoard.map((id) => (
              <option key={id} value={id}>
                {labels.get(id)}
              </option>
            ))}
          </select>
        </label>
        <MetricSelect
          word="by"
          all
          rules={phase.rules}
          catalogue={benchmark.metrics}
          value={metric.id}
          onChange={(by) => change({ by })}
        />
        <StructureSelect
          rules={phase.rules}
          value={choice.region ?? undefined}
          onChange={(structure) => change({ structure })}
        />
        <fieldset className="compare-with">
          <legend>with</legend>
          {onBoard
            .filter((id) => id !== first)
            .map((id) => (
              <label key={id} className="chip">
                <input type="checkbox" checked={second.includes(id)} onChange={() => toggle(id)} /> {labels.get(id)}
              </label>
            ))}
        </fieldset>
      </div>
      {second.length === 0 ? (
        <EmptyState title="Only one algorithm version is on this board">
          <p>A comparison needs two.</p>
        </EmptyState>
      ) : (
        second.map((id) => (
          <PairSection
            key={id}
            benchmark={benchmark}
            which={{
              phase: phase.kind,
              asOf: view.state.hash,
              first,
              second: id,
              metric: chosen,
              region: choice.region,
            }}
            metric={metric}
            values={values.data ?? null}
            voxelMl={voxelMl}
            labels={labels}
          />
        ))
      )}
    </>
  );
}
