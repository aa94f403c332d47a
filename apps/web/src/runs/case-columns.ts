import type { CaseResultView } from '#contracts';
import { reasonWords, type Figure } from '../format/numbers.js';
import type { SortKey } from '../format/order.js';

/** What one case scored on one structure in one metric. */
export interface CaseFigure {
  readonly value: Figure;
  /** Why there is no value, or none that is bounded; undefined when there is one. */
  readonly reason: string | undefined;
  /** ok, empty_prediction, both_empty …; undefined when the case has no such score. */
  readonly status: string | undefined;
}

type Scored = Pick<CaseResultView, 'scores'>;

export function figureOf({ scores }: Scored, region: string, metric: string): CaseFigure {
  const score = scores.find((candidate) => candidate.region === region);
  if (!score) return { value: null, reason: undefined, status: undefined };
  const value = Object.hasOwn(score.values, metric) ? score.values[metric] : null;
  const reason = Object.hasOwn(score.reasons, metric) ? score.reasons[metric] : undefined;
  return { value, reason: value === 'Infinity' ? (reason ?? 'unbounded') : reason, status: score.status };
}

/** What stands behind a figure that is no plain one; undefined where nothing needs saying. */
export function figureWords({ reason, status }: Pick<CaseFigure, 'reason' | 'status'>): string | undefined {
  if (reason !== undefined) return reasonWords(reason);
  return status === 'both_empty' ? 'both masks empty: agreement' : undefined;
}

/** The figure that costs a mean most: the worst of all cases and of the structures given; null when no case has one. */
export function worstFigure(
  rows: readonly CaseResultView[],
  regions: readonly string[],
  { id, direction }: { readonly id: string; readonly direction: 'higher' | 'lower' },
): { readonly caseId: string; readonly region: string } | null {
  let worst: { caseId: string; region: string; badness: number } | null = null;
  for (const row of rows) {
    if (row.predictionObjectId === null) continue; // there is nothing to look at
    for (const region of regions) {
      const { value } = figureOf(row, region, id);
      if (value === null || value === undefined) continue;
      const number = value === 'Infinity' ? Infinity : value;
      const badness = direction === 'higher' ? -number : number;
      if (worst === null || badness > worst.badness) worst = { caseId: row.caseId, region, badness };
    }
  }
  return worst && { caseId: worst.caseId, region: worst.region };
}

/** Columns: case, state, time, cpu, memory, or `region:NAME`. Unbounded distances sort as the largest. */
export function caseSortKey(row: CaseResultView, column: string, metric: string): SortKey {
  switch (column) {
    case 'case':
      return row.caseName;
    case 'state':
      return row.state;
    case 'time':
      return row.usage?.elapsedMs;
    case 'cpu':
      return row.usage?.cpuMs;
    case 'memory':
      return row.usage?.peakRssBytes;
    default: {
      if (!column.startsWith('region:')) return null;
      const { value } = figureOf(row, column.slice('region:'.length), metric);
      return value === 'Infinity' ? Infinity : value;
    }
  }
}
