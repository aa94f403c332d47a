import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { BenchmarkView, EvidenceView } from '#contracts';
import type { PhaseRules } from '#domain';
import { queries } from '../api/queries.js';
import type { RankEvidence, Standing } from '../evidence/evidence-of-values.js';
import { movesOf } from '../evidence/moves.js';
import { directionsOf, leadingMetric, type SchemeChoice } from '../evidence/scheme-choice.js';
import { sameBoard, useBoardEvidence } from '../evidence/use-board-evidence.js';
import { rankNow, studyDataOf, type RunPlace } from '../evidence/values-study.js';
import { meanBoundsIn, type MeanBoundsOf } from './mean-intervals.js';

/** The board under the rule that a reader chose: places at once, intervals as soon as they are known. */
export interface RankedBoard {
  readonly declared: boolean;
  /** Metric and region (or `all`) that are ranked, of a consensus its first. */
  readonly metric: string;
  readonly region: string;
  /** Place by run under the chosen rule; null while it is being worked out. */
  readonly places: ReadonlyMap<string, RunPlace> | null;
  /** By run; empty while intervals are drawn. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** Interval of the mean by run, whatever the rule: null where it is not shown, absent while it is not known. */
  readonly means: ReadonlyMap<string, Standing['mean']>;
  /** Interval of any mean on the board. */
  readonly boundsOf: MeanBoundsOf;
  /** Whether these intervals are still on their way. */
  readonly boundsAwaited: boolean;
  /** Against the declared rule; empty when that is shown. */
  readonly moves: ReadonlyMap<string, number>;
  readonly ceiling: EvidenceView['ceiling'];
  /** Evidence under the chosen rule, groups of cases with it; undefined while it is worked out. */
  readonly evidence: EvidenceView | undefined;
  /** How cases can be grouped: the same under every rule. */
  readonly slices: EvidenceView['evidence']['slices'];
  readonly casesVisible: boolean;
  /** Draws behind the intervals that are shown; null when there are none yet. */
  readonly draws: number | null;
  readonly progress: { readonly done: number; readonly of: number } | null;
  readonly fault: unknown;
}

/**
 * Where the figures of every case may be seen, another rule ranks here and now, and a worker draws the intervals; elsewhere
 * the server is asked for both.
 *
 * @param asOf address of the state that is shown; undefined while it is not known or nothing is on the board
 */
export function useRankedBoard(
  benchmark: Pick<BenchmarkView, 'slug' | 'metrics'>,
  phase: { readonly kind: 'practice' | 'test'; readonly rules: PhaseRules },
  asOf: string | undefined,
  choice: SchemeChoice,
): RankedBoard {
  const known = useBoardEvidence(benchmark, phase, asOf, choice);
  const { declared, base, ranks, view, local, ceiling, progress, casesVisible, fault } = known;
  const metric = leadingMetric(phase.rules, choice);
  const region = choice.region ?? 'all';
  const values = known.values.data ?? null;
  const data = useMemo(() => values && studyDataOf(values), [values]);
  const { slug } = benchmark;
  const { kind } = phase;
  const intervals = useQuery({
    ...queries.boardMeans(slug, kind, asOf ?? ''),
    enabled: asOf !== undefined,
    placeholderData: (previous) => sameBoard(previous, slug, kind),
  });
  const boundsOf = useMemo(() => meanBoundsIn(intervals.data), [intervals.data]);
  const now = useMemo(
    () => (data === null || local === null ? null : rankNow(data, local.scheme, directionsOf(benchmark.metrics))),
    [data, local, benchmark.metrics],
  );

  return useMemo((): RankedBoard => {
    const before = placesOf(base?.evidence);
    const places = declared ? before : (now ?? placesOf(ranks));
    const standings = ranks?.standings ?? [];
    // means do not depend on the rule: where metric and region stay, so do they
    const same = base?.evidence.metric === metric && base.evidence.region === region;
    const means = same ? base.evidence.standings : standings;
    return {
      declared,
      metric,
      region,
      places,
      standings: new Map(standings.map((standing) => [standing.algorithm, standing])),
      means: new Map(means.map(({ algorithm, mean }) => [algorithm, mean])),
      boundsOf,
      boundsAwaited: intervals.isPending,
      moves: declared || before === null || places === null ? new Map<string, number>() : movesOf(before, places),
      ceiling,
      slices: base?.evidence.slices ?? [],
      evidence: view,
      casesVisible,
      draws: ranks?.draws ?? null,
      progress,
      fault: (now === null || declared ? fault : null) ?? intervals.error,
    };
  }, [
    declared,
    base,
    ranks,
    view,
    now,
    metric,
    region,
    ceiling,
    casesVisible,
    boundsOf,
    intervals.error,
    intervals.isPending,
    progress,
    fault,
  ]);
}

function placesOf(ranks: Pick<RankEvidence, 'standings'> | undefined): ReadonlyMap<string, RunPlace> | null {
  if (ranks === undefined) return null;
  return new Map(ranks.standings.map(({ algorithm, rank, aggregate }) => [algorithm, { rank, aggregate }]));
}
