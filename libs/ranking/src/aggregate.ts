import type { MetricValue } from '#metrics';
import { mean } from '#statistics';
import type { MissingRule } from './scheme.js';

/** One value of one algorithm: there is a row for every reference case, whether or not the algorithm produced anything. */
export interface ScoreRow {
  readonly algorithm: string;
  readonly case: string;
  readonly region: string;
  readonly metric: string;
  readonly value: MetricValue;
  /** What stands in for the value when it is no number, as the phase declares it for this case. */
  readonly penalty: number;
}

/** Summary of one algorithm over the cases of one region. */
export interface Aggregate {
  readonly algorithm: string;
  readonly region: string;
  readonly metric: string;
  /** Null only when every value was removed. */
  readonly mean: number | null;
  /** Values in the mean. */
  readonly n: number;
  /** Values that were no numbers: replaced by their penalty, or removed. */
  readonly penalised: number;
}

/**
 * Means over cases for each algorithm, region and metric, in the order in which they first occur.
 *
 * @throws RangeError when a case occurs twice for one of these, or a penalty is needed and not finite
 */
export function aggregateScores(rows: readonly ScoreRow[], missing: MissingRule = 'penalty'): Aggregate[] {
  const groups = new Map<string, ScoreRow[]>();
  const seen = new Set<string>();
  for (const row of rows) {
    const key = JSON.stringify([row.algorithm, row.region, row.metric]);
    const unique = JSON.stringify([row.algorithm, row.region, row.metric, row.case]);
    if (seen.has(unique)) {
      throw new RangeError(
        `case "${row.case}" occurs twice for ${row.algorithm}, ${row.region}, ${row.metric}; expected once`,
      );
    }
    seen.add(unique);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()].map((group) => {
    const [{ algorithm, region, metric }] = group;
    const values: number[] = [];
    let penalised = 0;
    for (const row of group) {
      if (row.value.kind === 'value') {
        values.push(row.value.value);
        continue;
      }
      penalised++;
      if (missing === 'remove') continue;
      if (!Number.isFinite(row.penalty)) {
        throw new RangeError(`penalty of case "${row.case}" for ${metric} is ${row.penalty}; expected a finite number`);
      }
      values.push(row.penalty);
    }
    return { algorithm, region, metric, mean: values.length > 0 ? mean(values) : null, n: values.length, penalised };
  });
}
