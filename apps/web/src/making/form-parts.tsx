import type { ReactNode } from 'react';
import { gatherFindings, placesInWords } from '#domain';
import type { BenchmarkCheckView, BenchmarkDefinition, DatasetView } from '#contracts';
import { Badge } from '../ui/badge.js';
import { SECTIONS, sectionOf, type Choices, type Fault, type SectionKey } from './choices.js';

export type MakingFinding = BenchmarkCheckView['findings'][number];

/** What every section of the form is given. */
export interface SectionProps {
  readonly choices: Choices;
  readonly onChoices: (change: Choices) => void;
  readonly definition: BenchmarkDefinition | null;
  readonly check: BenchmarkCheckView | undefined;
  readonly dataset: DatasetView | undefined;
  /** Faults are shown once somebody has tried to save, findings always. */
  readonly faults: readonly Fault[];
}

const TONES = { error: 'bad', warning: 'caution', note: 'neutral' } as const;
const ICONS = { error: 'cross', warning: 'alert', note: 'info' } as const;

export function Findings({ findings }: { readonly findings: readonly MakingFinding[] }): ReactNode {
  if (findings.length === 0) return null;
  return (
    <ul className="making-findings">
      {gatherFindings(findings).map(({ finding: { severity, code, message }, places }, n) => (
        <li key={n}>
          <Badge tone={TONES[severity]} icon={ICONS[severity]}>
            {severity}
          </Badge>{' '}
          <span className="wrap">
            {message}{' '}
            <code className="quiet" title={code}>
              {placesInWords(places)}
            </code>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A section of the form, with what was found about it. */
export function FormSection({
  section,
  n,
  lead,
  check,
  faults,
  children,
}: {
  readonly section: SectionKey;
  readonly n: number;
  readonly lead: ReactNode;
  readonly check: BenchmarkCheckView | undefined;
  readonly faults: readonly Fault[];
  readonly children: ReactNode;
}): ReactNode {
  const own = faults.filter(({ path }) => sectionOf(path) === section);
  return (
    <section className="form-part making-section" id={`part-${section}`} aria-labelledby={`part-${section}-title`}>
      <h2 id={`part-${section}-title`} className="form-part-title">
        {n}. {SECTIONS[section].title}
      </h2>
      <p className="fine">{lead}</p>
      {children}
      {own.map(({ path, message }) => (
        <p key={path} className="field-error" role="alert">
          {message}
        </p>
      ))}
      <Findings findings={(check?.findings ?? []).filter(({ where }) => sectionOf(where) === section)} />
    </section>
  );
}
