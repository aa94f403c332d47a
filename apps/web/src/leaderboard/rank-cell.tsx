import type { ReactNode } from 'react';
import type { EvidenceStanding } from '#ranking';
import { moveText, moveWords, rankRange } from '../evidence/moves.js';
import { formatFigure } from '../format/numbers.js';

/** A place with its 95 % interval, a dagger where it is not separable from the first, and how far it moved. */
export function RankCell({
  rank,
  standing,
  move,
}: {
  /** Undefined: this row is not placed by the rule. */
  readonly rank: number | undefined;
  readonly standing: EvidenceStanding | undefined;
  /** Against the declared rule; undefined when that is shown. */
  readonly move: number | undefined;
}): ReactNode {
  if (rank === undefined) return <span title="not placed: only the first 50 rows are ranked anew">–</span>;
  return (
    <span className="rank-cell">
      <span className="rank">{rank}</span>
      {standing !== undefined && (
        <span className="rank-range" title={`95 % of the redrawn rankings place it ${rankRange(standing.interval)}`}>
          <span aria-hidden="true">({rankRange(standing.interval)})</span>
          <span className="visually-hidden">, interval {rankRange(standing.interval)}</span>
          {standing.likeFirst && rank > 1 && (
            <>
              <sup className="dagger" aria-hidden="true">
                †
              </sup>
              <span className="visually-hidden">, not separable from the first</span>
            </>
          )}
        </span>
      )}
      {move !== undefined && (
        <span className={`move ${move > 0 ? 'move-up' : move < 0 ? 'move-down' : 'move-none'}`} title={moveWords(move)}>
          <span aria-hidden="true">
            {move > 0 ? '▲' : move < 0 ? '▼' : ''}
            {move === 0 ? '=' : moveText(move)}
          </span>
          <span className="visually-hidden">, {moveWords(move)}</span>
        </span>
      )}
    </span>
  );
}

/** "[0.89, 0.93]" under a mean. */
export function MeanInterval({
  low,
  high,
  unit,
}: {
  readonly low: number;
  readonly high: number;
  readonly unit: string;
}): ReactNode {
  return (
    <span className="ci" title="95 % confidence interval of the mean (bootstrap over patients)">
      <span className="visually-hidden">, 95 % interval from </span>
      <span aria-hidden="true">[</span>
      {formatFigure(low, unit)}
      <span aria-hidden="true">, </span>
      <span className="visually-hidden"> to </span>
      {formatFigure(high, unit)}
      <span aria-hidden="true">]</span>
    </span>
  );
}
