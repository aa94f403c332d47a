import { mean } from '#statistics';
import type { PlaceMissingRule } from './scheme.js';

/** Values of one metric over one region. */
export interface ScoreTable {
  readonly algorithms: readonly string[];
  readonly cases: readonly string[];
  /** `values[a * cases.length + c]`; NaN where algorithm a has none for case c. */
  readonly values: Float64Array;
  /** What stands in where a value is missing, laid out like `values`; NaN where nothing was declared. */
  readonly penalties: Float64Array;
  /** 1 where the region is scored in a case, 0 where it does not apply to it. */
  readonly scored: Uint8Array;
}

/** Values as a rule sees them: NaN means left out, or last. */
export interface FilledTable {
  readonly algorithms: readonly string[];
  readonly cases: readonly string[];
  /** `values[a * cases.length + c]`. */
  readonly values: Float64Array;
  readonly scored: Uint8Array;
}

/** @throws RangeError when a penalty is needed and was not declared, or is not finite */
export function fillTable(table: ScoreTable, missing: PlaceMissingRule): FilledTable {
  const { algorithms, cases, penalties, scored } = table;
  if (missing !== 'penalty') return table;
  const values = table.values.slice();
  for (let a = 0, at = 0; a < algorithms.length; a++) {
    for (let c = 0; c < cases.length; c++, at++) {
      if (!scored[c] || !Number.isNaN(values[at])) continue;
      if (!Number.isFinite(penalties[at])) {
        throw new RangeError(
          `${algorithms[a]} has no value for case "${cases[c]}", and its penalty is ${penalties[at]}; expected a finite number`,
        );
      }
      values[at] = penalties[at];
    }
  }
  return { algorithms, cases, values, scored };
}

/**
 * One table from those of several regions: each case counts with the mean of its regions. Where a value is missing in one
 * of them, `remove` takes the mean of the others, and `last` has none.
 */
export function joinRegions(tables: readonly ScoreTable[], missing: PlaceMissingRule): FilledTable {
  const filled = tables.map((table) => fillTable(table, missing));
  if (filled.length === 1) return filled[0];
  const [{ algorithms, cases }] = filled;
  const count = cases.length;
  const values = new Float64Array(algorithms.length * count).fill(NaN);
  const scored = new Uint8Array(count);
  for (let c = 0; c < count; c++) {
    const regions = filled.filter((table) => table.scored[c]);
    if (regions.length === 0) continue;
    scored[c] = 1;
    for (let a = 0; a < algorithms.length; a++) {
      const all = regions.map((table) => table.values[a * count + c]);
      const known = all.filter((value) => !Number.isNaN(value));
      if (known.length > 0 && (missing === 'remove' || known.length === all.length))
        values[a * count + c] = mean(known);
    }
  }
  return { algorithms, cases, values, scored };
}
