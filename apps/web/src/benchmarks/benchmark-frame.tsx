import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { BenchmarkView } from '#contracts';
import { queries } from '../api/queries.js';
import { BENCHMARK_TABS, type BenchmarkTab, type BoardSearch } from '../app/search.js';
import { useSession } from '../app/session.js';
import { count } from '../format/numbers.js';
import { OnHoldPanel } from '../runs/on-hold-panel.js';
import { Badge } from '../ui/badge.js';
import { Icon } from '../ui/icons.js';
import { Page } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { ErrorState } from '../ui/states.js';
import { mayEnter } from './may-enter.js';
import { mayLookAtHeldOut } from './may-look.js';

const TAB_WORDS: Readonly<Record<BenchmarkTab, string>> = {
  leaderboard: 'Leaderboard',
  cases: 'Practice cases',
  data: 'Data',
  rules: 'Rules',
};

/** The part of a page's search that belongs to the board: kept when the tab changes. */
export function boardPart({ phase, asOf, scheme, by, structure }: BoardSearch): BoardSearch {
  return { phase, asOf, scheme, by, structure };
}

/** Head and tabs of a benchmark, once it is known; every page about a benchmark hangs in here. */
export function BenchmarkFrame({
  slug,
  title,
  tab,
  search,
  children,
}: {
  readonly slug: string;
  /** Of the document, before the benchmark's. */
  readonly title?: string;
  readonly tab: BenchmarkTab | 'evidence' | null;
  readonly search: BoardSearch;
  readonly children: (benchmark: BenchmarkView) => ReactNode;
}): ReactNode {
  const query = useQuery(queries.benchmark(slug));
  const session = useSession();
  const { role } = session;
  const benchmark = query.data;
  if (benchmark === undefined) {
    return (
      <Page title={query.isError ? 'Benchmark' : 'Loading benchmark'} wide>
        {query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonBlocks count={5} height={64} label="Loading the benchmark" />
        )}
      </Page>
    );
  }
  const mayReadLog =
    role === 'admin' || benchmark.capacities.some((capacity) => capacity === 'organiser' || capacity === 'steward');
  const mayAppoint = role === 'admin' || benchmark.capacities.includes('organiser');
  const mayRelease = role === 'admin' || benchmark.capacities.includes('organiser');
  return (
    <Page
      title={title === undefined ? benchmark.title : `${title} · ${benchmark.title}`}
      heading={benchmark.title}
      wide
      trail={<Link to="/">Benchmarks</Link>}
      lead={
        <>
          <p>{benchmark.question}</p>
          <BenchmarkBadges benchmark={benchmark} />
        </>
      }
      actions={
        <>
          {benchmark.capacities.includes('organiser') && (
            <Link
              to="/benchmarks/$slug/making"
              params={{ slug }}
              className={benchmark.published ? 'button' : 'button button-primary'}
            >
              <Icon name="layers" /> {benchmark.published ? 'How it was made' : 'Back to the draft'}
            </Link>
          )}
          {mayAppoint && (
            <Link to="/benchmarks/$slug/people" params={{ slug }} className="button">
              <Icon name="person" /> People
            </Link>
          )}
          {mayReadLog && (
            <Link to="/benchmarks/$slug/access-log" params={{ slug }} className="button">
              <Icon name="eye" /> Access log
            </Link>
          )}
          {mayEnter(session, benchmark) && (
            <Link to="/submit" search={{ benchmark: slug }} className="button button-primary">
              <Icon name="upload" /> Submit an algorithm
            </Link>
          )}
        </>
      }
    >
      {mayRelease && <OnHoldPanel slug={slug} />}
      <nav className="tabs" aria-label="Parts of this benchmark">
        {BENCHMARK_TABS.flatMap((name) => [
          <Link
            key={name}
            to="/benchmarks/$slug"
            params={{ slug }}
            search={{ ...boardPart(search), tab: name === 'leaderboard' ? undefined : name }}
            activeOptions={{ exact: true, explicitUndefined: true }}
            aria-current={name === tab ? 'page' : undefined}
            resetScroll={false}
          >
            {name === 'cases' && mayLookAtHeldOut(session, benchmark) ? 'Cases' : TAB_WORDS[name]}
          </Link>,
          ...(name === 'leaderboard'
            ? [
                <Link
                  key="evidence"
                  to="/benchmarks/$slug/evidence"
                  params={{ slug }}
                  search={boardPart(search)}
                  activeOptions={{ exact: true, explicitUndefined: true }}
                  aria-current={tab === 'evidence' ? 'page' : undefined}
                  resetScroll={false}
                >
                  Evidence
                </Link>,
              ]
            : []),
        ])}
      </nav>
      {children(benchmark)}
    </Page>
  );
}

function BenchmarkBadges({ benchmark }: { readonly benchmark: BenchmarkView }): ReactNode {
  return (
    <p className="badges">
      {benchmark.synthetic && <Badge title="Generated images; no patient data">Synthetic images</Badge>}
      {!benchmark.published && (
        <Badge tone="caution" icon="lock">
          Not published
        </Badge>
      )}
      {benchmark.phases.map(({ kind, caseCount, label }) => (
        <Badge key={kind} icon={label === 'SEALED' ? 'lock' : 'eye'}>
          {kind === 'practice'
            ? `${count(caseCount, 'practice case')}, open`
            : `${count(caseCount, 'test case')}, held out`}
        </Badge>
      ))}
      {benchmark.capacities.map((capacity) => (
        <Badge key={capacity} tone="active" icon="person">
          You are {capacity === 'organiser' ? 'an organiser' : capacity === 'reader' ? 'a reader' : 'the data steward'}{' '}
          here
        </Badge>
      ))}
    </p>
  );
}
