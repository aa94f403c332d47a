import { isDemographic, plainFact } from '#domain';
import type { EvaluationCase } from '#evaluation';
import type { Attribute } from '#ranking';
import { ageBand, NONE, quarters, thicknessBin } from '#statistics';

/** An attribute with more levels than this is an identifier or a free text, and no way to group cases. */
const MOST_LEVELS = 12;
export const THICKNESS = 'sliceThickness';
/** Facts with bins that the field agrees on, by their plain names. */
const BINS: ReadonlyMap<string, (value: number | null) => string> = new Map([
  ['age', ageBand],
  ['ageyears', ageBand],
  ['ageinyears', ageBand],
  ['patientage', ageBand],
  ['slicethickness', thicknessBin],
  ['slicethicknessmm', thicknessBin],
]);

/**
 * The ways in which the cases of a phase can be grouped: every clinical and acquisition fact that has at least two and not
 * too many levels, ages and slice thicknesses by their bins, other numbers by quarters; slice thickness from the geometry
 * where no fact states it; and the volume of each structure by quarters, cases without the structure as a level of their own.
 */
export function attributesOf(cases: readonly EvaluationCase[], regions: readonly string[]): Attribute[] {
  const keys = [...new Set(cases.flatMap(({ facts }) => Object.keys(facts)))].sort();
  const facts = keys.map((key): Attribute => {
    const values = cases.map((one) => one.facts[key] ?? null);
    const numbers = values.map((value) => (typeof value === 'number' ? value : null));
    const numeric = values.every((value) => value === null || typeof value === 'number');
    return { key, demographic: isDemographic(key), levels: levelsOf(key, values, numeric ? numbers : null) };
  });
  const thickness: Attribute = {
    key: THICKNESS,
    demographic: false,
    levels: cases.map(({ geometry }) => thicknessBin(Math.max(...geometry.spacingMm))),
  };
  const volumes = regions.map((region): Attribute => {
    const sizes = cases.map(({ referenceStudy }) => referenceStudy?.volumesMl[region] ?? null);
    const parts = quarters(sizes.map((ml) => ml || null));
    const levels = parts.map((part, c) => (sizes[c] === 0 ? NONE : part));
    return { key: `volume of ${region}`, demographic: false, levels, ofSize: true };
  });
  const stated = keys.some((key) => BINS.get(plainFact(key)) === thicknessBin);
  return [...facts, ...(stated ? [] : [thickness]), ...volumes].filter(({ levels }) => {
    const count = new Set(levels).size;
    return count >= 2 && count <= MOST_LEVELS;
  });
}

/** `numbers` is null unless every value that is known is a number. */
function levelsOf(
  key: string,
  values: readonly (string | number | null)[],
  numbers: readonly (number | null)[] | null,
): (string | null)[] {
  const bin = BINS.get(plainFact(key));
  if (numbers !== null && bin !== undefined) return numbers.map(bin);
  if (numbers !== null && new Set(values).size > MOST_LEVELS) return quarters(numbers);
  return values.map((value) => (value === null ? null : String(value)));
}

/** Volumes of the reference in ml by region, null where a case has none of it; undefined when a case was never measured. */
export function sizesOf(
  cases: readonly EvaluationCase[],
  regions: readonly string[],
): ReadonlyMap<string, readonly (number | null)[]> | undefined {
  const studies = cases.flatMap(({ referenceStudy }) => referenceStudy ?? []);
  if (studies.length !== cases.length) return undefined;
  return new Map(regions.map((region) => [region, studies.map(({ volumesMl }) => volumesMl[region] || null)]));
}
