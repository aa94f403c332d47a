import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS } from '#contracts';
import { notFound, type Actor, type PhaseKind, type Resource } from '#domain';
import type { Benchmark, EvaluationRecords, Phase } from '#evaluation';
import { caseSummaryView } from '../cases/case-view.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { may, permit } from '../http/permit.js';
import { RECORDS } from '../settings.js';
import { benchmarkView, decidingPhase, summaryView } from './benchmark-view.js';
import { inPhase, Sight } from './sight.js';

/** Benchmarks and their cases. */
@Controller()
export class BenchmarksController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    private readonly sight: Sight,
  ) {}

  @Mount(ENDPOINTS.listBenchmarks)
  async list({ actor }: Ask<typeof ENDPOINTS.listBenchmarks>): Promise<Answer<typeof ENDPOINTS.listBenchmarks>> {
    const items = [];
    for (const benchmark of await this.records.listBenchmarks()) {
      const resource = await this.sight.ofBenchmark(actor, benchmark);
      if (may(actor, 'benchmark.view', resource)) items.push(summaryView(benchmark, await this.topOf(benchmark)));
    }
    return { items };
  }

  @Mount(ENDPOINTS.getBenchmark)
  async get({ actor, params }: Ask<typeof ENDPOINTS.getBenchmark>): Promise<Answer<typeof ENDPOINTS.getBenchmark>> {
    const { benchmark, resource } = await this.find(actor, params.slug, 'benchmark.view');
    return benchmarkView(benchmark, await this.topOf(benchmark), resource.capacities ?? []);
  }

  @Mount(ENDPOINTS.listCases)
  async cases({ actor, params, query }: Ask<typeof ENDPOINTS.listCases>): Promise<Answer<typeof ENDPOINTS.listCases>> {
    const { benchmark, resource } = await this.find(actor, params.slug, 'benchmark.view');
    const phase = phaseOf(benchmark, query.phase);
    if (!may(actor, 'case.view', inPhase(resource, phase))) return { items: [], hidden: phase.caseCount };
    const cases = await this.records.cases(phase.id);
    const seen = cases.filter(({ label }) => may(actor, 'case.view', { ...resource, label }));
    return { items: seen.map(caseSummaryView), hidden: cases.length - seen.length };
  }

  private async find(
    actor: Actor,
    slug: string,
    action: 'benchmark.view',
  ): Promise<{ benchmark: Benchmark; resource: Resource }> {
    const benchmark = await this.records.findBenchmark(slug);
    if (benchmark === null) throw notFound('benchmark');
    const resource = await this.sight.ofBenchmark(actor, benchmark);
    permit(actor, action, resource, 'benchmark');
    return { benchmark, resource };
  }

  private async topOf(benchmark: Benchmark): Promise<Awaited<ReturnType<EvaluationRecords['leaderboard']>> | null> {
    const phase = decidingPhase(benchmark.phases);
    return phase === undefined ? null : this.records.leaderboard(phase.id, { limit: 1, offset: 0 });
  }
}

function phaseOf(benchmark: Benchmark, kind: PhaseKind): Phase {
  const phase = benchmark.phases.find((one) => one.kind === kind);
  if (phase === undefined) throw notFound('phase');
  return phase;
}
