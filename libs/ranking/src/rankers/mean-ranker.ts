import { mean, weightedMean, type Ties } from '#statistics';
import type { FilledTable } from '../score-table.js';
import { identity, sortByKey } from '../places.js';
import type { Ranker } from './ranker.js';

/**
 * Mean over cases for each region, mean over regions, then places.
 *
 * Places rest on exact means. In a draw, plain sums with a bound of their error settle what lies clearly apart; only
 * neighbours within the bound are summed exactly, so that speed changes no place.
 *
 * @param tables one a region
 * @param sign 1 when smaller is better, -1 when larger is better
 */
export function createMeanRanker(tables: readonly FilledTable[], sign: 1 | -1, ties: Ties): Ranker {
  const [{ algorithms, cases }] = tables;
  const count = algorithms.length;
  const size = cases.length;
  const rows = tables.map(({ values }) => algorithms.map((_, a) => values.subarray(a * size, (a + 1) * size)));
  const largest = Math.max(
    ...tables.map(({ values }) => values.reduce((most, x) => (Math.abs(x) > most ? Math.abs(x) : most), 0)),
  );
  // the error of a plain mean is below (number of additions + 1) * EPSILON / 2 * largest, those of regions and roundings included
  const bound = (draw: number) => (draw + tables.length + 16) * Number.EPSILON * largest;
  const order = identity(count);
  const keys = new Float64Array(count);

  const exact = (a: number, weights: Int32Array): number => {
    const means = rows.map((region) => weightedMean(region[a], weights)).filter((x) => !Number.isNaN(x));
    return means.length === 0 ? NaN : mean(means);
  };
  const approximate = (a: number, weights: Int32Array): number => {
    let sum = 0;
    let regions = 0;
    for (let r = 0; r < rows.length; r++) {
      const values = rows[r][a];
      let total = 0;
      let n = 0;
      for (let c = 0; c < size; c++) {
        const x = values[c];
        if (x !== x) continue;
        total += weights[c] * x;
        n += weights[c];
      }
      if (n === 0) continue;
      sum += total / n;
      regions++;
    }
    return regions === 0 ? Infinity : (sign * sum) / regions;
  };

  return {
    aggregate(weights, aggregates) {
      for (let a = 0; a < count; a++) aggregates[a] = exact(a, weights);
    },
    place(weights, ranks) {
      let drawn = 0;
      for (let c = 0; c < size; c++) drawn += weights[c];
      const near = 2 * bound(drawn);
      for (let a = 0; a < count; a++) keys[a] = approximate(a, weights);
      sortByKey(keys, order);
      for (let first = 0; first < count;) {
        let next = first + 1;
        // written so that Infinity, of which there is no difference, is near itself
        while (next < count && !(keys[order[next]] - keys[order[next - 1]] > near)) next++;
        if (next - first > 1) {
          for (let i = first; i < next; i++) {
            const value = exact(order[i], weights);
            keys[order[i]] = Number.isNaN(value) ? Infinity : sign * value;
          }
          sortByKey(keys, order, first, next);
        }
        for (let i = first; i < next;) {
          let equal = i + 1;
          while (equal < next && keys[order[equal]] === keys[order[i]]) equal++;
          const rank = ties === 'min' ? i + 1 : (i + 1 + equal) / 2;
          for (; i < equal; i++) ranks[order[i]] = rank;
        }
        first = next;
      }
    },
  };
}
