import { useEffect, useState, type ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ENDPOINTS, type BenchmarkMakingView, type DryRunView } from '#contracts';
import { isMetricId, metricDefinition } from '#metrics';
import { call } from '../api/api-client.js';
import { queries } from '../api/queries.js';
import { formatDuration, formatFigure, reasonWords } from '../format/numbers.js';
import { Badge } from '../ui/badge.js';
import { Notice } from '../ui/notice.js';
import { Section } from '../ui/page.js';
import { ProgressBar } from '../ui/progress.js';
import { ErrorState } from '../ui/states.js';

type Network = DryRunView['networks'][number];

/** Of one dry run. */
const MOST_NETWORKS = 16;

/** Networks on the practice cases, by the rules of the draft: to see that figures come out, before anybody submits. */
export function DryRunSection({
  making: { benchmark, networks, dryRun, definition },
}: {
  readonly making: BenchmarkMakingView;
}): ReactNode {
  const { slug, published } = benchmark;
  const fitting = networks.filter(({ fits, own }) => fits && !own);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(fitting.slice(0, 1).map(({ network }) => network)));
  const [started, setStarted] = useState<string | null>(null);
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: () => call(ENDPOINTS.createDryRun, { params: { slug }, body: { networks: [...chosen] } }),
    onSuccess: (view) => {
      client.setQueryData(queries.dryRun(slug, view.id).queryKey, view);
      setStarted(view.id);
    },
  });
  const id = started ?? dryRun?.id ?? null;
  const query = useQuery({
    ...queries.dryRun(slug, id ?? ''),
    enabled: id !== null,
    initialData: started === null ? (dryRun ?? undefined) : undefined,
  });
  const view = query.data;
  const underWay = view?.state === 'queued' || view?.state === 'running';
  const ended = started !== null && view !== undefined && !underWay;
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: ['benchmark-making', slug] }); // what was found without it
  }, [ended, client, slug]);
  return (
    <Section
      title="Dry run"
      note="Networks run on the practice cases by the rules of the draft, through the same queue and isolation as submissions. Those of the demo know other images, so figures may be poor; what counts is that they come out. Nothing of it enters a board."
    >
      {!published && (
        <div className="dry-run-start">
          <NetworkChoice
            legend="Of the demo"
            none="There are no demo networks on this server."
            networks={networks.filter(({ own }) => !own)}
            chosen={chosen}
            onChosen={setChosen}
          />
          <NetworkChoice
            legend="Of your own"
            none="You have submitted no algorithm yet: versions of yours appear here, whatever benchmark they were made for."
            networks={networks.filter(({ own }) => own)}
            chosen={chosen}
            onChosen={setChosen}
          />
          {start.isError && <ErrorState error={start.error} />}
          <button
            type="button"
            className="button"
            disabled={chosen.size === 0 || chosen.size > MOST_NETWORKS || underWay || start.isPending}
            onClick={() => start.mutate()}
          >
            {underWay ? 'Under way…' : view === undefined ? 'Start a dry run' : 'Start another'}
          </button>
        </div>
      )}
      {query.isError && view === undefined && id !== null && <ErrorState error={query.error} />}
      {view !== undefined && <DryRunResult view={view} metrics={definition.metrics.map((metric) => metric.id)} />}
    </Section>
  );
}

function NetworkChoice({
  legend,
  none,
  networks,
  chosen,
  onChosen,
}: {
  readonly legend: string;
  readonly none: string;
  readonly networks: BenchmarkMakingView['networks'];
  readonly chosen: ReadonlySet<string>;
  readonly onChosen: (chosen: ReadonlySet<string>) => void;
}): ReactNode {
  return (
    <fieldset className="checks">
      <legend>{legend}</legend>
      {networks.length === 0 && <p className="fine">{none}</p>}
      {networks.map(({ network, name, fits, note }) => (
        <label key={network}>
          <input
            type="checkbox"
            checked={chosen.has(network)}
            disabled={!fits}
            onChange={(event) => {
              const next = new Set(chosen);
              if (event.target.checked) next.add(network);
              else next.delete(network);
              onChosen(next);
            }}
          />
          <span>
            {name} <span className="quiet">{note}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export function DryRunResult({
  view,
  metrics,
}: {
  readonly view: DryRunView;
  readonly metrics: readonly string[];
}): ReactNode {
  const cases = view.networks.flatMap((network) => network.cases);
  const done = cases.filter(({ state }) => state !== 'waiting').length;
  return (
    <div className="dry-run">
      {view.stale && (
        <Notice tone="caution">
          <p>The draft was changed since this dry run.</p>
        </Notice>
      )}
      {(view.state === 'queued' || view.state === 'running') && (
        <ProgressBar
          label="Dry run"
          done={done}
          total={Math.max(1, cases.length)}
          words={view.state === 'queued' ? 'Waiting for a worker…' : `${done} of ${cases.length} cases`}
        />
      )}
      {view.failure !== null && (
        <Notice tone="bad" live title="The dry run failed">
          <p>{view.failure.message}</p>
          <p className="fine">
            Code <code>{view.failure.code}</code>
          </p>
        </Notice>
      )}
      {view.networks.map((network) => (
        <NetworkTable key={network.network} network={network} metrics={metrics} />
      ))}
    </div>
  );
}

function NetworkTable({
  network: { name, note, state, cases, means },
  metrics,
}: {
  readonly network: Network;
  readonly metrics: readonly string[];
}): ReactNode {
  const head = (id: string): string => {
    if (!isMetricId(id)) return id;
    const { abbreviation, unit } = metricDefinition(id);
    return unit === '' ? abbreviation : `${abbreviation}, ${unit}`;
  };
  const ordered = [...cases].sort((a, b) => (a.case < b.case ? -1 : 1));
  const unitOf = (id: string): string => (isMetricId(id) ? metricDefinition(id).unit : '');
  return (
    <div className="dry-network">
      <h3>
        {name} {state === 'skipped' && <Badge tone="caution">skipped</Badge>}
      </h3>
      {note !== null && <p className="fine">{note}</p>}
      {cases.length > 0 && (
        <div className="table-scroll table-tall" role="region" aria-label={`Results of ${name}`} tabIndex={0}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Case</th>
                <th scope="col">Region</th>
                {metrics.map((id) => (
                  <th key={id} scope="col" className="numeric">
                    {head(id)}
                  </th>
                ))}
                <th scope="col" className="numeric">
                  Time
                </th>
              </tr>
            </thead>
            <tbody>
              {ordered.flatMap((one) =>
                one.state === 'scored' ? (
                  one.scores.map(({ region, values, reasons }, n) => (
                    <tr key={`${one.caseId} ${region}`}>
                      <th scope="row" className="nowrap">
                        {n === 0 ? one.case : <span className="visually-hidden">{one.case}</span>}
                      </th>
                      <td>{region}</td>
                      {metrics.map((id) => (
                        <td
                          key={id}
                          className="numeric"
                          title={values[id] === null || values[id] === undefined ? reasonWords(reasons[id]) : undefined}
                        >
                          {formatFigure(values[id], unitOf(id))}
                        </td>
                      ))}
                      <td className="numeric">
                        {n === 0 && one.elapsedMs !== null ? formatDuration(one.elapsedMs) : ''}
                      </td>
                    </tr>
                  ))
                ) : (
                  <tr key={one.caseId}>
                    <th scope="row" className="nowrap">
                      {one.case}
                    </th>
                    <td colSpan={metrics.length + 2}>
                      {one.failure === null ? (
                        <span className="quiet">waiting</span>
                      ) : (
                        <>
                          <Badge tone="bad">failed</Badge> {one.failure.message}{' '}
                          <code className="quiet">{one.failure.code}</code>
                        </>
                      )}
                    </td>
                  </tr>
                ),
              )}
            </tbody>
            {means !== null && (
              <tfoot>
                <tr>
                  <th scope="row" colSpan={2}>
                    Mean, after penalties
                  </th>
                  {metrics.map((id) => (
                    <td key={id} className="numeric">
                      <strong>{formatFigure(means[id], unitOf(id))}</strong>
                    </td>
                  ))}
                  <td />
                </tr>
              </tfoot>
            )}
          </table>
        </div>
      )}
    </div>
  );
}
