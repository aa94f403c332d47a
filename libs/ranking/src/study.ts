import type { ScoreRow } from './aggregate.js';
import type { ScoreTable } from './score-table.js';

/** All scores of a phase, by metric and region, over one list of algorithms and one of cases. */
export interface Study {
  /** In order of UTF-16 code units, like the cases. */
  readonly algorithms: readonly string[];
  readonly cases: readonly string[];
  /** Whose each case is; null when every case is a patient of its own. */
  readonly patients: readonly string[] | null;
  readonly metrics: readonly string[];
  /**
   * One table for each region, or the one that is asked for.
   *
   * @throws RangeError when there is none
   */
  tables(metric: string, region?: string): readonly ScoreTable[];
}

/**
 * Sorts rows into tables.
 *
 * @param patientOf whose a case is; without it each case is a patient of its own
 * @throws RangeError when a case occurs twice, or the rows of two algorithms do not cover the same cases: a failed case
 *   is a row with its reason
 */
export function createStudy(rows: readonly ScoreRow[], patientOf?: (caseName: string) => string): Study {
  const algorithms = [...new Set(rows.map(({ algorithm }) => algorithm))].sort(byCodeUnits);
  const cases = [...new Set(rows.map((row) => row.case))].sort(byCodeUnits);
  const algorithmAt = new Map(algorithms.map((name, a) => [name, a]));
  const caseAt = new Map(cases.map((name, c) => [name, c]));
  const size = algorithms.length * cases.length;
  const byMetric = new Map<string, Map<string, ScoreTable & { readonly seen: Uint8Array }>>();
  for (const row of rows) {
    const a = algorithmAt.get(row.algorithm) ?? 0;
    const c = caseAt.get(row.case) ?? 0;
    const regions = byMetric.get(row.metric) ?? new Map<string, ScoreTable & { readonly seen: Uint8Array }>();
    byMetric.set(row.metric, regions);
    let table = regions.get(row.region);
    if (!table) {
      table = {
        algorithms,
        cases,
        values: new Float64Array(size).fill(NaN),
        penalties: new Float64Array(size).fill(NaN),
        scored: new Uint8Array(cases.length),
        seen: new Uint8Array(size),
      };
      regions.set(row.region, table);
    }
    const at = a * cases.length + c;
    if (table.seen[at]++) {
      throw new RangeError(
        `case "${row.case}" occurs twice for ${row.algorithm}, ${row.region}, ${row.metric}; expected once`,
      );
    }
    table.scored[c] = 1;
    table.penalties[at] = row.penalty;
    if (row.value.kind === 'value') table.values[at] = demandFinite(row, row.value.value);
  }
  for (const [metric, regions] of byMetric) {
    for (const [region, { scored, seen }] of regions) {
      for (let at = 0; at < size; at++) {
        const c = at % cases.length;
        if (!scored[c] || seen[at]) continue;
        throw new RangeError(
          `${algorithms[Math.floor(at / cases.length)]} has no row for case "${cases[c]}", ${region}, ${metric}; a failed case is a row too`,
        );
      }
    }
  }
  return {
    algorithms,
    cases,
    patients: patientOf ? cases.map((name) => patientOf(name)) : null,
    metrics: [...byMetric.keys()],
    tables(metric, region = 'all') {
      const regions = byMetric.get(metric);
      const wanted =
        region === 'all' ? [...(regions?.values() ?? [])] : [regions?.get(region)].filter((t) => t !== undefined);
      if (wanted.length === 0) throw new RangeError(`nothing to rank by ${metric} over region "${region}"`);
      return wanted;
    },
  };
}

/** A study of one metric and region, from a table. */
export function studyOfTable(table: ScoreTable, metric: string, patients: readonly string[] | null): Study {
  return {
    algorithms: table.algorithms,
    cases: table.cases,
    patients,
    metrics: [metric],
    tables(wanted, region = 'all') {
      if (wanted !== metric || region !== 'all')
        throw new RangeError(`nothing to rank by ${wanted} over region "${region}"`);
      return [table];
    },
  };
}

/** Order of names that is the same everywhere, whatever the locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function demandFinite(row: ScoreRow, value: number): number {
  if (!Number.isFinite(value)) {
    throw new RangeError(
      `${row.algorithm} has ${value} for case "${row.case}", ${row.metric}; expected a finite number or a reason`,
    );
  }
  return value;
}
