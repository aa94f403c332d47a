import { BenchmarkMisconfigured } from '#domain';
import type { EvaluationRecords } from '#evaluation';
import { isMetricId } from '#metrics';

/**
 * A worker that cannot compute what a phase asks for would fail its runs one by one; better not to start.
 *
 * @throws BenchmarkMisconfigured `unknown-metric` naming every phase concerned
 */
export async function checkBenchmarks(records: Pick<EvaluationRecords, 'listBenchmarks'>): Promise<void> {
  const benchmarks = await records.listBenchmarks();
  const problems = benchmarks.flatMap(({ slug, phases }) =>
    phases.flatMap(({ kind, rules }) =>
      rules.metrics.filter(({ id }) => !isMetricId(id)).map(({ id }) => `${slug}, phase ${kind}: metric "${id}"`),
    ),
  );
  if (problems.length > 0) {
    throw new BenchmarkMisconfigured(
      'unknown-metric',
      `this version cannot compute what a benchmark asks for: ${problems.join('; ')}`,
    );
  }
}
