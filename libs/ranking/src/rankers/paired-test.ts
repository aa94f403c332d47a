import type { FilledTable } from '../score-table.js';

/** Signed-rank sums of one pair under weights, with what the p-value needs. */
export interface PairSums {
  /** Twice the sum of ranks of cases on which the first is better. */
  twiceV: number;
  /** Cases that do not tie, each as often as it counts. */
  n: number;
  /** Sum of t^3 - t over groups of t equal sizes. */
  tieSum: number;
}

/**
 * Differences of all pairs of algorithms, sorted by size once. The signed-rank sums of any draw then take one pass: a
 * case drawn k times is k equal differences.
 *
 * Pair (a, b) with a < b is number a * (2 count - a - 1) / 2 + b - a - 1.
 */
export interface SortedDifferences {
  readonly pairs: number;
  /** Fills `sums` for pair number `pair`. */
  sum(pair: number, weights: Int32Array, sums: PairSums): void;
}

/** @param sign 1 when smaller is better, -1 when larger is better. Cases without a value of both are left out. */
export function sortDifferences({ algorithms, cases, values }: FilledTable, sign: 1 | -1): SortedDifferences {
  const count = algorithms.length;
  const size = cases.length;
  const pairs = (count * (count - 1)) / 2;
  const starts = new Int32Array(pairs + 1);
  const caseOf = new Int32Array(pairs * size);
  /** 1: the first is better. 2: the last of its group of equal sizes. */
  const marks = new Uint8Array(pairs * size);
  const sizes = new Float64Array(size);
  let pair = 0;
  let end = 0;
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const kept: number[] = [];
      for (let c = 0; c < size; c++) {
        const difference = values[a * size + c] - values[b * size + c]; // as it is: nothing is rounded before ranks
        sizes[c] = Math.abs(difference);
        if (sizes[c] > 0) kept.push(c);
      }
      kept.sort((x, y) => sizes[x] - sizes[y]);
      kept.forEach((c, i) => {
        const firstBetter = sign * (values[a * size + c] - values[b * size + c]) < 0;
        const lastOfGroup = i + 1 === kept.length || sizes[kept[i + 1]] !== sizes[c];
        caseOf[end] = c;
        marks[end++] = (firstBetter ? 1 : 0) + (lastOfGroup ? 2 : 0);
      });
      starts[++pair] = end;
    }
  }

  return {
    pairs,
    sum(wanted, weights, sums) {
      let twiceV = 0;
      let n = 0;
      let tieSum = 0;
      let group = 0;
      let better = 0;
      for (let i = starts[wanted]; i < starts[wanted + 1]; i++) {
        const weight = weights[caseOf[i]];
        const mark = marks[i];
        group += weight;
        if (mark & 1) better += weight;
        if (mark & 2 && group > 0) {
          twiceV += better * (2 * n + group + 1);
          tieSum += (group * group - 1) * group;
          n += group;
          group = 0;
          better = 0;
        }
      }
      sums.twiceV = twiceV;
      sums.n = n;
      sums.tieSum = tieSum;
    },
  };
}
