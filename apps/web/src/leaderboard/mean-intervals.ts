import type { BoardMeansView } from '#contracts';

/** A column of means: a metric, over a structure or `all`. */
export interface MeanColumn {
  readonly metric: string;
  readonly region: string;
}

/** Null: one patient has no interval. */
export type MeanBounds = { readonly low: number; readonly high: number } | null;

/** Interval of the mean of a run in a column; undefined while it is not known, or where it is not released. */
export type MeanBoundsOf = (runId: string, column: MeanColumn) => MeanBounds | undefined;

const keyOf = ({ metric, region }: MeanColumn): string => JSON.stringify([metric, region]);

/** @param means undefined while they are on their way */
export function meanBoundsIn(means: Pick<BoardMeansView, 'columns'> | undefined): MeanBoundsOf {
  const columns = new Map(means?.columns.map((column) => [keyOf(column), column.intervals]));
  return (runId, column) => {
    const intervals = columns.get(keyOf(column));
    if (intervals === undefined || !Object.hasOwn(intervals, runId)) return undefined;
    const ends = intervals[runId];
    return ends && { low: ends[0], high: ends[1] };
  };
}
