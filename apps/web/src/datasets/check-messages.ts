import type { DatasetLayout, DatasetReport, DeclaredLabel, PreparedCase } from '#datasets';
import type { BenchmarkChannel, ConsensusMethod } from '#domain';
import type { DatasetKey } from './dataset-key.js';
import type { CheckQuestion } from './open-chosen.js';

/** What a case would be sent as, before its voxels are read for that. */
export interface OutgoingCase {
  readonly name: string;
  /** Another case of the same patient, the first by name; null: of one of its own. */
  readonly sameAs: string | null;
  readonly split: string | null;
  readonly readers: readonly string[];
}

/** What the description of a dataset says of itself, for the form. */
export interface CheckedDataset {
  readonly layout: DatasetLayout;
  readonly name: string;
  readonly description: string;
  readonly licence: string;
  readonly ignoreLabel: number | null;
  readonly regions: readonly { readonly name: string; readonly labels: readonly number[] }[];
  readonly labels: readonly DeclaredLabel[];
  readonly channels: readonly BenchmarkChannel[];
  /** Those that have a reference segmentation; the others stay behind. */
  readonly cases: readonly OutgoingCase[];
  readonly withoutReference: number;
  /** Cases of several readers without a consensus. */
  readonly undecided: number;
  /** Names that cases got in place of their own: kept with the key, never sent. */
  readonly names: Readonly<Record<string, string>>;
}

/** How cases are prepared for sending. */
export interface Preparation {
  readonly facts: readonly string[];
  readonly consensus: ConsensusMethod | null;
  readonly key: DatasetKey;
}

export type CheckRequest =
  | { readonly kind: 'check'; readonly question: CheckQuestion }
  | { readonly kind: 'prepare'; readonly ticket: number; readonly index: number; readonly how: Preparation };

export type CheckMessage =
  | { readonly kind: 'progress'; readonly name: string; readonly done: number; readonly of: number }
  /** `dataset` is null when no layout was found. */
  | { readonly kind: 'checked'; readonly report: DatasetReport; readonly dataset: CheckedDataset | null }
  | { readonly kind: 'prepared'; readonly ticket: number; readonly prepared: PreparedCase }
  /** A case that cannot be read any more (`changed`), or a defect of ours. */
  | { readonly kind: 'failed'; readonly ticket: number | null; readonly changed: boolean; readonly sentence: string };
