import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/queries.js';
import { ErrorState } from '../ui/states.js';
import { faultsOf, SECTIONS, sectionOf, type Choices, type SectionKey } from './choices.js';
import { DataSection } from './data-section.js';
import { Findings, type SectionProps } from './form-parts.js';
import { publicSummary } from './making-words.js';
import { MetricsSection } from './metrics-section.js';
import { RegionsSection } from './regions-section.js';
import { LimitsSection, RankingSection, SecrecySection } from './rule-sections.js';
import { SplitSection } from './split-section.js';
import { useDefinition } from './use-definition.js';

/** Everything that an organiser says of a benchmark, checked by the server as it is said. */
export function DefinitionForm({
  choices,
  onChoices,
  fixedSlug,
  tried,
  children,
}: {
  readonly choices: Choices;
  readonly onChoices: (change: Choices) => void;
  /** Of a draft that exists. */
  readonly fixedSlug: boolean;
  /** Somebody has tried to save: what is missing is said. */
  readonly tried: boolean;
  /** The button that saves, with what there is to say of it. */
  readonly children: ReactNode;
}): ReactNode {
  const live = useDefinition(choices);
  const chosen = choices.dataset?.slug;
  const dataset = useQuery({ ...queries.dataset(chosen ?? ''), enabled: chosen !== undefined });
  const faults = tried ? faultsOf(choices) : [];
  const props: SectionProps = {
    choices,
    onChoices,
    definition: live.definition,
    check: live.check,
    dataset: dataset.data,
    faults,
  };
  const loose = (live.check?.findings ?? []).filter(({ where }) => sectionOf(where) === null);
  return (
    <div className="making-layout">
      <nav className="making-index" aria-label="Sections">
        <ol>
          {(Object.keys(SECTIONS) as SectionKey[]).map((key) => (
            <li key={key}>
              <a href={`#part-${key}`}>{SECTIONS[key].title}</a>
              <SectionMark findings={live.check?.findings ?? []} section={key} />
            </li>
          ))}
          <li>
            <a href="#part-review">Review</a>
          </li>
        </ol>
        <p className="fine" role="status">
          {live.busy ? 'Checking…' : live.check === undefined ? 'Choose a dataset first.' : 'Checked as it stands.'}
        </p>
      </nav>
      <div className="making-form">
        <DataSection {...props} fixedSlug={fixedSlug} />
        {chosen !== undefined && (
          <>
            <SplitSection {...props} />
            <RegionsSection {...props} />
            <MetricsSection {...props} />
            <RankingSection {...props} />
            <LimitsSection {...props} />
            <SecrecySection {...props} />
          </>
        )}
        <section className="form-part making-section" id="part-review" aria-labelledby="part-review-title">
          <h2 id="part-review-title" className="form-part-title">
            8. Review
          </h2>
          {live.definition && live.check?.cases && (
            <PublicOrNot
              {...publicSummary(live.definition, {
                practice: live.check.cases.practice.length,
                test: live.check.cases.test.length,
              })}
            />
          )}
          <Findings findings={loose} />
          {live.error !== null && live.error !== undefined && <ErrorState error={live.error} />}
          {children}
        </section>
      </div>
    </div>
  );
}

function SectionMark({
  findings,
  section,
}: {
  readonly findings: readonly { readonly severity: string; readonly where: string }[];
  readonly section: SectionKey;
}): ReactNode {
  const own = findings.filter(({ where }) => sectionOf(where) === section);
  const errors = own.filter(({ severity }) => severity === 'error').length;
  const warnings = own.filter(({ severity }) => severity === 'warning').length;
  if (errors > 0) return <span className="mark-bad"> {errors === 1 ? '1 error' : `${errors} errors`}</span>;
  if (warnings > 0)
    return <span className="mark-caution"> {warnings === 1 ? '1 warning' : `${warnings} warnings`}</span>;
  return null;
}

export function PublicOrNot({
  shown,
  never,
}: {
  readonly shown: readonly string[];
  readonly never: readonly string[];
}): ReactNode {
  return (
    <div className="public-or-not">
      <div>
        <h3>What will be public</h3>
        <ul>
          {shown.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </div>
      <div>
        <h3>What never will be</h3>
        <ul>
          {never.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}
