import { useState, type ReactNode } from 'react';
import type { Penalty } from '#domain';
import {
  isMetricId,
  METRIC_CATALOGUE,
  metricDefinition,
  proposeMetrics,
  PROBLEM_FACTS,
  PROBLEM_KINDS,
  type ProblemFact,
  type ProblemKind,
} from '#metrics';
import { Icon } from '../ui/icons.js';
import { SelectField, TextField } from '../ui/field.js';
import { held } from './choices.js';
import { FormSection, type SectionProps } from './form-parts.js';

const KIND_WORDS: Readonly<Record<ProblemKind, string>> = {
  organ: 'an organ',
  'small-structure': 'a structure of a few voxels',
  'single-lesion': 'one lesion',
  'many-lesions': 'several lesions in a case',
  tubular: 'vessels or airways',
};
const FACT_WORDS: Readonly<Record<ProblemFact, string>> = {
  'boundary-matters': 'where the boundary runs matters',
  'volume-matters': 'its volume matters',
  'can-be-empty': 'it may be absent',
  'reference-uncertain': 'people draw it differently',
  'unequal-costs': 'a miss and a false alarm cost differently',
};

/** An id for an entry of the catalogue that takes a parameter: `nsd` and 2 make `nsd@2`. */
export function idOf(key: string, parameter: string): string {
  const entry = METRIC_CATALOGUE.find((one) => one.key === key);
  if (entry === undefined || entry.parameter === 'none' || parameter.trim() === '') return key;
  const suffix = { toleranceMm: '', bandMm: 'mm', minIou: '', minLesionMm3: 'mm3' }[entry.parameter];
  const id = `${key}@${Number(parameter)}${suffix}`;
  return isMetricId(id) || !isMetricId(key) ? id : key; // a default is left out
}

/** What is measured, and what a case counts that has no value. */
export function MetricsSection({ choices, onChoices, definition, check, faults }: SectionProps): ReactNode {
  const metrics = held('metrics', choices, definition) ?? [];
  const [key, setKey] = useState('nsd');
  const [parameter, setParameter] = useState('2');
  const entry = METRIC_CATALOGUE.find((one) => one.key === key)!;
  const id = idOf(key, parameter);
  const known = isMetricId(id);
  const taken = metrics.some((metric) => metric.id === id);
  const set = (n: number, penalty: Penalty | undefined): void =>
    onChoices({
      metrics: metrics.map((metric, at) => (at === n ? { id: metric.id, ...(penalty && { penalty }) } : metric)),
    });
  return (
    <FormSection
      section="metrics"
      n={4}
      lead="A tolerance says how far apart two good readers draw the boundary. A case that fails still counts: by its penalty."
      check={check}
      faults={faults}
    >
      {metrics.length > 0 && (
        <div className="table-scroll" role="region" aria-label="Metrics" tabIndex={0}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Metric</th>
                <th scope="col">Better</th>
                <th scope="col">A case without a value counts</th>
                <th scope="col">
                  <span className="visually-hidden">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {metrics.map((metric, n) => {
                const defined = isMetricId(metric.id) ? metricDefinition(metric.id) : null;
                const name = defined?.name ?? metric.id;
                return (
                  <tr key={metric.id}>
                    <th scope="row">
                      {name} <span className="quiet">{metric.id}</span>
                      {defined?.role === 'report' && <span className="row-note">Shown, never ranked.</span>}
                    </th>
                    <td>{defined?.direction ?? '–'}</td>
                    <td>
                      <PenaltyChoice
                        name={name}
                        penalty={metric.penalty ?? definition?.metrics.find((one) => one.id === metric.id)?.penalty}
                        unit={defined?.unit ?? ''}
                        onPenalty={(penalty) => set(n, penalty)}
                      />
                    </td>
                    <td>
                      <button
                        type="button"
                        className="icon-button"
                        aria-label={`Remove ${name}`}
                        disabled={metrics.length === 1}
                        onClick={() => onChoices({ metrics: metrics.filter((_, at) => at !== n) })}
                      >
                        <Icon name="cross" size={14} />
                      </button>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      <div className="form-row form-row-end">
        <SelectField label="Add a metric" value={key} onChange={(event) => setKey(event.target.value)}>
          {METRIC_CATALOGUE.map((one) => (
            <option key={one.key} value={one.key}>
              {one.name}
            </option>
          ))}
        </SelectField>
        {entry.parameter !== 'none' && (
          <TextField
            label={PARAMETER_WORDS[entry.parameter]}
            type="number"
            step="any"
            min={0}
            value={parameter}
            error={known ? null : `“${id}” is no metric`}
            onChange={(event) => setParameter(event.target.value)}
          />
        )}
        <button
          type="button"
          className="button"
          disabled={!known || taken}
          onClick={() => onChoices({ metrics: [...metrics, { id }] })}
        >
          {taken ? 'Already there' : 'Add'}
        </button>
      </div>
      <p className="fine">{entry.description}</p>
      <Proposal onTake={(ids) => onChoices({ metrics: ids.map((one) => ({ id: one })), ranking: undefined })} />
    </FormSection>
  );
}

const PARAMETER_WORDS = {
  toleranceMm: 'Tolerance, mm',
  bandMm: 'Depth of the band, mm',
  minIou: 'Smallest IoU of a match',
  minLesionMm3: 'Smallest lesion, mm³',
} as const;

function PenaltyChoice({
  name,
  penalty,
  unit,
  onPenalty,
}: {
  readonly name: string;
  readonly penalty: Penalty | undefined;
  readonly unit: string;
  readonly onPenalty: (penalty: Penalty) => void;
}): ReactNode {
  return (
    <span className="penalty">
      <select
        aria-label={`Penalty of ${name}`}
        value={penalty?.kind ?? ''}
        onChange={(event) =>
          onPenalty(event.target.value === 'fixed' ? { kind: 'fixed', value: 0 } : { kind: 'volume-diagonal' })
        }
      >
        {penalty === undefined && <option value="">the worst there is</option>}
        <option value="fixed">a number</option>
        {unit === 'mm' && <option value="volume-diagonal">the diagonal of the volume</option>}
      </select>
      {penalty?.kind === 'fixed' && (
        <input
          type="number"
          step="any"
          aria-label={`Penalty of ${name}, ${unit || 'number'}`}
          value={penalty.value}
          onChange={(event) => onPenalty({ kind: 'fixed', value: Number(event.target.value) || 0 })}
        />
      )}
    </span>
  );
}

/** Metrics that suit a problem, by the recommendations that the catalogue carries. */
function Proposal({ onTake }: { readonly onTake: (ids: readonly string[]) => void }): ReactNode {
  const [kind, setKind] = useState<ProblemKind>('organ');
  const [facts, setFacts] = useState<readonly ProblemFact[]>([]);
  const [tolerance, setTolerance] = useState('2');
  const toleranceMm = Number(tolerance);
  const proposals = toleranceMm > 0 ? proposeMetrics({ kind, facts, toleranceMm }) : [];
  return (
    <details className="disclosed">
      <summary>Have metrics proposed</summary>
      <div className="form-row">
        <SelectField
          label="What is segmented"
          value={kind}
          onChange={(event) => setKind(event.target.value as ProblemKind)}
        >
          {PROBLEM_KINDS.map((one) => (
            <option key={one} value={one}>
              {KIND_WORDS[one]}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Readers draw the boundary apart by, mm"
          type="number"
          step="any"
          min={0.1}
          value={tolerance}
          onChange={(event) => setTolerance(event.target.value)}
        />
      </div>
      <fieldset className="checks">
        <legend>What else matters</legend>
        {PROBLEM_FACTS.map((fact) => (
          <label key={fact}>
            <input
              type="checkbox"
              checked={facts.includes(fact)}
              onChange={(event) =>
                setFacts(event.target.checked ? [...facts, fact] : facts.filter((one) => one !== fact))
              }
            />{' '}
            {FACT_WORDS[fact]}
          </label>
        ))}
      </fieldset>
      <ul className="proposals">
        {proposals.map(({ id, why }) => (
          <li key={id}>
            <strong>{metricDefinition(id).name}</strong> <span className="quiet">{id}</span>
            <br />
            <span className="fine">{why}</span>
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="button button-small"
        disabled={proposals.length === 0}
        onClick={() => onTake(proposals.map(({ id }) => id))}
      >
        Take these
      </button>
    </details>
  );
}
