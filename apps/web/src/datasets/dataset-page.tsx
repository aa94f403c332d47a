import { useState, type ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ENDPOINTS, type DatasetView } from '#contracts';
import { readingInWords } from '#domain';
import { OrganiserOnly } from '../accounts/organiser-only.js';
import { addressOf, call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { count, formatTriple } from '../format/numbers.js';
import { Badge } from '../ui/badge.js';
import { Digest } from '../ui/copy.js';
import { ConfirmDialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { Notice } from '../ui/notice.js';
import { Page, Section } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, ErrorState, QueryView } from '../ui/states.js';
import { Time } from '../ui/time.js';
import { CommandLine } from './command-line.js';
import { InboxSection } from './inbox-section.js';

type DatasetCase = DatasetView['cases'][number];

/** One dataset of one's own: cases, facts, versions, and what can be done with it. */
export function DatasetPage(): ReactNode {
  const { slug } = useParams({ from: '/datasets/$slug' });
  const query = useQuery(queries.dataset(slug));
  return (
    <Page
      title={query.data?.name ?? slug}
      trail={<Link to="/datasets">My datasets</Link>}
      lead={query.data?.description ? <p className="pre-line">{query.data.description}</p> : undefined}
      actions={
        query.data && (
          <Link to="/import" search={{ dataset: slug }} className="button">
            <Icon name="upload" /> Add cases
          </Link>
        )
      }
    >
      <OrganiserOnly>
        {() => (
          <QueryView query={query} skeleton={<SkeletonBlocks count={3} height={120} label="Loading the dataset" />}>
            {(dataset) => <Content dataset={dataset} />}
          </QueryView>
        )}
      </OrganiserOnly>
    </Page>
  );
}

function Content({ dataset }: { readonly dataset: DatasetView }): ReactNode {
  const { slug, licence, synthetic, labels, ignoreLabel, channels, cases } = dataset;
  const patients = new Set(cases.map(({ patient }) => patient)).size;
  return (
    <>
      <dl className="card-facts dataset-facts">
        <Fact name="Cases">{cases.length}</Fact>
        <Fact name="Patients">{patients}</Fact>
        <Fact name="Images of a case">{channels.map(({ name }) => name).join(', ')}</Fact>
        <Fact name="Labels">
          {labels.map(({ value, name }) => `${value} ${name}`).join(', ')}
          {ignoreLabel !== null && `, ${ignoreLabel} not scored`}
        </Fact>
        <Fact name="Licence">{licence}</Fact>
        {synthetic && <Fact name="Made by">a program, of no person</Fact>}
      </dl>
      <InboxSection slug={slug} />
      <Versions dataset={dataset} />
      <Cases dataset={dataset} />
      <FactsSection dataset={dataset} />
      <div className="side-by-side dataset-foot">
        <CommandLine
          what="From a terminal"
          lines={[
            `npx voxelmark dataset import FOLDER --slug ${slug} --yes`,
            `npx voxelmark benchmark create --dataset ${slug}@${dataset.versions.length || 1}`,
          ]}
        >
          Cases that are there already are not sent a second time.
        </CommandLine>
        {dataset.versions.length === 0 && <Removal slug={slug} name={dataset.name} />}
      </div>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Versions({ dataset: { slug, versions, cases } }: { readonly dataset: DatasetView }): ReactNode {
  const client = useQueryClient();
  const freeze = useMutation({
    mutationFn: () => call(ENDPOINTS.freezeDataset, { params: { slug } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['dataset', slug] }),
  });
  const newest = versions.reduce((most, { version }) => Math.max(most, version), 0);
  return (
    <Section
      title="Versions"
      note="A version is frozen for good: its digest covers names, patients, facts, geometry and every byte of its cases. Benchmarks are made of versions."
      actions={
        <button
          type="button"
          className="button button-small"
          disabled={freeze.isPending || cases.length === 0}
          onClick={() => freeze.mutate()}
        >
          <Icon name="lock" size={14} /> Freeze the cases as they are
        </button>
      }
    >
      {freeze.isError && <ErrorState error={freeze.error} />}
      {freeze.data?.existing === true && (
        <Notice live>
          <p>Nothing has changed since version {freeze.data.version}: it is the version of these cases.</p>
        </Notice>
      )}
      {versions.length === 0 ? (
        <EmptyState icon="lock" title="No version yet">
          <p>Freeze the cases when they are complete. More can be added later, and make a further version.</p>
        </EmptyState>
      ) : (
        <div className="table-scroll" role="region" aria-label="Versions" tabIndex={0}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Version</th>
                <th scope="col" className="numeric">
                  Cases
                </th>
                <th scope="col">Digest</th>
                <th scope="col">Frozen</th>
                <th scope="col">
                  <span className="visually-hidden">What to do with it</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {[...versions]
                .sort((a, b) => b.version - a.version)
                .map(({ version, digest, caseCount, createdAt }) => (
                  <tr key={version}>
                    <th scope="row">{version}</th>
                    <td className="numeric">{caseCount}</td>
                    <td>
                      <Digest value={digest} what={`version ${version}`} />
                    </td>
                    <td>
                      <Time at={createdAt} day />
                    </td>
                    <td className="row-actions">
                      <Link
                        to="/make-benchmark"
                        search={{ dataset: slug, version: String(version) }}
                        className={version === newest ? 'button button-small button-primary' : 'button button-small'}
                      >
                        Make a benchmark
                      </Link>
                      <a
                        className="button button-small"
                        href={addressOf(ENDPOINTS.getDatasetVersionRecord, { slug, version: String(version) })}
                        download={`${slug}-${version}.croissant.json`}
                      >
                        <Icon name="download" size={14} /> Croissant
                      </a>
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function Cases({ dataset: { slug, cases } }: { readonly dataset: DatasetView }): ReactNode {
  const [asked, setAsked] = useState<DatasetCase | null>(null);
  const client = useQueryClient();
  const withdraw = useMutation({
    mutationFn: (name: string) => call(ENDPOINTS.withdrawDatasetCase, { params: { slug, name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['dataset', slug] }),
    onSettled: () => setAsked(null),
  });
  const several = cases.some(({ readers }) => readers.length > 1);
  return (
    <Section title="Cases">
      {withdraw.isError && <ErrorState error={withdraw.error} />}
      {withdraw.data && (
        <Notice live tone="good">
          <p>
            {withdraw.data.outcome === 'removed'
              ? 'The case is gone, with its files.'
              : `The case is withdrawn. Version ${withdraw.data.versions.join(', ')} still holds it; the next will not.`}
          </p>
        </Notice>
      )}
      {cases.length === 0 ? (
        <EmptyState title="No cases yet">
          <p>An import that was stopped goes on where it was: choose the same folder again.</p>
        </EmptyState>
      ) : (
        <div className="table-scroll table-tall" role="region" aria-label="Cases" tabIndex={0}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Case</th>
                <th scope="col">Patient</th>
                <th scope="col">Split</th>
                <th scope="col">Readers</th>
                <th scope="col">Size, voxels</th>
                <th scope="col">Spacing, mm</th>
                <th scope="col">
                  <span className="visually-hidden">Withdraw</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {cases.map((one) => (
                <tr key={one.name}>
                  <th scope="row">
                    {one.name} {one.withdrawnAt !== null && <Badge tone="caution">withdrawn</Badge>}
                  </th>
                  <td>{one.patient === one.name ? <span className="quiet">of its own</span> : one.patient}</td>
                  <td>{one.split ?? '–'}</td>
                  <td>
                    {one.readers.map(({ reader, consensus, recipe, reading }) => (
                      <span
                        key={reader}
                        className="chip"
                        title={
                          recipe !== null
                            ? `${recipe.method} of ${recipe.readers.join(', ')}`
                            : reading !== null
                              ? readingInWords(reading)
                              : undefined
                        }
                      >
                        {reader}
                        {consensus && several && ' · scored against'}
                      </span>
                    ))}
                  </td>
                  <td className="nowrap">{one.size.join(' × ')}</td>
                  <td className="nowrap">{formatTriple(one.spacingMm as [number, number, number])}</td>
                  <td className="row-actions">
                    {one.withdrawnAt === null && (
                      <button
                        type="button"
                        className="button button-small"
                        onClick={() => setAsked(one)}
                        aria-label={`Withdraw ${one.name}`}
                      >
                        Withdraw
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {asked !== null && (
        <ConfirmDialog
          title={`Withdraw ${asked.name}?`}
          confirm="Withdraw it"
          tone="danger"
          busy={withdraw.isPending}
          onConfirm={() => withdraw.mutate(asked.name)}
          onClose={() => setAsked(null)}
        >
          <p>
            While no version holds it, it is removed with its files. Otherwise it is marked and left out of the next
            version; versions that are frozen, and benchmarks made of them, keep it.
          </p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

/** Levels of a fact that are named; further ones are counted. */
const LEVELS = 6;

function FactsSection({ dataset: { cases, dictionary } }: { readonly dataset: DatasetView }): ReactNode {
  const names = [...new Set(cases.flatMap(({ facts }) => Object.keys(facts)))].sort();
  if (names.length === 0) return null;
  return (
    <Section title="Facts" note="What is known of each case beside its images. Boards can be sliced by them.">
      <div className="table-scroll" role="region" aria-label="Facts" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Fact</th>
              <th scope="col">Meaning</th>
              <th scope="col" className="numeric">
                Known of
              </th>
              <th scope="col">Values</th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => {
              const values = cases.flatMap(({ facts }) => (name in facts ? [facts[name]] : []));
              const { description, unit } = dictionary[name] ?? {};
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{description ?? <span className="quiet">not said</span>}</td>
                  <td className="numeric">{count(values.length, 'case')}</td>
                  <td>
                    {factWords(values)}
                    {unit !== undefined && ` ${unit}`}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** "18 to 84", or the values with how often each occurs. */
export function factWords(values: readonly (string | number)[]): string {
  const numbers = values.filter((value): value is number => typeof value === 'number');
  const counts = new Map<string | number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (numbers.length === values.length && counts.size > LEVELS) {
    return `${numbers.reduce((a, b) => Math.min(a, b))} to ${numbers.reduce((a, b) => Math.max(a, b))}`;
  }
  const levels = [...counts].sort((a, b) => b[1] - a[1]);
  const shown = levels.slice(0, LEVELS).map(([value, n]) => (n > 1 ? `${value} (${n})` : String(value)));
  return shown.join(', ') + (levels.length > LEVELS ? `, and ${levels.length - LEVELS} more` : '');
}

function Removal({ slug, name }: { readonly slug: string; readonly name: string }): ReactNode {
  const [asked, setAsked] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => call(ENDPOINTS.deleteDataset, { params: { slug } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['datasets'] });
      await navigate({ to: '/datasets' });
    },
    onSettled: () => setAsked(false),
  });
  return (
    <aside className="submit-aside" aria-label="Remove the dataset">
      <h2>Remove it</h2>
      <p className="fine">A dataset without a version can be removed, with its cases and files.</p>
      {remove.isError && <ErrorState error={remove.error} />}
      <p>
        <button type="button" className="button" onClick={() => setAsked(true)}>
          Remove the dataset
        </button>
      </p>
      {asked && (
        <ConfirmDialog
          title={`Remove ${name}?`}
          confirm="Remove it"
          tone="danger"
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsked(false)}
        >
          <p>Its cases and their files are gone then. What is on your own disk stays.</p>
        </ConfirmDialog>
      )}
    </aside>
  );
}
