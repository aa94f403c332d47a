import { useState, type ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ENDPOINTS, type BenchmarkMakingView, type NewBenchmarkBody } from '#contracts';
import { SignedIn } from '../accounts/signed-in.js';
import { call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { CommandLine } from '../datasets/command-line.js';
import { count, formatFigure } from '../format/numbers.js';
import { Badge } from '../ui/badge.js';
import { ConfirmDialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { Notice } from '../ui/notice.js';
import { Page, Section } from '../ui/page.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { ErrorState, QueryView } from '../ui/states.js';
import { bodyOf, faultsOf, type Choices } from './choices.js';
import { DefinitionForm, PublicOrNot } from './definition-form.js';
import { DryRunSection } from './dry-run-section.js';
import { Findings } from './form-parts.js';
import { HistoryList } from './history-list.js';
import { publicSummary } from './making-words.js';
import { PeopleSection } from './people-section.js';

/** A benchmark on its organiser's desk: what it is, a dry run, publication, and who did what. */
export function MakingPage(): ReactNode {
  const { slug } = useParams({ from: '/benchmarks/$slug/making' });
  const query = useQuery({
    ...queries.benchmarkMaking(slug),
    refetchInterval: ({ state }) => (state.data && isMeasuring(state.data) ? 2000 : false),
  });
  return (
    <Page
      title={query.data?.benchmark.title ?? slug}
      wide
      trail={<Link to="/">Benchmarks</Link>}
      heading={
        query.data && (
          <>
            {query.data.benchmark.title}{' '}
            {query.data.benchmark.published ? (
              <Badge tone="good">Published</Badge>
            ) : (
              <Badge tone="caution" icon="lock">
                Draft
              </Badge>
            )}
          </>
        )
      }
      lead={query.data && <p>{query.data.benchmark.question}</p>}
      actions={
        query.data && (
          <Link to="/benchmarks/$slug" params={{ slug }} className="button">
            <Icon name="eye" /> {query.data.benchmark.published ? 'Its page' : 'Its page, as you see it'}
          </Link>
        )
      }
    >
      <SignedIn>
        {() => (
          <QueryView query={query} skeleton={<SkeletonBlocks count={3} height={140} label="Loading the benchmark" />}>
            {(making) => <Desk key={actsOf(making)} making={making} />}
          </QueryView>
        )}
      </SignedIn>
    </Page>
  );
}

/** A change begins the page anew; who is appointed meanwhile does not. */
const actsOf = ({ history }: BenchmarkMakingView): number => history.filter(({ member }) => member === null).length;

/** A worker is still measuring the references, and deriving those of several readers. */
const isMeasuring = ({ preparation: { state } }: Pick<BenchmarkMakingView, 'preparation'>): boolean =>
  state === 'queued' || state === 'running';

function Desk({ making }: { readonly making: BenchmarkMakingView }): ReactNode {
  const { benchmark, definition, cases, findings } = making;
  const [editing, setEditing] = useState(false);
  const counts = { practice: cases.practice.length, test: cases.test.length };
  return (
    <>
      {editing ? (
        <Edit making={making} onDone={() => setEditing(false)} />
      ) : (
        <>
          <div className="two-columns">
            <Section
              title="What it is"
              actions={
                !benchmark.published && (
                  <button type="button" className="button button-small" onClick={() => setEditing(true)}>
                    Change it
                  </button>
                )
              }
            >
              <dl className="facts facts-spaced">
                <dt>Data</dt>
                <dd>
                  <Link to="/datasets/$slug" params={{ slug: definition.dataset.slug }}>
                    {benchmark.dataset.name}
                  </Link>
                  , version {definition.dataset.version}
                </dd>
                <dt>Cases</dt>
                <dd>
                  {count(counts.practice, 'practice case')} of {count(cases.patients.practice, 'patient')},{' '}
                  {counts.test} held out of {count(cases.patients.test, 'patient')}
                </dd>
                <dt>Metrics</dt>
                <dd>{definition.metrics.map(({ id }) => id).join(', ')}</dd>
                <dt>Ranking</dt>
                <dd>
                  {definition.ranking.kind === 'mean-then-rank'
                    ? `by mean ${definition.ranking.metric}`
                    : `by the places in ${definition.ranking.metrics.join(', ')}`}
                </dd>
              </dl>
              {making.preparation.failure !== null && (
                <Notice tone="bad" live title="The references could not be measured">
                  <p>{making.preparation.failure.message}</p>
                </Notice>
              )}
              <RegionTable making={making} />
            </Section>
            <Section title="Who will see what">
              <PublicOrNot {...publicSummary(definition, counts)} />
            </Section>
          </div>
          <DryRunSection making={making} />
          <Section title={benchmark.published ? 'Published' : 'Publish'}>
            <div className="making-publish">
              <Findings findings={findings} />
              {benchmark.published ? (
                <Notice tone="good" title="It takes submissions">
                  <p>
                    Its rules and cases do not change any more.{' '}
                    <Link to="/benchmarks/$slug" params={{ slug: benchmark.slug }}>
                      See its page
                    </Link>
                    .
                  </p>
                </Notice>
              ) : (
                <Publish making={making} />
              )}
            </div>
          </Section>
        </>
      )}
      <PeopleSection slug={benchmark.slug} />
      <div className="side-by-side dataset-foot">
        <History making={making} />
        <CommandLine
          what="From a terminal"
          lines={[
            `npx voxelmark benchmark dry-run ${benchmark.slug}`,
            `npx voxelmark benchmark publish ${benchmark.slug}`,
            `npx voxelmark benchmark members ${benchmark.slug}`,
          ]}
        />
      </div>
    </>
  );
}

function RegionTable({
  making: { voxels, definition, preparation },
}: {
  readonly making: BenchmarkMakingView;
}): ReactNode {
  const measuring = isMeasuring({ preparation });
  return (
    <div className="table-scroll table-tall" role="region" aria-label="Regions" tabIndex={0}>
      <table className="plain">
        <caption className={measuring ? 'fine' : 'visually-hidden'}>
          {measuring
            ? `A worker is measuring the references: ${preparation.done} of ${preparation.total} cases.`
            : 'How much of each region there is'}
        </caption>
        <thead>
          <tr>
            <th scope="col">Region</th>
            <th scope="col">Phase</th>
            <th scope="col" className="numeric">
              Cases
            </th>
            <th scope="col" className="numeric">
              Patients
            </th>
            <th scope="col" className="numeric">
              Volume, ml
            </th>
          </tr>
        </thead>
        <tbody>
          {definition.regions.flatMap(({ name }) =>
            voxels
              .filter(({ region }) => region === name)
              .map(({ phase, cases, patients, ml }) => (
                <tr key={`${name} ${phase}`}>
                  <th scope="row">{name}</th>
                  <td>{phase === 'practice' ? 'practice' : 'held out'}</td>
                  <td className="numeric">{cases}</td>
                  <td className="numeric">{patients}</td>
                  <td className="numeric">{formatFigure(ml, 'ml')}</td>
                </tr>
              )),
          )}
        </tbody>
      </table>
    </div>
  );
}

function Edit({ making, onDone }: { readonly making: BenchmarkMakingView; readonly onDone: () => void }): ReactNode {
  const { slug } = making.benchmark;
  const [choices, setChoices] = useState<Choices>(making.definition as Choices);
  const [expected] = useState(making.definitionSha256); // what is shown may be fetched anew meanwhile
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const replace = useMutation({
    mutationFn: () => call(ENDPOINTS.replaceBenchmark, { params: { slug }, body: { ...(bodyOf(choices) as NewBenchmarkBody), expected } }),
    onSuccess: (next) => {
      client.setQueryData(queries.benchmarkMaking(slug).queryKey, next);
      for (const key of ['benchmarks', 'benchmark', 'cases']) void client.invalidateQueries({ queryKey: [key] });
      onDone();
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (faultsOf(choices).length === 0 && !replace.isPending) replace.mutate();
      }}
    >
      <DefinitionForm
        choices={choices}
        fixedSlug
        tried={tried}
        onChoices={(change) => setChoices((now) => ({ ...now, ...change }))}
      >
        {replace.isError && <ErrorState error={replace.error} />}
        <div className="form-actions">
          <button type="submit" className="button button-primary button-large" disabled={replace.isPending}>
            {replace.isPending ? 'Saving…' : 'Save the draft'}
          </button>
          <button type="button" className="button" onClick={onDone}>
            Leave it as it was
          </button>
        </div>
      </DefinitionForm>
    </form>
  );
}

function Publish({ making: { benchmark, definitionSha256, findings } }: { readonly making: BenchmarkMakingView }): ReactNode {
  const { slug } = benchmark;
  const [asked, setAsked] = useState<'publish' | 'delete' | null>(null);
  const [accepted, setAccepted] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const publish = useMutation({
    mutationFn: () => call(ENDPOINTS.publishBenchmark, { params: { slug }, body: { acceptWarnings: accepted, expected: definitionSha256 } }),
    onSuccess: (next) => {
      client.setQueryData(queries.benchmarkMaking(slug).queryKey, next);
      for (const key of ['benchmarks', 'benchmark']) void client.invalidateQueries({ queryKey: [key] });
    },
    onSettled: () => setAsked(null),
  });
  const remove = useMutation({
    mutationFn: () => call(ENDPOINTS.deleteBenchmark, { params: { slug } }),
    onSuccess: async () => {
      client.removeQueries({ queryKey: ['benchmark-making', slug] });
      await client.invalidateQueries({ queryKey: ['benchmarks'] });
      await navigate({ to: '/datasets' });
    },
    onSettled: () => setAsked(null),
  });
  const ready = errors === 0 && (warnings === 0 || accepted);
  return (
    <>
      {publish.isError && <ErrorState error={publish.error} />}
      {remove.isError && <ErrorState error={remove.error} />}
      {errors > 0 && (
        <p>
          {count(errors, 'error')} above {errors === 1 ? 'stands' : 'stand'} in the way.
        </p>
      )}
      {errors === 0 && findings.length === 0 && <p className="fine">Nothing stands in the way.</p>}
      {errors === 0 && warnings > 0 && (
        <label className="check-line">
          <input type="checkbox" checked={accepted} onChange={(event) => setAccepted(event.target.checked)} /> I have
          read the {count(warnings, 'warning')} above, and publish it so.
        </label>
      )}
      <div className="form-actions">
        <button
          type="button"
          className="button button-primary button-large"
          disabled={!ready}
          onClick={() => setAsked('publish')}
        >
          Publish
        </button>
        <button type="button" className="button" onClick={() => setAsked('delete')}>
          Delete the draft
        </button>
      </div>
      {asked === 'publish' && (
        <ConfirmDialog
          title={`Publish ${benchmark.title}?`}
          confirm="Publish it"
          busy={publish.isPending}
          onConfirm={() => publish.mutate()}
          onClose={() => setAsked(null)}
        >
          <p>From then on everybody sees its page, people submit to it, and its rules and cases do not change.</p>
        </ConfirmDialog>
      )}
      {asked === 'delete' && (
        <ConfirmDialog
          title={`Delete ${benchmark.title}?`}
          confirm="Delete it"
          tone="danger"
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsked(null)}
        >
          <p>The draft and its dry runs are gone then. The dataset stays.</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function History({ making: { history } }: { readonly making: BenchmarkMakingView }): ReactNode {
  return (
    <Section title="History">
      <HistoryList history={history} />
    </Section>
  );
}
