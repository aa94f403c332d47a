import type { BoardValuesView } from '#contracts';
import { evidenceDraws } from '#ranking';
import { bootstrapMean } from '#statistics';
import { casePoints, seedOf, studyDataOf } from '../evidence/values-study.js';

/** A column of means: a metric, over a structure or `all`. */
export interface MeanColumn {
  readonly metric: string;
  readonly region: string;
}

/** Null: one patient has no interval. */
export type MeanBounds = { readonly low: number; readonly high: number } | null;

export interface MeansRequest {
  readonly values: BoardValuesView;
  readonly columns: readonly MeanColumn[];
}

export interface MeansAnswer extends MeanColumn {
  readonly bounds: readonly (readonly [runId: string, MeanBounds])[];
}

/** Interval of the mean of every run: drawn as the evidence of the board draws that of the ranked metric. */
export function meanBounds(values: BoardValuesView, { metric, region }: MeanColumn): MeansAnswer {
  const { patients } = studyDataOf(values);
  const points = casePoints(values, metric, region);
  const options = { draws: evidenceDraws(values.runs.length), seed: seedOf(values.state.hash), patients };
  return {
    metric,
    region,
    bounds: values.runs.map(({ runId }) => {
      const { low, high } = bootstrapMean(
        points.filter((point) => point.runId === runId).map(({ value }) => value),
        options,
      );
      return [runId, low === null || high === null ? null : { low, high }] as const;
    }),
  };
}

/** Cases of each run in which the prediction has none of a structure that the reference has. */
export function emptyCases({ runs, cases, statuses }: Pick<BoardValuesView, 'runs' | 'cases' | 'statuses'>) {
  return new Map(
    runs.map(({ runId }, a) => [
      runId,
      cases.filter((_, c) => statuses.some(({ values }) => values[a][c] === 'empty_prediction')).length,
    ]),
  );
}
