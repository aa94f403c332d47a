import { useEffect, useState } from 'react';
import type { BoardValuesView } from '#contracts';
import type { MeanBounds, MeanColumn, MeansAnswer, MeansRequest } from './mean-intervals.js';

/** Interval of the mean of a run in a column; undefined while it is not known. */
export type MeanBoundsOf = (runId: string, column: MeanColumn) => MeanBounds | undefined;

const keyOf = ({ metric, region }: MeanColumn): string => JSON.stringify([metric, region]);

/**
 * Intervals of every mean on the board, drawn in a worker where the values of every case may be seen; what is known already
 * is not drawn again.
 *
 * @param values null where they may not be seen, or are not there yet
 */
export function useMeanIntervals(values: BoardValuesView | null, columns: readonly MeanColumn[]): MeanBoundsOf {
  const [known, setKnown] = useState<{
    readonly of: BoardValuesView | null;
    readonly columns: ReadonlyMap<string, ReadonlyMap<string, MeanBounds>>;
  }>({ of: null, columns: new Map() });
  const mine = known.of === values ? known.columns : new Map<string, ReadonlyMap<string, MeanBounds>>();
  const missing = values === null ? '[]' : JSON.stringify(columns.filter((column) => !mine.has(keyOf(column))));
  useEffect(() => {
    const wanted = JSON.parse(missing) as MeanColumn[];
    if (values === null || wanted.length === 0) return;
    const worker = new Worker(new URL('./means.worker.ts', import.meta.url), { type: 'module' });
    const found = new Map<string, ReadonlyMap<string, MeanBounds>>();
    worker.onmessage = ({ data }: MessageEvent<MeansAnswer>) => {
      found.set(keyOf(data), new Map(data.bounds));
      if (found.size < wanted.length) return;
      worker.terminate();
      setKnown((before) => ({
        of: values,
        columns: new Map([...(before.of === values ? before.columns : []), ...found]),
      }));
    };
    worker.onerror = (event) => {
      console.error('the worker that draws intervals of means stopped', event);
      worker.terminate();
    };
    worker.postMessage({ values, columns: wanted } satisfies MeansRequest);
    return () => worker.terminate();
  }, [values, missing]);
  return (runId, column) => mine.get(keyOf(column))?.get(runId);
}
