import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/queries.js';
import { slugOf } from '../datasets/slug-of.js';
import { count } from '../format/numbers.js';
import { SelectField, TextArea, TextField } from '../ui/field.js';
import { FormSection, type SectionProps } from './form-parts.js';

/** Which version of which dataset, and what is asked of it. */
export function DataSection({
  choices,
  onChoices,
  definition,
  check,
  dataset,
  faults,
  fixedSlug,
}: SectionProps & { /** Of a draft that exists: its address stays. */ readonly fixedSlug: boolean }): ReactNode {
  const datasets = useQuery(queries.datasets());
  const chosen = choices.dataset;
  const faultOf = (field: string): string | null => faults.find(({ path }) => path === field)?.message ?? null;
  const versions = [...(dataset?.versions ?? [])].sort((a, b) => b.version - a.version);
  return (
    <FormSection
      section="data"
      n={1}
      lead="A frozen version of one of your datasets, and the clinical question."
      check={check}
      faults={faults.filter(({ path }) => path === 'dataset')}
    >
      <div className="form-row">
        <SelectField
          label="Dataset"
          value={chosen?.slug ?? ''}
          disabled={fixedSlug}
          onChange={(event) =>
            onChoices({
              dataset: event.target.value === '' ? undefined : { slug: event.target.value, version: 1 },
              split: undefined,
              labels: undefined,
              regions: undefined,
            })
          }
        >
          <option value="">Choose one</option>
          {datasets.data?.items.map(({ slug, name, caseCount }) => (
            <option key={slug} value={slug}>
              {name} ({count(caseCount, 'case')})
            </option>
          ))}
          {chosen && datasets.data?.items.every(({ slug }) => slug !== chosen.slug) && (
            <option value={chosen.slug}>{chosen.slug}</option>
          )}
        </SelectField>
        <SelectField
          label="Version"
          value={chosen?.version ?? ''}
          disabled={chosen === undefined}
          hint={dataset && versions.length === 0 ? 'It has none yet: freeze its cases first.' : undefined}
          onChange={(event) =>
            chosen && onChoices({ dataset: { slug: chosen.slug, version: Number(event.target.value) } })
          }
        >
          {versions.map(({ version, caseCount }) => (
            <option key={version} value={version}>
              {version} ({count(caseCount, 'case')})
            </option>
          ))}
          {chosen && versions.every(({ version }) => version !== chosen.version) && (
            <option value={chosen.version}>{chosen.version}</option>
          )}
        </SelectField>
      </div>
      <div className="form-row">
        <TextField
          label="Title"
          maxLength={200}
          value={choices.title ?? ''}
          error={faultOf('title')}
          onChange={(event) => onChoices({ title: event.target.value })}
        />
        <TextField
          label="Name in addresses"
          maxLength={64}
          disabled={fixedSlug}
          value={choices.slug ?? slugOf(choices.title ?? '')}
          error={faultOf('slug')}
          onChange={(event) => onChoices({ slug: event.target.value })}
        />
      </div>
      <TextField
        label="Clinical question"
        maxLength={1000}
        hint="In a sentence, as a clinician would ask it: can the spleen be outlined on portal-venous CT well enough to follow its volume?"
        placeholder={definition?.question}
        value={choices.question ?? ''}
        error={faultOf('question')}
        onChange={(event) => onChoices({ question: event.target.value })}
      />
      <TextArea
        label="Summary"
        hint="Shown on its page, above the board."
        maxLength={4000}
        value={choices.summary ?? ''}
        onChange={(event) => onChoices({ summary: event.target.value })}
      />
      <details className="disclosed">
        <summary>Rules in your own words (Markdown)</summary>
        <TextArea
          label="Rules"
          rows={8}
          hint="Left alone, they are written from the choices below."
          value={choices.rules ?? definition?.rules ?? ''}
          onChange={(event) => onChoices({ rules: event.target.value === '' ? undefined : event.target.value })}
        />
      </details>
    </FormSection>
  );
}
