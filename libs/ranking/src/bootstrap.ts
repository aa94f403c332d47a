import { bootstrapSettings, createRandom, createResampler, kendallTauB } from '#statistics';
import { createRanker } from './rankers/create-ranker.js';
import type { DirectionOf, RankingScheme } from './scheme.js';
import type { Study } from './study.js';

export interface RankBootstrapOptions {
  /** 1000 unless told. */
  readonly draws?: number;
  /** Whole number, 0 to 2^32 - 1. */
  readonly seed: number;
  /** 0.95 unless told. */
  readonly confidence?: number;
}

/** How firmly an algorithm holds its place. */
export interface RankSpread {
  readonly algorithm: string;
  /** Place with all cases. */
  readonly rank: number;
  /** Percentile interval of the place over draws (type 7 quantiles, so it may end between two places). */
  readonly interval: readonly [number, number];
  readonly median: number;
  readonly mean: number;
  /** Share of the draws at each of `RankStability.places`. */
  readonly shares: readonly number[];
}

/** How closely the draws agree with the ranking of all cases, by Kendall's tau-b. */
export interface TauSpread {
  /** Null when tau is undefined in every draw. */
  readonly mean: number | null;
  readonly quartiles: readonly [number, number, number] | null;
  /** Draws in which all algorithms tie, or all of them when they tie over all cases: tau has no value. */
  readonly undefined: number;
  /** How often each value occurs, ascending: all that a violin needs. */
  readonly values: readonly { readonly tau: number; readonly draws: number }[];
}

export interface RankStability {
  readonly draws: number;
  readonly seed: number | null;
  readonly confidence: number;
  /** What was drawn. */
  readonly patients: number;
  /** Places that are possible: 1, 2, ... or 1, 1.5, 2, ... when ties are averaged. */
  readonly places: readonly number[];
  /** In the study's order of algorithms. */
  readonly algorithms: readonly RankSpread[];
  readonly tau: TauSpread;
}

/**
 * Draws that were started and can go on in steps, so that a web worker can tell its progress and stop. The draws do not
 * depend on the steps.
 */
export interface RankBootstrap {
  readonly draws: number;
  readonly done: number;
  /** Makes up to `count` further draws and says how many are done. */
  advance(count: number): number;
  /** @throws RangeError before the first draw */
  result(): RankStability;
}

/**
 * Bootstrap of a ranking over cases: each draw ranks anew, every copy of a case counting as a case of its own. (Tools that
 * rank the copies of a case together, or drop them before a test, understate stability.) Where patients have several
 * cases, whole patients are drawn.
 *
 * @throws RangeError of settings out of range, or what `createRanker` refuses
 */
export function createRankBootstrap(
  study: Study,
  scheme: RankingScheme,
  directionOf: DirectionOf,
  options: RankBootstrapOptions,
): RankBootstrap {
  const { draws, seed, confidence } = bootstrapSettings(options);
  const ranker = createRanker(study, scheme, directionOf);
  const resampler = createResampler(study.cases.length, createRandom(seed), study.patients);
  const weights = new Int32Array(study.cases.length);
  const drawn = new Int32Array(resampler.most);
  const full = new Float64Array(study.algorithms.length);
  ranker.place(weights.fill(1), full);
  const tally = createTally(study.algorithms, full, scheme.ties === 'average');
  const ranks = new Float64Array(study.algorithms.length);
  let done = 0;
  return {
    draws,
    get done() {
      return done;
    },
    advance(count) {
      for (const last = Math.min(draws, done + count); done < last; done++) {
        weights.fill(0);
        const n = resampler.next(drawn);
        for (let i = 0; i < n; i++) weights[drawn[i]]++;
        ranker.place(weights, ranks);
        tally.add(ranks);
      }
      return done;
    },
    result: () => ({ ...tally.summary(confidence), seed, confidence, patients: resampler.patients }),
  };
}

/** The whole bootstrap at once. */
export function bootstrapRanks(
  study: Study,
  scheme: RankingScheme,
  directionOf: DirectionOf,
  options: RankBootstrapOptions,
): RankStability {
  const bootstrap = createRankBootstrap(study, scheme, directionOf, options);
  bootstrap.advance(bootstrap.draws);
  return bootstrap.result();
}

/**
 * Ranks of draws that somebody else made.
 *
 * @param draws each a list of places in `study.cases`, from 0
 * @throws RangeError of no draws, an empty draw, or a place that is none
 */
export function rankGivenDraws(
  study: Study,
  scheme: RankingScheme,
  directionOf: DirectionOf,
  draws: readonly (readonly number[])[],
  confidence = 0.95,
): { readonly ranks: readonly Float64Array[]; readonly stability: RankStability } {
  const size = study.cases.length;
  const ranker = createRanker(study, scheme, directionOf);
  const weights = new Int32Array(size);
  const full = new Float64Array(study.algorithms.length);
  ranker.place(weights.fill(1), full);
  const tally = createTally(study.algorithms, full, scheme.ties === 'average');
  const ranks = draws.map((draw, d) => {
    if (draw.length === 0) throw new RangeError(`draw ${d} is empty; expected at least one case`);
    weights.fill(0);
    for (const index of draw) {
      if (!Number.isInteger(index) || index < 0 || index >= size) {
        throw new RangeError(`draw ${d} has the case index ${index}; expected a whole number from 0 to ${size - 1}`);
      }
      weights[index]++;
    }
    const places = new Float64Array(study.algorithms.length);
    ranker.place(weights, places);
    tally.add(places);
    return places;
  });
  const patients = study.patients ? new Set(study.patients).size : size;
  return { ranks, stability: { ...tally.summary(confidence), seed: null, confidence, patients } };
}

interface Tally {
  add(ranks: Float64Array): void;
  summary(confidence: number): Omit<RankStability, 'seed' | 'confidence' | 'patients'>;
}

/** Counts places instead of keeping them: memory does not grow with the draws. */
function createTally(algorithms: readonly string[], full: Float64Array, halves: boolean): Tally {
  const count = algorithms.length;
  const step = halves ? 0.5 : 1;
  const places = Array.from({ length: (count - 1) / step + 1 }, (_, i) => 1 + i * step);
  const counts = new Float64Array(count * places.length);
  const taus = new Map<number, number>();
  let draws = 0;
  let undefinedTaus = 0;
  return {
    add(ranks) {
      draws++;
      for (let a = 0; a < count; a++) counts[a * places.length + (ranks[a] - 1) / step]++;
      const tau = kendallTauB(full, ranks);
      if (tau === null) undefinedTaus++;
      else taus.set(tau, (taus.get(tau) ?? 0) + 1);
    },
    summary(confidence) {
      if (draws === 0) throw new RangeError('a summary was asked before the first draw');
      const tail = (1 - confidence) / 2;
      const values = [...taus].map(([tau, n]) => ({ tau, draws: n })).sort((a, b) => a.tau - b.tau);
      const known = draws - undefinedTaus;
      const tauAt = (share: number) =>
        quantileOfCounts(
          values.map(({ tau }) => tau),
          values.map((v) => v.draws),
          share,
        );
      return {
        draws,
        places,
        algorithms: algorithms.map((algorithm, a) => {
          const own = counts.subarray(a * places.length, (a + 1) * places.length);
          const at = (share: number) => quantileOfCounts(places, own, share);
          return {
            algorithm,
            rank: full[a],
            interval: [at(tail), at(1 - tail)] as const,
            median: at(0.5),
            mean: places.reduce((sum, place, i) => sum + place * own[i], 0) / draws,
            shares: Array.from(own, (n) => n / draws),
          };
        }),
        tau: {
          mean: known === 0 ? null : values.reduce((sum, { tau, draws: n }) => sum + tau * n, 0) / known,
          quartiles: known === 0 ? null : [tauAt(0.25), tauAt(0.5), tauAt(0.75)],
          undefined: undefinedTaus,
          values,
        },
      };
    },
  };
}

/** Type 7 quantile of a list in which ascending `values` occur `counts` times. */
function quantileOfCounts(values: readonly number[], counts: ArrayLike<number>, share: number): number {
  let n = 0;
  for (let i = 0; i < values.length; i++) n += counts[i];
  const place = share * (n - 1);
  const low = Math.floor(place);
  const valueAt = (index: number): number => {
    let passed = 0;
    for (let i = 0; i < values.length; i++) {
      passed += counts[i];
      if (passed > index) return values[i];
    }
    return values[values.length - 1];
  };
  const below = valueAt(low);
  return below + (valueAt(Math.min(low + 1, n - 1)) - below) * (place - low);
}
