/**
 * Exponential, logarithm and arc tangent from additions, multiplications, divisions and square roots alone. ECMAScript
 * leaves the last bits of `Math.exp`, `Math.log` and `Math.atan` to the engine; these give the same bits everywhere, so a
 * p-value is the same number in Node and in every browser.
 */

/** ln 2 in two parts; the first has 32 zero bits at its end, so its products with small whole numbers are exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LN2 = 0.6931471805599453;

/** e to the power of `x`, within 2 units in the last place. 0 below -745.2, Infinity above 709.8. */
export function exponential(x: number): number {
  if (!(x > -745.2)) return x === x ? 0 : NaN;
  if (x > 709.8) return Infinity;
  const k = Math.round(x / LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW; // |r| is at most 0.35
  let sum = 1;
  for (let n = 14; n >= 1; n--) sum = 1 + (sum * r) / n; // Taylor; the first term left out is below 1e-19
  return timesPowerOfTwo(sum, k);
}

/** Natural logarithm of a positive number, within 2 units in the last place unless x is close to 1. NaN below 0. */
export function logarithm(x: number): number {
  if (x === 0) return -Infinity;
  if (!(x > 0)) return NaN;
  if (x === Infinity) return Infinity;
  let k = 0;
  let m = x;
  for (let step = 512; step >= 1; step /= 2) {
    const power = timesPowerOfTwo(1, step);
    if (m >= power) {
      m /= power;
      k += step;
    } else if (m * power < 2) {
      m *= power;
      k -= step;
    }
  }
  while (m < 1) {
    m *= 2;
    k--;
  }
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  const s = (m - 1) / (m + 1); // at most 0.172 in size
  const square = s * s;
  let sum = 0;
  for (let n = 25; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return k * LN2_HIGH + (2 * s * sum + k * LN2_LOW);
}

/** Arc tangent in radians. */
export function arcTangent(x: number): number {
  if (x < 0) return -arcTangent(-x);
  if (x > 1) return Math.PI / 2 - arcTangent(1 / x);
  let y = x;
  for (let n = 0; n < 3; n++) y = y / (1 + Math.sqrt(1 + y * y)); // halves the angle: at most 0.0984 rad is left
  const square = y * y;
  let sum = 0;
  for (let n = 19; n >= 1; n -= 2) sum = (n % 4 === 1 ? 1 : -1) / n + square * sum;
  return 8 * y * sum;
}

/** Exact unless the answer is too large or too small for all its bits. @param k whole number, -1074 to 1024 */
function timesPowerOfTwo(x: number, k: number): number {
  let factor = k < 0 ? 0.5 : 2;
  let scaled = x;
  for (let left = Math.abs(k); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) scaled *= factor;
    factor *= factor;
  }
  return scaled;
}
