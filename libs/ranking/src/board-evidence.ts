import { bootstrapMean, FEWEST_TO_RANK, sliceCases, type Gap, type MeanInterval } from '#statistics';
import { createRankBootstrap, type TauSpread } from './bootstrap.js';
import { testPairs, tiersOf } from './pairwise-tests.js';
import { rankStudy } from './rank.js';
import { leaveOneOut, rankLevels, rankUnderSchemes, type PartRanking } from './robustness.js';
import { DEFAULT_ALPHA, describeScheme, type DirectionOf, type RankingScheme, type SingleScheme } from './scheme.js';
import { joinRegions } from './score-table.js';
import type { Study } from './study.js';

/** A clinical or acquisition fact by which cases are grouped. */
export interface Attribute {
  readonly key: string;
  /** Its levels say something about people: small cells, and what would give them away, are withheld. */
  readonly demographic: boolean;
  /** Level of each case, in the study's order; null when it is not known. */
  readonly levels: readonly (string | null)[];
}

export interface EvidenceQuestion {
  readonly study: Study;
  readonly scheme: RankingScheme;
  readonly directionOf: DirectionOf;
  readonly attributes: readonly Attribute[];
  /** Key of the attribute whose levels are left out in turn, where there is one. */
  readonly siteKey?: string;
  /** Whether an algorithm produced nothing, or an empty mask, for a case: for failure rates. */
  readonly failed: (algorithm: string, caseName: string) => boolean;
  readonly draws?: number;
  /** Whole number, 0 to 2^32 - 1. */
  readonly seed: number;
  /**
   * `cases`: for whoever may see the figures of every case. `released`: for a held-out phase and everybody else; a median
   * or quartile is the figure of one case, a p-value of few cases tells their order, and the difference of two means the
   * mean of the few cases that lie between them: there are decisions and ranks instead.
   */
  readonly detail: 'cases' | 'released';
}

export interface EvidenceStanding {
  readonly algorithm: string;
  readonly rank: number;
  /** What was ranked: see `Place.aggregate`. */
  readonly aggregate: number | null;
  /** Of the rank, over draws. */
  readonly interval: readonly [number, number];
  readonly medianRank: number;
  /** Share of the draws at each of `BoardEvidence.places`. */
  readonly shares: readonly number[];
  readonly tier: number;
  readonly likeFirst: boolean;
  /**
   * Mean of the metric that is shown, with its interval. Null for a held-out phase of fewer than 10 cases: draws of a
   * handful of cases are often one case many times, and the ends of the interval its value.
   */
  readonly mean: MeanInterval | null;
}

export interface EvidenceLevel {
  readonly level: string;
  /** Null: withheld. */
  readonly figures: {
    readonly n: number;
    readonly mean: number;
    readonly low: number;
    readonly high: number;
    readonly failureRate: number;
    /** Null where figures of single cases are not shown. */
    readonly median: number | null;
    readonly quartiles: readonly [number, number] | null;
  } | null;
}

export interface EvidenceSlice {
  readonly key: string;
  readonly demographic: boolean;
  /** The ranking within each level; a level with fewer than 10 cases has none. */
  readonly rankings: readonly PartRanking[];
  readonly algorithms: readonly {
    readonly algorithm: string;
    readonly levels: readonly EvidenceLevel[];
    readonly gap: (Omit<Gap, 'test'> & { readonly p: number }) | null;
  }[];
}

export interface BoardEvidence {
  readonly scheme: RankingScheme;
  /** The scheme in one line. */
  readonly rule: string;
  /** Whose mean, slices and dots are shown: of a consensus, its first rule's. */
  readonly metric: string;
  readonly region: string;
  readonly cases: number;
  readonly patients: number;
  readonly draws: number;
  readonly seed: number;
  readonly confidence: number;
  readonly places: readonly number[];
  /** By rank, then by name. */
  readonly standings: readonly EvidenceStanding[];
  readonly tau: TauSpread;
  readonly tests: {
    readonly alpha: number;
    readonly adjust: string;
    /** Order of rows and columns below: that of `standings`. */
    readonly algorithms: readonly string[];
    /** Whether the algorithm of the row is significantly better than that of the column. */
    readonly better: readonly (readonly boolean[])[];
    /** Adjusted p-values; null where only decisions are released. */
    readonly p: readonly (readonly (number | null)[])[] | null;
  };
  /** Rank of each algorithm under every scheme, and tau with the declared one. */
  readonly schemes: readonly {
    readonly kind: SingleScheme['kind'];
    readonly rule: string;
    readonly tau: number | null;
    readonly ranks: Readonly<Record<string, number>>;
  }[];
  readonly withoutSite: readonly PartRanking[];
  readonly slices: readonly EvidenceSlice[];
}

const DRAWS_AT_ONCE = 100;

/**
 * All that a leaderboard says about how firmly its ranks stand, from the values of every case: rank intervals by bootstrap
 * over patients, tiers and pairwise tests, agreement of draws, ranks under the other schemes, without each site, and
 * within the levels of each attribute.
 *
 * The same bytes come out for the same study and seed, on a server and in a browser.
 *
 * @param onProgress told how many of the draws are done, now and then
 * @throws RangeError of settings out of range, or a study without the metric
 */
export function boardEvidence(
  question: EvidenceQuestion,
  onProgress: (done: number, of: number) => void = () => undefined,
): BoardEvidence {
  const { study, scheme, directionOf, attributes, siteKey, detail, seed, draws = 1000 } = question;
  const shown = scheme.kind === 'consensus' ? scheme.of[0] : scheme;
  const { metric, region = 'all' } = shown;
  const places = rankStudy(study, scheme, directionOf);
  const bootstrap = createRankBootstrap(study, scheme, directionOf, { draws, seed });
  while (bootstrap.done < bootstrap.draws) onProgress(bootstrap.advance(DRAWS_AT_ONCE), bootstrap.draws);
  const stability = bootstrap.result();
  const adjust = scheme.kind === 'test-then-rank' ? (scheme.adjust ?? 'holm') : 'holm';
  const alpha = scheme.kind === 'test-then-rank' ? (scheme.alpha ?? DEFAULT_ALPHA) : DEFAULT_ALPHA;
  const tests = testPairs(study, scheme, directionOf, adjust);
  const tiers = new Map(tiersOf(places, tests, alpha).map((standing) => [standing.algorithm, standing]));
  const spread = new Map(stability.algorithms.map((one) => [one.algorithm, one]));
  const values = valuesByAlgorithm(study, metric, region);
  const fewHeldOut = detail === 'released' && study.cases.length < FEWEST_TO_RANK;
  const standings = places.map(({ algorithm, rank, aggregate }): EvidenceStanding => {
    const held = demand(spread, algorithm);
    const { tier, likeFirst } = demand(tiers, algorithm);
    return {
      algorithm,
      rank,
      aggregate: detail === 'cases' || scheme.kind === 'mean-then-rank' ? aggregate : null,
      interval: held.interval,
      medianRank: held.median,
      shares: held.shares,
      tier,
      likeFirst,
      mean: fewHeldOut
        ? null
        : bootstrapMean(demand(values, algorithm).values, {
            draws,
            seed,
            patients: demand(values, algorithm).patients,
          }),
    };
  });
  const order = standings.map(({ algorithm }) => tests.algorithms.indexOf(algorithm));
  const p = order.map((row) => order.map((column) => tests.pAdjusted[row][column]));
  const site = attributes.find(({ key }) => key === siteKey);
  return {
    scheme,
    rule: describeScheme(scheme),
    metric,
    region,
    cases: study.cases.length,
    patients: stability.patients,
    draws,
    seed,
    confidence: stability.confidence,
    places: stability.places,
    standings,
    tau: stability.tau,
    tests: {
      alpha,
      adjust,
      algorithms: standings.map(({ algorithm }) => algorithm),
      better: p.map((row) => row.map((one) => one !== null && one <= alpha)),
      p: detail === 'cases' ? p : null,
    },
    schemes: rankUnderSchemes(study, { metric, region }, directionOf, places).map((other) => ({
      kind: (other.scheme as SingleScheme).kind,
      rule: describeScheme(other.scheme),
      tau: other.tau,
      ranks: Object.fromEntries(other.places.map(({ algorithm, rank }) => [algorithm, rank])),
    })),
    withoutSite:
      site === undefined
        ? []
        : leaveOneOut(study, scheme, directionOf, levelOf(study, site))
            // what changes without a handful of held-out cases is about those few
            .filter(({ n }) => detail === 'cases' || study.cases.length - (n ?? 0) >= FEWEST_TO_RANK)
            .map((part) => released(part, detail)),
    slices: attributes.map((attribute) => sliceOf(question, attribute, values, metric, draws)),
  };
}

interface CaseValues {
  /** Metric of each case that is scored, penalties in place. */
  readonly values: readonly number[];
  readonly cases: readonly number[];
  readonly patients: readonly string[];
}

function valuesByAlgorithm(study: Study, metric: string, region: string): Map<string, CaseValues> {
  const table = joinRegions(study.tables(metric, region), 'penalty');
  const cases = study.cases.flatMap((_, c) => (table.scored[c] ? [c] : []));
  return new Map(
    study.algorithms.map((algorithm, a) => [
      algorithm,
      {
        cases,
        values: cases.map((c) => table.values[a * study.cases.length + c]),
        patients: cases.map((c) => study.patients?.[c] ?? study.cases[c]),
      },
    ]),
  );
}

function sliceOf(
  { study, scheme, directionOf, failed, seed, detail }: EvidenceQuestion,
  attribute: Attribute,
  values: ReadonlyMap<string, CaseValues>,
  metric: string,
  draws: number,
): EvidenceSlice {
  const { key, demographic, levels } = attribute;
  return {
    key,
    demographic,
    rankings: rankLevels(study, scheme, directionOf, levelOf(study, attribute), { demographic })
      .filter(({ why }) => detail === 'cases' || why === null)
      .map((part) => released(part, detail)),
    algorithms: study.algorithms.map((algorithm) => {
      const own = demand(values, algorithm);
      const slice = sliceCases(
        own.cases.map((c, i) => ({
          level: levels[c],
          value: own.values[i],
          failed: failed(algorithm, study.cases[c]),
          patient: own.patients[i],
        })),
        { direction: directionOf(metric), demographic, seed, draws },
      );
      return {
        algorithm,
        levels: slice.levels
          // not even the name of a level that a few held-out cases have
          .filter((level) => detail === 'cases' || (level.kind === 'shown' && level.rankable))
          .map((level): EvidenceLevel => {
            if (level.kind === 'suppressed') return { level: level.level, figures: null };
            const { n, mean, low, high, failureRate, median, quartiles } = level;
            const single = detail === 'cases';
            return {
              level: level.level,
              figures: {
                n,
                mean,
                low,
                high,
                failureRate,
                median: single ? median : null,
                quartiles: single ? quartiles : null,
              },
            };
          }),
        gap: slice.gap && { ...withoutTest(slice.gap), p: slice.gap.test.p },
      };
    }),
  };
}

function released(part: PartRanking, detail: EvidenceQuestion['detail']): PartRanking {
  if (detail === 'cases' || part.places === null) return part;
  return { ...part, places: part.places.map((place) => ({ ...place, aggregate: null })) };
}

function withoutTest({ test: _test, ...gap }: Gap): Omit<Gap, 'test'> {
  return gap;
}

function levelOf(study: Study, { levels }: Attribute): (caseName: string) => string | null {
  const at = new Map(study.cases.map((name, c) => [name, levels[c]]));
  return (name) => at.get(name) ?? null;
}

function demand<T>(map: ReadonlyMap<string, T>, algorithm: string): T {
  const found = map.get(algorithm);
  if (found === undefined) throw new RangeError(`nothing is known of ${algorithm}`);
  return found;
}
