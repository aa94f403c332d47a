import {
  createRankBootstrap,
  describeScheme,
  rankGivenDraws,
  rankStudy,
  studyOfTable,
  testPairs,
  type Place,
  type RankStability,
} from '#ranking';
import { CliError, EXIT } from '../exit.js';
import { readDraws } from './read-draws.js';
import { readScores, type Scores } from './read-scores.js';
import { METRIC, schemeOf, type RankSettings } from './settings.js';

type Matrix = readonly (readonly (number | null)[])[];

export interface RankAnswer {
  readonly ranking: readonly {
    readonly algorithm: string;
    /** Null when nothing was left to aggregate; `reasons` says so. */
    readonly aggregate: number | null;
    readonly rank: number;
    /** 95 % percentile interval of the rank over draws. */
    readonly interval: readonly [number, number] | null;
    readonly reasons?: { readonly aggregate: string };
  }[];
  readonly scheme: Readonly<Record<string, unknown>>;
  readonly wilcoxon?: {
    readonly algorithms: readonly string[];
    readonly V: Matrix;
    readonly pRaw: Matrix;
    readonly pHolm: Matrix;
  };
  readonly draws?: readonly Readonly<Record<string, number>>[];
  readonly kendallTau?: {
    readonly mean: number | null;
    readonly quartiles: readonly number[] | null;
    readonly undefined: number;
    readonly reasons?: { readonly mean: string; readonly quartiles: string };
  };
}

/**
 * Everything that `voxelmark rank` says about a file.
 *
 * @param csv text of the file of scores
 * @param drawsText text of the file of draws, when there is one
 * @param progress called now and then with the share of draws that are done
 * @throws CliError `scores-invalid`, `draws-invalid`, or `worst-needed` when a value has no number to stand for it
 */
export function rankScores(
  csv: string,
  settings: RankSettings,
  drawsText: string | null,
  progress: (share: number) => void = () => undefined,
): { readonly answer: RankAnswer; readonly notes: readonly string[] } {
  const scores = readScores(csv, settings.worst ?? NaN);
  demandWorst(scores, settings);
  const { table, patients } = scores;
  const study = studyOfTable(table, METRIC, patients);
  const scheme = schemeOf(settings);
  const directionOf = () => settings.direction;
  const places = rankStudy(study, scheme, directionOf);

  let stability: RankStability | null = null;
  let draws: RankAnswer['draws'];
  if (settings.draws?.kind === 'random') {
    const bootstrap = createRankBootstrap(study, scheme, directionOf, {
      draws: settings.draws.count,
      seed: settings.draws.seed,
    });
    while (bootstrap.done < bootstrap.draws) progress(bootstrap.advance(200) / bootstrap.draws);
    stability = bootstrap.result();
  } else if (drawsText !== null) {
    const given = rankGivenDraws(study, scheme, directionOf, readDraws(drawsText, table.cases.length));
    stability = given.stability;
    draws = given.ranks.map((ranks) =>
      Object.fromEntries(table.algorithms.map((algorithm, a) => [algorithm, ranks[a]])),
    );
  }
  const intervals = new Map(stability?.algorithms.map(({ algorithm, interval }) => [algorithm, interval]));
  const answer: RankAnswer = {
    ranking: places.map(({ algorithm, aggregate, rank }: Place) => ({
      algorithm,
      aggregate,
      rank,
      interval: intervals.get(algorithm) ?? null,
      ...(aggregate === null ? { reasons: { aggregate: 'no-values' } } : {}),
    })),
    scheme: {
      kind: settings.kind,
      missing: settings.missing,
      worst: settings.worst,
      ties: settings.ties,
      direction: settings.direction,
      ...(settings.kind === 'test-then-rank' ? { adjust: settings.adjust, alpha: settings.alpha } : {}),
      ...(stability ? { draws: stability.draws, seed: stability.seed, confidence: stability.confidence } : {}),
      algorithms: table.algorithms.length,
      cases: table.cases.length,
      patients: patients ? new Set(patients).size : table.cases.length,
      description: describeScheme(scheme),
    },
    ...(settings.kind === 'test-then-rank' ? { wilcoxon: wilcoxonOf() } : {}),
    ...(draws ? { draws } : {}),
    ...(stability ? { kendallTau: tauOf(stability) } : {}),
  };
  return { answer, notes: [...scores.notes, ...worseThanWorst(scores, settings)] };

  function wilcoxonOf() {
    const { algorithms, V, pRaw, pAdjusted } = testPairs(study, scheme, directionOf, 'holm');
    return { algorithms, V, pRaw, pHolm: pAdjusted };
  }
}

function tauOf({ tau }: RankStability): NonNullable<RankAnswer['kendallTau']> {
  const { mean, quartiles } = tau;
  const all = 'all-ranks-tie';
  return {
    mean,
    quartiles,
    undefined: tau.undefined,
    ...(mean === null ? { reasons: { mean: all, quartiles: all } } : {}),
  };
}

function demandWorst({ missing, unbounded }: Scores, { worst, missing: rule, kind }: RankSettings): void {
  if (worst !== null) return;
  const needs = (cells: Scores['missing'], what: string) =>
    new CliError(
      'worst-needed',
      `${cells.length} ${cells.length === 1 ? 'value is' : 'values are'} ${what}, the first that of ${cells[0][0]} for case "${cells[0][1]}"; --worst has to say what number counts for it`,
      EXIT.invalidInput,
    );
  if (unbounded.length > 0) throw needs(unbounded, 'Infinity');
  if (rule === 'worst' && missing.length > 0)
    throw needs(missing, `missing and ${kind} fills them with the worst value`);
}

/** A worst value that real values fall short of rewards failing. */
function worseThanWorst({ table }: Scores, { worst, direction }: RankSettings): string[] {
  if (worst === null) return [];
  const count = table.values.filter((value) => (direction === 'higher' ? value < worst : value > worst)).length;
  return count === 0 ? [] : [`${count} ${count === 1 ? 'value is' : 'values are'} worse than --worst ${worst}`];
}
