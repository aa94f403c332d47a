import { type ReactNode } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { BenchmarkView } from '#contracts';
import { queries } from '../api/queries.js';
import { count } from '../format/numbers.js';
import { PHASE_WORDS } from '../runs/run-words.js';
import { LoadMore } from '../ui/load-more.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, QueryView } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { metricColumns, rankingMetrics } from './board-columns.js';
import { LeaderboardTable } from './leaderboard-table.js';
import { SignatureLine } from './signature.js';

const FROM = '/benchmarks/$slug';

/** How often an open page asks for news: an empty board more often, because somebody waits for its first row. */
const BOARD_MS = 20_000;
const EMPTY_BOARD_MS = 4_000;

/** The leaderboard of one phase, with the choice of phase and structure; all of it in the address. */
export function LeaderboardPanel({ benchmark }: { readonly benchmark: BenchmarkView }): ReactNode {
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const phase = benchmark.phases.find(({ kind }) => kind === (search.phase ?? 'test')) ?? benchmark.phases[0];
  const query = useInfiniteQuery({
    ...queries.leaderboard(benchmark.slug, phase.kind),
    refetchInterval: ({ state }) => (state.data?.pages[0].total === 0 ? EMPTY_BOARD_MS : BOARD_MS),
  });
  const structure = phase.rules.regions.find(({ name }) => name === search.structure)?.name ?? null;
  const sorting = { column: search.sort ?? 'rank', direction: search.dir ?? 'asc' } as const;
  const ranked = rankingMetrics(phase.rules);
  const metrics = metricColumns(phase.rules, benchmark.metrics);
  const rankedNames = metrics.filter(({ id }) => ranked.includes(id)).map(({ name }) => name);

  return (
    <div className="board-panel">
      <div className="board-tools">
        <div className="segments" role="group" aria-label="Phase">
          {benchmark.phases.map(({ kind, caseCount }) => (
            <Link
              key={kind}
              from={FROM}
              to="."
              search={{ ...search, phase: kind === 'test' ? undefined : kind }}
              activeOptions={{ exact: true, explicitUndefined: true }}
              aria-current={kind === phase.kind ? 'true' : undefined}
              resetScroll={false}
            >
              {PHASE_WORDS[kind].name} <span className="segment-note">{count(caseCount, 'case')}</span>
            </Link>
          ))}
        </div>
        <label className="inline-select">
          <span>Show</span>
          <select
            value={structure ?? ''}
            onChange={(event) =>
              void navigate({
                to: '.',
                search: { ...search, structure: event.target.value || undefined },
                replace: true,
                resetScroll: false,
              })
            }
          >
            <option value="">Mean over structures</option>
            {phase.rules.regions.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className="board-note">
        {PHASE_WORDS[phase.kind].sentence} Ranked by mean {rankedNames.join(' and ')} over structures and cases; equal
        means share a place.
      </p>

      <QueryView query={query} skeleton={<SkeletonBlocks count={6} height={52} label="Loading the leaderboard" />}>
        {({ pages }) => {
          const entries = pages.flatMap(({ items }) => items);
          const [{ signature, updatedAt, total }] = pages;
          if (entries.length === 0) {
            return (
              <EmptyState
                icon="layers"
                title="No finished run yet"
                action={
                  <Link to="/submit" search={{ benchmark: benchmark.slug }} className="button button-primary">
                    Submit an algorithm
                  </Link>
                }
              >
                <p>
                  The first algorithm version whose run ends appears here within seconds. This page asks again by
                  itself.
                </p>
              </EmptyState>
            );
          }
          return (
            <>
              <LeaderboardTable
                entries={entries}
                rules={phase.rules}
                catalogue={benchmark.metrics}
                structure={structure}
                sorting={sorting}
                onSort={({ column, direction }) =>
                  void navigate({
                    to: '.',
                    search: {
                      ...search,
                      sort: column === 'rank' && direction === 'asc' ? undefined : column,
                      dir: column === 'rank' && direction === 'asc' ? undefined : direction,
                    },
                    replace: true,
                    resetScroll: false,
                  })
                }
                caption={`${benchmark.title}, ${PHASE_WORDS[phase.kind].long}: ${structure ?? 'mean over structures'}`}
              />
              <LoadMore query={query}>
                Show more ({entries.length} of {total})
              </LoadMore>
              <div className="board-foot">
                <p className="fine">
                  {count(total, 'algorithm version')}
                  {updatedAt !== null && (
                    <>
                      {' '}
                      · updated <Time at={updatedAt} />
                    </>
                  )}{' '}
                  · <strong>bold</strong>: best of its column · <sup className="penalised">p</sup>: contains values
                  replaced by the declared penalty
                </p>
                <SignatureLine signature={signature} />
              </div>
            </>
          );
        }}
      </QueryView>
    </div>
  );
}
