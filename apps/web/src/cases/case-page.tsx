import { lazy, Suspense, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { BenchmarkView, CaseView } from '#contracts';
import { queries } from '../api/queries.js';
import { viewQuery, withViewQuery } from '../app/search.js';
import { Badge } from '../ui/badge.js';
import { Icon } from '../ui/icons.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { Page } from '../ui/page.js';
import { ErrorState } from '../ui/states.js';
import { CaseAside } from './case-aside.js';
import { chosenLayers, chosenPrediction, moreLayers, objectUrl, readersOf } from './chosen-layers.js';
import { greyValues } from './grey-values.js';
import { comparablePredictions, viewerScores } from './viewer-scores.js';
import { beginCase } from '../viewer/early-case.js';
import { decodeFinding } from '../viewer/find-cause.js';
import { UNDECLARED_COLOR } from '../viewer/overlay-style.js';
import { decodeView, encodeView } from '../viewer/view-link.js';

const loadViewer = (): Promise<typeof import('../viewer/case-viewer.js')> => import('../viewer/case-viewer.js');
const CaseViewer = lazy(loadViewer);

/** One case in the viewer, with what a chosen prediction scored beside it. The whole view is in the address. */
export function CasePage(): ReactNode {
  const { id } = useParams({ from: '/cases/$id' });
  const { preflight } = useSearch({ from: '/cases/$id' });
  useEffect(() => {
    loadViewer().catch(() => undefined); // beside what is asked of the API; a failure is shown where the viewer should be
  }, []);
  const query = useQuery(queries.caseView(id, preflight));
  const benchmark = useQuery({
    ...queries.benchmark(query.data?.benchmark.slug ?? ''),
    enabled: query.data !== undefined,
  });
  if (query.data && benchmark.data) return <CaseBody key={id} view={query.data} benchmark={benchmark.data} />;
  const failed = query.isError ? query : benchmark.isError ? benchmark : null;
  return (
    <Page title={failed ? 'Case' : 'Loading case'} wide>
      {failed ? <ErrorState error={failed.error} onRetry={() => void failed.refetch()} /> : <ViewerSkeleton />}
    </Page>
  );
}

function ViewerSkeleton(): ReactNode {
  return (
    <div className="viewer-skeleton">
      <SkeletonBlocks count={1} height={560} label="Loading the viewer" />
    </div>
  );
}

function CaseBody({ view, benchmark }: { readonly view: CaseView; readonly benchmark: BenchmarkView }): ReactNode {
  const search = useSearch({ from: '/cases/$id' });
  const navigate = useNavigate({ from: '/cases/$id' });
  const { run, reader } = search;
  const layers = useMemo(() => chosenLayers(view, { run, reader }), [view, run, reader]);
  const prediction = chosenPrediction(view.predictions, run);
  const rules = benchmark.phases.find(({ kind }) => kind === view.phase)?.rules;
  const scores = useMemo(
    () => (prediction && rules ? { prediction: viewerScores(prediction, rules, benchmark.metrics) } : undefined),
    [prediction, rules, benchmark],
  );
  const predictions = useMemo(
    () => comparablePredictions(view.predictions, rules, benchmark.metrics, objectUrl),
    [view, rules, benchmark],
  );
  const more = useMemo(() => moreLayers(view), [view]);
  const readers = useMemo(() => readersOf(view.references), [view]);
  const ignoreLabel = rules?.ignoreLabel;
  const labels = useMemo(() => shownLabels(benchmark, ignoreLabel), [benchmark, ignoreLabel]);
  // Pixels travel while the viewer's script does; when another run is chosen the viewer is there and asks for itself.
  const [first] = useState({
    imageUrl: objectUrl(view.image.objectId),
    layers,
    labelValues: labels.map(({ value }) => value),
    near: decodeView(viewQuery(search)).positionLps ?? null,
  });
  useEffect(() => beginCase(first), [first]);

  return (
    <div className="page page-case">
      <title>{`${view.name} · ${benchmark.title} · Voxelmark`}</title>
      <header className="case-head">
        <div>
          <nav className="trail" aria-label="Breadcrumb">
            <Link to="/benchmarks/$slug" params={{ slug: benchmark.slug }} search={{ tab: 'cases' }}>
              {benchmark.title}
            </Link>
          </nav>
          <h1>
            {view.name}{' '}
            <Badge icon={view.label === 'PUBLIC' ? 'eye' : 'lock'}>
              {view.phase === 'practice' ? 'practice case' : 'held-out case'}
            </Badge>
          </h1>
        </div>
        <nav className="case-steps" aria-label="Neighbouring cases">
          <Neighbour id={view.neighbours.previous} words="Previous case" />
          <Neighbour id={view.neighbours.next} words="Next case" />
        </nav>
      </header>
      {view.label !== 'PUBLIC' && (
        <p className="sealed-line">
          {view.label === 'SEALED'
            ? 'Held out: you see it because of your part in this benchmark, or because its rules open it. Looking at it is recorded.'
            : 'For people with an account. Looking at it is recorded.'}
        </p>
      )}
      <div className="case-layout">
        <section className="case-viewer" aria-label={`Viewer: ${view.name}`}>
          <h2 className="visually-hidden">Viewer</h2>
          <Suspense fallback={<ViewerSkeleton />}>
            <CaseViewer
              caseName={view.name}
              imageUrl={objectUrl(view.image.objectId)}
              layers={layers}
              moreLayers={more}
              readers={readers}
              find={decodeFinding(search.find)}
              labels={labels}
              regions={rules?.regions}
              ignoreLabel={ignoreLabel}
              scores={scores}
              predictions={predictions}
              onPrediction={(chosen) =>
                void navigate({
                  search: (now) => ({ ...now, run: chosen, layout: undefined }),
                  replace: true,
                  resetScroll: false,
                })
              }
              onReader={(chosen) =>
                void navigate({
                  search: (now) => ({ ...now, reader: chosen, layout: undefined }),
                  replace: true,
                  resetScroll: false,
                })
              }
              {...greyValues(benchmark.channels[0])}
              windowPresets={benchmark.windowPresets}
              initialView={decodeView(viewQuery(search))}
              onViewChange={(next) =>
                void navigate({
                  search: (now) => withViewQuery(now, encodeView(next)),
                  replace: true,
                  resetScroll: false,
                  ignoreBlocker: true,
                })
              }
            />
          </Suspense>
        </section>
        <CaseAside view={view} benchmark={benchmark} search={search} />
      </div>
    </div>
  );
}

/** Labels of the legend; what counts neither for nor against is the last, and grey. */
function shownLabels({ labels }: BenchmarkView, ignoreLabel: number | undefined): BenchmarkView['labels'] {
  const declared = labels.filter(({ value }) => value !== 0);
  return ignoreLabel === undefined
    ? declared
    : [...declared, { value: ignoreLabel, name: 'not scored', color: UNDECLARED_COLOR }];
}

function Neighbour({ id, words }: { readonly id: string | null; readonly words: string }): ReactNode {
  const search = useSearch({ from: '/cases/$id' });
  const back = words.startsWith('Previous');
  const face = (
    <>
      {back && <Icon name="left" size={14} />} {words} {!back && <Icon name="right" size={14} />}
    </>
  );
  if (id === null) {
    return (
      <span className="button button-small button-off" aria-disabled="true">
        {face}
      </span>
    );
  }
  return (
    <Link
      to="/cases/$id"
      params={{ id }}
      search={{ run: search.run, reader: search.reader, w: search.w, mode: search.mode }}
      className="button button-small"
    >
      {face}
    </Link>
  );
}
