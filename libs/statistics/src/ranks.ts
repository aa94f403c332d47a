/** Places of equals: 1, 1, 3 (`min`) or 1.5, 1.5, 3 (`average`). Equal means equal to the last bit. */
export type Ties = 'min' | 'average';

/**
 * Rank of each number, 1 for the smallest. Infinity is allowed, NaN is not.
 *
 * @throws RangeError of NaN
 */
export function ranksOf(values: ArrayLike<number>, ties: Ties): Float64Array {
  const n = values.length;
  for (let i = 0; i < n; i++) if (Number.isNaN(values[i])) throw new RangeError(`value ${i} is NaN; it has no rank`);
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) =>
    values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0,
  );
  const ranks = new Float64Array(n);
  for (let first = 0; first < n;) {
    let next = first + 1;
    while (next < n && values[order[next]] === values[order[first]]) next++;
    const rank = ties === 'min' ? first + 1 : (first + 1 + next) / 2;
    for (; first < next; first++) ranks[order[first]] = rank;
  }
  return ranks;
}

/**
 * Kendall's tau-b of two lists (Kendall 1945, doi:10.1093/biomet/33.3.239): pairs in the same order less pairs in the
 * opposite order, over the geometric mean of the pairs that tie in neither list. -1 to 1; null where one list ties throughout.
 *
 * @throws RangeError when the lists differ in length
 */
export function kendallTauB(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  if (a.length !== b.length) throw new RangeError(`lists differ in length: ${a.length} and ${b.length}`);
  let balance = 0;
  let untiedA = 0;
  let untiedB = 0;
  for (let i = 1; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const x = a[i] > a[j] ? 1 : a[i] < a[j] ? -1 : 0;
      const y = b[i] > b[j] ? 1 : b[i] < b[j] ? -1 : 0;
      balance += x * y;
      untiedA += x * x;
      untiedB += y * y;
    }
  }
  if (untiedA === 0 || untiedB === 0) return null;
  return untiedA === untiedB ? balance / untiedA : balance / Math.sqrt(untiedA * untiedB);
}
