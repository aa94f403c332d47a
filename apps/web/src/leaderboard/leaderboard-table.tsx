import { Fragment, useState, type ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { LeaderboardEntryView } from '#contracts';
import type { PhaseRules } from '#domain';
import { count, formatFigure, formatMib, formatSeconds } from '../format/numbers.js';
import { sortRows } from '../format/order.js';
import { Icon } from '../ui/icons.js';
import { SortHeader, type Sorting } from '../ui/sort-header.js';
import { Time } from '../ui/time.js';
import {
  bestOf,
  cellOf,
  metricColumns,
  naturalDirection,
  rankingMetrics,
  sortKey,
  type MetricInfo,
} from './board-columns.js';
import { MetricNote } from './metric-note.js';
import { FailedCell, StructureMatrix } from './structure-matrix.js';

interface Board {
  readonly entries: readonly LeaderboardEntryView[];
  readonly rules: PhaseRules;
  readonly catalogue: readonly MetricInfo[];
  /** Region whose means are shown; null: means over structures. */
  readonly structure: string | null;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly caption: string;
}

/** One row per algorithm version. A row opens to its figures per structure. */
export function LeaderboardTable({ entries, rules, catalogue, structure, sorting, onSort, caption }: Board): ReactNode {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const metrics = metricColumns(rules, catalogue);
  const ranked = rankingMetrics(rules);
  const rows = sortRows(entries, (entry) => sortKey(entry, sorting.column, structure), sorting.direction);
  const best = new Map(metrics.map((metric) => [metric.id, bestOf(entries, metric, structure)]));
  const toggle = (runId: string): void => {
    const next = new Set(open);
    if (!next.delete(runId)) next.add(runId);
    setOpen(next);
  };
  const sort = { sorting, onSort };

  return (
    <div className="table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table className="board">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <SortHeader column="rank" natural="asc" numeric className="col-rank" {...sort}>
              Rank
            </SortHeader>
            <SortHeader column="algorithm" natural="asc" className="col-name" {...sort}>
              Algorithm version
            </SortHeader>
            {metrics.map((metric) => (
              <SortHeader
                key={metric.id}
                column={metric.id}
                natural={naturalDirection(metric)}
                numeric
                className={ranked.includes(metric.id) ? 'col-ranked' : ''}
                note={<MetricNote metric={metric} />}
                {...sort}
              >
                <abbr title={`${metric.name}. ${metric.description}`}>{metric.abbreviation}</abbr>
              </SortHeader>
            ))}
            <SortHeader column="failed" natural="asc" numeric note="cases" {...sort}>
              Failed
            </SortHeader>
            <SortHeader column="cpu" natural="asc" numeric note="s a case, practice" {...sort}>
              CPU time
            </SortHeader>
            <SortHeader column="memory" natural="asc" numeric note="MiB, practice" {...sort}>
              Memory
            </SortHeader>
            <SortHeader column="finished" natural="desc" numeric {...sort}>
              Finished
            </SortHeader>
          </tr>
        </thead>
        <tbody>
          {rows.map((entry) => (
            <Fragment key={entry.runId}>
              <tr className={entry.rank === 1 ? 'first' : undefined}>
                <td className="numeric col-rank">
                  <span className="rank">{entry.rank}</span>
                </td>
                <th scope="row" className="col-name">
                  <NameCell entry={entry} open={open.has(entry.runId)} onToggle={() => toggle(entry.runId)} />
                </th>
                {metrics.map((metric) => (
                  <td key={metric.id} className={`numeric ${ranked.includes(metric.id) ? 'col-ranked' : ''}`}>
                    <MeanCell entry={entry} metric={metric} structure={structure} best={best.get(metric.id) ?? null} />
                  </td>
                ))}
                <td className="numeric">
                  <FailedCell cases={entry.cases} />
                </td>
                <td className="numeric">{entry.practiceUsage ? formatSeconds(entry.practiceUsage.cpuMs) : '–'}</td>
                <td className="numeric">{entry.practiceUsage ? formatMib(entry.practiceUsage.peakRssBytes) : '–'}</td>
                <td className="numeric nowrap">
                  <Link to="/runs/$id" params={{ id: entry.runId }} title="Open the run">
                    <Time at={entry.finishedAt} day />
                  </Link>
                </td>
              </tr>
              {open.has(entry.runId) && (
                <tr className="detail-row">
                  <td colSpan={metrics.length + 6} id={detailId(entry)}>
                    <StructureMatrix
                      title={`${entry.algorithm.name} ${entry.version}: means per structure`}
                      aggregates={entry.aggregates}
                      regions={rules.regions}
                      metrics={metrics}
                    />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const detailId = (entry: LeaderboardEntryView): string => `structures-${entry.runId}`;

function NameCell({
  entry,
  open,
  onToggle,
}: {
  readonly entry: LeaderboardEntryView;
  readonly open: boolean;
  readonly onToggle: () => void;
}): ReactNode {
  return (
    <div className="name-cell">
      <button
        type="button"
        className="row-toggle"
        aria-expanded={open}
        aria-controls={open ? detailId(entry) : undefined}
        onClick={onToggle}
        aria-label={`Figures per structure of ${entry.algorithm.name} ${entry.version}`}
        title="Figures per structure"
      >
        <Icon name="right" size={13} />
      </button>
      <span>
        <Link
          to="/algorithms/$slug"
          params={{ slug: entry.algorithm.slug }}
          search={{ version: entry.version }}
          className="strong-link"
        >
          {entry.algorithm.name}
        </Link>{' '}
        <span className="version">{entry.version}</span>
        <span className="submitter">
          {entry.submitter} ·{' '}
          <Link
            to="/runs/$id"
            params={{ id: entry.runId }}
            aria-label={`Run of ${entry.algorithm.name} ${entry.version}`}
          >
            run
          </Link>
        </span>
      </span>
    </div>
  );
}

function MeanCell({
  entry,
  metric,
  structure,
  best,
}: {
  readonly entry: LeaderboardEntryView;
  readonly metric: MetricInfo;
  readonly structure: string | null;
  readonly best: number | null;
}): ReactNode {
  const cell = cellOf(entry, metric.id, structure);
  if (cell === null) return <span title="not computed">–</span>;
  const figure = formatFigure(cell.mean, metric.unit);
  const note = cell.penalised > 0 ? `${count(cell.penalised, 'value')} replaced by the declared penalty` : undefined;
  return (
    <span title={note}>
      {cell.mean === best ? <strong>{figure}</strong> : figure}
      {note !== undefined && (
        <sup className="penalised" aria-label={note}>
          p
        </sup>
      )}
    </span>
  );
}
