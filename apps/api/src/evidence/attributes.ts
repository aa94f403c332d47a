import { DEMOGRAPHIC_FACTS } from '#domain';
import type { EvaluationCase } from '#evaluation';
import type { Attribute } from '#ranking';
import { quarters, thicknessBin } from '#statistics';

/** An attribute with more levels than this is an identifier or a free text, and no way to group cases. */
const MOST_LEVELS = 12;
export const THICKNESS = 'sliceThickness';

/**
 * The ways in which the cases of a phase can be grouped: every clinical and acquisition fact that has at least two and not
 * too many levels, numbers by quarters; slice thickness from the geometry; and the volume of each structure by quarters.
 */
export function attributesOf(cases: readonly EvaluationCase[], regions: readonly string[]): Attribute[] {
  const keys = [...new Set(cases.flatMap(({ facts }) => Object.keys(facts)))].sort();
  const facts = keys.map((key): Attribute => {
    const values = cases.map((one) => one.facts[key] ?? null);
    const numbers = values.map((value) => (typeof value === 'number' ? value : null));
    const numeric = values.every((value) => value === null || typeof value === 'number');
    const few = new Set(values).size <= MOST_LEVELS;
    const levels = numeric && !few ? quarters(numbers) : values.map((value) => (value === null ? null : String(value)));
    return { key, demographic: DEMOGRAPHIC_FACTS.includes(key), levels };
  });
  const thickness: Attribute = {
    key: THICKNESS,
    demographic: false,
    levels: cases.map(({ geometry }) => thicknessBin(Math.max(...geometry.spacingMm))),
  };
  const volumes = regions.map((region): Attribute => {
    const sizes = cases.map(({ referenceStudy }) => {
      const ml = referenceStudy?.volumesMl[region];
      return ml === undefined || ml === 0 ? null : ml;
    });
    return { key: `volume of ${region}`, demographic: false, levels: quarters(sizes) };
  });
  return [...facts, thickness, ...volumes].filter(({ levels }) => {
    const count = new Set(levels).size;
    return count >= 2 && count <= MOST_LEVELS;
  });
}
