import type { ReactNode } from 'react';
import type { RegionScores } from './case-viewer.js';
import type { Finding } from './find-cause.js';
import { Swatch } from './swatch.js';

export interface ScoresCardProps {
  /** Of which prediction. */
  readonly title: string;
  readonly scores: readonly RegionScores[];
  readonly colorOf: (labels: readonly number[]) => string;
  /** Region whose errors are shown; null: structure by structure. */
  readonly region: string | null;
  readonly onRegion: (region: string | null) => void;
  /** Goes to what a figure comes from. */
  readonly onFind: (finding: Finding) => void;
  /** What was found there, in a sentence; empty before. */
  readonly found: string;
}

/** What the platform scored here, region by region: the figures of the case's results, not computed again. */
export function ScoresCard({ title, scores, colorOf, region, onRegion, onFind, found }: ScoresCardProps): ReactNode {
  const names = scores[0]?.values.map(({ name }) => name) ?? [];
  return (
    <section className="vmv-card" aria-labelledby="vmv-scores">
      <h2 id="vmv-scores">Scores</h2>
      <table className="vmv-table" data-testid="viewer-scores">
        <caption className="vmv-unseen">Scores of {title} on this case, region by region</caption>
        <thead>
          <tr>
            <th scope="col">Region</th>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {scores.map((row) => (
            <tr key={row.region}>
              <th scope="row">
                <button
                  type="button"
                  className="vmv-structure"
                  aria-pressed={region === row.region}
                  title={region === row.region ? 'Errors of all structures' : `Only errors of ${row.region}`}
                  onClick={() => onRegion(region === row.region ? null : row.region)}
                >
                  <Swatch color={colorOf(row.labels)} hollow={region !== null && region !== row.region} />
                  <span>{row.region}</span>
                </button>
              </th>
              {row.values.map(({ id, name, text, words }) => (
                <td key={name} className="vmv-number">
                  <button
                    type="button"
                    className="vmv-link vmv-figure"
                    title={`${words === undefined ? '' : `${words}; `}go to where it comes from`}
                    aria-label={`${name} of ${row.region}: ${text}${words === undefined ? '' : ` (${words})`}. Go to where it comes from`}
                    onClick={() => onFind({ region: row.region, metric: id })}
                  >
                    {text}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="vmv-note" role="status">
        {found}
      </p>
    </section>
  );
}
