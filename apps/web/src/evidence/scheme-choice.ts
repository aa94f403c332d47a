import type { BenchmarkView } from '#contracts';
import type { PhaseRules } from '#domain';
import type { DirectionOf, RankingScheme, SingleScheme } from '#ranking';

/** How a reader of the board wants it ranked; `declared` alone is the rule that counts. */
export interface SchemeChoice {
  readonly scheme: 'declared' | SingleScheme['kind'];
  /** Metric id; absent: the metric of the declared rule. */
  readonly metric?: string;
  /** Name of a region; absent: all of them. */
  readonly region?: string;
}

export const SCHEME_CHOICES = [
  'declared',
  'mean-then-rank',
  'median-then-rank',
  'rank-then-mean',
  'rank-then-median',
  'test-then-rank',
] as const satisfies readonly SchemeChoice['scheme'][];

/** Each rule by a short name and by a sentence that needs no statistics. */
export const SCHEME_WORDS: Readonly<
  Record<SchemeChoice['scheme'], { readonly name: string; readonly short: string; readonly sentence: string }>
> = {
  declared: { name: 'declared rule', short: 'declared', sentence: 'The rule that the organiser declared beforehand.' },
  'mean-then-rank': {
    name: 'mean, then rank',
    short: 'mean',
    sentence: 'Cases are averaged, and the averages put in order. One very bad case can cost places.',
  },
  'median-then-rank': {
    name: 'median, then rank',
    short: 'median',
    sentence: 'The middle case counts. Rare failures go unnoticed.',
  },
  'rank-then-mean': {
    name: 'rank, then mean',
    short: 'rank – mean',
    sentence: 'Places are given within each case, then averaged. How much better does not count, only how often.',
  },
  'rank-then-median': {
    name: 'rank, then median',
    short: 'rank – median',
    sentence: 'Places are given within each case; the middle place counts.',
  },
  'test-then-rank': {
    name: 'test, then rank',
    short: 'test',
    sentence:
      'Who is significantly better than most of the others (one-sided signed-rank tests, Holm). Equals share a place.',
  },
};

/** Head of the column of what was ranked; null where that is the mean of the metric, which has its own column. */
export function aggregateWords(
  scheme: SchemeChoice['scheme'],
  abbreviation: string,
): { readonly name: string; readonly of: 'metric' | 'place' | 'share' } | null {
  switch (scheme) {
    case 'median-then-rank':
      return { name: `Median ${abbreviation}`, of: 'metric' };
    case 'rank-then-mean':
      return { name: 'Mean place', of: 'place' };
    case 'rank-then-median':
      return { name: 'Median place', of: 'place' };
    case 'test-then-rank':
      return { name: 'Rivals beaten', of: 'share' };
    default:
      return null;
  }
}

/** Whether the choice is the ranking that counts, and nothing else. */
export function isDeclared({ scheme, metric, region }: SchemeChoice): boolean {
  return scheme === 'declared' && metric === undefined && region === undefined;
}

/** Metric that a choice ranks by; of a consensus its first, whose means are shown. */
export function leadingMetric({ ranking }: Pick<PhaseRules, 'ranking'>, { metric }: SchemeChoice): string {
  return metric ?? (ranking.kind === 'mean-then-rank' ? ranking.metric : ranking.metrics[0]);
}

/** The choice as a rule in full: the same that the server makes of it. */
export function schemeOf(rules: Pick<PhaseRules, 'ranking'>, choice: SchemeChoice): RankingScheme {
  const metric = leadingMetric(rules, choice);
  const { region = 'all' } = choice;
  const { ranking } = rules;
  if (choice.scheme !== 'declared') return { kind: choice.scheme, metric, region, ties: 'min' };
  if (ranking.kind === 'mean-then-rank' || choice.metric !== undefined)
    return { kind: 'mean-then-rank', metric, region, ties: 'min' };
  return {
    kind: 'consensus',
    of: ranking.metrics.map((id) => ({ kind: 'mean-then-rank', metric: id, region, ties: 'min' })),
    ties: 'min',
  };
}

/** @throws RangeError for a metric that the benchmark does not explain */
export function directionsOf(metrics: BenchmarkView['metrics']): DirectionOf {
  return (id) => {
    const found = metrics.find((metric) => metric.id === id);
    if (found === undefined) throw new RangeError(`metric "${id}" is not among ${metrics.map((m) => m.id).join(', ')}`);
    return found.direction;
  };
}

/** The declared rule in words, for the first choice of a list. */
export function declaredWords({ ranking }: Pick<PhaseRules, 'ranking'>): string {
  return ranking.kind === 'mean-then-rank' ? 'mean, then rank' : `consensus of ${ranking.metrics.length} rankings`;
}
