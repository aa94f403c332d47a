/**
 * The lower envelope of parabolas along one line of a grid, the core of the exact distance transform (Felzenszwalb and
 * Huttenlocher 2012, doi:10.4086/toc.2012.v008a019).
 *
 * Parabola m stands at grid point `apex[m]` with height `height[m]` (mm2). Its value at point q is, in float64 and in this
 * order, `height[m] + step * step` with `step = (q - apex[m]) * spacingMm`. Crossings of parabolas carry rounding errors, so
 * an envelope that trusted them would now and then take a parabola that is higher by a last bit where two meet. This one
 * keeps every parabola that comes within `slack` of being lowest and compares the values themselves: what is read is the
 * smallest of the values above, whatever the order in which a program visits the points.
 */
export class LowerEnvelope {
  /** Grid points and heights of the parabolas to stand on the line: fill in rising order of `apex`, then `raise`. */
  readonly apex: Int32Array;
  readonly height: Float64Array;
  readonly #from: Float64Array;
  /** 1 / (2 * spacing^2 * distance), by distance in grid points. */
  readonly #steepness: Float64Array;
  readonly #spacingMm: number;
  readonly #slack: number;
  #count = 0;

  /**
   * @param points     length of the longest line
   * @param spacingMm  distance between neighbours on it
   * @param highestMm2 no parabola stands higher; finite
   */
  constructor(points: number, spacingMm: number, highestMm2: number) {
    this.apex = new Int32Array(points);
    this.height = new Float64Array(points);
    this.#from = new Float64Array(points + 1);
    this.#spacingMm = spacingMm;
    const weight = spacingMm * spacingMm;
    this.#steepness = Float64Array.from({ length: points }, (_, distance) => 1 / (2 * weight * distance));
    // With u = 2^-53 and V the largest value on the line, a crossing is wrong by less than 4u(V/weight + n) points, and two
    // values by less than 8uV mm2, which the slope of their difference, 2 * weight at least, makes 4uV/weight points.
    this.#slack = 64 * 2 ** -53 * (highestMm2 / weight + points * points);
  }

  /**
   * Drops from the first `given` entries of `apex` and `height` the parabolas that are lowest nowhere.
   *
   * @param given number of parabolas filled in; heights not above `highestMm2`
   */
  raise(given: number): void {
    const { apex, height } = this;
    const from = this.#from;
    const steepness = this.#steepness;
    const slack = this.#slack;
    let count = 0;
    for (let g = 0; g < given; g++) {
      const q = apex[g];
      const f = height[g];
      let cross = -INFINITY;
      while (count > 0) {
        const p = apex[count - 1];
        cross = (f - height[count - 1]) * steepness[q - p] + (q + p) / 2;
        if (cross > from[count - 1] - slack) break;
        count--;
      }
      apex[count] = q;
      height[count] = f;
      from[count] = count === 0 ? -INFINITY : cross;
      count++;
    }
    from[count] = INFINITY;
    this.#count = count;
  }

  /**
   * Writes the envelope at points `first` to `last` to `out[start]`, `out[start + stride]`, …; Infinity when nothing was
   * raised.
   */
  read(first: number, last: number, out: Float64Array, start: number, stride: number): void {
    const { apex, height } = this;
    const from = this.#from;
    const count = this.#count;
    const slack = this.#slack;
    const spacing = this.#spacingMm;
    let m = 0;
    for (let q = first, at = start; q <= last; q++, at += stride) {
      if (count === 0) {
        out[at] = INFINITY;
        continue;
      }
      while (from[m + 1] < q - slack) m++;
      const step = (q - apex[m]) * spacing;
      let value = height[m] + step * step;
      for (let k = m + 1; from[k] <= q + slack; k++) {
        const other = (q - apex[k]) * spacing;
        const otherValue = height[k] + other * other;
        if (otherValue < value) value = otherValue;
      }
      out[at] = value;
    }
  }
}

// A constant of the module is quicker in inner loops than the global, which some hosts look up by name each time.
const INFINITY = Infinity;
