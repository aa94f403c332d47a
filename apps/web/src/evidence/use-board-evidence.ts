import { useEffect, useMemo, useState } from 'react';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { BenchmarkView, BoardValuesView, EvidenceView } from '#contracts';
import type { PhaseRules } from '#domain';
import { queries } from '../api/queries.js';
import { drawEvidence, type DrawingState, type EvidenceWorker } from './draw-evidence.js';
import type { EvidenceRequest } from './evidence-messages.js';
import type { RankEvidence } from './evidence-of-values.js';
import { directionsOf, isDeclared, leadingMetric, schemeOf, type SchemeChoice } from './scheme-choice.js';

/** Evidence of a board under the rule that a reader chose. */
export interface BoardEvidenceState {
  readonly declared: boolean;
  /** Under the declared rule; undefined while it is on its way. */
  readonly base: EvidenceView | undefined;
  /** Under the chosen rule: the same as of `base` where that is the declared one. */
  readonly ranks: RankEvidence | undefined;
  /** With the groups of cases, which come last. */
  readonly view: EvidenceView | undefined;
  /** Whether the figures of every case may be loaded: then this page works out every other rule itself. */
  readonly casesVisible: boolean;
  readonly values: UseQueryResult<BoardValuesView>;
  /** The chosen rule in full, where this page works it out; null where the server does. */
  readonly local: EvidenceRequest | null;
  readonly ceiling: EvidenceView['ceiling'];
  readonly progress: { readonly done: number; readonly of: number } | null;
  readonly fault: unknown;
  readonly retry: () => void;
}

/**
 * The declared rule is asked of the server. Another one is worked out here where the figures of every case may be seen, by
 * the same kernel from the same seed: a worker draws the cases again. Elsewhere, or should the worker break, the server is
 * asked for it too.
 *
 * @param asOf address of the state that is shown; undefined while it is not known or nothing is on the board
 */
export function useBoardEvidence(
  benchmark: Pick<BenchmarkView, 'slug' | 'metrics'>,
  phase: { readonly kind: 'practice' | 'test'; readonly rules: PhaseRules },
  asOf: string | undefined,
  choice: SchemeChoice,
): BoardEvidenceState {
  const { slug, metrics } = benchmark;
  const { kind, rules } = phase;
  const declared = isDeclared(choice);
  const { scheme, metric, region } = choice;
  const known = asOf !== undefined;
  const plain = useQuery({
    ...queries.evidence(slug, kind, asOf ?? '', { scheme: 'declared' }),
    enabled: known,
    placeholderData: (previous) => sameBoard(previous, slug, kind),
  });
  const base = plain.data;
  const casesVisible = base?.casesVisible ?? false;
  const shownHash = base?.state.hash;
  const values = useQuery({
    ...queries.boardValues(slug, kind, asOf ?? ''),
    enabled: known && casesVisible,
  });
  const local = useMemo((): EvidenceRequest | null => {
    // while a newer state is on its way, what is shown and what is loaded may differ
    if (values.data === undefined || declared || values.data.state.hash !== shownHash) return null;
    const directionOf = directionsOf(metrics);
    return {
      values: values.data,
      scheme: schemeOf(rules, { scheme, metric, region }),
      directions: Object.fromEntries(metrics.map(({ id }) => [id, directionOf(id)])),
    };
  }, [values.data, shownHash, declared, rules, scheme, metric, region, metrics]);
  const drawing = useDrawing(local);
  const asked = useQuery({
    ...queries.evidence(slug, kind, asOf ?? '', choice),
    enabled: known && !declared && base !== undefined && (!casesVisible || drawing.state === 'failed'),
  });
  // how far readers agree depends on metric and region, not on the rule; values of the board do not tell it
  const sameFigures =
    base?.evidence.metric === leadingMetric(rules, { scheme, metric, region }) &&
    base.evidence.region === (region ?? 'all');
  const readers = useQuery({
    ...queries.evidence(slug, kind, asOf ?? '', { scheme: 'declared', metric, region }),
    enabled: known && casesVisible && !sameFigures,
  });
  const ceiling = (sameFigures ? base : casesVisible ? readers.data : asked.data)?.ceiling ?? null;
  const view = useMemo((): EvidenceView | undefined => {
    if (declared || base === undefined) return base;
    if (drawing.state !== 'done') return asked.data;
    return { ...base, evidence: { ...drawing.ranks, slices: drawing.slices }, ceiling };
  }, [declared, base, drawing, asked.data, ceiling]);
  const ranks = !declared && 'ranks' in drawing ? drawing.ranks : view?.evidence;
  return {
    declared,
    base,
    ranks,
    view,
    casesVisible,
    values,
    local,
    ceiling,
    progress: drawing.state === 'working' ? { done: drawing.done, of: drawing.of } : null,
    fault: plain.error ?? readers.error ?? (declared || ranks !== undefined ? null : (asked.error ?? values.error)),
    retry: () => {
      for (const query of [plain, values, asked, readers]) if (query.isError) void query.refetch();
    },
  };
}

const IDLE: DrawingState = { state: 'idle' };

/** One worker for each request; the next request ends it. @param request keep it the same object while nothing changes */
function useDrawing(request: EvidenceRequest | null): DrawingState {
  const [answer, setAnswer] = useState<{ readonly to: EvidenceRequest; readonly state: DrawingState } | null>(null);
  useEffect(() => {
    if (request === null) return;
    return drawEvidence(
      request,
      (state) => setAnswer({ to: request, state }),
      () => new Worker(new URL('./evidence.worker.ts', import.meta.url), { type: 'module' }) as EvidenceWorker,
    );
  }, [request]);
  if (request === null) return IDLE;
  // an answer to an earlier request says nothing about this one
  return answer?.to === request ? answer.state : { state: 'working', done: 0, of: 1 };
}

/** What was known of the same phase stays while a newer state is worked out; another phase has other secrets. */
export function sameBoard<T extends Pick<EvidenceView, 'benchmark' | 'phase'>>(
  previous: T | undefined,
  slug: string,
  phase: EvidenceView['phase'],
): T | undefined {
  return previous?.benchmark === slug && previous.phase === phase ? previous : undefined;
}
