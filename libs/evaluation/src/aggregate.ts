import type { Penalty, PhaseRules } from '#domain';
import type { Geometry } from '#imaging';
import { volumeDiagonalMm, type MetricValue } from '#metrics';
import { mean } from '#statistics';
import type { Aggregate, CaseResult } from './records.js';

/** A reference case as far as an aggregate needs it. */
export interface CountedCase {
  readonly id: string;
  readonly geometry: Geometry;
}

export interface RunAggregates {
  readonly aggregates: readonly Aggregate[];
  /** Mean over regions of the means, by metric id: what a leaderboard ranks. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Means over the reference cases of a phase, region by region and metric by metric.
 *
 * We go over the references, never over the predictions: each case enters each mean exactly once. Where there is no
 * number (the algorithm failed on the case, a distance to an empty mask is unbounded, a value is undefined) the penalty
 * that the phase declares for the metric takes its place and is counted in `penalised`. Both masks empty is agreement and
 * no penalty; the metric already says so. Every region weighs the same in the mean over regions.
 *
 * A mean is the float64 nearest to the exact one, whatever the order of cases, so that equal results give equal bits and
 * tie.
 *
 * @throws RangeError when a case has no final result: an aggregate of a part would look like one of the whole
 */
export function aggregate(
  { regions, metrics }: Pick<PhaseRules, 'regions' | 'metrics'>,
  cases: readonly CountedCase[],
  results: readonly CaseResult[],
): RunAggregates {
  if (cases.length === 0) throw new RangeError('a phase without cases has no means');
  const byCase = new Map(results.map((result) => [result.caseId, result]));
  const settled = cases.map((counted) => {
    const result = byCase.get(counted.id);
    if (!result || result.state === 'pending') throw new RangeError(`case ${counted.id} has no final result yet`);
    return { ...counted, result };
  });

  const aggregates = regions.flatMap(({ name: region }) => {
    const empty = settled.filter(({ result }) => cameOutEmpty(result, region)).length;
    return metrics.map(({ id: metric, penalty }): Aggregate => {
      let penalised = 0;
      const values = settled.map(({ geometry, result }) => {
        const value = result.state === 'scored' ? valueOf(result, region, metric) : null;
        if (value?.kind === 'value') return value.value;
        penalised++;
        return penaltyOf(penalty, geometry);
      });
      return { region, metric, mean: mean(values), n: settled.length, penalised, empty };
    });
  });

  const overRegions = metrics.map(({ id }) => {
    return [id, mean(aggregates.filter(({ metric }) => metric === id).map((one) => one.mean))] as const;
  });
  return { aggregates, metrics: Object.fromEntries(overRegions) };
}

function cameOutEmpty({ state, scores }: CaseResult, region: string): boolean {
  return state === 'scored' && scores.some((score) => score.region === region && score.status === 'empty_prediction');
}

function valueOf({ caseId, scores }: CaseResult, region: string, metric: string): MetricValue {
  const value = scores.find((score) => score.region === region)?.values[metric];
  if (!value) throw new RangeError(`case ${caseId} was scored, but has no ${metric} of region "${region}"`);
  if (value.kind === 'value' && !Number.isFinite(value.value)) {
    throw new RangeError(
      `case ${caseId} has ${value.value} as ${metric} of region "${region}"; expected a finite number`,
    );
  }
  return value;
}

/**
 * What a missing number is worth: a constant, or the diagonal of the reference volume in mm.
 *
 * @param geometry of the stored reference segmentation: the one recorded with its case, or read from its file, which are equal
 */
export function penaltyOf(penalty: Penalty, geometry: Geometry): number {
  return penalty.kind === 'fixed' ? penalty.value : volumeDiagonalMm(geometry);
}
