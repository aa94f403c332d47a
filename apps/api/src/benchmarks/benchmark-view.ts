import type { BenchmarkView } from '#contracts';
import { requiredIsolation, revealRule, type Capacity, type PhaseKind, type PhaseRules, type Region } from '#domain';
import type { Benchmark, Leaderboard, Phase } from '#evaluation';
import { metricDefinition } from '#metrics';
import { leadingMetric, metricInfos } from './board-view.js';

type Summary = Omit<
  BenchmarkView,
  'summary' | 'rules' | 'labels' | 'channels' | 'windowPresets' | 'metrics' | 'dataset' | 'phases'
>;

/** Colour-blind safe (Okabe and Ito), for labels whose benchmark chose no colour. */
const PALETTE = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#56b4e9', '#f0e442'] as const;

/** The phase that decides: the held-out one, else the last. */
export function decidingPhase(phases: readonly Phase[]): Phase | undefined {
  return phases.find(({ kind }) => kind === 'test') ?? phases.at(-1);
}

export function summaryView(benchmark: Benchmark, board: Leaderboard | null, capacities: readonly Capacity[]): Summary {
  const phase = decidingPhase(benchmark.phases);
  const first = board?.entries[0];
  const metric = phase === undefined ? null : leadingMetric(phase.rules.ranking);
  const { id, slug, title, question, published, synthetic } = benchmark;
  return {
    id,
    slug,
    title,
    question,
    published,
    synthetic,
    caseCount: benchmark.phases.reduce((sum, { caseCount }) => sum + caseCount, 0),
    algorithmCount: board?.total ?? 0,
    structures: phase?.rules.regions.map(({ name }) => name) ?? [],
    leader:
      first === undefined || metric === null || first.metrics[metric] === undefined
        ? null
        : {
            algorithm: first.algorithm.name,
            version: first.version,
            metric: { id: metric, abbreviation: metricDefinition(metric).abbreviation },
            value: first.metrics[metric],
          },
    createdAt: benchmark.createdAt.toISOString(),
    capacities: [...capacities],
  };
}

export function benchmarkView(
  benchmark: Benchmark,
  board: Leaderboard | null,
  capacities: readonly Capacity[],
): BenchmarkView {
  const regions = decidingPhase(benchmark.phases)?.rules.regions ?? [];
  const { dataset } = benchmark;
  return {
    ...summaryView(benchmark, board, capacities),
    summary: benchmark.summary,
    rules: benchmark.rules,
    labels: benchmark.labels.map(({ value, name, color }) => ({ value, name, color: color ?? labelColor(value, regions) })),
    channels: benchmark.channels.map(({ name, modality, unit }) => ({
      name,
      ...(modality === undefined ? {} : { modality }),
      ...(unit === undefined ? {} : { unit }),
    })),
    windowPresets: benchmark.windowPresets.map(({ name, center, width }) => ({ name, center, width })),
    metrics: metricInfos(benchmark.phases),
    dataset: {
      slug: dataset.slug,
      name: dataset.name,
      licence: dataset.licence,
      description: dataset.description,
      version: dataset.version,
      digest: dataset.digest,
    },
    phases: benchmark.phases.map(({ id, kind, title, label, caseCount, rules }) => ({
      id,
      kind,
      title,
      label,
      caseCount,
      rules: rulesView(rules),
      reveal: revealView(rules, kind),
      isolation: requiredIsolation(rules, { label, synthetic: benchmark.synthetic }),
    })),
  };
}

/** A label wears the colour of the smallest scored region that holds it. */
function labelColor(value: number, regions: readonly Region[]): string {
  const [region] = regions
    .filter(({ labels }) => labels.includes(value))
    .sort((a, b) => a.labels.length - b.labels.length);
  return region?.color ?? PALETTE[(value - 1) % PALETTE.length] ?? PALETTE[0];
}

function rulesView(rules: PhaseRules): BenchmarkView['phases'][number]['rules'] {
  const { ranking, limits, requiredIsolation: required } = rules;
  return {
    regions: rules.regions.map(({ name, labels, color }) => ({
      name,
      labels: [...labels],
      ...(color === undefined ? {} : { color }),
    })),
    metrics: rules.metrics.map(({ id, penalty }) => ({ id, penalty: { ...penalty } })),
    ranking: ranking.kind === 'consensus' ? { ...ranking, metrics: [...ranking.metrics] } : { ...ranking },
    limits: {
      loadSeconds: limits.loadSeconds,
      caseSeconds: limits.caseSeconds,
      memoryMib: limits.memoryMib,
      threads: limits.threads,
    },
    ...(required === undefined ? {} : { requiredIsolation: required }),
    ...(rules.predictionGrid === undefined ? {} : { predictionGrid: rules.predictionGrid }),
    ...(rules.ignoreLabel === undefined ? {} : { ignoreLabel: rules.ignoreLabel }),
    ...(rules.closesAt === undefined ? {} : { closesAt: rules.closesAt }),
  };
}

/** The rule in force. Of showcase cases their number: names of held-out cases are for people who are signed in. */
function revealView(rules: PhaseRules, phase: PhaseKind): BenchmarkView['phases'][number]['reveal'] {
  const rule = revealRule(rules, phase);
  return rule.kind === 'showcase' ? { kind: rule.kind, caseCount: rule.cases.length } : { kind: rule.kind };
}
