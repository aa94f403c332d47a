import type { MetricValue } from '#metrics';
import { bootstrapMean, mean, type BootstrapOptions, type MeanInterval } from '#statistics';
import { byCodeUnits } from './study.js';

/** The metric between two readers' segmentations of the same case and region. */
export interface ReaderAgreement {
  readonly case: string;
  readonly patient?: string;
  /** Two different readers; the metric is symmetric, or the pair occurs in both directions. */
  readonly readers: readonly [string, string];
  readonly value: MetricValue;
  /** What stands in for an unbounded or undefined value, as for algorithms. */
  readonly penalty: number;
}

export interface HumanCeiling {
  /** Mean over cases, each the mean over its pairs of readers, with its bootstrap interval: the band of a plot. */
  readonly band: MeanInterval;
  readonly cases: number;
  readonly readers: number;
  readonly pairs: number;
  /** Pairs that had no number and count with their penalty. */
  readonly penalised: number;
}

/**
 * How well the human readers agree with one another on a metric: an algorithm within the band agrees with the reference
 * as well as a second reader would. It is no upper bound: a consensus of several readers can be met more closely than they
 * meet one another.
 *
 * @returns null when no case has two readers
 * @throws RangeError when a pair is one reader twice, or a penalty is needed and not finite
 */
export function humanCeiling(
  agreements: readonly ReaderAgreement[],
  options: Omit<BootstrapOptions, 'patients'>,
): HumanCeiling | null {
  if (agreements.length === 0) return null;
  const byCase = new Map<string, { readonly patient: string; readonly values: number[] }>();
  const readers = new Set<string>();
  let penalised = 0;
  for (const { case: name, patient, readers: pair, value, penalty } of agreements) {
    if (pair[0] === pair[1])
      throw new RangeError(`case "${name}" pairs the reader ${pair[0]} with themselves; expected two readers`);
    for (const reader of pair) readers.add(reader);
    const one = byCase.get(name) ?? {
      patient: patient === undefined ? `case ${name}` : `patient ${patient}`,
      values: [],
    };
    byCase.set(name, one);
    if (value.kind === 'value') {
      one.values.push(value.value);
      continue;
    }
    if (!Number.isFinite(penalty))
      throw new RangeError(`penalty of case "${name}" is ${penalty}; expected a finite number`);
    penalised++;
    one.values.push(penalty);
  }
  // in order of name: a seed stands for the same draws however the pairs were listed
  const cases = [...byCase].sort(([a], [b]) => byCodeUnits(a, b)).map(([, one]) => one);
  const band = bootstrapMean(
    cases.map(({ values }) => mean(values)),
    { ...options, patients: cases.map(({ patient }) => patient) },
  );
  return { band, cases: cases.length, readers: readers.size, pairs: agreements.length, penalised };
}
