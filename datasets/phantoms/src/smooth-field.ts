import { floor, max, min, sqrt } from './arithmetic.js';
import { FOUR_BYTE_SD, type Random, fourByteSum } from './random.js';

/**
 * A smooth random scalar field: random numbers on a cubic lattice, interpolated with uniform cubic B-splines.
 * Twice continuously differentiable, mean 0, standard deviation close to `amplitude`; details are about two knots wide.
 * Evaluated row by row because the images are: the z and y sums are shared by a slice and a row.
 */
export class SmoothField {
  private readonly knots: Float64Array;
  private readonly n: readonly [number, number, number];
  private readonly slice: Float64Array;
  private readonly row: Float64Array;
  private columns: Columns = { x0: 0, stepMm: 0, cells: new Uint16Array(0), parts: new Float64Array(0) };

  /**
   * @param random    source of the lattice values
   * @param low       lower corner of the covered box in mm, along x, y, z
   * @param high      upper corner
   * @param knotMm    distance between lattice points
   * @param amplitude standard deviation of the field, in the unit that the caller gives it
   */
  constructor(
    random: Random,
    private readonly low: readonly [number, number, number],
    high: readonly [number, number, number],
    private readonly knotMm: number,
    amplitude: number,
  ) {
    const count = (axis: 0 | 1 | 2): number => floor((high[axis] - low[axis]) / knotMm) + 5;
    this.n = [count(0), count(1), count(2)];
    // A cubic B-spline sum of independent knots keeps on average 0.479 of their variance per axis (151/315).
    const gain = amplitude / (FOUR_BYTE_SD * sqrt((151 * 151 * 151) / (315 * 315 * 315)));
    this.knots = new Float64Array(this.n[0] * this.n[1] * this.n[2]);
    for (let v = 0; v < this.knots.length; v++) this.knots[v] = gain * fourByteSum(random.bits());
    this.slice = new Float64Array(this.n[0] * this.n[1]);
    this.row = new Float64Array(this.n[0]);
  }

  /** Fixes z (mm) for the rows that follow. */
  atZ(z: number): void {
    const { cell, w0, w1, w2, w3 } = this.weights((z - this.low[2]) / this.knotMm, this.n[2]);
    const plane = this.slice.length;
    const at = cell * plane;
    const { knots, slice } = this;
    for (let v = 0; v < plane; v++) {
      slice[v] =
        w0 * knots[at + v] +
        w1 * knots[at + plane + v] +
        w2 * knots[at + 2 * plane + v] +
        w3 * knots[at + 3 * plane + v];
    }
  }

  /** Fills `out` with the values at x = x0 + i * stepMm on the row y of the slice chosen by `atZ`. */
  fillRow(y: number, x0: number, stepMm: number, out: Float64Array): void {
    const { cell, w0, w1, w2, w3 } = this.weights((y - this.low[1]) / this.knotMm, this.n[1]);
    const { slice, row } = this;
    const nx = this.n[0];
    for (let i = 0, at = cell * nx; i < nx; i++, at++) {
      row[i] = w0 * slice[at] + w1 * slice[at + nx] + w2 * slice[at + 2 * nx] + w3 * slice[at + 3 * nx];
    }
    const { cells, parts } = this.columnsFor(x0, stepMm, out.length);
    for (let i = 0, w = 0; i < out.length; i++, w += 4) {
      const at = cells[i];
      out[i] =
        (parts[w] * row[at] + parts[w + 1] * row[at + 1] + parts[w + 2] * row[at + 2] + parts[w + 3] * row[at + 3]) / 6;
    }
  }

  /** Where each point of a row lies in the lattice, and six times its four weights: the same for all rows of an image. */
  private columnsFor(x0: number, stepMm: number, length: number): Columns {
    const known = this.columns;
    if (known.x0 === x0 && known.stepMm === stepMm && known.cells.length === length) return known;
    const columns = { x0, stepMm, cells: new Uint16Array(length), parts: new Float64Array(4 * length) };
    const step = stepMm / this.knotMm;
    for (let i = 0, t = (x0 - this.low[0]) / this.knotMm; i < length; i++, t += step) {
      const cell = max(0, min(this.n[0] - 4, floor(t)));
      const f = t - cell;
      const g = 1 - f;
      const f2 = f * f;
      const g2 = g * g;
      columns.cells[i] = cell;
      columns.parts.set([g2 * g, 4 - 3 * f2 * (1 + g), 4 - 3 * g2 * (1 + f), f2 * f], 4 * i);
    }
    this.columns = columns;
    return columns;
  }

  private weights(t: number, n: number): { cell: number; w0: number; w1: number; w2: number; w3: number } {
    const cell = max(0, min(n - 4, floor(t)));
    const f = t - cell;
    const g = 1 - f;
    return {
      cell,
      w0: (g * g * g) / 6,
      w1: (4 - 3 * f * f * (1 + g)) / 6,
      w2: (4 - 3 * g * g * (1 + f)) / 6,
      w3: (f * f * f) / 6,
    };
  }
}

interface Columns {
  readonly x0: number;
  readonly stepMm: number;
  readonly cells: Uint16Array;
  readonly parts: Float64Array;
}
