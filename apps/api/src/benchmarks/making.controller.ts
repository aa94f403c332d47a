import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS } from '#contracts';
import {
  askDryRun,
  benchmarkChanged,
  completeBenchmark,
  createDraft,
  deleteDraft,
  findSource,
  findSourceOfDraft,
  publishDraft,
  replaceDraft,
  type EvaluationCase,
  type EvaluationRecords,
  type Log,
} from '#evaluation';
import { openCases } from '../cases/open-cases.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { may, permit } from '../http/permit.js';
import { LOG, RECORDS, SETTINGS, type ApiSettings } from '../settings.js';
import { croissantRecord, type RecordedVersion } from './croissant.js';
import { MakingDesk } from './making-desk.js';
import { drawnView, dryRunView } from './making-view.js';
import { Sight } from './sight.js';

/** From a frozen version of a dataset to a published benchmark. */
@Controller()
export class MakingController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(LOG) private readonly log: Log,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'publicUrl'>,
    private readonly desk: MakingDesk,
    private readonly sight: Sight,
  ) {}

  @Mount(ENDPOINTS.checkBenchmark)
  async check({ actor, body }: Ask<typeof ENDPOINTS.checkBenchmark>): Promise<Answer<typeof ENDPOINTS.checkBenchmark>> {
    // a change to a draft is of the version that the draft is made of, also for those who organise it with its owner
    const draft = await this.records.findBenchmark(body.slug);
    const organises = draft !== null && may(actor, 'benchmark.manage', await this.sight.ofBenchmark(actor, draft));
    const making = organises ? await this.records.findMaking(draft.id) : null;
    const source = await findSourceOfDraft(this.records, actor.userId as string, making, body); // the policy asks for an account
    const { definition, drawn, findings } = completeBenchmark(body, source.dataset, source.cases);
    return { definition, cases: drawnView(drawn, source.cases), findings: [...findings] };
  }

  @Mount(ENDPOINTS.createBenchmark)
  async create({
    actor,
    body,
  }: Ask<typeof ENDPOINTS.createBenchmark>): Promise<Answer<typeof ENDPOINTS.createBenchmark>> {
    const by = actor.userId as string;
    const benchmark = await createDraft(this.desk.ports, by, body);
    this.log.info('benchmark.created', { benchmarkId: benchmark.id, userId: by });
    return this.desk.view(actor, await this.desk.open(actor, benchmark.slug));
  }

  @Mount(ENDPOINTS.getBenchmarkMaking)
  async get({
    actor,
    params,
  }: Ask<typeof ENDPOINTS.getBenchmarkMaking>): Promise<Answer<typeof ENDPOINTS.getBenchmarkMaking>> {
    return this.desk.view(actor, await this.desk.open(actor, params.slug));
  }

  @Mount(ENDPOINTS.replaceBenchmark)
  async replace({
    actor,
    params,
    body,
  }: Ask<typeof ENDPOINTS.replaceBenchmark>): Promise<Answer<typeof ENDPOINTS.replaceBenchmark>> {
    const { benchmark } = await this.desk.open(actor, params.slug);
    permit(actor, 'benchmark.create', {}, 'benchmark'); // who organises it may have been an organiser once
    const by = actor.userId as string;
    const { expected = null, ...description } = body;
    const replaced = await replaceDraft(this.desk.ports, by, benchmark, description, expected);
    this.log.info('benchmark.changed', { benchmarkId: benchmark.id, userId: by });
    return this.desk.view(actor, await this.desk.open(actor, replaced.slug));
  }

  @Mount(ENDPOINTS.deleteBenchmark)
  async remove({ actor, params }: Ask<typeof ENDPOINTS.deleteBenchmark>): Promise<void> {
    const { benchmark } = await this.desk.open(actor, params.slug);
    const by = actor.userId as string;
    await deleteDraft(this.desk.ports, by, benchmark.id);
    this.log.info('benchmark.deleted', { benchmarkId: benchmark.id, userId: by });
  }

  @Mount(ENDPOINTS.createDryRun)
  async createDryRun({
    actor,
    params,
    body,
  }: Ask<typeof ENDPOINTS.createDryRun>): Promise<Answer<typeof ENDPOINTS.createDryRun>> {
    const { benchmark, making } = await this.desk.open(actor, params.slug);
    permit(actor, 'benchmark.create', {}, 'benchmark');
    const by = actor.userId as string;
    const networks = await this.desk.demoNetworks();
    const dryRun = await askDryRun({ ...this.desk.ports, networks }, benchmark, making, by, body.networks);
    this.log.info('dry-run.asked', { dryRunId: dryRun.id, benchmarkId: benchmark.id, userId: by });
    return dryRunView(dryRun, making.definitionSha256);
  }

  @Mount(ENDPOINTS.getDryRun)
  async getDryRun({ actor, params }: Ask<typeof ENDPOINTS.getDryRun>): Promise<Answer<typeof ENDPOINTS.getDryRun>> {
    const opened = await this.desk.open(actor, params.slug);
    return dryRunView(await this.desk.findDryRun(opened, params.id), opened.making.definitionSha256);
  }

  @Mount(ENDPOINTS.publishBenchmark)
  async publish({
    actor,
    params,
    body,
  }: Ask<typeof ENDPOINTS.publishBenchmark>): Promise<Answer<typeof ENDPOINTS.publishBenchmark>> {
    const opened = await this.desk.open(actor, params.slug);
    permit(actor, 'benchmark.create', {}, 'benchmark');
    const { benchmark, making } = opened;
    const by = actor.userId as string;
    // published already: nothing to do again
    if (!benchmark.published) {
      if (body.expected !== undefined && body.expected !== making.definitionSha256) throw benchmarkChanged();
      const { findings } = await this.desk.view(actor, opened);
      await publishDraft(
        this.desk.ports,
        by,
        { id: benchmark.id, phases: benchmark.phases, definitionSha256: making.definitionSha256, findings },
        body.acceptWarnings,
      );
      const released = benchmark.phases
        .filter(({ label }) => label !== 'SEALED')
        .map(({ kind, label, caseCount }) => ({ phase: kind, label, cases: caseCount }));
      this.log.info('benchmark.published', { benchmarkId: benchmark.id, userId: by, released });
    }
    return this.desk.view(actor, await this.desk.open(actor, params.slug));
  }

  /** Cases that no published benchmark shows are held out as far as anybody else knows: they are counted, not named. */
  @Mount(ENDPOINTS.getDatasetVersionRecord)
  async versionRecord(
    { actor, params }: Ask<typeof ENDPOINTS.getDatasetVersionRecord>,
    reply: FastifyReply,
  ): Promise<void> {
    const { dataset, version, cases } = await findSource(this.records, actor.userId as string, { dataset: params });
    const open = new Map<string, EvaluationCase>();
    for (const benchmark of await this.records.listBenchmarks()) {
      const made =
        benchmark.published && benchmark.dataset.digest === version.digest
          ? await this.records.findMaking(benchmark.id)
          : null;
      if (made?.datasetId !== dataset.id) continue;
      // the record is to be handed on: what its maker sees as organiser of the benchmark is not in it
      const resource = { published: true, capacities: [] };
      for (const one of await openCases(this.records, this.sight, actor, benchmark, resource)) open.set(one.name, one);
    }
    const described: RecordedVersion = {
      slug: dataset.slug,
      title: dataset.name,
      labels: dataset.labels,
      channels: dataset.channels,
      dataset: { ...dataset, version: version.version, digest: version.digest },
      createdAt: version.createdAt,
      phases: [
        { kind: 'practice', caseCount: open.size },
        { kind: 'test', caseCount: cases.length - open.size },
      ],
      place: 'datasets',
    };
    await reply
      .header('content-type', 'application/ld+json; charset=utf-8')
      .header('cache-control', 'private, no-store')
      .send(`${JSON.stringify(croissantRecord(described, [...open.values()], this.settings.publicUrl), null, 2)}\n`);
  }
}
