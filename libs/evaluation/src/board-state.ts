import { createHash } from 'node:crypto';
import { canonicalJson } from '#domain';
import type { Aggregate } from './records.js';

/** What a completed run adds to its board: released figures only, and nothing that a later event could change. */
export interface BoardLink {
  readonly runId: string;
  /** Slug. */
  readonly algorithm: string;
  readonly version: string;
  /** SHA-256 of the model file and of the canonical JSON of its manifest. */
  readonly modelSha256: string;
  readonly manifestSha256: string;
  /** Mean over regions of the aggregate means, by metric id. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly aggregates: readonly Omit<Aggregate, 'penalised'>[];
  readonly cases: { readonly scored: number; readonly failed: number };
}

/** The address of a board on which nothing has been entered yet. */
export function emptyBoardState(board: { readonly phaseId: string; readonly signature: string }): string {
  return digest({ phase: board.phaseId, signature: board.signature });
}

/**
 * The address of a board after one more run: SHA-256, lower-case hex, of the canonical JSON of the state before and what
 * was added. The states of a board are a chain, so an address fixes every released figure up to it, in the order in which
 * they came, and anybody who holds the links can compute it anew. Ranks are not in it: they follow from the figures and
 * the scheme. Nor are counts of penalties: of held-out phases they are not released, and a digest of a few small numbers
 * tells them to whoever tries them all.
 */
export function nextBoardState(previous: string, link: BoardLink): string {
  const { runId, algorithm, version, modelSha256, manifestSha256, metrics, aggregates, cases } = link;
  return digest({
    previous,
    runId,
    algorithm,
    version,
    modelSha256,
    manifestSha256,
    metrics,
    aggregates: aggregates.map(({ region, metric, mean, n }) => ({ region, metric, mean, n })),
    cases: { scored: cases.scored, failed: cases.failed },
  });
}

function digest(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}
