import type { BenchmarkView } from '#contracts';
import type { Penalty, RankingScheme } from '#domain';
import { count } from '../format/numbers.js';
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

/** Who sees the references of a phase, as the end of a sentence; organisers and stewards always do. */
export function revealWords(reveal: BenchmarkView['phases'][number]['reveal']): string {
  switch (reveal.kind) {
    case 'all':
      return 'whoever may see the case';
    case 'never':
      return 'organisers and stewards only';
    case 'showcase':
      return `whoever is signed in, of ${count(reveal.caseCount, 'showcase case')}; all others by organisers and stewards only`;
    case 'after-close':
      return 'whoever is signed in once the phase has closed, before that by organisers and stewards only';
    case 'readers':
      return 'the readers of the benchmark, organisers and stewards';
  }
}
