import type { ReactNode } from 'react';
import { Link, useNavigate } from '@tanstack/react-router';
import { FAILURE_ADVICE, type FailureCode } from '#domain';
import type { BenchmarkView, CaseView } from '#contracts';
import type { CaseSearch } from '../app/search.js';
import { factWords, shownFacts } from '../benchmarks/data-summary.js';
import { formatFigure, formatTriple } from '../format/numbers.js';
import { metricColumns, rankingMetrics } from '../leaderboard/board-columns.js';
import { MetricNote } from '../leaderboard/metric-note.js';
import { figureOf, figureWords } from '../runs/case-columns.js';
import { Swatch } from '../ui/badge.js';
import { Icon } from '../ui/icons.js';
import { Notice } from '../ui/notice.js';
import { encodeFinding } from '../viewer/find-cause.js';
import { caseFiles, type CaseFile } from './case-files.js';
import { chosenPrediction, chosenReference, inRankOrder, meanOf, type CasePrediction } from './chosen-layers.js';

/** Beside the viewer: which prediction, what it scored here, which reader, and what is known of the case. */
export function CaseAside({
  view,
  benchmark,
  search,
}: {
  readonly view: CaseView;
  readonly benchmark: BenchmarkView;
  readonly search: CaseSearch;
}): ReactNode {
  const prediction = chosenPrediction(view.predictions, search.run);
  return (
    <aside className="case-aside" aria-label="Scores and case">
      <Predictions view={view} benchmark={benchmark} search={search} chosen={prediction} />
      {prediction && (
        <Scores
          prediction={prediction}
          benchmark={benchmark}
          phase={view.phase}
          tried={prediction.runId === search.preflight}
        />
      )}
      <References view={view} search={search} />
      <Facts view={view} />
      <Files files={caseFiles(view, chosenReference(view.references, search.reader), prediction)} />
    </aside>
  );
}

function Predictions({
  view,
  benchmark,
  search,
  chosen,
}: {
  readonly view: CaseView;
  readonly benchmark: BenchmarkView;
  readonly search: CaseSearch;
  readonly chosen: CasePrediction | null;
}): ReactNode {
  const navigate = useNavigate({ from: '/cases/$id' });
  const rules = benchmark.phases.find(({ kind }) => kind === view.phase)?.rules;
  const lead = rules && metricColumns(rules, benchmark.metrics).find(({ id }) => id === rankingMetrics(rules)[0]);
  return (
    <section className="aside-part">
      <h2>Prediction</h2>
      {view.predictions.length === 0 ? (
        <p className="fine">No prediction of this case may be shown, or none has been made yet.</p>
      ) : (
        <fieldset className="picker">
          <legend className="visually-hidden">Prediction shown over the image</legend>
          {inRankOrder(view.predictions).map((prediction) => {
            const mean = lead ? meanOf(prediction, lead.id) : null;
            return (
              <label key={prediction.runId} className={prediction === chosen ? 'pick pick-on' : 'pick'}>
                <input
                  type="radio"
                  name="prediction"
                  checked={prediction === chosen}
                  onChange={() =>
                    void navigate({ search: { ...search, run: prediction.runId }, replace: true, resetScroll: false })
                  }
                />
                <span className="pick-rank" title="rank">
                  {prediction.rank ?? '–'}
                </span>
                <span className="pick-name">
                  {prediction.algorithm.name} <span className="version">{prediction.version}</span>
                </span>
                <span className="pick-figure">
                  {prediction.state === 'failed' ? (
                    <span className="failed-count">
                      <Icon name="alert" size={12} /> failed
                    </span>
                  ) : (
                    lead && (
                      <span title={`${lead.name}, mean over structures of this case`}>
                        {formatFigure(mean, lead.unit)}
                      </span>
                    )
                  )}
                </span>
              </label>
            );
          })}
        </fieldset>
      )}
    </section>
  );
}

function Scores({
  prediction,
  benchmark,
  phase,
  tried,
}: {
  readonly prediction: CasePrediction;
  readonly benchmark: BenchmarkView;
  readonly phase: CaseView['phase'];
  /** Of a preflight: there is no run and no algorithm yet. */
  readonly tried: boolean;
}): ReactNode {
  const rules = benchmark.phases.find(({ kind }) => kind === phase)?.rules;
  const links = tried ? (
    <p className="fine">From your check before submitting; nobody else sees it.</p>
  ) : (
    <p className="aside-links">
      <Link to="/runs/$id" params={{ id: prediction.runId }}>
        Run
      </Link>
      <Link
        to="/algorithms/$slug"
        params={{ slug: prediction.algorithm.slug }}
        search={{ version: prediction.version }}
      >
        Algorithm
      </Link>
    </p>
  );
  if (prediction.state === 'failed') {
    return (
      <section className="aside-part">
        <Notice
          tone="bad"
          title={
            <>
              No prediction: <code>{prediction.failureCode ?? 'failed'}</code>
            </>
          }
        >
          <p>{adviceFor(prediction.failureCode)}</p>
          <p className="fine">In the means this case counts with the declared penalty.</p>
        </Notice>
        {links}
      </section>
    );
  }
  if (!rules) return null;
  const metrics = metricColumns(rules, benchmark.metrics);
  return (
    <section className="aside-part">
      <h2>
        Scores <span className="quiet">against the consensus reference</span>
      </h2>
      <div className="table-scroll" role="region" aria-label="Scores of this case" tabIndex={0}>
        <table className="matrix score-table">
          <caption className="visually-hidden">
            Scores of {prediction.algorithm.name} {prediction.version} on this case
          </caption>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              {rules.regions.map(({ name, color }) => (
                <th key={name} scope="col" className="numeric">
                  <Swatch color={color} /> {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {metrics.map((metric) => (
              <tr key={metric.id}>
                <th scope="row">
                  <abbr title={`${metric.name}. ${metric.description}`}>{metric.abbreviation}</abbr>{' '}
                  <MetricNote metric={metric} brief />
                </th>
                {rules.regions.map(({ name }) => {
                  const figure = figureOf(prediction, name, metric.id);
                  const words = figureWords(figure);
                  return (
                    <td key={name} className="numeric">
                      <Link
                        from="/cases/$id"
                        search={(now) => ({ ...now, find: encodeFinding({ metric: metric.id, region: name }) })}
                        replace
                        resetScroll={false}
                        className="figure-link"
                        title={words ?? 'Show in the viewer where it comes from'}
                        aria-label={`${metric.name} of ${name}: ${formatFigure(figure.value, metric.unit)}${words === undefined ? '' : ` (${words})`}. Show in the viewer where it comes from`}
                      >
                        {formatFigure(figure.value, metric.unit)}
                      </Link>
                      {figure.status === 'both_empty' && <sup className="penalised">∅</sup>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {links}
    </section>
  );
}

function adviceFor(code: string | null): string {
  return code !== null && Object.hasOwn(FAILURE_ADVICE, code)
    ? FAILURE_ADVICE[code as FailureCode]
    : 'The algorithm made no prediction for this case.';
}

function References({ view, search }: { readonly view: CaseView; readonly search: CaseSearch }): ReactNode {
  const navigate = useNavigate({ from: '/cases/$id' });
  const chosen = chosenReference(view.references, search.reader);
  return (
    <section className="aside-part">
      <h2>Reference segmentation</h2>
      {view.references.length === 0 ? (
        <p className="fine">The reference of this case is sealed for you.</p>
      ) : (
        <fieldset className="segments segments-wrap">
          <legend className="visually-hidden">Reference shown over the image</legend>
          {[...view.references]
            .sort((a, b) => Number(b.consensus) - Number(a.consensus))
            .map((reference) => (
              <label key={reference.objectId} className={reference === chosen ? 'segment-on' : undefined}>
                <input
                  type="radio"
                  name="reference"
                  className="visually-hidden"
                  checked={reference === chosen}
                  onChange={() =>
                    void navigate({
                      search: { ...search, reader: reference.consensus ? undefined : reference.reader },
                      replace: true,
                      resetScroll: false,
                    })
                  }
                />
                {reference.consensus ? 'Consensus' : reference.reader}
              </label>
            ))}
        </fieldset>
      )}
      {chosen !== null && !chosen.consensus && (
        <p className="fine">One reader’s own outlines. Scores are always against the consensus.</p>
      )}
    </section>
  );
}

function Facts({ view }: { readonly view: CaseView }): ReactNode {
  return (
    <section className="aside-part">
      <h2>Case</h2>
      <dl className="facts facts-tight">
        {Object.entries(shownFacts(view.facts)).map(([key, value]) => {
          const words = factWords(key, value);
          return (
            <div key={key} className="fact-group">
              <dt>{words.name}</dt>
              <dd>{words.value}</dd>
            </div>
          );
        })}
        <div className="fact-group">
          <dt>Size</dt>
          <dd>{formatTriple(view.sizeXyz)} voxels</dd>
        </div>
        <div className="fact-group">
          <dt>Spacing</dt>
          <dd>{formatTriple(view.spacingMm)} mm</dd>
        </div>
      </dl>
    </section>
  );
}

function Files({ files }: { readonly files: readonly CaseFile[] }): ReactNode {
  return (
    <section className="aside-part">
      <h2>Files</h2>
      <dl className="facts facts-tight">
        {files.map(({ title, nifti, dicom }) => (
          <div key={nifti} className="fact-group">
            <dt>{title}</dt>
            <dd className="aside-links">
              <a href={nifti} download aria-label={`${title} as NIfTI`}>
                NIfTI
              </a>
              {dicom !== null && (
                <a href={dicom} download aria-label={`${title} as DICOM SEG`}>
                  DICOM SEG
                </a>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
