import type { Ties } from '#statistics';

/**
 * Places by key, smallest first; equal keys share a place.
 *
 * @param keys Infinity ranks last; no NaN
 * @param order room for a permutation of the algorithms, kept from call to call: keys that hardly changed sort at once
 * @param ranks receives the place of each algorithm
 */
export function placeByKey(keys: Float64Array, ties: Ties, order: Int32Array, ranks: Float64Array): void {
  const n = keys.length;
  sortByKey(keys, order);
  for (let first = 0; first < n;) {
    let next = first + 1;
    while (next < n && keys[order[next]] === keys[order[first]]) next++;
    const rank = ties === 'min' ? first + 1 : (first + 1 + next) / 2;
    for (; first < next; first++) ranks[order[first]] = rank;
  }
}

/** Insertion sort of a permutation: a few dozen algorithms, nearly in order. */
export function sortByKey(keys: Float64Array, order: Int32Array, from = 0, to = order.length): void {
  for (let i = from + 1; i < to; i++) {
    const moved = order[i];
    const key = keys[moved];
    let at = i - 1;
    while (at >= from && keys[order[at]] > key) {
      order[at + 1] = order[at];
      at--;
    }
    order[at + 1] = moved;
  }
}

export function identity(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
