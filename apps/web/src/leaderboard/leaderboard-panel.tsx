import { useState, type ReactNode } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { BenchmarkView, LeaderboardView, OpenCases } from '#contracts';
import { queries } from '../api/queries.js';
import type { BenchmarkSearch } from '../app/search.js';
import { useSession } from '../app/session.js';
import { boardPart } from '../benchmarks/benchmark-frame.js';
import { mayEnter } from '../benchmarks/may-enter.js';
import { moveSummary } from '../evidence/moves.js';
import { isDeclared, SCHEME_WORDS, type SchemeChoice } from '../evidence/scheme-choice.js';
import { PHASE_WORDS } from '../runs/run-words.js';
import { LoadMore } from '../ui/load-more.js';
import { Icon } from '../ui/icons.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, ErrorState, QueryView } from '../ui/states.js';
import { metricColumns, rankable, rankingMetrics } from './board-columns.js';
import { BoardFoot } from './board-foot.js';
import { CiteButton } from './cite-dialog.js';
import { ColumnChooser } from './column-chooser.js';
import { ExportMenu } from './export-menu.js';
import { useHiddenColumns } from './kept-columns.js';
import { LeaderboardTable } from './leaderboard-table.js';
import { PhaseSwitch } from './phase-switch.js';
import { RankingBar, SliceSelect } from './ranking-bar.js';
import { SliceTable } from './slice-table.js';
import { OldStateNotice, StatesMenu } from './states-menu.js';
import { useRankedBoard, type RankedBoard } from './use-ranked-board.js';

const FROM = '/benchmarks/$slug';

/** How often an open page asks for news: an empty board more often, because somebody waits for its first row. */
const BOARD_MS = 20_000;
const EMPTY_BOARD_MS = 4_000;

type PhaseOf = BenchmarkView['phases'][number];

/** The phase, rule and structure that an address asks for, as far as the benchmark has them and ranks by them. */
export function chosenBoard(
  benchmark: Pick<BenchmarkView, 'phases' | 'metrics'>,
  search: Pick<BenchmarkSearch, 'phase' | 'scheme' | 'by' | 'structure'>,
): { readonly phase: PhaseOf; readonly choice: SchemeChoice } {
  const phase = benchmark.phases.find(({ kind }) => kind === (search.phase ?? 'test')) ?? benchmark.phases[0];
  return {
    phase,
    choice: {
      scheme: search.scheme ?? 'declared',
      metric: rankable(metricColumns(phase.rules, benchmark.metrics)).find(({ id }) => id === search.by)?.id,
      region: phase.rules.regions.find(({ name }) => name === search.structure)?.name,
    },
  };
}

/** The leaderboard of one phase: state, rule, structure and slice, all of it in the address. */
export function LeaderboardPanel({ benchmark }: { readonly benchmark: BenchmarkView }): ReactNode {
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const { phase, choice } = chosenBoard(benchmark, search);
  const query = useInfiniteQuery({
    ...queries.leaderboard(benchmark.slug, phase.kind, search.asOf),
    refetchInterval: ({ state }) =>
      search.asOf !== undefined ? false : state.data?.pages[0].total === 0 ? EMPTY_BOARD_MS : BOARD_MS,
  });
  const change = (part: Partial<BenchmarkSearch>): void =>
    void navigate({ to: '.', search: { ...search, ...part }, replace: true, resetScroll: false });

  return (
    <div className="board-panel">
      <QueryView
        query={query}
        skeleton={
          <>
            <div className="board-tools">
              <PhaseSwitch benchmark={benchmark} phase={phase.kind} />
            </div>
            <SkeletonBlocks count={6} height={52} label="Loading the leaderboard" />
          </>
        }
      >
        {({ pages }) => {
          const [page] = pages;
          if (page.state === null || page.total === 0) {
            return (
              <>
                <div className="board-tools">
                  <PhaseSwitch benchmark={benchmark} phase={phase.kind} />
                </div>
                <EmptyBoard benchmark={benchmark} />
              </>
            );
          }
          return (
            <FilledBoard
              benchmark={benchmark}
              phase={phase}
              choice={choice}
              search={search}
              change={change}
              page={{ ...page, state: page.state }}
              entries={pages.flatMap(({ items }) => items)}
              more={
                <LoadMore query={query}>
                  Show more ({pages.reduce((sum, { items }) => sum + items.length, 0)} of {page.total})
                </LoadMore>
              }
            />
          );
        }}
      </QueryView>
    </div>
  );
}

function EmptyBoard({ benchmark }: { readonly benchmark: BenchmarkView }): ReactNode {
  const session = useSession();
  return (
    <EmptyState
      icon="layers"
      title="No finished run yet"
      action={
        mayEnter(session, benchmark) && (
          <Link to="/submit" search={{ benchmark: benchmark.slug }} className="button button-primary">
            Submit an algorithm
          </Link>
        )
      }
    >
      <p>The first algorithm version whose run ends appears here within seconds. This page asks again by itself.</p>
    </EmptyState>
  );
}

function FilledBoard({
  benchmark,
  phase,
  choice,
  search,
  change,
  page,
  entries,
  more,
}: {
  readonly benchmark: BenchmarkView;
  readonly phase: PhaseOf;
  readonly choice: SchemeChoice;
  readonly search: BenchmarkSearch;
  readonly change: (part: Partial<BenchmarkSearch>) => void;
  readonly page: LeaderboardView & { readonly state: NonNullable<LeaderboardView['state']> };
  readonly entries: LeaderboardView['items'];
  readonly more: ReactNode;
}): ReactNode {
  const { slug } = benchmark;
  const { rules } = phase;
  const ranked = useRankedBoard(benchmark, phase, page.state.hash, choice);
  const [hidden, toggleColumn] = useHiddenColumns();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const columns = metricColumns(rules, benchmark.metrics);
  const leading = ranked.declared ? rankingMetrics(rules) : [ranked.metric];
  const metric = columns.find(({ id }) => id === ranked.metric) ?? columns[0];
  const exported = { slug, phase: phase.kind, asOf: page.state.hash, ...choice };
  const structure = choice.region ?? null;
  const sliced = search.slice !== undefined;
  const sorting = { column: search.sort ?? 'rank', direction: search.dir ?? 'asc' } as const;
  const choose = (runId: string): void =>
    setChosen(chosen.includes(runId) ? chosen.filter((id) => id !== runId) : [...chosen, runId]);

  return (
    <>
      <div className="board-tools">
        <PhaseSwitch benchmark={benchmark} phase={phase.kind} />
        <div className="tool-row">
          <StatesMenu benchmark={benchmark} phase={phase.kind} search={search} board={page} />
          <ExportMenu of={exported} casesVisible={ranked.casesVisible} />
          <CiteButton of={exported} />
        </div>
      </div>
      <OldStateNotice benchmark={benchmark} search={search} board={page} />
      <div className="board-tools board-tools-second">
        <RankingBar rules={rules} catalogue={benchmark.metrics} search={search} onChange={change}>
          <SliceSelect
            slices={ranked.slices}
            slice={search.slice}
            level={search.level}
            onChange={(slice, level) => change({ slice, level })}
          />
        </RankingBar>
        <ColumnChooser
          columns={[
            ...columns.filter(({ id }) => !leading.includes(id)).map(({ id, abbreviation: name }) => ({ id, name })),
            { id: 'failed', name: 'Failed cases' },
            { id: 'cpu', name: 'CPU time' },
            { id: 'memory', name: 'Memory' },
            { id: 'finished', name: 'Finished' },
          ]}
          hidden={hidden}
          onToggle={toggleColumn}
        />
      </div>
      <RankingNote
        phase={phase}
        openCases={page.openCases}
        choice={choice}
        ranked={ranked}
        sliced={sliced}
        rankedNames={columns.filter(({ id }) => leading.includes(id)).map(({ name }) => name)}
        change={change}
      />
      {ranked.fault !== null && <ErrorState error={ranked.fault} />}
      {search.slice !== undefined && search.level !== undefined ? (
        ranked.evidence === undefined ? (
          ranked.fault === null && <SkeletonBlocks count={5} height={52} label="Working out the slice" />
        ) : (
          <SliceTable
            view={ranked.evidence}
            slice={search.slice}
            level={search.level}
            metric={metric}
            backLink={
              <button
                type="button"
                className="button button-small"
                onClick={() => change({ slice: undefined, level: undefined })}
              >
                Show all cases
              </button>
            }
          />
        )
      ) : (
        <>
          <LeaderboardTable
            entries={entries}
            rules={rules}
            catalogue={benchmark.metrics}
            structure={structure}
            scheme={choice.scheme}
            ranked={ranked}
            openCases={page.openCases}
            hidden={hidden}
            sorting={sorting}
            onSort={({ column, direction }) => {
              const usual = column === 'rank' && direction === 'asc';
              change({ sort: usual ? undefined : column, dir: usual ? undefined : direction });
            }}
            chosen={chosen}
            onChoose={choose}
            caption={`${benchmark.title}, ${PHASE_WORDS[phase.kind].long}: ${structure ?? 'mean over structures'}`}
          />
          <CompareBar slug={slug} search={search} entries={entries} chosen={chosen} onClear={() => setChosen([])} />
          {more}
        </>
      )}
      <BoardFoot slug={slug} search={search} page={page} entries={entries} sliced={sliced} />
    </>
  );
}

const OPENED_WORDS = {
  all: 'Held-out cases, which you may see: a figure leads to its picture.',
  some: 'Held-out cases, of which the rules open some: a figure leads to the picture of one of these.',
} as const;

/** What the chosen rule means, what it changed, and how far its intervals are. */
function RankingNote({
  phase,
  openCases,
  choice,
  ranked,
  rankedNames,
  sliced,
  change,
}: {
  readonly phase: PhaseOf;
  readonly openCases: OpenCases;
  readonly choice: SchemeChoice;
  readonly ranked: RankedBoard;
  /** Metrics of the declared rule. */
  readonly rankedNames: readonly string[];
  /** Whether only some cases are shown: then moves and intervals of all cases are not said here. */
  readonly sliced: boolean;
  readonly change: (part: Partial<BenchmarkSearch>) => void;
}): ReactNode {
  if (isDeclared(choice)) {
    return (
      <p className="board-note">
        {phase.kind === 'test' && openCases !== 'none' ? OPENED_WORDS[openCases] : PHASE_WORDS[phase.kind].sentence}{' '}
        Ranked by mean {rankedNames.join(' and ')} over structures and cases, as declared beforehand; equal means share
        a place.
      </p>
    );
  }
  const firstChanges = [...ranked.moves].some(([runId, move]) => move !== 0 && ranked.places?.get(runId)?.rank === 1);
  return (
    <div className="board-note not-declared" role="status">
      <p>
        <Icon name="info" size={15} /> <strong>Not the ranking that counts.</strong>{' '}
        {choice.scheme !== 'declared' && SCHEME_WORDS[choice.scheme].sentence}{' '}
        {!sliced && (
          <>
            {ranked.places === null ? 'Working out the places…' : moveSummary(ranked.moves, firstChanges)}{' '}
            {ranked.progress !== null ? (
              <span className="quiet">
                Drawing intervals: {Math.round((100 * ranked.progress.done) / ranked.progress.of)} %
              </span>
            ) : (
              ranked.draws !== null && (
                <span className="quiet">Intervals from {ranked.draws.toLocaleString('en-GB')} draws.</span>
              )
            )}
          </>
        )}
      </p>
      <button
        type="button"
        className="button button-small"
        onClick={() => change({ scheme: undefined, by: undefined, structure: undefined })}
      >
        Back to the declared ranking
      </button>
    </div>
  );
}

function CompareBar({
  slug,
  search,
  entries,
  chosen,
  onClear,
}: {
  readonly slug: string;
  readonly search: BenchmarkSearch;
  readonly entries: LeaderboardView['items'];
  readonly chosen: readonly string[];
  readonly onClear: () => void;
}): ReactNode {
  const [first, ...second] = chosen;
  if (first === undefined) return null;
  const names = chosen.map((id) => entries.find(({ runId }) => runId === id)?.algorithm.name ?? id);
  return (
    <div className="compare-bar" role="status">
      <span>
        {second.length === 0 ? `${names[0]} is chosen; tick one or more others to compare it with.` : names.join(' · ')}
      </span>
      {second.length > 0 && (
        <Link
          to={`${FROM}/compare`}
          params={{ slug }}
          search={{ ...boardPart(search), scheme: undefined, first, second }}
          className="button button-primary button-small"
        >
          Compare {chosen.length}
        </Link>
      )}
      <button type="button" className="button button-small" onClick={onClear}>
        Clear
      </button>
    </div>
  );
}
