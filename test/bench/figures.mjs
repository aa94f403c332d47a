/** One number of many measurements: nearest rank, so that it is always one that was measured. @param p 0 to 1 */
export function percentile(values, p) {
  if (values.length === 0) throw new RangeError('a percentile of no measurements');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
}

/** The middle one; of an even number the mean of the middle two. */
export function median(values) {
  if (values.length === 0) throw new RangeError('a median of no measurements');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

export function summary(values) {
  return {
    repetitions: values.length,
    median: rounded(median(values)),
    min: rounded(Math.min(...values)),
    max: rounded(Math.max(...values)),
  };
}

export function rounded(value, digits = 1) {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

export const sum = (values) => values.reduce((total, value) => total + value, 0);
