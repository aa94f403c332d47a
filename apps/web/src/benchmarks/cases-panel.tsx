import { useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { BenchmarkView } from '#contracts';
import type { PhaseKind } from '#domain';
import { queries } from '../api/queries.js';
import { useSession } from '../app/session.js';
import { count, formatTriple } from '../format/numbers.js';
import { sortRows, type SortKey } from '../format/order.js';
import { PHASE_WORDS } from '../runs/run-words.js';
import { StarterKitLink } from '../submit/starter-kit.js';
import { Section } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { SortHeader, type Sorting } from '../ui/sort-header.js';
import { EmptyState, QueryView } from '../ui/states.js';
import { factWords, shownFacts, type CaseSummary } from './data-summary.js';
import { mayLookAtHeldOut } from './may-look.js';

/** Cases that may be opened: practice for everybody, held-out ones for those whom the policy lets in. */
export function CasesPanel({ benchmark }: { readonly benchmark: BenchmarkView }): ReactNode {
  const mayAsk = mayLookAtHeldOut(useSession(), benchmark);
  return (
    <>
      <PhaseCases benchmark={benchmark} phase="practice" />
      {mayAsk && <PhaseCases benchmark={benchmark} phase="test" />}
    </>
  );
}

function PhaseCases({ benchmark, phase }: { readonly benchmark: BenchmarkView; readonly phase: PhaseKind }): ReactNode {
  const query = useQuery(queries.cases(benchmark.slug, phase));
  return (
    <Section
      title={PHASE_WORDS[phase].long}
      actions={phase === 'practice' && <StarterKitLink slug={benchmark.slug}>Starter kit (ZIP)</StarterKitLink>}
      note={
        <p>
          {phase === 'practice'
            ? PHASE_WORDS.practice.sentence
            : 'Held-out cases, shown because of your part in this benchmark or because its rules open them. Opening one is recorded in the access log.'}
        </p>
      }
    >
      <QueryView query={query} skeleton={<SkeletonBlocks count={5} height={40} label="Loading the cases" />}>
        {({ items, hidden }) =>
          items.length === 0 ? (
            <EmptyState icon="lock" title="No case is open to you here">
              {hidden > 0 && <p>{count(hidden, 'case exists', 'cases exist')} and stay held out.</p>}
            </EmptyState>
          ) : (
            <>
              <CaseTable cases={items} caption={PHASE_WORDS[phase].long} />
              {hidden > 0 && <p className="fine">{count(hidden, 'further case')} held out.</p>}
            </>
          )
        }
      </QueryView>
    </Section>
  );
}

function CaseTable({
  cases: given,
  caption,
}: {
  readonly cases: readonly CaseSummary[];
  readonly caption: string;
}): ReactNode {
  const cases = given.map((item) => ({ ...item, facts: shownFacts(item.facts) }));
  const [sorting, setSorting] = useState<Sorting>({ column: 'case', direction: 'asc' });
  const facts = [...new Set(cases.flatMap((item) => Object.keys(item.facts)))];
  const keyOf = (item: CaseSummary): SortKey => {
    if (sorting.column === 'case') return item.ordinal;
    if (sorting.column === 'spacing') return Math.max(...item.spacingMm);
    if (sorting.column === 'size') return item.sizeXyz[0] * item.sizeXyz[1] * item.sizeXyz[2];
    return item.facts[sorting.column];
  };
  const sort = { sorting, onSort: setSorting };
  return (
    <div className="table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table className="plain">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <SortHeader column="case" natural="asc" {...sort}>
              Case
            </SortHeader>
            {facts.map((key) => (
              <SortHeader key={key} column={key} natural="asc" {...sort}>
                {factWords(key, '').name}
              </SortHeader>
            ))}
            <SortHeader column="size" natural="desc" numeric note="voxels" {...sort}>
              Size
            </SortHeader>
            <SortHeader column="spacing" natural="asc" numeric note="mm" {...sort}>
              Spacing
            </SortHeader>
          </tr>
        </thead>
        <tbody>
          {sortRows(cases, keyOf, sorting.direction).map((item) => (
            <tr key={item.id}>
              <th scope="row" className="nowrap">
                <Link to="/cases/$id" params={{ id: item.id }} className="strong-link">
                  {item.name}
                </Link>
              </th>
              {facts.map((key) => (
                <td key={key} className="nowrap">
                  {Object.hasOwn(item.facts, key) ? factWords(key, item.facts[key]).value : '–'}
                </td>
              ))}
              <td className="numeric nowrap">{formatTriple(item.sizeXyz)}</td>
              <td className="numeric nowrap">{formatTriple(item.spacingMm)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
