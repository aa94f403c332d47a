import { FOUR_BYTE_SD, Random, fourByteSum } from './random.js';
import { SmoothField } from './smooth-field.js';

const LOW = [0, 0, 0] as const;
const HIGH = [40, 30, 20] as const;
const KNOT_MM = 10;

describe('SmoothField', () => {
  it('equals the plain triple sum of cubic B-splines over the lattice', () => {
    const field = new SmoothField(new Random(5), LOW, HIGH, KNOT_MM, 2);
    const out = new Float64Array(9);
    field.atZ(13.5);
    field.fillRow(7.25, 1.5, 4.5, out);
    out.forEach((value, i) => expect(value).toBeCloseTo(slowTwin(1.5 + 4.5 * i, 7.25, 13.5), 10));
  });

  it('has about the standard deviation that was asked for', () => {
    const field = new SmoothField(new Random(6), [0, 0, 0], [600, 600, 600], KNOT_MM, 1.5);
    const out = new Float64Array(60);
    let sum = 0;
    let squares = 0;
    let n = 0;
    for (let z = 0; z < 600; z += 23) {
      field.atZ(z);
      for (let y = 0; y < 600; y += 23) {
        field.fillRow(y, 0, 10, out);
        for (const value of out) {
          sum += value;
          squares += value * value;
          n++;
        }
      }
    }
    expect(Math.abs(sum / n)).toBeLessThan(0.1);
    expect(Math.abs(Math.sqrt(squares / n) - 1.5)).toBeLessThan(0.1);
  });

  it('stays finite outside the covered box', () => {
    const field = new SmoothField(new Random(7), LOW, HIGH, KNOT_MM, 1);
    const out = new Float64Array(4);
    field.atZ(-30);
    field.fillRow(200, -50, 60, out);
    expect(out.every(Number.isFinite)).toBe(true);
  });
});

/** The same lattice, read with the textbook spline at one point. */
function slowTwin(x: number, y: number, z: number): number {
  const count = HIGH.map((high) => Math.floor(high / KNOT_MM) + 5);
  const r = new Random(5);
  const gain = 2 / (FOUR_BYTE_SD * Math.sqrt((151 / 315) ** 3));
  let sum = 0;
  for (let k = 0; k < count[2]; k++) {
    for (let j = 0; j < count[1]; j++) {
      for (let i = 0; i < count[0]; i++) {
        const knot = gain * fourByteSum(r.bits());
        // Knot n is centred one lattice step before n * KNOT_MM, so that a cell's four knots surround it.
        sum += knot * spline(x / KNOT_MM - i + 1) * spline(y / KNOT_MM - j + 1) * spline(z / KNOT_MM - k + 1);
      }
    }
  }
  return sum;
}

function spline(t: number): number {
  const a = Math.abs(t);
  if (a < 1) return (4 - 6 * a * a + 3 * a * a * a) / 6;
  return a < 2 ? (2 - a) ** 3 / 6 : 0;
}
