import type { Ties } from '#statistics';
import { identity, placeByKey } from '../places.js';
import type { Ranker } from './ranker.js';

/** Mean of the places under several rules, then places again. Halves of places add up exactly. */
export function createConsensusRanker(rankers: readonly Ranker[], count: number, ties: Ties): Ranker {
  const order = identity(count);
  const ranks = new Float64Array(count);
  const keys = new Float64Array(count);
  const meanPlaces = (weights: Int32Array, means: Float64Array): void => {
    means.fill(0);
    for (const ranker of rankers) {
      ranker.place(weights, ranks);
      for (let a = 0; a < count; a++) means[a] += ranks[a];
    }
    for (let a = 0; a < count; a++) means[a] /= rankers.length;
  };
  return {
    aggregate: meanPlaces,
    place(weights, places) {
      meanPlaces(weights, keys);
      placeByKey(keys, ties, order, places);
    },
  };
}
