import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { CaseResultView } from '#contracts';
import type { Region } from '#domain';
import { formatDuration, formatFigure, formatMib, formatSeconds, reasonWords } from '../format/numbers.js';
import { sortRows } from '../format/order.js';
import { naturalDirection, type MetricInfo } from '../leaderboard/board-columns.js';
import { Badge, Swatch } from '../ui/badge.js';
import { Icon } from '../ui/icons.js';
import { SortHeader, type Sorting } from '../ui/sort-header.js';
import { encodeFinding } from '../viewer/find-cause.js';
import { caseSortKey, figureOf } from './case-columns.js';

/** One row a case, one column a structure, for one metric. Each figure opens the case with this prediction laid over it. */
export function CaseResultsTable({
  rows,
  regions,
  metric,
  runId,
  sorting,
  onSort,
  caption,
}: {
  readonly rows: readonly CaseResultView[];
  readonly regions: readonly Region[];
  readonly metric: MetricInfo;
  readonly runId: string;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly caption: string;
}): ReactNode {
  const sort = { sorting, onSort };
  return (
    <div className="table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table className="plain case-table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <SortHeader column="case" natural="asc" {...sort}>
              Case
            </SortHeader>
            <SortHeader column="state" natural="asc" {...sort}>
              State
            </SortHeader>
            {regions.map(({ name, color }) => (
              <SortHeader
                key={name}
                column={`region:${name}`}
                natural={naturalDirection(metric)}
                numeric
                note={metric.unit || undefined}
                {...sort}
              >
                <Swatch color={color} /> {name}
              </SortHeader>
            ))}
            <SortHeader column="cpu" natural="desc" numeric note="s" {...sort}>
              CPU
            </SortHeader>
            <SortHeader column="time" natural="desc" numeric note="s" {...sort}>
              Wall
            </SortHeader>
            <SortHeader column="memory" natural="desc" numeric note="MiB" {...sort}>
              Memory
            </SortHeader>
          </tr>
        </thead>
        <tbody>
          {sortRows(rows, (row) => caseSortKey(row, sorting.column, metric.id), sorting.direction).map((row) => (
            <tr key={row.caseId} className={row.state === 'failed' ? 'failed-row' : undefined}>
              <th scope="row" className="nowrap">
                <Link to="/cases/$id" params={{ id: row.caseId }} search={{ run: runId }} className="strong-link">
                  {row.caseName}
                </Link>
              </th>
              <td>
                <CaseState row={row} />
              </td>
              {regions.map(({ name }) => (
                <td key={name} className="numeric">
                  <FigureLink row={row} region={name} metric={metric} runId={runId} />
                </td>
              ))}
              <td className="numeric">{orDash(row.usage?.cpuMs, formatSeconds)}</td>
              <td className="numeric" title={row.usage ? formatDuration(row.usage.elapsedMs) : undefined}>
                {row.usage ? formatSeconds(row.usage.elapsedMs) : '–'}
              </td>
              <td className="numeric">{orDash(row.usage?.peakRssBytes, formatMib)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CaseState({ row }: { readonly row: CaseResultView }): ReactNode {
  if (row.state === 'pending') return <Badge icon="clock">pending</Badge>;
  if (row.state === 'scored')
    return (
      <Badge tone="good" icon="check">
        scored
      </Badge>
    );
  return (
    <details className="failure-inline">
      <summary>
        <Badge tone="bad" icon="cross">
          failed
        </Badge>{' '}
        {row.failure && <code className="failure-code">{row.failure.code}</code>}
      </summary>
      {row.failure && (
        <div className="failure-text">
          <p>{row.failure.advice}</p>
          {row.failure.detail !== null && <pre tabIndex={0}>{row.failure.detail}</pre>}
        </div>
      )}
    </details>
  );
}

function FigureLink({
  row,
  region,
  metric,
  runId,
}: {
  readonly row: CaseResultView;
  readonly region: string;
  readonly metric: MetricInfo;
  readonly runId: string;
}): ReactNode {
  const { value, reason, status } = figureOf(row, region, metric.id);
  if (status === undefined) return <span className="quiet">–</span>;
  const words = reason === undefined ? undefined : reasonWords(reason);
  const both = status === 'both_empty' ? 'both empty: agreement' : undefined;
  return (
    <Link
      to="/cases/$id"
      params={{ id: row.caseId }}
      search={{ run: runId, find: encodeFinding({ metric: metric.id, region }) }}
      className="figure-link"
      title={words ?? both ?? 'Show in the viewer where it comes from'}
      aria-label={`${metric.name} of ${region}, ${row.caseName}: ${formatFigure(value, metric.unit)}${words ? ` (${words})` : ''}. Show in the viewer where it comes from`}
    >
      {formatFigure(value, metric.unit)}
      {both !== undefined && <sup className="penalised">∅</sup>}
      {words !== undefined && <Icon name="info" size={11} />}
    </Link>
  );
}

function orDash(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}
