import type { ReactNode } from 'react';
import type { Standing } from '../evidence/evidence-of-values.js';
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
  readonly standing: Standing | undefined;
  /** Against the declared rule; undefined when that is shown. */
  readonly move: number | undefined;
}): ReactNode {
  if (rank === undefined) return <span title="not placed: only the first 50 rows are ranked anew">–</span>;
  return (
    <span className="rank-cell">
      <span className="rank">{rank}</span>
      {standing?.interval && (
        <span className="rank-range" title={`95 % of the redrawn rankings place it ${rankRange(standing.interval)}`}>
          <span aria-hidden="true">({rankRange(standing.interval)})</span>
          <span className="visually-hidden">, interval {rankRange(standing.interval)}</span>
          {standing.likeFirst && rank > 1 && <Mark sign="†" words="not separable from the first" />}
          {standing.betterThanFirst && (
            <Mark
              sign="‡"
              words="the paired test prefers it to the first: better on most cases, behind on the mean by a few"
            />
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

function Mark({ sign, words }: { readonly sign: string; readonly words: string }): ReactNode {
  return (
    <>
      <sup className="dagger" aria-hidden="true" title={words}>
        {sign}
      </sup>
      <span className="visually-hidden">, {words}</span>
    </>
  );
}

/** "[0.89, 0.93]" under a mean; a dash where one patient is too few for an interval. */
export function MeanInterval({
  low,
  high,
  unit,
}: {
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
}): ReactNode {
  if (low === null || high === null) {
    return (
      <span className="ci" title="one patient has no interval">
        <span aria-hidden="true">–</span>
        <span className="visually-hidden">, no interval: one patient</span>
      </span>
    );
  }
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
