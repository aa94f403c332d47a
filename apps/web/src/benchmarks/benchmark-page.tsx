import type { ReactNode } from 'react';
import { useParams, useSearch } from '@tanstack/react-router';
import type { BenchmarkView } from '#contracts';
import { LeaderboardPanel } from '../leaderboard/leaderboard-panel.js';
import { Swatch } from '../ui/badge.js';
import { BenchmarkFrame } from './benchmark-frame.js';
import { CasesPanel } from './cases-panel.js';
import { DataPanel } from './data-panel.js';
import { RulesPanel } from './rules-panel.js';

export function BenchmarkPage(): ReactNode {
  const { slug } = useParams({ from: '/benchmarks/$slug' });
  const search = useSearch({ from: '/benchmarks/$slug' });
  const tab = search.tab ?? 'leaderboard';
  return (
    <BenchmarkFrame slug={slug} tab={tab} search={search}>
      {(benchmark) => (
        <>
          {tab === 'leaderboard' && (
            <>
              <LeaderboardPanel benchmark={benchmark} />
              <Structures benchmark={benchmark} />
            </>
          )}
          {tab === 'cases' && <CasesPanel benchmark={benchmark} />}
          {tab === 'data' && <DataPanel benchmark={benchmark} />}
          {tab === 'rules' && <RulesPanel benchmark={benchmark} />}
        </>
      )}
    </BenchmarkFrame>
  );
}

/** Structures that stand beside what is said of the benchmark; more of them go below it, in columns. */
const FEW = 8;

const labelsOf = ({ labels }: { readonly labels: readonly number[] }): string =>
  `${labels.length === 1 ? 'label' : 'labels'} ${labels.join(' + ')}`;

/** What is segmented, in the colours of the viewer. */
function Structures({ benchmark }: { readonly benchmark: BenchmarkView }): ReactNode {
  const regions =
    benchmark.phases.find(({ kind }) => kind === 'test')?.rules.regions ?? benchmark.phases[0]?.rules.regions ?? [];
  return (
    <section className={`about-strip ${regions.length > FEW ? 'about-strip-many' : ''}`}>
      <div>
        <h2>What is measured</h2>
        <p>{benchmark.summary}</p>
      </div>
      <ul className="structure-list">
        {regions.map((region) => (
          <li key={region.name}>
            <Swatch color={region.color ?? benchmark.labels.find(({ value }) => value === region.labels[0])?.color} />
            <span>{region.name}</span>
            {labelsOf(region) !== region.name && <span className="quiet">{labelsOf(region)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
