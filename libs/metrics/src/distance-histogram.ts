/**
 * Sums of surface area by squared distance. Distances on a grid repeat often, so the distinct ones are few.
 *
 * A hash table in typed arrays, keyed by the bits of the float64: two distances fall together when they are equal to the last
 * bit. Areas at one distance are summed in the order in which they are added.
 */
export class DistanceHistogram {
  #squares = new Float64Array(1024);
  #areas = new Float64Array(1024).fill(FREE);
  #used = 0;
  readonly #square = new Float64Array(1);
  readonly #bits = new Int32Array(this.#square.buffer);

  /** @param square squared distance in mm2, 0 or more @param area 0 or more */
  add(square: number, area: number): void {
    const slot = this.#slotOf(square);
    if (this.#areas[slot] !== FREE) {
      this.#areas[slot] += area;
      return;
    }
    this.#squares[slot] = square;
    this.#areas[slot] = area;
    if (++this.#used * 2 > this.#areas.length) this.#grow();
  }

  /** The distinct squared distances, rising, and the area at each. */
  sorted(): { squares: Float64Array; area: Float64Array } {
    const squares = this.#squares.filter((_, slot) => this.#areas[slot] !== FREE).sort();
    return { squares, area: squares.map((square) => this.#areas[this.#slotOf(square)]) };
  }

  /** The slot that holds the distance, or the free one where it belongs. */
  #slotOf(square: number): number {
    this.#square[0] = square;
    const mask = this.#areas.length - 1;
    // Squares of round spacings end in zeros, so both halves are stirred into the low bits.
    let hash = Math.imul(this.#bits[0] ^ Math.imul(this.#bits[1], 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & mask;
    while (this.#areas[slot] !== FREE && this.#squares[slot] !== square) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const squares = this.#squares;
    const areas = this.#areas;
    this.#squares = new Float64Array(2 * squares.length);
    this.#areas = new Float64Array(2 * areas.length).fill(FREE);
    for (let old = 0; old < areas.length; old++) {
      if (areas[old] === FREE) continue;
      const slot = this.#slotOf(squares[old]);
      this.#squares[slot] = squares[old];
      this.#areas[slot] = areas[old];
    }
  }
}

/** Marks a slot without a distance; areas are never negative. */
const FREE = -1;
