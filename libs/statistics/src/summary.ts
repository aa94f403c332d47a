/**
 * Sum of finite numbers, rounded once at the end: the same whatever their order.
 *
 * Shewchuk 1997 (doi:10.1007/PL00009321): the partial sums kept are non-overlapping, so nothing is lost before the end.
 * Means of equal multisets are equal to the last bit, so a tie in a ranking never hangs on the order of cases.
 *
 * @throws RangeError when a number is not finite, or the sum overflows
 */
export function exactSum(values: ArrayLike<number>): number {
  const partials: number[] = [];
  for (let n = 0; n < values.length; n++) add(partials, values[n], n);
  return roundPartials(partials);
}

/** Adds x to partial sums that rise in size and do not overlap; they keep both properties, and nothing is lost. */
function add(partials: number[], x: number, at: number): void {
  if (x - x !== 0) throw new RangeError(`value ${at} is ${x}; expected finite numbers`);
  let kept = 0;
  const count = partials.length;
  for (let n = 0; n < count; n++) {
    const y = partials[n];
    const high = x + y;
    const low = Math.abs(x) < Math.abs(y) ? x - (high - y) : y - (high - x);
    if (low !== 0) partials[kept++] = low;
    x = high;
  }
  if (x - x !== 0) throw new RangeError('sum exceeds the largest number');
  partials.length = kept;
  partials.push(x);
}

/** Partials rise in size and do not overlap: adding from the top is exact until the last addition that rounds. */
function roundPartials(partials: readonly number[]): number {
  let n = partials.length - 1;
  if (n < 0) return 0;
  let high = partials[n--];
  let low = 0;
  while (n >= 0) {
    const x = high;
    const y = partials[n--];
    high = x + y;
    low = y - (high - x);
    if (low !== 0) break;
  }
  // Half-way case: what lies below decides, where plain addition would have gone to the even neighbour.
  if (n >= 0 && ((low < 0 && partials[n] < 0) || (low > 0 && partials[n] > 0))) {
    const twice = low * 2;
    const next = high + twice;
    if (twice === next - high) high = next;
  }
  return high;
}

/**
 * Arithmetic mean: the float64 number nearest to the exact mean of the float64 numbers given, so it does not depend on
 * their order. (R's `mean` gives the same but for the rare case that its extended precision falls short.)
 *
 * @throws RangeError of an empty list or a number that is not finite
 */
export function mean(values: ArrayLike<number>): number {
  demandSome(values, 'mean');
  const partials: number[] = [];
  for (let n = 0; n < values.length; n++) add(partials, values[n], n);
  return divide(partials, values.length);
}

/**
 * Mean of the values of each patient, in the order in which they come first. Values of one patient are not independent:
 * a test of independent values takes these.
 *
 * @param patients one entry a value: whose it is
 * @throws RangeError of unequal lists, or a number that is not finite
 */
export function meansByPatient(values: ArrayLike<number>, patients: readonly string[]): Float64Array {
  if (patients.length !== values.length)
    throw new RangeError(`got patients of ${patients.length} values; expected ${values.length}`);
  const groups = new Map<string, number[]>();
  patients.forEach((patient, i) => {
    const group = groups.get(patient);
    if (group) group.push(values[i]);
    else groups.set(patient, [values[i]]);
  });
  return Float64Array.from([...groups.values()], (group) => mean(group));
}

/**
 * The `mean` of a list in which `values[i]` occurs `weights[i]` times; NaN once nothing occurs.
 *
 * @param values NaN is left out, however often it occurs
 * @param weights whole numbers, 0 and more
 */
export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  const partials: number[] = [];
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    if (weights[i] === 0 || x !== x) continue;
    total += weights[i];
    // the powers of two in the weight: each product is exact
    let product = x;
    for (let left = weights[i]; left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) add(partials, product, i);
      product *= 2;
    }
  }
  return total === 0 ? NaN : divide(partials, total);
}

/** Exact sum over n, rounded once: the remainder of a first quotient, exact as well, corrects it. */
function divide(partials: number[], n: number): number {
  const quotient = roundPartials(partials) / n;
  const [high, low] = exactProduct(quotient, n);
  if (high - high !== 0 || low - low !== 0) return quotient; // beyond 1e300 there is no room for the correction
  add(partials, -high, 0);
  add(partials, -low, 0);
  return quotient + roundPartials(partials) / n;
}

/** a * b as an unevaluated sum of two numbers (Dekker 1971, doi:10.1007/BF01397083). */
function exactProduct(a: number, b: number): readonly [number, number] {
  const SPLIT = 134217729; // 2^27 + 1
  const product = a * b;
  const aHigh = SPLIT * a - (SPLIT * a - a);
  const bHigh = SPLIT * b - (SPLIT * b - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return [product, aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

/**
 * Quantile by linear interpolation between order statistics, the default of numpy and R (type 7).
 *
 * @param share 0 to 1
 * @throws RangeError of an empty list, a number that is not finite, or a share outside 0 to 1
 */
export function quantile(values: ArrayLike<number>, share: number): number {
  return quantiles(values, [share])[0];
}

/** Several quantiles of one list, sorted once. See `quantile`. */
export function quantiles(values: ArrayLike<number>, shares: readonly number[]): number[] {
  demandSome(values, 'quantile');
  const sorted = Float64Array.from(values).sort();
  if (!Number.isFinite(sorted[0]) || !Number.isFinite(sorted[sorted.length - 1])) {
    throw new RangeError('a quantile was asked of numbers that are not all finite');
  }
  return shares.map((share) => {
    if (!(share >= 0 && share <= 1)) throw new RangeError(`quantile is ${share}; expected a share from 0 to 1`);
    const place = share * (sorted.length - 1);
    const low = Math.floor(place);
    const high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
  });
}

/** Middle number, or the mean of the middle two. @throws RangeError of an empty list or numbers that are not all finite */
export function median(values: ArrayLike<number>): number {
  demandSome(values, 'median');
  const sorted = Float64Array.from(values).sort();
  if (!Number.isFinite(sorted[0]) || !Number.isFinite(sorted[sorted.length - 1])) {
    throw new RangeError('a median was asked of numbers that are not all finite');
  }
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : middle(sorted[half - 1], sorted[half]);
}

/** Half-way between two numbers, rounded once. */
export function middle(a: number, b: number): number {
  const sum = a + b;
  return sum - sum === 0 ? sum / 2 : a / 2 + b / 2;
}

/** First and third quartile. */
export function interquartileRange(values: ArrayLike<number>): readonly [number, number] {
  const [low, high] = quantiles(values, [0.25, 0.75]);
  return [low, high];
}

/** Standard deviation of a sample, n - 1 in the denominator; 0 for a single value. */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  if (values.length === 1) return 0;
  return Math.sqrt(exactSum(Array.from(values, (x) => (x - centre) * (x - centre))) / (values.length - 1));
}

function demandSome(values: ArrayLike<number>, what: string): void {
  if (values.length === 0) throw new RangeError(`a ${what} was asked of no values; expected at least one`);
}
