import type { BoardValuesView } from '#contracts';
import type { RankingScheme } from '#ranking';
import type { Evidence, RankEvidence } from './evidence-of-values.js';

/** What the worker is asked: once, as it ends with its answer. */
export interface EvidenceRequest {
  readonly values: BoardValuesView;
  readonly scheme: RankingScheme;
  readonly directions: Readonly<Record<string, 'higher' | 'lower'>>;
}

export type EvidenceMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly of: number }
  | { readonly kind: 'ranks'; readonly ranks: RankEvidence }
  | { readonly kind: 'slices'; readonly slices: Evidence['slices'] };
