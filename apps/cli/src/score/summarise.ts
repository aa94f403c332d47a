import { BRATS_RULES, describePair, type DescriptionSettings, type PairDescription, type PrintedBlock } from '#metrics';
import { mean, median } from '#statistics';
import type { PairAnswer } from './pair-thread.js';

/** One case of a folder. */
export interface ComparedCase {
  readonly name: string;
  readonly answer: PairAnswer;
}

/** One metric of one structure over all cases of a folder. */
export interface Summary {
  /** Of the values that entered; null when none did. */
  readonly mean: number | null;
  readonly median: number | null;
  /** Values that entered, penalties included. */
  readonly n: number;
  /** Cases without a usable prediction. */
  readonly failed: number;
  /** Compared cases in which at least one of the two masks is empty. */
  readonly empty: number;
  /** Values that a penalty stands in for: unbounded distances and failed cases. */
  readonly penalised: number;
  /** Cases that did not enter: no value, no penalty defined, or no usable reference. */
  readonly leftOut: number;
}

export interface SummaryBlock {
  readonly [key: string]: Summary | SummaryBlock;
}

/** What enters a mean, said wherever means are printed. */
export const AGGREGATION = {
  cases:
    'Every reference segmentation is a case. A label that is in neither file of a case counts as both_empty there: agreement.',
  unbounded:
    'A distance to an empty mask counts as the diagonal of the reference volume (distance_penalty_mm_volume_diagonal).',
  failed:
    'Without a usable prediction shares count 0, distances the diagonal (BraTS lesion-wise HD95: 374 mm), volume errors as for an empty prediction; counts and specificity are left out.',
  undefined:
    'A value that does not exist (null, with its reason) is left out; n says how many entered, leftOut how many did not.',
  invalid: 'A case whose reference segmentation cannot be read is left out everywhere.',
} as const;

/** Part of the signature of means: grows when another number would come out of the same values. */
export const AGGREGATION_SIGNATURE = 'mean-cases.penalty-diagonal.failed-worst';

/** Keys that describe and do not measure. */
const NOT_MEASURED = new Set([
  'distance_penalty_mm_volume_diagonal',
  'min_lesion_mm3',
  'reasons',
  'status',
  'scored_as',
]);
const SHARE = /^(dice|iou|precision|sensitivity|volumetric_similarity|cldice|pq|rq|sq|f1|nsd@.+|boundary_iou@.+)$/;
const DISTANCE = /^(hd|hd95|hd95_max_of_two|hd95_pooled|assd|masd)$/;
const VOLUME_ERROR =
  /^(volume_error_ml|absolute_volume_error_mm3|relative_volume_error|absolute_relative_volume_error)$/;

/**
 * Means and medians by structure and metric, with the nesting of a single comparison.
 *
 * @param labels labels that were asked for; otherwise all that occur in any file
 * @param cases  in the order in which sums run
 */
export function summarise(
  cases: readonly ComparedCase[],
  settings: DescriptionSettings,
  labels: readonly number[],
): Record<string, SummaryBlock> {
  const { values: template } = describeNothing(settings);
  const rows = (pick: (description: NonNullable<PairAnswer['description']>) => PairDescription | undefined): Row[] =>
    cases.map(({ answer: { status, description, emptyHanded, diagonalMm } }) => {
      if (!description || diagonalMm === null) return { kind: 'left-out' };
      if (status === 'ok') return { kind: 'compared', values: pick(description) ?? template };
      // a label that the reference lacks: an empty prediction would have agreed
      return { kind: 'failed', values: (emptyHanded && pick(emptyHanded)) ?? template, diagonalMm };
    });
  const structures = [
    ...labels.map((label) => [`${label}`, rows((description) => description.labels[label])] as const),
    ...(settings.regions ?? []).map(({ name }) => [name, rows((description) => description.regions[name])] as const),
  ];
  return Object.fromEntries(structures.map(([name, found]) => [name, block(template, found, [])]));
}

/** Labels that occur in any case, in order. */
export function labelsOf(cases: readonly ComparedCase[]): number[] {
  const names = cases.flatMap(({ answer }) => Object.keys(answer.description?.labels ?? {}));
  return [...new Set(names.map(Number))].sort((a, b) => a - b);
}

/**
 * Two empty maps compared: the keys of every comparison, what a structure is worth that is in neither map, and the
 * signature of the settings.
 */
export function describeNothing(settings: DescriptionSettings): { values: PairDescription; signature: string } {
  const geometry = {
    sizeXyz: [2, 2, 2],
    spacingMm: [1, 1, 1],
    originLps: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  } as const;
  const nothing = { geometry, data: new Uint8Array(8) };
  const label = settings.ignoreLabel === 1 ? 2 : 1;
  const { labels, signature } = describePair(nothing, nothing, { ...settings, regions: [], labels: [label] });
  return { values: labels[label], signature };
}

/** One structure of one case. */
type Row =
  | { readonly kind: 'left-out' }
  | { readonly kind: 'compared'; readonly values: PairDescription }
  | { readonly kind: 'failed'; readonly values: PairDescription; readonly diagonalMm: number };

function block(template: PrintedBlock, rows: readonly Row[], path: readonly string[]): SummaryBlock {
  const entries = Object.entries(template).flatMap(([key, like]): [string, Summary | SummaryBlock][] => {
    if (NOT_MEASURED.has(key)) return [];
    if (like !== null && typeof like === 'object') return [[key, block(like, rows, [...path, key])]];
    return [[key, summary(rows, [...path, key])]];
  });
  return Object.fromEntries(entries);
}

function summary(rows: readonly Row[], path: readonly string[]): Summary {
  const entered: number[] = [];
  let [failed, empty, penalised] = [0, 0, 0];
  for (const row of rows) {
    if (row.kind === 'left-out') continue;
    if (row.kind === 'failed') failed++;
    else if (row.values.status !== 'ok') empty++;
    const found = at(row.values, path);
    const value = row.kind === 'failed' ? worthOfFailure(path, found, row) : found;
    if (row.kind === 'failed' && value !== null) penalised++;
    if (typeof value === 'number') entered.push(value);
    else if (value === 'Infinity') {
      if (row.kind === 'compared') penalised++;
      entered.push(row.kind === 'failed' ? row.diagonalMm : row.values.distance_penalty_mm_volume_diagonal);
    }
  }
  const n = entered.length;
  return {
    mean: n === 0 ? null : mean(entered),
    median: n === 0 ? null : median(entered),
    n,
    failed,
    empty,
    penalised,
    leftOut: rows.length - n,
  };
}

/** Never better than the worst that a prediction could have got: agreement on an empty structure has to be predicted, too. */
function worthOfFailure(
  path: readonly string[],
  emptyHanded: number | string | null,
  { values }: Extract<Row, { kind: 'failed' }>,
): number | 'Infinity' | null {
  const key = path[path.length - 1];
  if (path[0] === 'brats_lesionwise' && key === 'hd95') return BRATS_RULES[path[1] === 'met' ? 'met' : 'gli'].penaltyMm;
  if (DISTANCE.test(key)) return 'Infinity';
  if (key === 'sensitivity' && emptyHanded === null) return null; // nothing to find
  if (SHARE.test(key)) return 0;
  if (VOLUME_ERROR.test(key) && values.status !== 'both_empty')
    return typeof emptyHanded === 'number' ? emptyHanded : null;
  return null;
}

function at(values: PrintedBlock, path: readonly string[]): number | string | null {
  let found: PrintedBlock[string] = values;
  for (const key of path) {
    if (found === null || typeof found !== 'object' || !(key in found)) {
      throw new TypeError(`a comparison has no ${path.join('.')}; expected every key of an empty one`);
    }
    found = found[key];
  }
  if (found !== null && typeof found === 'object')
    throw new TypeError(`${path.join('.')} is a group; expected a value`);
  return found;
}
