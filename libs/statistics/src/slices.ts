import { NONE, UNKNOWN } from './bins.js';
import { bootstrapMean, bootstrapSettings, type BootstrapOptions } from './bootstrap.js';
import { kruskalWallis, type KruskalWallis } from './kruskal-wallis.js';
import { createRandom } from './random.js';
import { createResampler } from './resample.js';
import { createSizeLines, type SizedValue } from './size-lines.js';
import { SMALLEST_CELL, suppressedLevels } from './suppression.js';
import { interquartileRange, mean, meansByPatient, median, quantiles, standardDeviation } from './summary.js';

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
  /** What `value` is the mean of, in the same order in every case; without it no gap after size is given. */
  readonly structures?: readonly SizedValue[];
}

export interface ShownLevel {
  readonly kind: 'shown';
  readonly level: string;
  readonly n: number;
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly mean: number;
  /** Bootstrap interval of the mean, whole patients drawn; null for fewer than two patients. */
  readonly low: number | null;
  readonly high: number | null;
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

/** How far the means of levels lie apart. */
export interface GapFigures {
  /** Largest less smallest mean. It cannot be negative, and chance alone makes it positive: read it with its interval and p. */
  readonly gap: number;
  readonly low: number;
  readonly high: number;
  readonly worst: string;
  /** Standard deviation of the means of levels, n - 1 in the denominator. */
  readonly deviation: number;
  /** One value a patient and level, as those of a patient are not independent. */
  readonly test: KruskalWallis;
}

/** Only levels that are shown, known and rankable are compared. */
export interface Gap extends GapFigures {
  readonly levels: readonly string[];
  /**
   * Mean of all cases / (1 + standard deviation over levels): equity-scaled score of FairSeg (Tian et al. 2024, arXiv 2311.02189).
   * Null for a metric where smaller is better, for which it is not defined.
   */
  readonly equityScaled: number | null;
  /**
   * The same of values from which is taken what the size of the structures explains, see `createSizeLines`: the lines are
   * fitted to the cases compared, and anew in every draw. Null where sizes are not known or all alike.
   */
  readonly afterSize: GapFigures | null;
}

export interface Slice {
  readonly n: number;
  readonly mean: number;
  /** In order of name; cases without the structure and `unknown` last. */
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
  const names = [...byLevel.keys()].sort((a, b) => lastOf(a) - lastOf(b) || (a < b ? -1 : 1));
  const all = mean(cases.map(({ value }) => value));
  const compared = names
    .filter((name) => lastOf(name) === 0 && !hidden.has(name) && (byLevel.get(name)?.length ?? 0) >= FEWEST_TO_RANK)
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

/** Levels that stand behind the others, and are never compared with them. */
function lastOf(level: string): number {
  return level === UNKNOWN ? 2 : level === NONE ? 1 : 0;
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
  const names = levels.map(({ name }) => name);
  const values = levels.map(({ group }) => Float64Array.from(group, ({ value }) => value));
  const lines = createSizeLines(levels.map(({ group }) => group.map(({ structures }) => structures)));
  const random = createRandom(seed);
  const resamplers = levels.map(({ group }) => createResampler(group.length, random, patientsOf(group)));
  const drawn = new Int32Array(Math.max(...resamplers.map(({ most }) => most)));
  const means = new Float64Array(levels.length);
  const gaps = new Float64Array(draws);
  const gapsAfterSize = new Float64Array(lines ? draws : 0);
  for (let d = 0; d < draws; d++) {
    lines?.clear();
    resamplers.forEach((resampler, l) => {
      const n = resampler.next(drawn);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += values[l][drawn[i]];
      means[l] = sum / n;
      lines?.add(l, drawn, n);
    });
    gaps[d] = spreadOf(means);
    if (lines) gapsAfterSize[d] = spreadOf(lines.takeFrom(means));
  }
  const patients = levels.map(({ group }) => patientsOf(group));
  const figures = (of: readonly ArrayLike<number>[], spreads: Float64Array): GapFigures => {
    const centres = of.map((group) => mean(group));
    const [low, high] = quantiles(spreads, shares);
    const worst = options.direction === 'higher' ? Math.min(...centres) : Math.max(...centres);
    return {
      gap: spreadOf(centres),
      low,
      high,
      worst: names[centres.indexOf(worst)],
      deviation: standardDeviation(centres),
      test: kruskalWallis(of.map((group, l) => meansByPatient(group, patients[l]))),
    };
  };
  const raw = figures(values, gaps);
  return {
    levels: names,
    ...raw,
    equityScaled: options.direction === 'higher' ? all / (1 + raw.deviation) : null,
    afterSize: lines && figures(lines.residuals(values), gapsAfterSize),
  };
}

function spreadOf(means: ArrayLike<number>): number {
  let smallest = Infinity;
  let largest = -Infinity;
  for (let l = 0; l < means.length; l++) {
    smallest = Math.min(smallest, means[l]);
    largest = Math.max(largest, means[l]);
  }
  return largest - smallest;
}

function patientsOf(group: readonly SlicedCase[]): string[] {
  return group.map(({ patient }, i) => (patient === undefined ? `case ${i}` : `patient ${patient}`));
}
