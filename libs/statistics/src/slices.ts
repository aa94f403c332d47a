import { UNKNOWN } from './bins.js';
import { bootstrapMean, bootstrapSettings, type BootstrapOptions } from './bootstrap.js';
import { kruskalWallis, type KruskalWallis } from './kruskal-wallis.js';
import { createRandom } from './random.js';
import { createResampler } from './resample.js';
import { SMALLEST_CELL, suppressedLevels } from './suppression.js';
import { interquartileRange, mean, median, quantiles, standardDeviation } from './summary.js';

/** Fewest cases of a level that is compared or ranked. */
export const FEWEST_TO_RANK = 10;

/** One case of one algorithm, for one metric. */
export interface SlicedCase {
  /** Value of the attribute, for instance `siemens`; null when it is not known. */
  readonly level: string | null;
  /** The metric, with the declared penalty where it had no value. */
  readonly value: number;
  /** The algorithm produced nothing, an empty mask, or less than the benchmark's threshold. */
  readonly failed: boolean;
  /** Whose case it is; a patient of its own unless told. */
  readonly patient?: string;
}

export interface ShownLevel {
  readonly kind: 'shown';
  readonly level: string;
  readonly n: number;
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly mean: number;
  /** Bootstrap interval of the mean, whole patients drawn. */
  readonly low: number;
  readonly high: number;
  /** 0 to 1. */
  readonly failureRate: number;
  /** Has enough cases to be compared with other levels. */
  readonly rankable: boolean;
}

/** Its figures, and even its number of cases, are withheld. */
export interface SuppressedLevel {
  readonly kind: 'suppressed';
  readonly level: string;
}

/** How far levels lie apart. Only levels that are shown, known and rankable are compared. */
export interface Gap {
  readonly levels: readonly string[];
  /** Largest less smallest mean. It cannot be negative, and chance alone makes it positive: read it with its interval and p. */
  readonly gap: number;
  readonly low: number;
  readonly high: number;
  readonly worst: string;
  /** Standard deviation of the means of levels, n - 1 in the denominator. */
  readonly deviation: number;
  /**
   * Mean of all cases / (1 + standard deviation over levels): equity-scaled score of FairSeg (Tian et al. 2024, arXiv 2311.02189).
   * Null for a metric where smaller is better, for which it is not defined.
   */
  readonly equityScaled: number | null;
  readonly test: KruskalWallis;
}

export interface Slice {
  readonly n: number;
  readonly mean: number;
  /** In order of name, `unknown` last. */
  readonly levels: readonly (ShownLevel | SuppressedLevel)[];
  /** Null when fewer than two levels can be compared. */
  readonly gap: Gap | null;
}

export interface SliceOptions extends Omit<BootstrapOptions, 'patients'> {
  readonly direction: 'higher' | 'lower';
  /** Levels say something about people: small cells and what would give them away are withheld. */
  readonly demographic: boolean;
  /** Fewest patients of a demographic cell; 5 unless told. */
  readonly smallestCell?: number;
}

/**
 * Figures of one algorithm by the levels of one attribute.
 *
 * @throws RangeError of no cases, or a value that is not finite
 */
export function sliceCases(cases: readonly SlicedCase[], options: SliceOptions): Slice {
  const byLevel = new Map<string, SlicedCase[]>();
  for (const one of cases) {
    const level = one.level ?? UNKNOWN;
    const group = byLevel.get(level);
    if (group) group.push(one);
    else byLevel.set(level, [one]);
  }
  const people = new Map([...byLevel].map(([level, group]) => [level, new Set(patientsOf(group)).size]));
  const hidden = options.demographic
    ? suppressedLevels(people, options.smallestCell ?? SMALLEST_CELL)
    : new Set<string>();
  const names = [...byLevel.keys()].sort((a, b) => Number(a === UNKNOWN) - Number(b === UNKNOWN) || (a < b ? -1 : 1));
  const all = mean(cases.map(({ value }) => value));
  const compared = names
    .filter((name) => name !== UNKNOWN && !hidden.has(name) && (byLevel.get(name)?.length ?? 0) >= FEWEST_TO_RANK)
    .map((name) => ({ name, group: byLevel.get(name) ?? [] }));
  return {
    n: cases.length,
    mean: all,
    levels: names.map((level) =>
      hidden.has(level) ? { kind: 'suppressed', level } : describeLevel(level, byLevel.get(level) ?? [], options),
    ),
    gap: compared.length < 2 ? null : gapOf(compared, all, options),
  };
}

function describeLevel(level: string, group: readonly SlicedCase[], options: SliceOptions): ShownLevel {
  const values = group.map(({ value }) => value);
  const { low, high, mean: centre } = bootstrapMean(values, { ...options, patients: patientsOf(group) });
  return {
    kind: 'shown',
    level,
    n: group.length,
    median: median(values),
    quartiles: interquartileRange(values),
    mean: centre,
    low,
    high,
    failureRate: group.filter(({ failed }) => failed).length / group.length,
    rankable: group.length >= FEWEST_TO_RANK,
  };
}

/** Each draw resamples the patients of every level, so that no level is ever without cases. */
function gapOf(
  levels: readonly { readonly name: string; readonly group: readonly SlicedCase[] }[],
  all: number,
  options: SliceOptions,
): Gap {
  const { draws, seed, shares } = bootstrapSettings(options);
  const values = levels.map(({ group }) => Float64Array.from(group, ({ value }) => value));
  const means = values.map(mean);
  const random = createRandom(seed);
  const resamplers = levels.map(({ group }) => createResampler(group.length, random, patientsOf(group)));
  const drawn = new Int32Array(Math.max(...resamplers.map(({ most }) => most)));
  const gaps = new Float64Array(draws);
  for (let d = 0; d < draws; d++) {
    let smallest = Infinity;
    let largest = -Infinity;
    resamplers.forEach((resampler, l) => {
      const n = resampler.next(drawn);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += values[l][drawn[i]];
      smallest = Math.min(smallest, sum / n);
      largest = Math.max(largest, sum / n);
    });
    gaps[d] = largest - smallest;
  }
  const [low, high] = quantiles(gaps, shares);
  const worstMean = options.direction === 'higher' ? Math.min(...means) : Math.max(...means);
  const deviation = standardDeviation(means);
  return {
    levels: levels.map(({ name }) => name),
    gap: Math.max(...means) - Math.min(...means),
    low,
    high,
    worst: levels[means.indexOf(worstMean)].name,
    deviation,
    equityScaled: options.direction === 'higher' ? all / (1 + deviation) : null,
    test: kruskalWallis(values),
  };
}

function patientsOf(group: readonly SlicedCase[]): string[] {
  return group.map(({ patient }, i) => (patient === undefined ? `case ${i}` : `patient ${patient}`));
}
