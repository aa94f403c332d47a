import { bootstrapMeans, FEWEST_TO_RANK } from '#statistics';
import { evidenceDraws } from './board-evidence.js';
import { joinRegions } from './score-table.js';
import type { Study } from './study.js';
import { tellingPatients } from './telling-patients.js';

/** Intervals of one column of means: a metric, over a structure or `all`. */
export interface MeanColumn {
  readonly metric: string;
  readonly region: string;
  /** Ends by algorithm; null: one patient has no interval, and one of fewer than ten held-out patients is about these few. */
  readonly intervals: Readonly<Record<string, readonly [low: number, high: number] | null>>;
}

export interface BoardMeans {
  readonly draws: number;
  readonly seed: number;
  readonly confidence: number;
  /** Why there are no columns: draws of so few held-out patients are often one of them many times. */
  readonly withheld: 'few-patients' | null;
  /** By metric, then `all` and each region, in the study's order. */
  readonly columns: readonly MeanColumn[];
}

export interface MeansQuestion {
  readonly study: Study;
  readonly regions: readonly string[];
  /** Whole number, 0 to 2^32 - 1. */
  readonly seed: number;
  readonly draws?: number;
  readonly detail: 'cases' | 'released';
}

const CONFIDENCE = 0.95;

/**
 * Bootstrap intervals of every mean on a board: of each metric, over each region and over all, patients drawn whole and
 * penalties in place. A column is what `boardEvidence` gives the standings of a ranking by it, for the same seed, to the
 * last bit; metrics that rank nothing have one, too.
 *
 * All columns are about the same cases, every one of the phase: no two of them differ by the figures of a few.
 *
 * @param question `draws`: `evidenceDraws` unless told; `detail`: see `EvidenceQuestion`
 * @throws RangeError of settings out of range, of a region that is not scored in every case, or where a penalty is needed
 *   and was not declared
 */
export function boardMeans({
  study,
  regions,
  seed,
  draws = evidenceDraws(study.algorithms.length),
  detail,
}: MeansQuestion): BoardMeans {
  const settings = { draws, seed, confidence: CONFIDENCE };
  const patients = study.patients ?? study.cases;
  if (detail === 'released' && new Set(patients).size < FEWEST_TO_RANK)
    return { ...settings, withheld: 'few-patients', columns: [] };
  const columns = study.metrics.flatMap((metric) => ['all', ...regions].map((region) => ({ metric, region })));
  const count = study.algorithms.length;
  const lists = columns.flatMap((column) => valuesByAlgorithm(study, column));
  const found = bootstrapMeans(lists, { ...settings, patients });
  const told = (at: number): boolean =>
    detail === 'cases' || tellingPatients(lists[at], patients) >= FEWEST_TO_RANK;
  return {
    ...settings,
    withheld: null,
    columns: columns.map((column, at) => ({
      ...column,
      intervals: Object.fromEntries(
        study.algorithms.map((algorithm, a) => {
          const { low, high } = found[at * count + a];
          const none = low === null || high === null || !told(at * count + a);
          return [algorithm, none ? null : ([low, high] as const)];
        }),
      ),
    })),
  };
}

function valuesByAlgorithm(study: Study, { metric, region }: Pick<MeanColumn, 'metric' | 'region'>): Float64Array[] {
  const { values, scored } = joinRegions(study.tables(metric, region), 'penalty');
  const count = study.cases.length;
  const left = scored.indexOf(0);
  if (left >= 0)
    throw new RangeError(`case "${study.cases[left]}" has no ${metric} of "${region}"; expected one of every case`);
  return study.algorithms.map((_, a) => values.subarray(a * count, (a + 1) * count));
}
