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
  /** Intra-op threads of ONNX Runtime; part of the signature. */
  readonly threads: number;
}

export const PHASE_KINDS = ['practice', 'test'] as const;
export type PhaseKind = (typeof PHASE_KINDS)[number];

/** The rules of one phase, frozen when the benchmark is published. */
export interface PhaseRules {
  readonly regions: readonly Region[];
  readonly metrics: readonly PhaseMetric[];
  readonly ranking: RankingScheme;
  readonly limits: RunLimits;
}

/** A window of grey values. */
export interface WindowPreset {
  readonly name: string;
  readonly center: number;
  readonly width: number;
}

/** Facts of a case that say something about the person: cells of few people are withheld wherever they are shown. */
export const DEMOGRAPHIC_FACTS: readonly string[] = [
  'age',
  'ageBand',
  'bodyMass',
  'bodyMassBand',
  'ethnicGroup',
  'sex',
];
