import type { RankingScheme } from '#domain';
import { metricDefinition } from '#metrics';
import { rankAggregates, type MeanScheme as Rule } from '#ranking';

/** A run as a board sees it: its id and its means over regions, by metric id. */
export interface BoardEntry {
  readonly runId: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * The places of all runs of one board under the scheme of its phase; equals share the better place.
 *
 * @throws RangeError when a run lacks a metric that is ranked by, or its value is not finite
 */
export function rankBoard(scheme: RankingScheme): (entries: readonly BoardEntry[]) => ReadonlyMap<string, number> {
  const ids = scheme.kind === 'consensus' ? scheme.metrics : [scheme.metric];
  const rules = ids.map((metric) => ({ kind: 'mean-then-rank', metric, ties: scheme.ties }) as const);
  const rule: Rule = scheme.kind === 'consensus' ? { kind: 'consensus', of: rules, ties: scheme.ties } : rules[0];

  return (entries) => {
    if (entries.length === 0) return new Map();
    const aggregates = entries.flatMap(({ runId, metrics }) =>
      ids.map((metric) => {
        const mean = metrics[metric];
        if (!Number.isFinite(mean))
          throw new RangeError(`run ${runId} has ${mean} as its mean ${metric}; expected a finite number`);
        return { algorithm: runId, region: 'mean over regions', metric, mean, n: 1, penalised: 0 };
      }),
    );
    const places = rankAggregates(aggregates, rule, (metric) => metricDefinition(metric).direction);
    return new Map(places.map(({ algorithm, rank }) => [algorithm, rank]));
  };
}
