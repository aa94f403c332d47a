import type { Direction } from '#metrics';
import { bootstrapMean, bootstrapMedian, signedRank, type BootstrapOptions, type Interval } from '#statistics';
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
  /** Mean of first - second, with its bootstrap interval. */
  readonly mean: Interval;
  /** Median of first - second. */
  readonly median: Interval;
  /** Cases on which the first is better, both are equal to the last bit, the second is better. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** One-sided signed-rank tests; not adjusted: this is one pair. */
  readonly pFirstBetter: number;
  readonly pSecondBetter: number;
  /** All cases, those that differ most first, equals by name. */
  readonly cases: readonly CaseDifference[];
}

/**
 * Two algorithms on the same cases.
 *
 * @throws RangeError of no cases, a case that occurs twice, or a value that is not finite
 */
export function comparePair(
  cases: readonly PairedCase[],
  direction: Direction,
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
    const gain = direction === 'higher' ? difference : -difference;
    return { ...one, difference, better: gain > 0 ? 'first' : gain < 0 ? 'second' : 'neither' };
  });
  const values = differences.map(({ difference }) => difference);
  const patients = cases.map((one) => (one.patient === undefined ? `case ${one.case}` : `patient ${one.patient}`));
  const { mean, ...interval } = bootstrapMean(values, { ...options, patients });
  const { pGreater, pLess } = signedRank(values);
  const count = (who: CaseDifference['better']) => differences.filter(({ better }) => better === who).length;
  return {
    n: cases.length,
    mean: { estimate: mean, ...interval },
    median: bootstrapMedian(values, { ...options, patients }),
    wins: count('first'),
    ties: count('neither'),
    losses: count('second'),
    pFirstBetter: direction === 'higher' ? pGreater : pLess,
    pSecondBetter: direction === 'higher' ? pLess : pGreater,
    cases: differences.sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || byCodeUnits(a.case, b.case)),
  };
}
