/**
 * A ranking rule made ready for one study. The same code places all cases, a bootstrap draw, one site left out, or one
 * level of an attribute: they differ in how often each case counts.
 */
export interface Ranker {
  /**
   * Fills `ranks` with the place of each algorithm.
   *
   * @param weights how often each case counts: whole numbers, 0 and more
   */
  place(weights: Int32Array, ranks: Float64Array): void;
  /** Fills `aggregates` with the numbers that are ranked; NaN where nothing was left to aggregate, which places last. */
  aggregate(weights: Int32Array, aggregates: Float64Array): void;
}
