import { middle, type Ties } from '#statistics';
import { identity, placeByKey } from '../places.js';
import type { FilledTable } from '../score-table.js';
import type { Ranker } from './ranker.js';

/**
 * Median over cases, then places. Cases are sorted once for each algorithm; the median of a draw is found by counting up
 * to the middle.
 *
 * @param sign 1 when smaller is better, -1 when larger is better
 */
export function createMedianRanker({ algorithms, cases, values }: FilledTable, sign: 1 | -1, ties: Ties): Ranker {
  const count = algorithms.length;
  const size = cases.length;
  const sorted = algorithms.map((_, a) => {
    const row = values.subarray(a * size, (a + 1) * size);
    const known = identity(size)
      .filter((c) => !Number.isNaN(row[c]))
      .sort((x, y) => row[x] - row[y]);
    return { cases: known, values: Float64Array.from(known, (c) => row[c]) };
  });
  const order = identity(count);
  const keys = new Float64Array(count);

  const medianOf = (a: number, weights: Int32Array): number => {
    const { cases: list, values: ascending } = sorted[a];
    let n = 0;
    for (let i = 0; i < list.length; i++) n += weights[list[i]];
    if (n === 0) return NaN;
    const half = Math.floor((n + 1) / 2); // how many values reach up to the middle, or the lower of two
    let reached = 0;
    let i = -1;
    while (reached < half) reached += weights[list[++i]];
    if (n % 2 === 1 || reached > half) return ascending[i];
    let j = i + 1;
    while (weights[list[j]] === 0) j++;
    return middle(ascending[i], ascending[j]);
  };

  return {
    aggregate(weights, aggregates) {
      for (let a = 0; a < count; a++) aggregates[a] = medianOf(a, weights);
    },
    place(weights, ranks) {
      for (let a = 0; a < count; a++) {
        const value = medianOf(a, weights);
        keys[a] = Number.isNaN(value) ? Infinity : sign * value;
      }
      placeByKey(keys, ties, order, ranks);
    },
  };
}
