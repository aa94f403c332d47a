import { isMetricId, type DescriptionSettings, type ScoredRegion } from '#metrics';
import { text, texts, type Invocation } from '../command.js';
import { usageError } from '../exit.js';
import type { ScoreRecipe } from './recipe.js';

const WHOLE = /^\d{1,9}$/;
const DECIMAL = /^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const REGION = /^([^=]+)=(\d{1,9}(?:\+\d{1,9})*)$/;
const LARGEST_LABEL = 65535;
const MOST_THREADS = 256;

/**
 * What to compute. An option on the command line replaces the same setting of the recipe.
 *
 * @throws CliError `usage` for settings that make no sense, or contradict one another
 */
export function readSettings(invocation: Pick<Invocation, 'options'>, recipe: ScoreRecipe): DescriptionSettings {
  const labels = distinct(listOf(invocation, 'labels', asLabel) ?? recipe.labels ?? null);
  const regions = regionsOf(invocation) ?? recipeRegions(recipe);
  const ignore = text(invocation, 'ignore-label');
  const ignoreLabel = ignore === null ? recipe.ignoreLabel : asLabel('ignore-label', ignore);
  const tolerancesMm = distinct(listOf(invocation, 'tolerance-mm', asPositive) ?? recipe.toleranceMm ?? null);
  const bandsMm = distinct(listOf(invocation, 'boundary-mm', asPositive) ?? recipe.boundaryMm ?? null);
  const smallest = text(invocation, 'min-lesion-mm3');
  const minLesionMm3 = smallest === null ? recipe.minLesionMm3 : asVolume(smallest);

  const resample = text(invocation, 'resample');
  if (resample !== null && resample !== 'nearest')
    throw usageError(`--resample is "${resample}"; expected nearest, the only way that makes no new labels`);
  const predictionGrid = resample ?? recipe.resample;

  for (const mm of tolerancesMm ?? []) {
    if (!isMetricId(`nsd@${mm}`)) throw usageError(`a tolerance is ${mm} mm; expected a positive number of plain size`);
  }
  for (const mm of bandsMm ?? []) {
    if (!isMetricId(`boundary_iou@${mm}mm`)) {
      throw usageError(`a depth of the boundary is ${mm} mm; expected a positive number of plain size`);
    }
  }
  if (minLesionMm3 && !isMetricId(`lesion_f1@${minLesionMm3}mm3`)) {
    throw usageError(`the smallest lesion is ${minLesionMm3} mm3; expected a number of plain size`);
  }
  checkRegions(regions);
  if (ignoreLabel !== undefined && labels?.includes(ignoreLabel)) {
    throw usageError(`label ${ignoreLabel} is to be scored and to be ignored; expected one of the two`);
  }
  for (const { name, labels: parts } of regions) {
    if (ignoreLabel !== undefined && parts.includes(ignoreLabel)) {
      throw usageError(`region "${name}" holds label ${ignoreLabel}, which is to be ignored`);
    }
  }
  return {
    ...(labels && { labels }),
    ...(regions.length > 0 && { regions }),
    ...(ignoreLabel !== undefined && { ignoreLabel }),
    ...(tolerancesMm && { tolerancesMm }),
    ...(bandsMm && { bandsMm }),
    ...(minLesionMm3 !== undefined && { minLesionMm3 }),
    ...(predictionGrid && { predictionGrid }),
  };
}

/** @throws CliError `usage` */
export function readThreads(invocation: Pick<Invocation, 'options'>, cores: number): number {
  const given = text(invocation, 'threads');
  if (given === null) return cores;
  const threads = WHOLE.test(given) ? Number(given) : NaN;
  if (!(threads >= 1 && threads <= MOST_THREADS)) {
    throw usageError(`--threads is "${given}"; expected a whole number from 1 to ${MOST_THREADS}`);
  }
  return threads;
}

function listOf<T>(
  invocation: Pick<Invocation, 'options'>,
  name: string,
  read: (name: string, text: string) => T,
): T[] | null {
  const given = text(invocation, name);
  return given === null ? null : given.split(',').map((part) => read(name, part.trim()));
}

function regionsOf(invocation: Pick<Invocation, 'options'>): ScoredRegion[] | null {
  const given = texts(invocation, 'regions');
  if (given.length === 0) return null;
  return given
    .flatMap((list) => list.split(','))
    .map((part) => {
      const match = REGION.exec(part.trim());
      if (!match) throw usageError(`--regions has "${part}"; expected NAME=LABEL+LABEL, for instance liver=1+4`);
      return { name: match[1].trim(), labels: match[2].split('+').map((label) => asLabel('regions', label)) };
    });
}

const recipeRegions = ({ regions = {} }: ScoreRecipe): ScoredRegion[] =>
  Object.entries(regions).map(([name, labels]) => ({ name, labels }));

/** A name that is a number would be taken for a label in the means of a folder. */
function checkRegions(regions: readonly ScoredRegion[]): void {
  for (const { name } of regions) {
    if (name === '' || /^\d+$/.test(name)) {
      throw usageError(`a region is called "${name}"; expected a name that is no number`);
    }
  }
  const names = regions.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw usageError(`region "${twice}" is given twice; expected unique names`);
}

function asLabel(option: string, given: string): number {
  const label = WHOLE.test(given) ? Number(given) : NaN;
  if (!(label >= 1 && label <= LARGEST_LABEL)) {
    throw usageError(`--${option} has the label "${given}"; expected a whole number from 1 to ${LARGEST_LABEL}`);
  }
  return label;
}

function asPositive(option: string, given: string): number {
  const value = DECIMAL.test(given) ? Number(given) : NaN;
  if (!(value > 0 && value < Infinity))
    throw usageError(`--${option} has "${given}"; expected a positive number of mm`);
  return value;
}

function asVolume(given: string): number {
  const value = DECIMAL.test(given) ? Number(given) : NaN;
  if (!(value >= 0 && value < Infinity)) {
    throw usageError(`--min-lesion-mm3 is "${given}"; expected a volume in mm3, 0 for all`);
  }
  return value;
}

const distinct = <T>(values: readonly T[] | null): readonly T[] | null => values && [...new Set(values)];
