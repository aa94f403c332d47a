import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS } from '#contracts';
import { notFound, type Actor, type PhaseKind, type Resource } from '#domain';
import type { Benchmark, EvaluationRecords, Phase } from '#evaluation';
import { caseSummaryView } from '../cases/case-view.js';
import { openCases } from '../cases/open-cases.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { may, permit } from '../http/permit.js';
import { RECORDS, SETTINGS, type ApiSettings } from '../settings.js';
import { benchmarkView, decidingPhase, summaryView } from './benchmark-view.js';
import { croissantRecord } from './croissant.js';
import { Sight } from './sight.js';

/** Benchmarks and their cases. */
@Controller()
export class BenchmarksController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'publicUrl'>,
    private readonly sight: Sight,
  ) {}

  @Mount(ENDPOINTS.listBenchmarks)
  async list({ actor }: Ask<typeof ENDPOINTS.listBenchmarks>): Promise<Answer<typeof ENDPOINTS.listBenchmarks>> {
    const items = [];
    for (const benchmark of await this.records.listBenchmarks()) {
      const resource = await this.sight.ofBenchmark(actor, benchmark);
      if (may(actor, 'benchmark.view', resource)) {
        items.push(summaryView(benchmark, await this.topOf(benchmark), resource.capacities ?? []));
      }
    }
    return { items };
  }

  @Mount(ENDPOINTS.getBenchmark)
  async get({ actor, params }: Ask<typeof ENDPOINTS.getBenchmark>): Promise<Answer<typeof ENDPOINTS.getBenchmark>> {
    const { benchmark, resource } = await this.find(actor, params.slug, 'benchmark.view');
    const view = benchmarkView(benchmark, await this.topOf(benchmark), resource.capacities ?? []);
    const { wasMember } = await this.sight.ofEntrant(actor, benchmark);
    return wasMember === true ? { ...view, wasMember } : view;
  }

  @Mount(ENDPOINTS.listCases)
  async cases({ actor, params, query }: Ask<typeof ENDPOINTS.listCases>): Promise<Answer<typeof ENDPOINTS.listCases>> {
    const { benchmark, resource } = await this.find(actor, params.slug, 'benchmark.view');
    const phase = phaseOf(benchmark, query.phase);
    if (!this.sight.mayOpen(actor, resource, phase)) return { items: [], hidden: phase.caseCount };
    const cases = await this.records.cases(phase.id);
    const seen = cases.filter((one) => may(actor, 'case.view', this.sight.ofCase(resource, phase, one)));
    return { items: seen.map(caseSummaryView), hidden: cases.length - seen.length };
  }

  @Mount(ENDPOINTS.getDatasetRecord)
  async datasetRecord(
    { actor, params }: Ask<typeof ENDPOINTS.getDatasetRecord>,
    reply: FastifyReply,
  ): Promise<void> {
    const { benchmark } = await this.find(actor, params.slug, 'benchmark.view');
    // the record is to be handed on: what its reader sees as organiser, steward or reader of the benchmark is not in it
    const open = await openCases(this.records, this.sight, actor, benchmark, { published: true, capacities: [] });
    await reply
      .header('content-type', 'application/ld+json; charset=utf-8')
      // which files it names depends on who asks
      .header('cache-control', 'private, no-store')
      .send(`${JSON.stringify(croissantRecord(benchmark, open, this.settings.publicUrl), null, 2)}\n`);
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
