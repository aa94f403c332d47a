import type { ScoreTable } from './score-table.js';
import type { Study } from './study.js';

/** Values of one metric over one region. */
export interface StudyTable {
  readonly metric: string;
  readonly region: string;
  /** `values[a * cases.length + c]`; NaN: the penalty stands in. */
  readonly values: Float64Array;
  /** By case. */
  readonly penalties: Float64Array;
}

/** A study as plain data, to be sent to a thread or a web worker. */
export interface StudyData {
  /** In order of UTF-16 code units, like the cases. */
  readonly algorithms: readonly string[];
  readonly cases: readonly string[];
  /** Whose each case is. */
  readonly patients: readonly string[];
  readonly tables: readonly StudyTable[];
}

/**
 * A study in which every region is scored in every case.
 *
 * @throws RangeError when a table has not one value for each algorithm and case, or names are not in order
 */
export function studyOfData({ algorithms, cases, patients, tables }: StudyData): Study {
  for (const names of [algorithms, cases]) {
    const wrong = names.findIndex((name, i) => i > 0 && !(names[i - 1] < name));
    if (wrong > 0)
      throw new RangeError(`"${names[wrong - 1]}" comes before "${names[wrong]}"; expected names in order, each once`);
  }
  const scored = new Uint8Array(cases.length).fill(1);
  const byMetric = new Map<string, Map<string, ScoreTable>>();
  for (const { metric, region, values, penalties } of tables) {
    if (values.length !== algorithms.length * cases.length || penalties.length !== cases.length) {
      throw new RangeError(
        `${metric} over ${region} has ${values.length} values and ${penalties.length} penalties; expected ${algorithms.length} x ${cases.length} and ${cases.length}`,
      );
    }
    const regions = byMetric.get(metric) ?? new Map<string, ScoreTable>();
    byMetric.set(metric, regions);
    const each = new Float64Array(values.length);
    for (let a = 0; a < algorithms.length; a++) each.set(penalties, a * cases.length);
    regions.set(region, { algorithms, cases, values, penalties: each, scored });
  }
  return {
    algorithms,
    cases,
    patients: [...patients],
    metrics: [...byMetric.keys()],
    tables(metric, region = 'all') {
      const regions = byMetric.get(metric);
      const one = regions?.get(region);
      const wanted = region === 'all' ? [...(regions?.values() ?? [])] : one === undefined ? [] : [one];
      if (wanted.length === 0) throw new RangeError(`nothing to rank by ${metric} over region "${region}"`);
      return wanted;
    },
  };
}
