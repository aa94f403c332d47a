import type { BenchmarkView, LeaderboardEntryView } from '#contracts';
import type { PhaseRules } from '#domain';
import { count } from '../format/numbers.js';
import type { Direction, SortKey } from '../format/order.js';

/** Catalogue entry of a metric, as the benchmark's answer carries it. */
export type MetricInfo = BenchmarkView['metrics'][number];

/** The mean that a cell shows, and how many of its cases stand in with a penalty. */
export interface Cell {
  readonly mean: number;
  /** Cases behind the mean; null for the mean over structures. */
  readonly n: number | null;
  /** Null: some, and how many is not released for held-out cases. */
  readonly penalised: number | null;
}

/** Catalogue entries in the order of the phase's rules; a metric without an entry is shown under its id. */
export function metricColumns(rules: Pick<PhaseRules, 'metrics'>, catalogue: readonly MetricInfo[]): MetricInfo[] {
  return rules.metrics.map(
    ({ id }) =>
      catalogue.find((info) => info.id === id) ?? {
        id,
        name: id,
        abbreviation: id,
        unit: '',
        direction: 'higher',
        description: '',
        role: 'rank',
      },
  );
}

/** Metric ids by which the phase is ranked. */
export function rankingMetrics({ ranking }: Pick<PhaseRules, 'ranking'>): readonly string[] {
  return ranking.kind === 'mean-then-rank' ? [ranking.metric] : ranking.metrics;
}

/** @param structure name of a region, or null for the mean over structures; @returns null when the row has no such figure */
export function cellOf(
  entry: Pick<LeaderboardEntryView, 'metrics' | 'aggregates'>,
  metric: string,
  structure: string | null,
): Cell | null {
  if (structure === null) {
    const mean = Object.hasOwn(entry.metrics, metric) ? entry.metrics[metric] : undefined;
    if (mean === undefined) return null;
    const penalised = entry.aggregates
      .filter((part) => part.metric === metric)
      .reduce<number | null>((sum, part) => (sum === null || part.penalised === null ? null : sum + part.penalised), 0);
    return { mean, n: null, penalised };
  }
  const part = entry.aggregates.find((aggregate) => aggregate.metric === metric && aggregate.region === structure);
  return part ? { mean: part.mean, n: part.n, penalised: part.penalised } : null;
}

/** What a penalty mark says; null where no value is replaced. */
export function penaltyWords({ penalised }: Pick<Cell, 'penalised'>): string | null {
  if (penalised === 0) return null;
  return penalised === null
    ? 'some values replaced by the declared penalty; how many is not released for held-out cases'
    : `${count(penalised, 'value')} replaced by the declared penalty`;
}

/**
 * How often a structure that the reference has is absent from the prediction; over all structures each is counted, as a case
 * may lack several. Null where that is never, or not released.
 *
 * @param structure name of a region, or null for all
 */
export function emptyWords(
  empty: LeaderboardEntryView['cases']['empty'],
  structure: string | null,
): { readonly count: number; readonly words: string } | null {
  const lacking = Object.entries(empty ?? {}).filter(
    ([region, cases]) => cases > 0 && (structure === null || region === structure),
  );
  if (lacking.length === 0) return null;
  const where = lacking.map(([region, cases]) => `${region} in ${count(cases, 'case')}`).join(', ');
  return {
    count: lacking.reduce((sum, [, cases]) => sum + cases, 0),
    words: `absent from the prediction although the reference has it: ${where}`,
  };
}

/** Metrics that a board may be ranked by; others, such as a signed error whose mean hides errors of unlike sign, are only shown. */
export function rankable(metrics: readonly MetricInfo[]): MetricInfo[] {
  return metrics.filter(({ role }) => role === 'rank');
}

/** The best mean of a column; null when nothing has a value, all are equal, or the metric ranks nothing. */
export function bestOf(
  entries: readonly LeaderboardEntryView[],
  metric: MetricInfo,
  structure: string | null,
): number | null {
  if (metric.role !== 'rank') return null;
  const means = entries.flatMap((entry) => cellOf(entry, metric.id, structure)?.mean ?? []);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  if (means.length < 2 || low === high) return null;
  return metric.direction === 'higher' ? high : low;
}

/** What a first click on a column gives: best first. */
export function naturalDirection(metric: Pick<MetricInfo, 'direction'>): Direction {
  return metric.direction === 'higher' ? 'desc' : 'asc';
}

/**
 * What a row is sorted by. Columns: rank, algorithm, failed, cpu, memory, finished, or a metric id.
 *
 * @param rankOf place of a row under the rule that is shown; undefined where it has none
 */
export function sortKey(
  entry: LeaderboardEntryView,
  column: string,
  structure: string | null,
  rankOf: (entry: LeaderboardEntryView) => number | undefined = ({ rank }) => rank,
): SortKey {
  switch (column) {
    case 'rank':
      return rankOf(entry);
    case 'algorithm':
      return `${entry.algorithm.name} ${entry.version}`;
    case 'failed':
      return entry.cases.failed;
    case 'cpu':
      return entry.practiceUsage?.cpuMs;
    case 'memory':
      return entry.practiceUsage?.peakRssBytes;
    case 'finished':
      return Date.parse(entry.finishedAt);
    default:
      return cellOf(entry, column, structure)?.mean;
  }
}
