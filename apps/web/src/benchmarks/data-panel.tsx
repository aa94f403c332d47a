import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ENDPOINTS, type BenchmarkView } from '#contracts';
import { addressOf } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { Markdown } from '../format/markdown.js';
import { PHASE_WORDS } from '../runs/run-words.js';
import { Digest } from '../ui/copy.js';
import { Section } from '../ui/page.js';
import { Skeleton } from '../ui/skeleton.js';
import { QueryView } from '../ui/states.js';
import { Swatch } from '../ui/badge.js';
import { siteRows } from './data-summary.js';

const SECRECY_WORDS = {
  PUBLIC: 'Open to everybody',
  PARTICIPANT: 'Open to signed-in participants',
  SEALED: 'Held out: images, references and per-case figures stay sealed',
} as const;

/** Where the images come from, how many there are, and who may see them. */
export function DataPanel({ benchmark }: { readonly benchmark: BenchmarkView }): ReactNode {
  const query = useQuery(queries.cases(benchmark.slug, 'practice'));
  const { dataset } = benchmark;
  return (
    <>
      <Section title={dataset.name}>
        <div className="two-columns">
          <Markdown text={dataset.description} />
          <dl className="facts">
            <dt>Version</dt>
            <dd>{dataset.version}</dd>
            <dt>Licence</dt>
            <dd>{dataset.licence}</dd>
            <dt>Content digest</dt>
            <dd>
              <Digest value={dataset.digest} what="this dataset version" />
            </dd>
            <dt>Record</dt>
            <dd>
              <a
                href={addressOf(ENDPOINTS.getDatasetRecord, { slug: benchmark.slug })}
                download={`${benchmark.slug}-croissant.json`}
              >
                Croissant (JSON-LD)
              </a>
            </dd>
            {benchmark.phases.map(({ kind, caseCount, label }) => (
              <div key={kind} className="fact-group">
                <dt>{PHASE_WORDS[kind].name}</dt>
                <dd>
                  {caseCount} cases. {SECRECY_WORDS[label]}.
                </dd>
              </div>
            ))}
          </dl>
        </div>
      </Section>
      <Section
        title="Sites and spacing"
        note={
          <p>
            Counted over the open practice cases. The held-out cases come from the sites that the description names.
          </p>
        }
      >
        <QueryView query={query} skeleton={<Skeleton lines={4} label="Loading the sites" />}>
          {({ items }) => (
            <div className="table-scroll" role="region" aria-label="Sites and spacing" tabIndex={0}>
              <table className="plain">
                <caption className="visually-hidden">Sites of the practice cases</caption>
                <thead>
                  <tr>
                    <th scope="col">Site</th>
                    <th scope="col">Scanner</th>
                    <th scope="col" className="numeric">
                      Practice cases
                    </th>
                    <th scope="col" className="numeric">
                      In plane <span className="th-unit">mm</span>
                    </th>
                    <th scope="col" className="numeric">
                      Between slices <span className="th-unit">mm</span>
                    </th>
                    <th scope="col" className="numeric">
                      Slices
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {siteRows(items).map((row) => (
                    <tr key={row.site}>
                      <th scope="row">{row.site}</th>
                      <td>{row.scanner}</td>
                      <td className="numeric">{row.cases}</td>
                      <td className="numeric">{row.inPlaneMm}</td>
                      <td className="numeric">{row.betweenSlicesMm}</td>
                      <td className="numeric">{row.slices}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </QueryView>
      </Section>
      <Section title="Labels" note={<p>Integer classes of the reference segmentation; 0 is background.</p>}>
        <ul className="structure-list">
          {benchmark.labels.map(({ value, name, color }) => (
            <li key={value}>
              <Swatch color={color} />
              <span>{name}</span>
              <span className="quiet">label {value}</span>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
