import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { EvidenceView } from '#contracts';
import { movesOf } from '../evidence/moves.js';
import { attributeWords } from '../evidence/run-labels.js';
import { count, formatFigure } from '../format/numbers.js';
import { Notice } from '../ui/notice.js';
import type { MetricInfo } from './board-columns.js';
import { MeanInterval, RankCell } from './rank-cell.js';

/** A level of a slice, ready for a table: places within it, means and failure rates. */
export interface LevelRow {
  readonly runId: string;
  readonly rank: number | null;
  readonly figures: NonNullable<
    EvidenceView['evidence']['slices'][number]['algorithms'][number]['levels'][number]['figures']
  > | null;
}

/** @returns null when the evidence does not tell of that level */
export function levelRows(
  { slices, standings }: Pick<EvidenceView['evidence'], 'slices' | 'standings'>,
  key: string,
  level: string,
): {
  readonly rows: LevelRow[];
  readonly why: 'too-few-cases' | 'suppressed' | null;
  readonly n: number | null;
} | null {
  const slice = slices.find((one) => one.key === key);
  const ranking = slice?.rankings.find(({ group }) => group === level);
  if (slice === undefined || ranking === undefined) return null;
  const ranks = new Map(ranking.places?.map(({ algorithm, rank }) => [algorithm, rank]));
  const rows = standings.map(({ algorithm }): LevelRow => {
    const found = slice.algorithms.find((one) => one.algorithm === algorithm);
    return {
      runId: algorithm,
      rank: ranks.get(algorithm) ?? null,
      figures: found?.levels.find((one) => one.level === level)?.figures ?? null,
    };
  });
  // without places: best mean last known order of the board stays
  rows.sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
  return { rows, why: ranking.why, n: ranking.n };
}

/** The board within one level of a slice. */
export function SliceTable({
  view,
  slice,
  level,
  metric,
  backLink,
}: {
  readonly view: EvidenceView;
  readonly slice: string;
  readonly level: string;
  readonly metric: MetricInfo;
  readonly backLink: ReactNode;
}): ReactNode {
  const found = levelRows(view.evidence, slice, level);
  const title = `${attributeWords(slice)}: ${level}`;
  if (found === null) {
    return (
      <Notice tone="info" title={`Nothing is shown for ${title}`} actions={backLink}>
        <p>
          There is no such level on this board{view.casesVisible ? '' : ', or too few held-out cases have it to tell'}.
        </p>
      </Notice>
    );
  }
  if (found.why === 'suppressed') {
    return (
      <Notice icon="lock" title={`Withheld: ${title}`} actions={backLink}>
        <p>Fewer than 5 patients, or a number that would give another small group away. Nothing of it is shown.</p>
      </Notice>
    );
  }
  const declared = new Map(view.evidence.standings.map(({ algorithm, rank }) => [algorithm, { rank }]));
  const within = new Map(found.rows.flatMap(({ runId, rank }) => (rank === null ? [] : [[runId, { rank }] as const])));
  const moves = movesOf(declared, within);
  return (
    <>
      <div className="notice notice-info slice-note" role="status">
        <div className="notice-body">
          <p>
            <strong>{title}</strong>
            {found.n !== null && <> · {count(found.n, 'case')}</>}
            {found.why === 'too-few-cases' && <> · fewer than 10 cases: figures are shown, but nothing is ranked</>}.
            Moves are against the ranking of all cases. {backLink}
          </p>
        </div>
      </div>
      <div className="table-scroll" role="region" aria-label={`Leaderboard within ${title}`} tabIndex={0}>
        <table className="board">
          <caption className="visually-hidden">Leaderboard within {title}</caption>
          <thead>
            <tr>
              <th scope="col" className="col-rank">
                Rank
              </th>
              <th scope="col" className="col-name">
                Algorithm version
              </th>
              <th scope="col" className="numeric col-ranked">
                Mean {metric.abbreviation}
              </th>
              {view.casesVisible && (
                <th scope="col" className="numeric">
                  Median (quartiles)
                </th>
              )}
              <th scope="col" className="numeric">
                Failed or empty
                <span className="sort-note">
                  {view.evidence.region === 'all' ? 'in any structure' : view.evidence.region}
                </span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.rows.map(({ runId, rank, figures }) => {
              const run = view.runs.find((one) => one.runId === runId);
              return (
                <tr key={runId} className={rank === 1 ? 'first' : undefined}>
                  <td className="col-rank">
                    {rank === null ? (
                      <span title="not ranked: fewer than 10 cases">–</span>
                    ) : (
                      <RankCell rank={rank} standing={undefined} move={moves.get(runId)} />
                    )}
                  </td>
                  <th scope="row" className="col-name">
                    <Link to="/runs/$id" params={{ id: runId }} className="strong-link">
                      {run?.algorithm.name}
                    </Link>{' '}
                    <span className="version">{run?.version}</span>
                  </th>
                  <td className="numeric col-ranked">
                    {formatFigure(figures?.mean, metric.unit)}
                    {figures !== null && <MeanInterval low={figures.low} high={figures.high} unit={metric.unit} />}
                  </td>
                  {view.casesVisible && (
                    <td className="numeric">
                      {formatFigure(figures?.median, metric.unit)}
                      {figures?.quartiles && (
                        <span className="ci">
                          ({formatFigure(figures.quartiles[0], metric.unit)}–
                          {formatFigure(figures.quartiles[1], metric.unit)})
                        </span>
                      )}
                    </td>
                  )}
                  <td className="numeric">{figures === null ? '–' : `${Math.round(100 * figures.failureRate)} %`}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
