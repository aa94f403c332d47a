import { METRIC_CATALOGUE } from './catalogue-entries.js';
import { METRIC_PARAMETERS, parseMetricId } from './catalogue.js';
import type { CatalogueEntry, ProblemFact, ProblemKind, ProblemTrait } from './metric-definition.js';

/** What an organiser knows about a problem before choosing metrics. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly facts?: readonly ProblemFact[];
  /** How far apart two readers draw the boundary, in mm. Default 2. */
  readonly toleranceMm?: number;
  /** Lesions below this volume do not count, in mm3. Default: all count. */
  readonly minLesionMm3?: number;
}

/** A metric that suits the problem, and why. */
export interface MetricProposal {
  readonly id: string;
  readonly why: string;
}

/**
 * Metrics that suit a problem, in the order of the catalogue, each with a sentence that says why.
 *
 * Follows the recommendations of Metrics Reloaded (Maier-Hein et al. 2024, doi:10.1038/s41592-023-02151-z) as far as a kind of
 * problem and a few facts can: overlap and boundary for organs, detection and quality per lesion where there are many, centre
 * lines for tubes, and never overlap alone for structures of a few voxels. A start for an organiser, not a verdict.
 */
export function proposeMetrics({ kind, facts = [], toleranceMm = 2, minLesionMm3 = 0 }: Problem): MetricProposal[] {
  const traits: readonly ProblemTrait[] = [kind, ...facts];
  return METRIC_CATALOGUE.filter(
    ({ hints }) => !traits.some((trait) => hints.unsuitedFor[trait] !== undefined),
  ).flatMap((entry) => {
    const why = traits.flatMap((trait) => entry.hints.proposedFor[trait] ?? []);
    if (why.length === 0) return [];
    const id = idFor(entry, toleranceMm, minLesionMm3);
    parseMetricId(id); // refuses a tolerance or volume that makes no sense
    return [{ id, why: [...new Set(why)].join(' ') }];
  });
}

function idFor({ key, parameter }: CatalogueEntry, toleranceMm: number, minLesionMm3: number): string {
  if (parameter === 'none') return key;
  const value = { toleranceMm, bandMm: toleranceMm, minLesionMm3, minIou: 0.5 }[parameter];
  const { suffix, default: usual } = METRIC_PARAMETERS[parameter];
  return value === usual ? key : `${key}@${value}${suffix}`;
}
