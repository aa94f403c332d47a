/** Whether a larger or a smaller value is better. */
export type Direction = 'higher' | 'lower';

/** Kinds of problem that a benchmark may pose: the coarse part of a Metrics Reloaded fingerprint. */
export const PROBLEM_KINDS = ['organ', 'small-structure', 'single-lesion', 'many-lesions', 'tubular'] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/**
 * What else matters about a problem: where the boundary runs; how large the structure is; that it may be absent; that people
 * draw it differently; that a miss costs more than a false alarm, or the reverse.
 */
export const PROBLEM_FACTS = [
  'boundary-matters',
  'volume-matters',
  'can-be-empty',
  'reference-uncertain',
  'unequal-costs',
] as const;
export type ProblemFact = (typeof PROBLEM_FACTS)[number];

export type ProblemTrait = ProblemKind | ProblemFact;

/** For which problems a metric is proposed and for which it misleads, each with the reason as a sentence. */
export interface MetricHints {
  readonly proposedFor: Readonly<Partial<Record<ProblemTrait, string>>>;
  readonly unsuitedFor: Readonly<Partial<Record<ProblemTrait, string>>>;
}

/** A metric as the leaderboard and the documentation describe it. */
export interface MetricDefinition {
  /** `dice`, `hd95`, `nsd@2`, …: as stored, ranked and written in a signature. */
  readonly id: string;
  readonly name: string;
  readonly abbreviation: string;
  /** Empty when unitless. */
  readonly unit: '' | 'mm' | 'ml' | 'mm3';
  /** Smallest and largest possible value; null where there is no bound. */
  readonly range: { readonly min: number; readonly max: number | null };
  readonly direction: Direction;
  /** `report`: worth showing, but its order of algorithms means nothing, so no ranking may be built on it. */
  readonly role: 'rank' | 'report';
  /** Whether its value depends on the distance between voxels. */
  readonly needsSpacing: boolean;
  /** What it says, in one or two sentences, with its value for empty masks. */
  readonly description: string;
  /** How other well-known tools differ under the same name; empty where they agree. */
  readonly peers: string;
  /** Where it is defined. */
  readonly source: string;
  readonly hints: MetricHints;
}

/** What stands behind the `@` of an id: a tolerance, the depth of a band, the smallest IoU or lesion that counts. */
export type MetricParameter = 'none' | 'toleranceMm' | 'bandMm' | 'minIou' | 'minLesionMm3';

/** A metric, or a family of metrics that a parameter makes one. */
export interface CatalogueEntry extends Omit<MetricDefinition, 'id'> {
  /** Id, or the part of it before `@`. */
  readonly key: string;
  readonly parameter: MetricParameter;
}
