import type { Ties } from '#statistics';
import { identity, placeByKey } from '../places.js';
import type { FilledTable } from '../score-table.js';
import type { Ranker } from './ranker.js';

/**
 * Places within each case, their mean or median over cases, then places.
 *
 * @param sign 1 when smaller is better, -1 when larger is better
 * @param missing what a NaN of a scored case means: behind all others, or no place at all
 */
export function createCasePlacesRanker(
  table: FilledTable,
  sign: 1 | -1,
  ties: Ties,
  missing: 'last' | 'remove',
  by: 'mean' | 'median',
): Ranker {
  const count = table.algorithms.length;
  const size = table.cases.length;
  const twice = placesWithinCases(table, sign, ties, missing);
  const order = identity(count);
  const keys = new Float64Array(count);
  const tally = new Int32Array(2 * count + 4);

  /** Whole numbers of half places are added: exact. */
  const meanOf = (a: number, weights: Int32Array): number => {
    let sum = 0;
    let n = 0;
    for (let c = 0, at = a * size; c < size; c++, at++) {
      if (twice[at] === 0) continue;
      sum += weights[c] * twice[at];
      n += weights[c];
    }
    return n === 0 ? NaN : sum / (2 * n);
  };
  const medianOf = (a: number, weights: Int32Array): number => {
    tally.fill(0);
    let n = 0;
    for (let c = 0, at = a * size; c < size; c++, at++) {
      if (twice[at] === 0) continue;
      tally[twice[at]] += weights[c];
      n += weights[c];
    }
    if (n === 0) return NaN;
    const half = Math.floor((n + 1) / 2);
    let place = 0;
    let reached = 0;
    while (reached < half) reached += tally[++place];
    if (n % 2 === 1 || reached > half) return place / 2;
    let above = place + 1;
    while (tally[above] === 0) above++;
    return (place + above) / 4;
  };
  const figureOf = by === 'mean' ? meanOf : medianOf;

  return {
    aggregate(weights, aggregates) {
      for (let a = 0; a < count; a++) aggregates[a] = figureOf(a, weights);
    },
    place(weights, ranks) {
      for (let a = 0; a < count; a++) {
        const value = figureOf(a, weights);
        keys[a] = Number.isNaN(value) ? Infinity : value;
      }
      placeByKey(keys, ties, order, ranks);
    },
  };
}

/**
 * Twice the place of each algorithm in each case, laid out like the values; 0 where there is none.
 *
 * `last`: the m algorithms without a value come after the largest place p of the others: all at p + 1 (`min`), or at p
 * plus the mean of 1 to m (`average`).
 */
export function placesWithinCases(
  { algorithms, cases, values, scored }: FilledTable,
  sign: 1 | -1,
  ties: Ties,
  missing: 'last' | 'remove',
): Int32Array {
  const count = algorithms.length;
  const size = cases.length;
  const twice = new Int32Array(count * size);
  for (let c = 0; c < size; c++) {
    if (!scored[c]) continue;
    const present = algorithms.map((_, a) => a).filter((a) => !Number.isNaN(values[a * size + c]));
    const keys = Float64Array.from(present, (a) => sign * values[a * size + c]);
    const places = new Float64Array(present.length);
    placeByKey(keys, ties, identity(present.length), places);
    present.forEach((a, i) => (twice[a * size + c] = 2 * places[i]));
    if (missing === 'remove') continue;
    const absent = count - present.length;
    const last = places.length === 0 ? 0 : 2 * Math.max(...places);
    const behind = last + (ties === 'min' ? 2 : absent + 1);
    for (let a = 0; a < count; a++) if (twice[a * size + c] === 0) twice[a * size + c] = behind;
  }
  return twice;
}
