import { signedRankTail, type Adjustment, type Ties } from '#statistics';
import { identity, placeByKey } from '../places.js';
import type { FilledTable } from '../score-table.js';
import { sortDifferences, type PairSums } from './paired-test.js';
import type { Ranker } from './ranker.js';

/**
 * Share of rivals beaten in a one-sided paired signed-rank test, then places. With one algorithm the share is 0.
 *
 * @param sign 1 when smaller is better, -1 when larger is better
 * @throws RangeError when alpha is not between 0 and 1
 */
export function createTestRanker(
  table: FilledTable,
  sign: 1 | -1,
  ties: Ties,
  adjust: Adjustment,
  alpha: number,
): Ranker {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha is ${alpha}; expected a number between 0 and 1`);
  const count = table.algorithms.length;
  const tests = count * (count - 1);
  const differences = sortDifferences(table, sign);
  const order = identity(count);
  const beaten = new Float64Array(count);
  const keys = new Float64Array(count);
  const sums: PairSums = { twiceV: 0, n: 0, tieSum: 0 };
  const factor = (passed: number): number => (adjust === 'none' ? 1 : adjust === 'holm' ? tests - passed : tests);
  /** The p-values that might be small enough, and who wins by each. */
  const small = new Float64Array(tests);
  const winner = new Int32Array(tests);
  const sorted = new Float64Array(tests);

  const countBeaten = (weights: Int32Array): void => {
    let found = 0;
    const consider = (p: number, who: number): void => {
      if (!(p <= alpha)) return; // adjusting never makes a p-value smaller
      small[found] = p;
      winner[found++] = who;
    };
    let pair = 0;
    for (let a = 0; a < count; a++) {
      for (let b = a + 1; b < count; b++) {
        differences.sum(pair++, weights, sums);
        const { twiceV, n, tieSum } = sums;
        const V = twiceV / 2;
        const most = (n * (n + 1)) / 2;
        // below its expectation a sum has p above 0.5
        if (V > most / 2 || alpha >= 0.5) consider(signedRankTail(V, n, tieSum), a);
        if (V < most / 2 || alpha >= 0.5) consider(signedRankTail(most - V, n, tieSum), b);
      }
    }
    // going up, the first that fails ends it; equal p-values pass or fail together
    const ascending = sorted.subarray(0, found);
    ascending.set(small.subarray(0, found));
    ascending.sort();
    let passed = 0;
    while (passed < found && Math.min(1, factor(passed) * ascending[passed]) <= alpha) passed++;
    const largest = passed === 0 ? -1 : ascending[passed - 1];
    beaten.fill(0);
    for (let i = 0; i < found; i++) if (small[i] <= largest) beaten[winner[i]]++;
  };

  return {
    aggregate(weights, aggregates) {
      countBeaten(weights);
      for (let a = 0; a < count; a++) aggregates[a] = count === 1 ? 0 : beaten[a] / (count - 1);
    },
    place(weights, ranks) {
      countBeaten(weights);
      for (let a = 0; a < count; a++) keys[a] = -beaten[a];
      placeByKey(keys, ties, order, ranks);
    },
  };
}
