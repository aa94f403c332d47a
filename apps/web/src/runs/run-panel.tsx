import { useEffect, useMemo } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { BenchmarkView, CaseResultView, RunView } from '#contracts';
import { isTerminal } from '#domain';
import { queries } from '../api/queries.js';
import { WORST_OF_ALL } from '../app/search.js';
import type { RunSearch } from '../app/search.js';
import { count, formatFigure } from '../format/numbers.js';
import { metricColumns, rankingMetrics } from '../leaderboard/board-columns.js';
import { FailedCell, StructureMatrix, WorstLink } from '../leaderboard/structure-matrix.js';
import { SignatureLine } from '../leaderboard/signature.js';
import { Forecast } from '../submit/forecast.js';
import { Notice } from '../ui/notice.js';
import { Section } from '../ui/page.js';
import { BusyBar, ProgressBar } from '../ui/progress.js';
import { SkeletonBlocks } from '../ui/skeleton.js';
import { EmptyState, QueryView } from '../ui/states.js';
import { encodeFinding } from '../viewer/find-cause.js';
import { worstFigure } from './case-columns.js';
import { CaseResultsTable } from './case-results-table.js';
import { PHASE_WORDS, QUEUE_NOTE, queueWords, RUN_WORDS } from './run-words.js';
import { usageWords } from './usage-words.js';

/** Everything about one run below the stepper: where it stands, why it failed, its result, its cases. */
export function RunPanel({
  run,
  benchmark,
  search,
}: {
  readonly run: RunView;
  readonly benchmark: BenchmarkView | undefined;
  readonly search: RunSearch;
}): ReactNode {
  return (
    <>
      <Standing run={run} />
      <Failure run={run} />
      {run.result && benchmark && <Result run={run} benchmark={benchmark} />}
      {run.openCases !== 'none' && benchmark && <Cases run={run} benchmark={benchmark} search={search} />}
      {run.openCases !== 'all' && <HeldOut run={run} />}
    </>
  );
}

function Standing({ run }: { readonly run: RunView }): ReactNode {
  const { progress, state } = run;
  if (isTerminal(state) || state === 'quarantined') return null; // the notice below says it all
  const words = queueWords(run.queuePosition);
  return (
    <div className="standing" aria-live="polite">
      <p>
        <strong>{RUN_WORDS[state].word}</strong>
        {words !== null && <> · {words}</>} · {RUN_WORDS[state].sentence}
      </p>
      {(run.queuePosition ?? 0) > 0 && <p className="fine">{QUEUE_NOTE}</p>}
      {state === 'waiting' || state === 'queued' ? null : progress !== null ? (
        <ProgressBar
          done={progress.done}
          total={progress.total}
          label="Cases done"
          words={
            <>
              {progress.done} of {count(progress.total, 'case')}
              {progress.failed > 0 && (
                <>
                  , <span className="failed-count">{progress.failed} failed</span>
                </>
              )}
            </>
          }
        />
      ) : (
        <>
          <BusyBar label={`${PHASE_WORDS[run.phase].name} run in progress`} />
          <p className="fine">
            How far a held-out run has come is not shown; it would say something about the hidden cases. On images of
            people its end is shown at set times only, for the same reason.
          </p>
        </>
      )}
      {run.submission.forecast !== null && (
        <details className="standing-forecast" open>
          <summary>Forecast before the first case</summary>
          <Forecast forecast={run.submission.forecast} />
        </details>
      )}
    </div>
  );
}

function Failure({ run }: { readonly run: RunView }): ReactNode {
  if (run.failure === null) return null;
  const practice = run.submission.runs.find(({ phase }) => phase === 'practice');
  return (
    <Notice
      live={run.state === 'quarantined'}
      tone={run.state === 'cancelled' || run.state === 'quarantined' ? 'caution' : 'bad'}
      title={
        <>
          {RUN_WORDS[run.state].word}: <code>{run.failure.code}</code>
        </>
      }
    >
      <p>{run.failure.advice}</p>
      {run.state === 'quarantined' && run.submission.mayRelease && (
        <p>
          <strong>You decide how it goes on.</strong> Repair the stored file
          {run.failure.detail !== null && ' that the text below names'}, then start the run again: cases that are scored
          keep their figures. Or end the run, which then counts as failed for a fault of the benchmark, not of the
          algorithm. Undecided, it expires after 30 days.
        </p>
      )}
      {run.failure.detail !== null && (
        <pre className="failure-detail" tabIndex={0} aria-label="Full text of the error">
          {run.failure.detail}
        </pre>
      )}
      {run.failure.code === 'practice-all-failed' && run.phase === 'test' && practice && (
        <p>
          <Link to="/runs/$id" params={{ id: practice.id }}>
            Open the practice run with its error texts
          </Link>
        </p>
      )}
    </Notice>
  );
}

function Result({ run, benchmark }: { readonly run: RunView; readonly benchmark: BenchmarkView }): ReactNode {
  const phase = benchmark.phases.find(({ kind }) => kind === run.phase);
  const { result } = run;
  if (!result || !phase) return null;
  const metrics = metricColumns(phase.rules, benchmark.metrics);
  const ranked = rankingMetrics(phase.rules);
  const { rank, cases } = result;
  return (
    <Section
      title="Result"
      actions={
        <Link
          to="/benchmarks/$slug"
          params={{ slug: benchmark.slug }}
          search={{ phase: run.phase === 'test' ? undefined : run.phase }}
          className="button"
        >
          Leaderboard
        </Link>
      }
    >
      <dl className="figures">
        <div>
          <dt>Rank</dt>
          <dd>{rank}</dd>
        </div>
        {metrics.map((metric) => (
          <div key={metric.id} className={ranked.includes(metric.id) ? 'figure-ranked' : undefined}>
            <dt title={`${metric.name}. ${metric.description}`}>{metric.abbreviation}</dt>
            <dd>
              <WorstLink
                runId={run.id}
                openCases={metric.id in result.metrics ? run.openCases : 'none'}
                metric={metric}
                structure={null}
              >
                {formatFigure(result.metrics[metric.id], metric.unit)}
              </WorstLink>{' '}
              <span className="figure-unit">{metric.unit}</span>
            </dd>
          </div>
        ))}
        <div>
          <dt>Failed cases</dt>
          <dd>
            <FailedCell cases={cases} />
          </dd>
        </div>
      </dl>
      <StructureMatrix
        title="Means per structure"
        aggregates={result.aggregates}
        empty={cases.empty}
        regions={phase.rules.regions}
        metrics={metrics}
        overall={result.metrics}
        runId={run.id}
        openCases={run.openCases}
      />
      {run.signature !== null && <SignatureLine signature={run.signature} />}
    </Section>
  );
}

function HeldOut({ run }: { readonly run: RunView }): ReactNode {
  const practice = run.submission.runs.find(({ phase }) => phase === 'practice');
  return (
    <Notice
      icon="lock"
      title={`Per-case figures of the ${run.openCases === 'some' ? 'other ' : ''}held-out cases stay sealed`}
    >
      <p>
        Figures, error texts and times of single held-out cases would let somebody rebuild the hidden references bit by
        bit, so nobody who submits sees them. You get the exact means, the rank, the number of failed cases and, when
        something fails, a code with advice.
      </p>
      {practice && (
        <p>
          For everything in detail, with overlays, look at the{' '}
          <Link to="/runs/$id" params={{ id: practice.id }}>
            practice run
          </Link>{' '}
          of the same model.
        </p>
      )}
    </Notice>
  );
}

function Cases({
  run,
  benchmark,
  search,
}: {
  readonly run: RunView;
  readonly benchmark: BenchmarkView;
  readonly search: RunSearch;
}): ReactNode {
  const query = useQuery(queries.caseResults(run.id));
  const navigate = useNavigate();
  const phase = benchmark.phases.find(({ kind }) => kind === run.phase);
  const { metrics, metric, regions } = useMemo(() => {
    const columns = phase ? metricColumns(phase.rules, benchmark.metrics) : [];
    return {
      metrics: columns,
      metric: columns.find(({ id }) => id === search.metric) ?? columns[0],
      regions: phase?.rules.regions.map(({ name }) => name) ?? [],
    };
  }, [phase, benchmark.metrics, search.metric]);
  const { worst } = search;
  const items = query.data?.items;
  useEffect(() => {
    if (worst === undefined || !items || !metric) return;
    const names = worst === WORST_OF_ALL ? regions : [worst];
    const found = worstFigure(items, names, metric);
    void (found
      ? navigate({
          to: '/cases/$id',
          params: { id: found.caseId },
          search: { run: run.id, find: encodeFinding({ metric: metric.id, region: found.region }) },
          replace: true,
        })
      : navigate({ to: '/runs/$id', params: { id: run.id }, search: { metric: metric.id }, replace: true }));
  }, [worst, items, regions, metric, run.id, navigate]);
  if (!phase || (isTerminal(run.state) && items?.length === 0)) return null; // it ended before any case was planned
  const show = (next: RunSearch): void => {
    void navigate({
      to: '/runs/$id',
      params: { id: run.id },
      search: { ...search, ...next },
      replace: true,
      resetScroll: false,
    });
  };
  return (
    <Section
      title="Cases"
      note={
        <p>
          Each figure opens the case in the viewer at the place that it comes from, with this prediction over it.
          {run.phase === 'test' && ' These cases are held out; opening one is recorded.'}
        </p>
      }
      actions={
        <label className="inline-select">
          <span>Show</span>
          <select value={metric.id} onChange={(event) => show({ metric: event.target.value })}>
            {metrics.map(({ id, name, unit }) => (
              <option key={id} value={id}>
                {name}
                {unit === '' ? '' : ` (${unit})`}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <QueryView query={query} skeleton={<SkeletonBlocks count={6} height={38} label="Loading the cases" />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon="clock" title="No case has been planned yet">
              <p>The cases appear as soon as the model has passed its check.</p>
            </EmptyState>
          ) : (
            <>
              <CaseResultsTable
                rows={items}
                regions={phase.rules.regions}
                metric={metric}
                runId={run.id}
                sorting={{ column: search.sort ?? 'case', direction: search.dir ?? 'asc' }}
                onSort={({ column, direction }) => show({ sort: column, dir: direction })}
                caption={`${metric.name} by case and structure`}
              />
              <Usage items={items} />
            </>
          )
        }
      </QueryView>
    </Section>
  );
}

function Usage({ items }: { readonly items: readonly CaseResultView[] }): ReactNode {
  const words = usageWords(items);
  if (words.length === 0) return null;
  return (
    <p className="fine">
      {words.join(' · ')} · <sup className="penalised">∅</sup> both masks empty, which counts as agreement
    </p>
  );
}
