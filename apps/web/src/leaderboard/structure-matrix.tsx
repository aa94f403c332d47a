import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { LeaderboardEntryView, OpenCases } from '#contracts';
import type { Region } from '#domain';
import { WORST_OF_ALL } from '../app/search.js';
import { count, formatFigure } from '../format/numbers.js';
import { Swatch } from '../ui/badge.js';
import { Icon } from '../ui/icons.js';
import { cellOf, emptyWords, penaltyWords, type MetricInfo } from './board-columns.js';
import type { MeanBounds, MeanColumn } from './mean-intervals.js';
import { MetricNote } from './metric-note.js';
import { MeanInterval } from './rank-cell.js';

/** Failed cases stand out; none is a quiet zero. Below: structures that are missing altogether, where that is released. */
export function FailedCell({
  cases,
  structure = null,
}: {
  readonly cases: LeaderboardEntryView['cases'];
  /** Name of the region that is shown; null: all. */
  readonly structure?: string | null;
}): ReactNode {
  const total = cases.scored + cases.failed;
  const empty = emptyWords(cases.empty, structure);
  return (
    <>
      {cases.failed === 0 ? (
        <span className="quiet" title={`none of ${count(total, 'case')}`}>
          0
        </span>
      ) : (
        <span
          className="failed-count"
          title={`${cases.failed} of ${count(total, 'case')} failed and count with the declared penalty`}
        >
          <Icon name="alert" size={13} />
          {cases.failed} / {total}
        </span>
      )}
      {empty !== null && (
        <span className="ci" title={empty.words}>
          {empty.count} empty
        </span>
      )}
    </>
  );
}

/** Means of one run: a row per structure, a column per metric. */
export function StructureMatrix({
  title,
  aggregates,
  empty,
  regions,
  metrics,
  overall,
  boundsOf,
  runId,
  openCases,
}: {
  readonly title: string;
  readonly aggregates: LeaderboardEntryView['aggregates'];
  readonly empty: LeaderboardEntryView['cases']['empty'];
  readonly regions: readonly Region[];
  readonly metrics: readonly MetricInfo[];
  /** Means over structures, as a last row. */
  readonly overall?: Readonly<Record<string, number>>;
  /** Interval of a mean, where it is known. */
  readonly boundsOf?: (column: MeanColumn) => MeanBounds | undefined;
  readonly runId: string;
  /** Its cases that may be looked at: each mean then leads to the one of them that costs it most. */
  readonly openCases: OpenCases;
}): ReactNode {
  return (
    <div className="table-scroll" role="region" aria-label={title} tabIndex={0}>
      <table className="matrix">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Structure</th>
            {metrics.map((metric) => (
              <th key={metric.id} scope="col" className="numeric">
                <abbr title={`${metric.name}. ${metric.description}`}>{metric.abbreviation}</abbr>
                <span className="sort-note">
                  <MetricNote metric={metric} />
                </span>
              </th>
            ))}
            <th scope="col" className="numeric">
              Cases
            </th>
          </tr>
        </thead>
        <tbody>
          {regions.map((region) => {
            const cells = metrics.map((metric) => cellOf({ metrics: {}, aggregates }, metric.id, region.name));
            const n = cells.find((cell) => cell !== null)?.n;
            const missing = emptyWords(empty, region.name);
            return (
              <tr key={region.name}>
                <th scope="row">
                  <Swatch color={region.color} /> {region.name}
                </th>
                {cells.map((cell, column) => (
                  <td key={metrics[column].id} className="numeric">
                    <WorstLink
                      runId={runId}
                      openCases={cell === null ? 'none' : openCases}
                      metric={metrics[column]}
                      structure={region.name}
                    >
                      {formatFigure(cell?.mean, metrics[column].unit)}
                    </WorstLink>
                    {cell !== null && cell.penalised !== 0 && (
                      <sup className="penalised" title={penaltyWords(cell) ?? undefined}>
                        {cell.penalised}p
                      </sup>
                    )}
                    <BoundsOf
                      bounds={boundsOf?.({ metric: metrics[column].id, region: region.name })}
                      unit={metrics[column].unit}
                    />
                  </td>
                ))}
                <td className="numeric">
                  {n ?? '–'}
                  {missing !== null && (
                    <span className="ci" title={missing.words}>
                      {missing.count} empty
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
          {overall !== undefined && (
            <tr className="overall">
              <th scope="row">Mean over structures</th>
              {metrics.map((metric) => (
                <td key={metric.id} className="numeric">
                  <WorstLink
                    runId={runId}
                    openCases={metric.id in overall ? openCases : 'none'}
                    metric={metric}
                    structure={null}
                  >
                    {formatFigure(overall[metric.id], metric.unit)}
                  </WorstLink>
                </td>
              ))}
              <td />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

/** A mean that leads to the case and the place that cost it most, among the cases that may be looked at. */
export function WorstLink({
  runId,
  openCases,
  metric,
  structure,
  children,
}: {
  readonly runId: string;
  readonly openCases: OpenCases;
  readonly metric: MetricInfo;
  /** Null: any structure. */
  readonly structure: string | null;
  readonly children: ReactNode;
}): ReactNode {
  if (openCases === 'none') return children;
  const among = openCases === 'some' ? ', of the cases that are open to you' : '';
  return (
    <Link
      to="/runs/$id"
      params={{ id: runId }}
      search={{ metric: metric.id, worst: structure ?? WORST_OF_ALL }}
      className="figure-link"
      title={`Show in the viewer what costs this ${metric.abbreviation} most${among}`}
    >
      {children}
      <span className="visually-hidden">, show what costs it most{among}</span>
    </Link>
  );
}

function BoundsOf({ bounds, unit }: { readonly bounds: MeanBounds | undefined; readonly unit: string }): ReactNode {
  if (bounds === undefined) return null;
  return <MeanInterval low={bounds?.low ?? null} high={bounds?.high ?? null} unit={unit} />;
}
