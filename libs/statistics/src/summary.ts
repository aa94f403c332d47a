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
  const { abs } = Math;
  for (let n = 0; n < values.length; n++) {
    let x = values[n];
    if (x - x !== 0) throw new RangeError(`value ${n} is ${x}; expected finite numbers`);
    let kept = 0;
    for (let y of partials) {
      if (abs(x) < abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) partials[kept++] = low;
      x = high;
    }
    if (x - x !== 0) throw new RangeError('sum exceeds the largest number');
    partials.length = kept;
    partials.push(x);
  }
  return roundPartials(partials);
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

/** Arithmetic mean. @throws RangeError of an empty list or a number that is not finite */
export function mean(values: ArrayLike<number>): number {
  demandSome(values, 'mean');
  return exactSum(values) / values.length;
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

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
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
  return Math.sqrt(exactSum(Array.from(values, (x) => (x - centre) ** 2)) / (values.length - 1));
}

function demandSome(values: ArrayLike<number>, what: string): void {
  if (values.length === 0) throw new RangeError(`a ${what} was asked of no values; expected at least one`);
}
