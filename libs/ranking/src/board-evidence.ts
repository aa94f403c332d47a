import {
  adjustP,
  bootstrapMeans,
  FEWEST_TO_RANK,
  sliceCases,
  type Gap,
  type GapFigures,
  type MeanInterval,
  type SizedValue,
} from '#statistics';
import { createRankBootstrap, type TauSpread } from './bootstrap.js';
import { testPairsOfPatients, tiersOf } from './pairwise-tests.js';
import { rankStudy } from './rank.js';
import { releasable, shownLevels } from './release.js';
import { leaveOneOut, rankLevels, rankUnderSchemes, type PartRanking } from './robustness.js';
import { DEFAULT_ALPHA, describeScheme, type DirectionOf, type RankingScheme, type SingleScheme } from './scheme.js';
import { joinRegions } from './score-table.js';
import type { Study } from './study.js';
import { tellingPatients } from './telling-patients.js';

/** A clinical or acquisition fact by which cases are grouped. */
export interface Attribute {
  readonly key: string;
  /** Its levels say something about people: small cells, and what would give them away, are withheld. */
  readonly demographic: boolean;
  /** Level of each case, in the study's order; null when it is not known. */
  readonly levels: readonly (string | null)[];
  /** Its levels are sizes of structures: taking size out would take out what it shows. */
  readonly ofSize?: boolean;
}

export interface EvidenceQuestion {
  readonly study: Study;
  readonly scheme: RankingScheme;
  readonly directionOf: DirectionOf;
  readonly attributes: readonly Attribute[];
  /**
   * Volume of each region of the study in the reference, in the study's order of cases and any unit, null where the
   * reference has none of it: for gaps after size. Without it there are none.
   */
  readonly sizes?: ReadonlyMap<string, readonly (number | null)[]>;
  /** Key of the attribute whose levels are left out in turn, where there is one. */
  readonly siteKey?: string;
  /** Whether an algorithm produced nothing, or an empty mask, for a case: for failure rates. */
  readonly failed: (algorithm: string, caseName: string) => boolean;
  /** Draws behind ranks, means and tau; `evidenceDraws` unless told. */
  readonly draws?: number;
  /** Draws behind the intervals of levels and gaps, of which there are many and which no place depends on; 1000 unless told. */
  readonly sliceDraws?: number;
  /** Whole number, 0 to 2^32 - 1. */
  readonly seed: number;
  /**
   * `cases`: for whoever may see the figures of every case. `released`: for a held-out phase and everybody else; a median
   * or quartile is the figure of one case, a p-value of few cases tells their order, and the difference of two means the
   * mean of the few cases that lie between them: there are decisions and ranks instead, only slices that `releasable`
   * lets out, and nothing but ranks where there are fewer than 10 patients.
   */
  readonly detail: 'cases' | 'released';
}

export interface EvidenceStanding {
  readonly algorithm: string;
  readonly rank: number;
  /** What was ranked: see `Place.aggregate`. */
  readonly aggregate: number | null;
  /** Of the rank, over draws. */
  readonly interval: readonly [number, number] | null;
  readonly medianRank: number | null;
  /** Share of the draws at each of `BoardEvidence.places`. */
  readonly shares: readonly number[] | null;
  /** Null, like all above but the rank, when `BoardEvidence.withheld`. */
  readonly tier: number | null;
  readonly likeFirst: boolean | null;
  readonly betterThanFirst: boolean | null;
  /**
   * Mean of the metric that is shown, with its interval. Null for a held-out phase of fewer than 10 patients: draws of a
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
    readonly low: number | null;
    readonly high: number | null;
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
    readonly gap: EvidenceGap | null;
  }[];
}

export interface EvidenceGapFigures extends Omit<GapFigures, 'test'> {
  /** Of the Kruskal-Wallis test; null, like `pAdjusted`, where figures of single cases are not shown. */
  readonly p: number | null;
  /** p after Holm, over the attributes in which levels of this algorithm are compared. */
  readonly pAdjusted: number | null;
}

export interface EvidenceGap extends EvidenceGapFigures {
  readonly levels: readonly string[];
  readonly equityScaled: number | null;
  /** What is left when the size of the structures is taken into account; null also where single cases are not shown. */
  readonly afterSize: EvidenceGapFigures | null;
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
  /** Why all that says how firmly ranks stand is null: of so few held-out cases it would tell about single ones. */
  readonly withheld: 'few-patients' | null;
  /** By rank, then by name. */
  readonly standings: readonly EvidenceStanding[];
  readonly tau: TauSpread;
  readonly tests: {
    readonly alpha: number;
    readonly adjust: string;
    /** Order of rows and columns below: that of `standings`. */
    readonly algorithms: readonly string[];
    /** Whether the algorithm of the row is significantly better than that of the column. */
    readonly better: readonly (readonly boolean[])[] | null;
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
const SLICE_DRAWS = 1000;

/** Draws that evidence is made of: the cost of testing all pairs grows with the square of the algorithms. */
export function evidenceDraws(algorithms: number): number {
  return algorithms <= 20 ? 10_000 : 2000;
}

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
  const { study, scheme, directionOf, attributes, siteKey, detail, seed } = question;
  const { draws = evidenceDraws(study.algorithms.length), sliceDraws = SLICE_DRAWS } = question;
  const shown = scheme.kind === 'consensus' ? scheme.of[0] : scheme;
  const { metric, region = 'all' } = shown;
  const places = rankStudy(study, scheme, directionOf);
  const bootstrap = createRankBootstrap(study, scheme, directionOf, { draws, seed });
  while (bootstrap.done < bootstrap.draws) onProgress(bootstrap.advance(DRAWS_AT_ONCE), bootstrap.draws);
  const stability = bootstrap.result();
  const adjust = scheme.kind === 'test-then-rank' ? (scheme.adjust ?? 'holm') : 'holm';
  const alpha = scheme.kind === 'test-then-rank' ? (scheme.alpha ?? DEFAULT_ALPHA) : DEFAULT_ALPHA;
  const tests = testPairsOfPatients(study, scheme, directionOf, adjust);
  const tiers = new Map(tiersOf(places, tests, alpha).map((standing) => [standing.algorithm, standing]));
  const spread = new Map(stability.algorithms.map((one) => [one.algorithm, one]));
  const values = valuesByAlgorithm(study, metric, region, question.sizes);
  const few = detail === 'released' && stability.patients < FEWEST_TO_RANK;
  const means = few
    ? []
    : bootstrapMeans(
        places.map(({ algorithm }) => demand(values, algorithm).values),
        { draws, seed, patients: demand(values, places[0].algorithm).patients },
      );
  // an interval over values of which all but a few are the same is about these few
  const toldOf = (mean: MeanInterval, of: { readonly values: ArrayLike<number>; readonly patients: readonly string[] }) =>
    detail === 'cases' || tellingPatients(of.values, of.patients) >= FEWEST_TO_RANK
      ? mean
      : { ...mean, low: null, high: null };
  const standings = places.map(({ algorithm, rank, aggregate }, at): EvidenceStanding => {
    const held = demand(spread, algorithm);
    const { tier, likeFirst, betterThanFirst } = demand(tiers, algorithm);
    return {
      algorithm,
      rank,
      aggregate: detail === 'cases' || scheme.kind === 'mean-then-rank' ? aggregate : null,
      interval: few ? null : held.interval,
      medianRank: few ? null : held.median,
      shares: few ? null : held.shares,
      tier: few ? null : tier,
      likeFirst: few ? null : likeFirst,
      betterThanFirst: few ? null : betterThanFirst,
      mean: few ? null : toldOf(means[at], demand(values, algorithm)),
    };
  });
  const order = standings.map(({ algorithm }) => tests.algorithms.indexOf(algorithm));
  const p = order.map((row) => order.map((column) => tests.pAdjusted[row][column]));
  const patients = study.patients ?? study.cases;
  const grouped = detail === 'cases' ? attributes : few ? [] : releasable(attributes, patients, siteKey);
  const site = grouped.find(({ key }) => key === siteKey);
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
    withheld: few ? 'few-patients' : null,
    standings,
    tau: few ? { mean: null, quartiles: null, undefined: 0, values: [] } : stability.tau,
    tests: {
      alpha,
      adjust,
      algorithms: standings.map(({ algorithm }) => algorithm),
      better: few ? null : p.map((row) => row.map((one) => one !== null && one <= alpha)),
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
            .filter(({ group }) => detail === 'cases' || shownIn(study, site, group))
            .map((part) => released(part, detail)),
    slices: withAdjusted(
      grouped.map((attribute) => sliceOf(question, attribute, values, metric, sliceDraws)),
      detail,
    ),
  };
}

interface CaseValues {
  /** Metric of each case that is scored, penalties in place. */
  readonly values: readonly number[];
  readonly cases: readonly number[];
  readonly patients: readonly string[];
  /** What each value is the mean of; null where sizes are not known. */
  readonly structures: readonly (readonly SizedValue[])[] | null;
}

function valuesByAlgorithm(
  study: Study,
  metric: string,
  region: string,
  sizes: EvidenceQuestion['sizes'],
): Map<string, CaseValues> {
  const table = joinRegions(study.tables(metric, region), 'penalty');
  const cases = study.cases.flatMap((_, c) => (table.scored[c] ? [c] : []));
  const sized = sizes && sizedTables(study, metric, region, sizes);
  return new Map(
    study.algorithms.map((algorithm, a) => [
      algorithm,
      {
        cases,
        values: cases.map((c) => table.values[a * study.cases.length + c]),
        patients: cases.map((c) => study.patients?.[c] ?? study.cases[c]),
        structures: sized
          ? cases.map((c) =>
              sized.map((one) => ({ value: one.values[a * study.cases.length + c], size: one.sizes[c] })),
            )
          : null,
      },
    ]),
  );
}

/** Null when a region does not apply to every case: a mean over other structures in each case has no line of its own. */
function sizedTables(study: Study, metric: string, region: string, sizes: NonNullable<EvidenceQuestion['sizes']>) {
  const names = region === 'all' ? [...sizes.keys()] : [region];
  const regions = study.tables(metric, region).length;
  if (names.length !== regions) throw new RangeError(`got sizes of ${names.length} regions; expected ${regions}`);
  const tables = names.map((name) => {
    const table = joinRegions(study.tables(metric, name), 'penalty');
    const of = sizes.get(name) ?? [];
    if (of.length !== study.cases.length)
      throw new RangeError(`got ${of.length} sizes of "${name}"; expected ${study.cases.length}, one a case`);
    return { ...table, sizes: of };
  });
  return tables.every(({ scored }) => scored.every((applies) => applies === 1)) ? tables : null;
}

function sliceOf(
  { study, scheme, directionOf, failed, seed, detail }: EvidenceQuestion,
  attribute: Attribute,
  values: ReadonlyMap<string, CaseValues>,
  metric: string,
  draws: number,
): UnadjustedSlice {
  const { key, demographic, levels, ofSize = false } = attribute;
  const guard = guardOf(attribute, detail);
  return {
    key,
    demographic,
    rankings: rankLevels(study, scheme, directionOf, levelOf(study, attribute), guard)
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
          structures: ofSize || detail === 'released' ? undefined : own.structures?.[i],
        })),
        { direction: directionOf(metric), ...guard, seed, draws },
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
        gap: slice.gap,
      };
    }),
  };
}

interface UnadjustedSlice extends Omit<EvidenceSlice, 'algorithms'> {
  readonly algorithms: readonly {
    readonly algorithm: string;
    readonly levels: readonly EvidenceLevel[];
    readonly gap: Gap | null;
  }[];
}

/** Who looks at many attributes finds a gap in one of them by chance: Holm over those that are compared. */
function withAdjusted(slices: readonly UnadjustedSlice[], detail: EvidenceQuestion['detail']): EvidenceSlice[] {
  const family = (a: number, figuresOf: (gap: Gap) => GapFigures | null): Map<GapFigures, number> => {
    const all = slices.flatMap(({ algorithms }) => {
      const { gap } = algorithms[a];
      const figures = gap && figuresOf(gap);
      return figures ? [figures] : [];
    });
    const adjusted = adjustP(
      all.map(({ test }) => test.p),
      'holm',
    );
    return new Map(all.map((figures, i) => [figures, adjusted[i]]));
  };
  const count = slices[0]?.algorithms.length ?? 0;
  const raw = Array.from({ length: count }, (_, a) => family(a, (gap) => gap));
  const afterSize = Array.from({ length: count }, (_, a) => family(a, (gap) => gap.afterSize));
  return slices.map((slice) => ({
    ...slice,
    algorithms: slice.algorithms.map(({ gap, ...rest }, a) => ({
      ...rest,
      gap: gap && {
        levels: gap.levels,
        ...gapFigures(gap, raw[a], detail),
        equityScaled: gap.equityScaled,
        afterSize: gap.afterSize && gapFigures(gap.afterSize, afterSize[a], detail),
      },
    })),
  }));
}

function gapFigures(
  figures: GapFigures,
  adjusted: ReadonlyMap<GapFigures, number>,
  detail: EvidenceQuestion['detail'],
): EvidenceGapFigures {
  const { gap, low, high, worst, deviation, test } = figures;
  if (detail === 'released') return { gap, low, high, worst, deviation, p: null, pAdjusted: null };
  return { gap, low, high, worst, deviation, p: test.p, pAdjusted: adjusted.get(figures) ?? test.p };
}

function released(part: PartRanking, detail: EvidenceQuestion['detail']): PartRanking {
  if (detail === 'cases' || part.places === null) return part;
  return { ...part, places: part.places.map((place) => ({ ...place, aggregate: null })) };
}

/** What is hidden of an attribute: where single cases are not shown, any level that few cases have; else only of people. */
function guardOf({ demographic }: Attribute, detail: EvidenceQuestion['detail']) {
  return detail === 'cases' ? { demographic } : { demographic: true, smallestCell: FEWEST_TO_RANK };
}

/** Whether a level may be named and told apart from the others. */
function shownIn(study: Study, attribute: Attribute, level: string): boolean {
  return shownLevels(attribute, study.patients ?? study.cases).includes(level);
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
