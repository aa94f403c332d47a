import { arcTangent, exponential } from './elementary.js';
import { normalDensity, normalUpperTail } from './normal.js';

/**
 * Chance that a chi-square number is `x` or larger. Finite sums for whole degrees of freedom: Abramowitz and Stegun 1964,
 * 26.4.4 and 26.4.5.
 *
 * @param df degrees of freedom, a whole number of at least 1
 */
export function chiSquareUpperTail(x: number, df: number): number {
  demandDegrees(df);
  if (!(x > 0)) return x === x ? 1 : NaN;
  if (df % 2 === 0) {
    let term = 1;
    let sum = 1;
    for (let i = 1; i < df / 2; i++) {
      term *= x / 2 / i;
      sum += term;
    }
    return exponential(-x / 2) * sum;
  }
  const root = Math.sqrt(x);
  let term = root;
  let sum = 0;
  for (let r = 1; r <= (df - 1) / 2; r++) {
    sum += term;
    term *= x / (2 * r + 1);
  }
  return 2 * normalUpperTail(root) + 2 * normalDensity(root) * sum;
}

/** Chance that a number of Student's t distribution lies between -t and t. Abramowitz and Stegun 1964, 26.7.3 and 26.7.4. */
export function studentWithin(t: number, df: number): number {
  demandDegrees(df);
  const squaredCosine = df / (df + t * t);
  const sine = t / Math.sqrt(df + t * t);
  if (df % 2 === 0) {
    let term = 1;
    let sum = 1;
    for (let k = 2; k <= df - 2; k += 2) {
      term *= ((k - 1) / k) * squaredCosine;
      sum += term;
    }
    return sine * sum;
  }
  let term = Math.sqrt(squaredCosine);
  let sum = df === 1 ? 0 : term;
  for (let k = 3; k <= df - 2; k += 2) {
    term *= ((k - 1) / k) * squaredCosine;
    sum += term;
  }
  return (2 / Math.PI) * (arcTangent(t / Math.sqrt(df)) + sine * sum);
}

/**
 * The t between whose negative and itself lies the share `within` of Student's distribution: 2.262 for 0.95 and 9.
 *
 * @param within 0 to less than 1
 */
export function studentQuantile(within: number, df: number): number {
  if (!(within >= 0 && within < 1)) throw new RangeError(`share is ${within}; expected 0 to less than 1`);
  let low = 0;
  let high = 1;
  while (studentWithin(high, df) < within) high *= 2;
  for (let n = 0; n < 60; n++) {
    const middle = (low + high) / 2;
    if (studentWithin(middle, df) < within) low = middle;
    else high = middle;
  }
  return high;
}

function demandDegrees(df: number): void {
  if (!Number.isInteger(df) || df < 1)
    throw new RangeError(`degrees of freedom are ${df}; expected a positive whole number`);
}
