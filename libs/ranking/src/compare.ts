import type { Direction } from '#metrics';
import {
  adjustP,
  bootstrapMean,
  bootstrapMedian,
  meansByPatient,
  signedRank,
  type BootstrapOptions,
  type Interval,
} from '#statistics';
import { byCodeUnits } from './study.js';

/** One case of two algorithms, penalties filled in. */
export interface PairedCase {
  readonly case: string;
  readonly patient?: string;
  readonly first: number;
  readonly second: number;
}

export interface CaseDifference extends PairedCase {
  /** first - second, in the metric's unit. */
  readonly difference: number;
  readonly better: 'first' | 'second' | 'neither';
}

export interface Comparison {
  readonly n: number;
  readonly patients: number;
  /** Mean of first - second, with its bootstrap interval. */
  readonly mean: Interval;
  /** Median of first - second. */
  readonly median: Interval;
  /** Cases on which the first is better, both are equal to the last bit, the second is better. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /**
   * One-sided signed-rank tests on the mean difference of each patient, after Holm over the two directions: what a board
   * of these two says. Null where nothing is better or worse.
   */
  readonly pFirstBetter: number | null;
  readonly pSecondBetter: number | null;
  /** All cases, those that differ most first, equals by name. */
  readonly cases: readonly CaseDifference[];
}

/**
 * Two algorithms on the same cases.
 *
 * @param direction which difference is better; null for a figure to report, by which none is: then no case is won or lost
 * @throws RangeError of no cases, a case that occurs twice, or a value that is not finite
 */
export function comparePair(
  cases: readonly PairedCase[],
  direction: Direction | null,
  options: Omit<BootstrapOptions, 'patients'>,
): Comparison {
  const seen = new Set<string>();
  const differences = cases.map((one): CaseDifference => {
    if (seen.has(one.case)) throw new RangeError(`case "${one.case}" occurs twice; expected once`);
    seen.add(one.case);
    const difference = one.first - one.second;
    if (!Number.isFinite(difference)) {
      throw new RangeError(`case "${one.case}" has the values ${one.first} and ${one.second}; expected finite numbers`);
    }
    const gain = direction === null ? 0 : direction === 'higher' ? difference : -difference;
    return { ...one, difference, better: gain > 0 ? 'first' : gain < 0 ? 'second' : 'neither' };
  });
  const values = differences.map(({ difference }) => difference);
  const patients = cases.map(patientOf);
  const { mean, ...interval } = bootstrapMean(values, { ...options, patients });
  const { pGreater, pLess } = signedRank(meansByPatient(values, patients));
  const [greater, less] = adjustP([pGreater, pLess], 'holm');
  const count = (who: CaseDifference['better']) => differences.filter(({ better }) => better === who).length;
  return {
    n: cases.length,
    patients: new Set(patients).size,
    mean: { estimate: mean, ...interval },
    median: bootstrapMedian(values, { ...options, patients }),
    wins: count('first'),
    ties: count('neither'),
    losses: count('second'),
    pFirstBetter: direction === null ? null : direction === 'higher' ? greater : less,
    pSecondBetter: direction === null ? null : direction === 'higher' ? less : greater,
    cases: differences.sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || byCodeUnits(a.case, b.case)),
  };
}

/** Both values of each patient, the means over the patient's cases: pairs that are independent of one another. */
export function patientMeans(
  cases: readonly PairedCase[],
): { readonly patient: string; readonly first: number; readonly second: number }[] {
  const patients = cases.map(patientOf);
  const of = (which: 'first' | 'second') =>
    meansByPatient(
      cases.map((one) => one[which]),
      patients,
    );
  const [first, second] = [of('first'), of('second')];
  return [...new Set(patients)].map((patient, p) => ({ patient, first: first[p], second: second[p] }));
}

function patientOf({ case: name, patient }: PairedCase): string {
  return patient === undefined ? `case ${name}` : `patient ${patient}`;
}
