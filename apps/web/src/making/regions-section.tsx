import type { ReactNode } from 'react';
import { Icon } from '../ui/icons.js';
import { held } from './choices.js';
import { FormSection, type SectionProps } from './form-parts.js';

/** What the labels are called and look like, and which of them are scored together. */
export function RegionsSection({ choices, onChoices, definition, check, faults }: SectionProps): ReactNode {
  const labels = held('labels', choices, definition) ?? [];
  const regions = held('regions', choices, definition) ?? [];
  const setRegion = (n: number, change: Partial<(typeof regions)[number]>): void =>
    onChoices({ regions: regions.map((region, at) => (at === n ? { ...region, ...change } : region)) });
  const free = ((): string => {
    for (let n = regions.length + 1; ; n++)
      if (regions.every(({ name }) => name !== `region ${n}`)) return `region ${n}`;
  })();
  return (
    <FormSection
      section="regions"
      n={3}
      lead="Each region is scored as one structure; a label may be in several (a liver with its lesions)."
      check={check}
      faults={faults}
    >
      {regions.length > 0 && (
        <div className="table-scroll" role="region" aria-label="Regions" tabIndex={0}>
          <table className="plain region-table">
            <thead>
              <tr>
                <th scope="col">Region</th>
                {labels.map(({ value, name, color }, n) => (
                  <th key={value} scope="col" className="label-head">
                    <label className="label-colour">
                      <input
                        type="color"
                        aria-label={`Colour of ${name}`}
                        value={color ?? '#888888'}
                        onChange={(event) =>
                          onChoices({
                            labels: labels.map((label, at) =>
                              at === n ? { ...label, color: event.target.value } : label,
                            ),
                          })
                        }
                      />
                      <span>
                        {value} {name}
                      </span>
                    </label>
                  </th>
                ))}
                <th scope="col">
                  <span className="visually-hidden">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {regions.map((region, n) => (
                <tr key={n}>
                  <td>
                    <input
                      aria-label={`Name of region ${n + 1}`}
                      maxLength={100}
                      value={region.name}
                      onChange={(event) => setRegion(n, { name: event.target.value })}
                    />
                  </td>
                  {labels.map(({ value, name }) => (
                    <td key={value} className="label-tick">
                      <input
                        type="checkbox"
                        aria-label={`${name} is part of ${region.name}`}
                        checked={region.labels.includes(value)}
                        onChange={(event) =>
                          setRegion(n, {
                            labels: event.target.checked
                              ? [...region.labels, value].sort((a, b) => a - b)
                              : region.labels.filter((one) => one !== value),
                          })
                        }
                      />
                    </td>
                  ))}
                  <td>
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={`Remove region ${region.name}`}
                      disabled={regions.length === 1}
                      onClick={() => onChoices({ regions: regions.filter((_, at) => at !== n) })}
                    >
                      <Icon name="cross" size={14} />
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="form-actions">
        <button
          type="button"
          className="button button-small"
          disabled={labels.length === 0}
          onClick={() => onChoices({ regions: [...regions, { name: free, labels: labels.map(({ value }) => value) }] })}
        >
          Add a region
        </button>
        {choices.regions !== undefined && (
          <button type="button" className="button button-small" onClick={() => onChoices({ regions: undefined })}>
            Each label by itself
          </button>
        )}
      </div>
    </FormSection>
  );
}
