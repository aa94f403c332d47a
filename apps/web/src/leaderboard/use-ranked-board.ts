import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { BenchmarkView, EvidenceView } from '#contracts';
import type { PhaseRules } from '#domain';
import type { EvidenceStanding } from '#ranking';
import { queries } from '../api/queries.js';
import type { IntervalsRequest } from '../evidence/intervals-messages.js';
import { movesOf } from '../evidence/moves.js';
import { directionsOf, isDeclared, leadingMetric, schemeOf, type SchemeChoice } from '../evidence/scheme-choice.js';
import { useIntervals } from '../evidence/use-intervals.js';
import { rankNow, seedOf, studyDataOf, type RunPlace } from '../evidence/values-study.js';

/** Draws behind intervals that are made on this page; the server's evidence has its own number. */
export const BROWSER_DRAWS = 10_000;

/** The board under the rule that a reader chose: places at once, intervals as soon as they are known. */
export interface RankedBoard {
  readonly declared: boolean;
  /** Metric and region (or `all`) that are ranked, of a consensus its first. */
  readonly metric: string;
  readonly region: string;
  /** Place by run under the chosen rule; null while it is being worked out. */
  readonly places: ReadonlyMap<string, RunPlace> | null;
  /** By run; empty while intervals are drawn. */
  readonly standings: ReadonlyMap<string, EvidenceStanding>;
  /** Interval of the mean by run, whatever the rule: null where it is not shown, absent while it is not known. */
  readonly means: ReadonlyMap<string, EvidenceStanding['mean']>;
  /** Against the declared rule; empty when that is shown. */
  readonly moves: ReadonlyMap<string, number>;
  readonly ceiling: EvidenceView['ceiling'];
  /** The server's evidence for the same choice; undefined while it is on its way. */
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
  const declared = isDeclared(choice);
  const { scheme, metric, region } = choice;
  const plain = useQuery({
    ...queries.evidence(benchmark.slug, phase.kind, asOf ?? '', { scheme: 'declared' }),
    enabled: asOf !== undefined,
    placeholderData: (previous) => sameBoard(previous, benchmark.slug, phase.kind),
  });
  const casesVisible = plain.data?.casesVisible ?? false;
  const asked = useQuery({
    ...queries.evidence(benchmark.slug, phase.kind, asOf ?? '', choice),
    enabled: asOf !== undefined && !declared,
  });
  const values = useQuery({
    ...queries.boardValues(benchmark.slug, phase.kind, asOf ?? ''),
    enabled: asOf !== undefined && casesVisible,
  });
  const data = useMemo(() => (values.data ? studyDataOf(values.data) : null), [values.data]);
  const local = useMemo(() => {
    if (data === null || declared) return null;
    const rule = schemeOf(phase.rules, { scheme, metric, region });
    return { rule, places: rankNow(data, rule, directionsOf(benchmark.metrics)) };
  }, [data, declared, phase.rules, scheme, metric, region, benchmark.metrics]);
  const request = useMemo((): IntervalsRequest | null => {
    if (data === null || local === null || asOf === undefined) return null;
    return {
      study: data,
      scheme: local.rule,
      directions: Object.fromEntries(benchmark.metrics.map(({ id, direction }) => [id, direction])),
      draws: BROWSER_DRAWS,
      seed: seedOf(asOf),
    };
  }, [data, local, asOf, benchmark.metrics]);
  const drawn = useIntervals(request);

  return useMemo((): RankedBoard => {
    const before = placesOf(plain.data?.evidence.standings);
    const evidence = declared ? plain.data : asked.data;
    const intervals = declared ? evidence?.evidence : drawn.state === 'done' ? drawn.intervals : evidence?.evidence;
    const places = declared ? before : (local?.places ?? placesOf(asked.data?.evidence.standings));
    const ranked = leadingMetric(phase.rules, { scheme, metric, region });
    // means and readers do not depend on the rule: where metric and region stay, so do they
    const { data: base } = plain;
    const same = base?.evidence.metric === ranked && base.evidence.region === (region ?? 'all');
    const means = (same ? base.evidence : intervals)?.standings ?? [];
    return {
      declared,
      metric: ranked,
      region: region ?? 'all',
      places,
      standings: new Map((intervals?.standings ?? []).map((standing) => [standing.algorithm, standing])),
      means: new Map(means.map(({ algorithm, mean }) => [algorithm, mean])),
      moves: declared || before === null || places === null ? new Map<string, number>() : movesOf(before, places),
      ceiling: (same ? base : evidence)?.ceiling ?? null,
      slices: base?.evidence.slices ?? [],
      evidence,
      casesVisible,
      draws: intervals?.draws ?? null,
      progress: drawn.state === 'working' ? { done: drawn.done, of: drawn.of } : null,
      fault: declared ? plain.error : local === null ? (asked.error ?? values.error) : null,
    };
  }, [declared, plain, asked, values.error, local, drawn, phase.rules, scheme, metric, region, casesVisible]);
}

/** What was known of the same phase stays while a newer state is worked out; another phase has other secrets. */
export function sameBoard(
  previous: EvidenceView | undefined,
  slug: string,
  phase: EvidenceView['phase'],
): EvidenceView | undefined {
  return previous?.benchmark === slug && previous.phase === phase ? previous : undefined;
}

function placesOf(standings: EvidenceView['evidence']['standings'] | undefined): ReadonlyMap<string, RunPlace> | null {
  if (standings === undefined) return null;
  return new Map(standings.map(({ algorithm, rank, aggregate }) => [algorithm, { rank, aggregate }]));
}
