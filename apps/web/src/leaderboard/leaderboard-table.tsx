import { Fragment, useState, type ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { LeaderboardEntryView, OpenCases } from '#contracts';
import type { PhaseRules } from '#domain';
import { aggregateWords, type SchemeChoice } from '../evidence/scheme-choice.js';
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
  penaltyWords,
  rankingMetrics,
  sortKey,
  type MetricInfo,
} from './board-columns.js';
import type { MeanBounds } from './mean-intervals.js';
import { MetricNote } from './metric-note.js';
import { MeanInterval, RankCell } from './rank-cell.js';
import { moveInRows } from './row-keys.js';
import { FailedCell, StructureMatrix, WorstLink } from './structure-matrix.js';
import type { RankedBoard } from './use-ranked-board.js';
import { useRowMoves } from './use-row-moves.js';

interface Board {
  readonly entries: readonly LeaderboardEntryView[];
  readonly rules: PhaseRules;
  readonly catalogue: readonly MetricInfo[];
  /** Region whose means are shown; null: means over structures. */
  readonly structure: string | null;
  readonly scheme: SchemeChoice['scheme'];
  readonly ranked: RankedBoard;
  /** Cases of the phase that may be looked at: of these means lead to the one that costs them most. */
  readonly openCases: OpenCases;
  readonly hidden: ReadonlySet<string>;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  /** Run ids that are ticked for a comparison. */
  readonly chosen: readonly string[];
  readonly onChoose: (runId: string) => void;
  readonly caption: string;
}

/** One row per algorithm version. A row opens to its figures per structure. */
export function LeaderboardTable(board: Board): ReactNode {
  const { entries, rules, catalogue, structure, ranked, hidden, sorting, onSort, caption } = board;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const leading = ranked.declared ? rankingMetrics(rules) : [ranked.metric];
  const metrics = metricColumns(rules, catalogue).filter(({ id }) => leading.includes(id) || !hidden.has(id));
  const rankOf = ({ runId, rank }: LeaderboardEntryView): number | undefined =>
    ranked.declared ? rank : ranked.places?.get(runId)?.rank;
  const rows = sortRows(entries, (entry) => sortKey(entry, sorting.column, structure, rankOf), sorting.direction);
  const best = new Map(metrics.map((metric) => [metric.id, bestOf(entries, metric, structure)]));
  const body = useRowMoves(rows.map(({ runId }) => runId));
  const inOrder = sorting.column === 'rank' && sorting.direction === 'asc';
  const tierOf = (entry: LeaderboardEntryView | undefined): number | undefined =>
    (entry && ranked.standings.get(entry.runId)?.tier) ?? undefined;
  const toggle = (runId: string): void => {
    const next = new Set(open);
    if (!next.delete(runId)) next.add(runId);
    setOpen(next);
  };
  const sort = { sorting, onSort };
  const others = ['failed', 'cpu', 'memory', 'finished'].filter((id) => !hidden.has(id));
  const shows = (id: string): boolean => others.includes(id);
  const leader = metrics.find(({ id }) => id === ranked.metric);
  const counted = leader && aggregateWords(board.scheme, leader.abbreviation);
  const known = [...(ranked.places?.values() ?? [])].some(({ aggregate }) => aggregate !== null);
  const extra = counted && known ? { ...counted, unit: leader.unit, metric: leader } : null;

  return (
    <div className="table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table className="board">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <SortHeader
              column="rank"
              natural="asc"
              className="col-rank"
              note={<abbr title="95 % interval of the rank">(95 %)</abbr>}
              {...sort}
            >
              Rank
            </SortHeader>
            <SortHeader column="algorithm" natural="asc" className="col-name" {...sort}>
              Algorithm version
            </SortHeader>
            {extra !== null && (
              <th scope="col" className="numeric col-ranked">
                {extra.name}
                <span className="sort-note">what is ranked</span>
              </th>
            )}
            {metrics.map((metric) => (
              <SortHeader
                key={metric.id}
                column={metric.id}
                natural={naturalDirection(metric)}
                numeric
                className={leading.includes(metric.id) ? 'col-ranked' : ''}
                note={<MetricNote metric={metric} />}
                {...sort}
              >
                <abbr title={`${metric.name}. ${metric.description}`}>{metric.abbreviation}</abbr>
              </SortHeader>
            ))}
            {shows('failed') && (
              <SortHeader column="failed" natural="asc" numeric note="cases" {...sort}>
                Failed
              </SortHeader>
            )}
            {shows('cpu') && (
              <SortHeader column="cpu" natural="asc" numeric note="s a case, practice" {...sort}>
                CPU time
              </SortHeader>
            )}
            {shows('memory') && (
              <SortHeader column="memory" natural="asc" numeric note="MiB, practice" {...sort}>
                Memory
              </SortHeader>
            )}
            {shows('finished') && (
              <SortHeader column="finished" natural="desc" numeric {...sort}>
                Finished
              </SortHeader>
            )}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={moveInRows}>
          {rows.map((entry, at) => (
            <Fragment key={entry.runId}>
              <tr
                data-run={entry.runId}
                className={rowClass(rankOf(entry), inOrder && at > 0 && tierOf(entry) !== tierOf(rows[at - 1]))}
              >
                <td className="col-rank">
                  <RankCell
                    rank={rankOf(entry)}
                    standing={ranked.standings.get(entry.runId)}
                    move={ranked.declared ? undefined : ranked.moves.get(entry.runId)}
                  />
                </td>
                <th scope="row" className="col-name">
                  <NameCell
                    entry={entry}
                    open={open.has(entry.runId)}
                    onToggle={() => toggle(entry.runId)}
                    chosen={board.chosen.includes(entry.runId)}
                    onChoose={() => board.onChoose(entry.runId)}
                  />
                </th>
                {extra !== null && (
                  <td className="numeric col-ranked">
                    <WorstLink
                      runId={entry.runId}
                      openCases={cellOf(entry, extra.metric.id, structure) === null ? 'none' : board.openCases}
                      metric={extra.metric}
                      structure={structure}
                    >
                      {aggregateText(ranked.places?.get(entry.runId)?.aggregate ?? null, extra)}
                    </WorstLink>
                  </td>
                )}
                {metrics.map((metric) => (
                  <td key={metric.id} className={`numeric ${leading.includes(metric.id) ? 'col-ranked' : ''}`}>
                    <MeanCell
                      entry={entry}
                      metric={metric}
                      board={board}
                      best={best.get(metric.id) ?? null}
                      bounds={ranked.boundsOf(entry.runId, { metric: metric.id, region: structure ?? 'all' })}
                    />
                  </td>
                ))}
                {shows('failed') && (
                  <td className="numeric">
                    <FailedCell cases={entry.cases} structure={structure} />
                  </td>
                )}
                {shows('cpu') && (
                  <td className="numeric">{entry.practiceUsage ? formatSeconds(entry.practiceUsage.cpuMs) : '–'}</td>
                )}
                {shows('memory') && (
                  <td className="numeric">{entry.practiceUsage ? formatMib(entry.practiceUsage.peakRssBytes) : '–'}</td>
                )}
                {shows('finished') && (
                  <td className="numeric nowrap">
                    <Link to="/runs/$id" params={{ id: entry.runId }} title="Open the run">
                      <Time at={entry.finishedAt} day />
                    </Link>
                  </td>
                )}
              </tr>
              {open.has(entry.runId) && (
                <tr className="detail-row">
                  <td colSpan={metrics.length + others.length + (extra === null ? 2 : 3)} id={detailId(entry)}>
                    <StructureMatrix
                      title={`${entry.algorithm.name} ${entry.version}: means per structure`}
                      aggregates={entry.aggregates}
                      empty={entry.cases.empty}
                      regions={rules.regions}
                      metrics={metricColumns(rules, catalogue)}
                      boundsOf={(column) => ranked.boundsOf(entry.runId, column)}
                      runId={entry.runId}
                      openCases={board.openCases}
                    />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
        {ranked.ceiling !== null && (
          <CeilingRow
            ceiling={ranked.ceiling}
            metrics={metrics}
            ranked={ranked.metric}
            before={extra === null ? 0 : 1}
            others={others.length}
          />
        )}
      </table>
    </div>
  );
}

function rowClass(rank: number | undefined, newTier: boolean): string | undefined {
  const names = [rank === 1 ? 'first' : '', newTier ? 'tier-start' : ''].filter((name) => name !== '');
  return names.length === 0 ? undefined : names.join(' ');
}

function aggregateText(
  value: number | null,
  { of, unit }: { readonly of: 'metric' | 'place' | 'share'; readonly unit: string },
): string {
  if (value === null || of === 'metric') return formatFigure(value, unit);
  return of === 'place' ? value.toFixed(2) : `${Math.round(100 * value)} %`;
}

const detailId = (entry: LeaderboardEntryView): string => `structures-${entry.runId}`;

/** How well human readers agree with one another, in the column of the metric that is ranked. */
function CeilingRow({
  ceiling,
  metrics,
  ranked,
  before,
  others,
}: {
  readonly ceiling: NonNullable<RankedBoard['ceiling']>;
  readonly metrics: readonly MetricInfo[];
  readonly ranked: string;
  /** Columns between the name and the metrics. */
  readonly before: number;
  readonly others: number;
}): ReactNode {
  const { band, cases, readers } = ceiling;
  return (
    <tfoot>
      <tr className="ceiling">
        <td className="col-rank">
          <Icon name="person" size={16} />
        </td>
        <th scope="row" className="col-name">
          Two human readers
          <span className="submitter">
            agree with one another · {count(cases, 'case')}, {count(readers, 'reader')}
          </span>
        </th>
        {before > 0 && <td className="col-ranked" />}
        {metrics.map((metric) => (
          <td key={metric.id} className={`numeric ${metric.id === ranked ? 'col-ranked' : ''}`}>
            {metric.id === ranked && (
              <>
                {formatFigure(band.mean, metric.unit)}
                <MeanInterval low={band.low} high={band.high} unit={metric.unit} />
              </>
            )}
          </td>
        ))}
        {others > 0 && <td colSpan={others} />}
      </tr>
    </tfoot>
  );
}

function NameCell({
  entry,
  open,
  onToggle,
  chosen,
  onChoose,
}: {
  readonly entry: LeaderboardEntryView;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}): ReactNode {
  const name = `${entry.algorithm.name} ${entry.version}`;
  return (
    <div className="name-cell">
      <button
        type="button"
        className="row-toggle"
        aria-expanded={open}
        aria-controls={open ? detailId(entry) : undefined}
        onClick={onToggle}
        aria-label={`Figures per structure of ${name}`}
        title="Figures per structure (keys: right opens, left closes, up and down go from row to row)"
      >
        <Icon name="right" size={13} />
      </button>
      <span className="name-words">
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
          <Link to="/runs/$id" params={{ id: entry.runId }} aria-label={`Run of ${name}`}>
            run
          </Link>{' '}
          ·{' '}
          <label className="choose" title={`Compare ${name} with others`}>
            <input type="checkbox" checked={chosen} onChange={onChoose} aria-label={`Compare ${name}`} /> compare
          </label>
        </span>
      </span>
    </div>
  );
}

function MeanCell({
  entry,
  metric,
  board: { structure, ranked, openCases },
  best,
  bounds,
}: {
  readonly entry: LeaderboardEntryView;
  readonly metric: MetricInfo;
  readonly board: Board;
  readonly best: number | null;
  /** Undefined while it is not known, or where it is not released. */
  readonly bounds: MeanBounds | undefined;
}): ReactNode {
  const cell = cellOf(entry, metric.id, structure);
  if (cell === null) return <span title="not computed">–</span>;
  const figure = formatFigure(cell.mean, metric.unit);
  const note = penaltyWords(cell) ?? undefined;
  const interval = (metric.id === ranked.metric ? ranked.means.get(entry.runId) : undefined) ?? bounds;
  const awaited = interval === undefined && ranked.boundsAwaited && ranked.fault === null;
  return (
    <span title={note}>
      <WorstLink runId={entry.runId} openCases={openCases} metric={metric} structure={structure}>
        {cell.mean === best ? <strong>{figure}</strong> : figure}
      </WorstLink>
      {note !== undefined && (
        <sup className="penalised">
          <span aria-hidden="true">p</span>
          <span className="visually-hidden">, {note}</span>
        </sup>
      )}
      {interval !== undefined && (
        <MeanInterval low={interval?.low ?? null} high={interval?.high ?? null} unit={metric.unit} />
      )}
      {awaited && (
        <span className="ci" aria-hidden="true">
          …
        </span>
      )}
    </span>
  );
}
