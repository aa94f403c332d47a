import type { Penalty, RankingScheme } from '#domain';
import type { MetricInfo } from '../leaderboard/board-columns.js';

/** What a failed case or an unbounded distance counts. */
export function penaltyWords(penalty: Penalty | undefined, unit: string): string {
  if (penalty === undefined) return '–';
  return penalty.kind === 'fixed'
    ? `counts ${penalty.value}${unit === '' ? '' : ` ${unit}`}`
    : 'counts the diagonal of the volume';
}

/** A ranking scheme in a sentence. */
export function rankingWords(scheme: RankingScheme, catalogue: readonly Pick<MetricInfo, 'id' | 'name'>[]): string {
  const name = (id: string): string => catalogue.find((metric) => metric.id === id)?.name ?? id;
  if (scheme.kind === 'mean-then-rank') {
    return `By mean ${name(scheme.metric)}: the mean over the cases of each structure, then over structures. Equal means share the better place.`;
  }
  return `By the mean of the places in ${scheme.metrics.map(name).join(', ')}. Equal means share the better place.`;
}
