import { useState, type ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ENDPOINTS, type NewBenchmarkBody } from '#contracts';
import { OrganiserOnly } from '../accounts/organiser-only.js';
import { call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { CommandLine } from '../datasets/command-line.js';
import { Page } from '../ui/page.js';
import { EmptyState, ErrorState } from '../ui/states.js';
import { bodyOf, faultsOf, type Choices } from './choices.js';
import { DefinitionForm } from './definition-form.js';

/** From a frozen version of a dataset to the draft of a benchmark. */
export function MakePage(): ReactNode {
  return (
    <Page
      title="Make a benchmark"
      wide
      trail={<Link to="/datasets">My datasets</Link>}
      lead={<p>Say what only you can say; everything else has a default, and is shown. Nobody sees a draft but you.</p>}
    >
      <OrganiserOnly>{() => <Make />}</OrganiserOnly>
    </Page>
  );
}

function Make(): ReactNode {
  const search = useSearch({ from: '/make-benchmark' });
  const version = Number(search.version ?? 1);
  const [choices, setChoices] = useState<Choices>(
    search.dataset === undefined
      ? {}
      : { dataset: { slug: search.dataset, version: Number.isInteger(version) && version > 0 ? version : 1 } },
  );
  const [tried, setTried] = useState(false);
  const datasets = useQuery(queries.datasets());
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => call(ENDPOINTS.createBenchmark, { body: bodyOf(choices) as NewBenchmarkBody }),
    onSuccess: async (made) => {
      client.setQueryData(queries.benchmarkMaking(made.benchmark.slug).queryKey, made);
      void client.invalidateQueries({ queryKey: ['benchmarks'] });
      await navigate({ to: '/benchmarks/$slug/making', params: { slug: made.benchmark.slug } });
    },
  });
  if (datasets.data?.items.length === 0) {
    return (
      <div className="side-by-side">
        <EmptyState
          title="A benchmark is made of a dataset, and you have none yet"
          action={
            <Link to="/import" className="button button-primary">
              Import a dataset
            </Link>
          }
        >
          <p>Bring images with reference segmentations; they are checked on your machine first.</p>
        </EmptyState>
        <CommandLine
          what="From a terminal"
          lines={[
            'npx voxelmark dataset import FOLDER --yes',
            'npx voxelmark benchmark create --dataset SLUG@1 --title …',
          ]}
        />
      </div>
    );
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (faultsOf(choices).length === 0 && !create.isPending) create.mutate();
      }}
    >
      <DefinitionForm
        choices={choices}
        fixedSlug={false}
        tried={tried}
        onChoices={(change) => {
          setChoices((now) => ({ ...now, ...change }));
          create.reset();
        }}
      >
        {create.isError && <ErrorState error={create.error} />}
        {tried && faultsOf(choices).length > 0 && (
          <p className="field-error" role="alert">
            Something is missing above:{' '}
            {faultsOf(choices)
              .map(({ message }) => message)
              .join(' ')}
          </p>
        )}
        <div className="form-actions">
          <button type="submit" className="button button-primary button-large" disabled={create.isPending}>
            {create.isPending ? 'Saving…' : 'Save as a draft'}
          </button>
          <p className="fine">A draft can be changed, tried with the demo networks, and thrown away.</p>
        </div>
      </DefinitionForm>
    </form>
  );
}
