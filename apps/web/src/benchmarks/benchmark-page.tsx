import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { BenchmarkView } from '#contracts';
import { queries } from '../api/queries.js';
import { BENCHMARK_TABS, type BenchmarkTab } from '../app/search.js';
import { useSession } from '../app/session.js';
import { count } from '../format/numbers.js';
import { LeaderboardPanel } from '../leaderboard/leaderboard-panel.js';
import { Badge, Swatch } from '../ui/badge.js';
import { Icon } from '../ui/icons.js';
import { Page } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { ErrorState } from '../ui/states.js';
import { CasesPanel } from './cases-panel.js';
import { DataPanel } from './data-panel.js';
import { RulesPanel } from './rules-panel.js';

const TAB_WORDS: Readonly<Record<BenchmarkTab, string>> = {
  leaderboard: 'Leaderboard',
  cases: 'Practice cases',
  data: 'Data',
  rules: 'Rules',
};

export function BenchmarkPage(): ReactNode {
  const { slug } = useParams({ from: '/benchmarks/$slug' });
  const query = useQuery(queries.benchmark(slug));
  if (query.data) return <BenchmarkBody benchmark={query.data} />;
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

function BenchmarkBody({ benchmark }: { readonly benchmark: BenchmarkView }): ReactNode {
  const search = useSearch({ from: '/benchmarks/$slug' });
  const { role } = useSession();
  const tab = search.tab ?? 'leaderboard';
  const mayReadLog =
    role === 'admin' || benchmark.capacities.some((capacity) => capacity === 'organiser' || capacity === 'steward');
  return (
    <Page
      title={benchmark.title}
      wide
      trail={<Link to="/">Benchmarks</Link>}
      lead={
        <>
          <p>{benchmark.question}</p>
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
                You are{' '}
                {capacity === 'organiser' ? 'an organiser' : capacity === 'reader' ? 'a reader' : 'the data steward'}{' '}
                here
              </Badge>
            ))}
          </p>
        </>
      }
      actions={
        <>
          {mayReadLog && (
            <Link to="/benchmarks/$slug/access-log" params={{ slug: benchmark.slug }} className="button">
              <Icon name="eye" /> Access log
            </Link>
          )}
          <Link to="/submit" search={{ benchmark: benchmark.slug }} className="button button-primary">
            <Icon name="upload" /> Submit an algorithm
          </Link>
        </>
      }
    >
      <nav className="tabs" aria-label="Parts of this benchmark">
        {BENCHMARK_TABS.map((name) => (
          <Link
            key={name}
            to="/benchmarks/$slug"
            params={{ slug: benchmark.slug }}
            search={{ ...search, tab: name === 'leaderboard' ? undefined : name }}
            activeOptions={{ exact: true, explicitUndefined: true }}
            aria-current={name === tab ? 'page' : undefined}
            resetScroll={false}
          >
            {name === 'cases' && benchmark.capacities.length > 0 ? 'Cases' : TAB_WORDS[name]}
          </Link>
        ))}
      </nav>
      {tab === 'leaderboard' && (
        <>
          <LeaderboardPanel benchmark={benchmark} />
          <Structures benchmark={benchmark} />
        </>
      )}
      {tab === 'cases' && <CasesPanel benchmark={benchmark} />}
      {tab === 'data' && <DataPanel benchmark={benchmark} />}
      {tab === 'rules' && <RulesPanel benchmark={benchmark} />}
    </Page>
  );
}

/** What is segmented, in the colours of the viewer. */
function Structures({ benchmark }: { readonly benchmark: BenchmarkView }): ReactNode {
  const regions =
    benchmark.phases.find(({ kind }) => kind === 'test')?.rules.regions ?? benchmark.phases[0]?.rules.regions ?? [];
  return (
    <section className="about-strip">
      <div>
        <h2>What is measured</h2>
        <p>{benchmark.summary}</p>
      </div>
      <ul className="structure-list">
        {regions.map((region) => (
          <li key={region.name}>
            <Swatch color={region.color ?? benchmark.labels.find(({ value }) => value === region.labels[0])?.color} />
            <span>{region.name}</span>
            <span className="quiet">
              {region.labels.length === 1 ? 'label' : 'labels'} {region.labels.join(' + ')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
