/** How many answers a time within the limit can give. */
const BUCKETS = 5;
/** Each bucket is so much longer than the one before: nobody waits for more than this many times what the run took. */
const GROWTH = 3;

/**
 * When the end of a sealed run may be known, in seconds after its start: at the upper edge of the bucket that its time falls
 * into. A model decides by what it sees in an image how long it takes, so the time of a run says something about the images;
 * of five buckets it can say log2(5) = 2.3 bits.
 *
 * The edges are the longest time that the phase allows, and a third, a ninth, ... of it. A run that other runs kept waiting
 * beyond the longest time ends at a whole multiple of it.
 *
 * @param elapsedSeconds since the run was started, 0 or more
 * @param longestSeconds loading, and every case at its limit; above 0
 */
export function releaseSeconds(elapsedSeconds: number, longestSeconds: number): number {
  if (!(elapsedSeconds >= 0) || !(longestSeconds > 0)) {
    throw new RangeError(`expected a time and a longest time, got ${elapsedSeconds} s and ${longestSeconds} s`);
  }
  if (elapsedSeconds > longestSeconds) return Math.ceil(elapsedSeconds / longestSeconds) * longestSeconds;
  let edge = longestSeconds;
  for (let bucket = 1; bucket < BUCKETS && elapsedSeconds <= edge / GROWTH; bucket++) edge /= GROWTH;
  return edge;
}
