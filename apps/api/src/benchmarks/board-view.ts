import type { BenchmarkView, LeaderboardEntryView, LeaderboardView, RunView } from '#contracts';
import type { RankingScheme } from '#domain';
import type { BoardState, LeaderboardEntry, Phase } from '#evaluation';
import { METRIC_CATALOGUE, metricDefinition } from '#metrics';
import type { ResultSight } from './sight.js';

/** Metric that a board is ordered by; of a consensus, the first. */
export function leadingMetric(ranking: RankingScheme): string {
  return ranking.kind === 'mean-then-rank' ? ranking.metric : ranking.metrics[0];
}

/**
 * A time for one pair of eyes. Who may not know how long the held-out cases took gets it cut to the whole minute, so that
 * the end of a run says little about the time that single images cost.
 */
export function instantView(at: Date, exactTimes: boolean): string {
  return new Date(exactTimes ? at.getTime() : Math.floor(at.getTime() / 60_000) * 60_000).toISOString();
}

/**
 * One row of a board. Exact means, rank and counts are released for held-out phases; time and memory come from practice
 * cases by construction.
 *
 * @param sight what of the phase's results the asking person may know
 */
export function entryView(entry: LeaderboardEntry, submitter: string, sight: ResultSight): LeaderboardEntryView {
  const { rank, runId, submissionId, version, practiceUsage, finishedAt } = entry;
  return {
    rank,
    runId,
    submissionId,
    algorithm: { slug: entry.algorithm.slug, name: entry.algorithm.name },
    version,
    submitter,
    ...meansView(entry, sight),
    modelSha256: entry.modelSha256,
    manifestSha256: entry.manifestSha256,
    state: { hash: entry.stateHash, sequence: entry.sequence },
    practiceUsage: practiceUsage && {
      elapsedMs: practiceUsage.elapsedMs,
      cpuMs: practiceUsage.cpuMs,
      peakRssBytes: practiceUsage.peakRssBytes,
    },
    finishedAt: instantView(finishedAt, sight.seesTimes),
  };
}

/** Rank and means of a completed run, for its own page. */
export function resultView(entry: LeaderboardEntry, sight: ResultSight): NonNullable<RunView['result']> {
  return { rank: entry.rank, ...meansView(entry, sight) };
}

export function stateView(state: BoardState, seesTimes: boolean): NonNullable<LeaderboardView['state']> {
  return { hash: state.hash, sequence: state.sequence, at: instantView(state.at, seesTimes) };
}

/**
 * How many held-out cases count with a penalty would say in how many of them a structure is missing: that there are some is
 * enough. In how many of ten or more an algorithm found nothing is its failure, released like its failure rates.
 */
function meansView(
  { metrics, aggregates, cases }: LeaderboardEntry,
  { seesCases, seesCounts }: ResultSight,
): Pick<LeaderboardEntryView, 'metrics' | 'aggregates' | 'cases'> {
  return {
    metrics: { ...metrics },
    aggregates: aggregates.map(({ region, metric, mean, n, penalised }) => ({
      region,
      metric,
      mean,
      n,
      penalised: seesCases || penalised === 0 ? penalised : null,
    })),
    cases: { scored: cases.scored, failed: cases.failed, empty: seesCounts ? emptyCounts(aggregates) : null },
  };
}

/** By region; null where rows were written before it was counted. */
function emptyCounts(aggregates: LeaderboardEntry['aggregates']): Record<string, number> | null {
  const counts: Record<string, number> = {};
  for (const { region, empty } of aggregates) {
    if (empty === undefined) return null;
    counts[region] = empty;
  }
  return counts;
}

/** What the metrics of these phases mean, from the catalogue, in its order. */
export function metricInfos(phases: readonly Pick<Phase, 'rules'>[]): BenchmarkView['metrics'] {
  const ids = [...new Set(phases.flatMap(({ rules }) => rules.metrics.map(({ id }) => id)))];
  const place = (id: string): number => METRIC_CATALOGUE.findIndex(({ key }) => key === id.split('@', 1)[0]);
  return ids
    .map((id) => metricDefinition(id))
    .sort((a, b) => place(a.id) - place(b.id))
    .map(({ id, name, abbreviation, unit, direction, role, description }) => ({
      id,
      name,
      abbreviation,
      unit,
      direction,
      role,
      description,
    }));
}
