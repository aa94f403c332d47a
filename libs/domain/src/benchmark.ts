import type { GridRule } from '#imaging';
import type { RevealRule } from './reveal.js';
import type { SecrecyLabel } from './secrecy.js';

/** A named set of labels that is scored as one structure. */
export interface Region {
  readonly name: string;
  /** Integer classes of the reference and of the prediction, at least one, none of them 0. */
  readonly labels: readonly number[];
  /** CSS colour used for this region everywhere. */
  readonly color?: string;
}

/** What a metric is worth when the algorithm failed on a case or the value is unbounded. Written in the phase, never in the metric. */
export type Penalty =
  | { readonly kind: 'fixed'; readonly value: number }
  /** Physical diagonal of the reference volume in mm. */
  | { readonly kind: 'volume-diagonal' };

export interface PhaseMetric {
  /** Id in the metric catalogue, for instance `dice` or `nsd@2`. */
  readonly id: string;
  readonly penalty: Penalty;
}

/** How aggregates become places. Means run over cases of a region after penalties, then over regions. */
export type RankingScheme =
  | { readonly kind: 'mean-then-rank'; readonly metric: string; readonly ties: 'min' }
  | { readonly kind: 'consensus'; readonly metrics: readonly string[]; readonly ties: 'min' };

export interface RunLimits {
  /** Wall limit for loading the model, seconds. */
  readonly loadSeconds: number;
  /** Wall limit for one case, seconds. */
  readonly caseSeconds: number;
  /** Memory limit of the process that runs the model, MiB. */
  readonly memoryMib: number;
  /** Threads of ONNX Runtime; part of the signature. */
  readonly threads: number;
}

/**
 * How far the process that runs a model is cut off from the machine around it; each level includes those before.
 * `L0` a process of its own with limits, `L1` without a network, `L2` without files but its own, `L3` a container of its own.
 */
export const ISOLATION_LEVELS = ['L0', 'L1', 'L2', 'L3'] as const;
export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

/** Whether a level is at least the one that is required. */
export function isolationReaches(level: IsolationLevel, required: IsolationLevel): boolean {
  return ISOLATION_LEVELS.indexOf(level) >= ISOLATION_LEVELS.indexOf(required);
}

export const PHASE_KINDS = ['practice', 'test'] as const;
export type PhaseKind = (typeof PHASE_KINDS)[number];

/** The rules of one phase, frozen when the benchmark is published. */
export interface PhaseRules {
  readonly regions: readonly Region[];
  readonly metrics: readonly PhaseMetric[];
  readonly ranking: RankingScheme;
  readonly limits: RunLimits;
  /**
   * Grids on which a prediction may come: `reference` (also when absent), or `nearest`, any that shares space with it, the
   * labels then taken from the nearest voxels. Part of the signature. The platform's own runs end on the reference's grid
   * either way.
   */
  readonly predictionGrid?: GridRule;
  /** Voxels that the reference marks with it count neither for nor against. In no region; part of the signature. Absent: none. */
  readonly ignoreLabel?: number;
  /** Lowest level of isolation that a worker must have for this phase. Absent: see `requiredIsolation`. */
  readonly requiredIsolation?: IsolationLevel;
  /** When the phase stops taking submissions, as an ISO 8601 moment. Absent: it stays open. */
  readonly closesAt?: string;
  /** Who may see the references. Absent: see `revealRule`. */
  readonly reveal?: RevealRule;
}

/** What a phase asks of a worker: what its rules say; without a word, `L2` for sealed images of people and `L0` for all else. */
export function requiredIsolation(
  rules: Pick<PhaseRules, 'requiredIsolation'>,
  { label, synthetic }: { readonly label: SecrecyLabel; readonly synthetic: boolean },
): IsolationLevel {
  return rules.requiredIsolation ?? (label === 'SEALED' && !synthetic ? 'L2' : 'L0');
}

/** One image that every case of a benchmark has: a CT scan, a T2-weighted MR scan. All of a case lie on one grid. */
export interface BenchmarkChannel {
  readonly name: string;
  /** As in DICOM: CT, MR, PT, … */
  readonly modality?: string;
  /** HU, SUV, … */
  readonly unit?: string;
}

/** What a benchmark has that says nothing of channels. */
export const SINGLE_CHANNEL: readonly BenchmarkChannel[] = [{ name: 'image' }];

/** A window of grey values. */
export interface WindowPreset {
  readonly name: string;
  readonly center: number;
  readonly width: number;
}

/** Beginnings of the names of facts that describe how an image was made, or where, and nothing of the person in it. */
const ACQUISITION_FACTS: readonly string[] = [
  'acquisition',
  'centre',
  'center',
  'cohort',
  'coil',
  'contrast',
  'country',
  'dataset',
  'device',
  'dose',
  'echo',
  'exposure',
  'field',
  'flip',
  'fov',
  'image',
  'inversion',
  'kernel',
  'kvp',
  'magnetic',
  'manufacturer',
  'modality',
  'model',
  'orientation',
  'phase',
  'pitch',
  'pixel',
  'plane',
  'protocol',
  'radiopharmaceutical',
  'reconstruction',
  'repetition',
  'resolution',
  'scan',
  'sequence',
  'series',
  'site',
  'slice',
  'software',
  'source',
  'spacing',
  'split',
  'station',
  'tesla',
  'tracer',
  'tube',
  'vendor',
  'voxel',
];

/**
 * Whether a fact of a case says something about the person: cells of few people are then withheld wherever they are shown.
 * A fact counts as one about the person unless its name says that it is about the image.
 */
export function isDemographic(fact: string): boolean {
  const name = plainFact(fact);
  return !ACQUISITION_FACTS.some((start) => name.startsWith(start)) && !['te', 'tr', 'ti'].includes(name);
}

/** A fact's name without case and separators: `sliceThickness`, `slice_thickness` and `Slice thickness` are one. */
export function plainFact(fact: string): string {
  return fact.toLowerCase().replace(/[^a-z0-9]+/g, '');
}
