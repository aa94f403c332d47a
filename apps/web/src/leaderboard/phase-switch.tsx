import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { BenchmarkView } from '#contracts';
import { count } from '../format/numbers.js';
import { PHASE_WORDS } from '../runs/run-words.js';

/** Links to the same page for each phase. A state, a slice and chosen runs belong to one phase and are dropped. */
export function PhaseSwitch({
  benchmark,
  phase,
  to = '/benchmarks/$slug',
}: {
  readonly benchmark: Pick<BenchmarkView, 'slug' | 'phases'>;
  readonly phase: BenchmarkView['phases'][number]['kind'];
  readonly to?: '/benchmarks/$slug' | '/benchmarks/$slug/evidence';
}): ReactNode {
  return (
    <div className="segments" role="group" aria-label="Phase">
      {benchmark.phases.map(({ kind, caseCount }) => (
        <Link
          key={kind}
          to={to}
          params={{ slug: benchmark.slug }}
          search={(now) => ({
            structure: now.structure,
            scheme: now.scheme,
            by: now.by,
            phase: kind === 'test' ? undefined : kind,
          })}
          activeOptions={{ exact: true, explicitUndefined: true }}
          aria-current={kind === phase ? 'true' : undefined}
          resetScroll={false}
        >
          {PHASE_WORDS[kind].name} <span className="segment-note">{count(caseCount, 'case')}</span>
        </Link>
      ))}
    </div>
  );
}
