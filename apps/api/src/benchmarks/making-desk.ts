import { Inject, Injectable } from '@nestjs/common';
import type { BenchmarkMakingView } from '#contracts';
import { notFound, RequestRefused, type Actor } from '#domain';
import {
  completeBenchmark,
  fitNetwork,
  isPrepared,
  preparedFindings,
  publishingFindings,
  readerFindings,
  regionShares,
  type AccountRecords,
  type Benchmark,
  type BlobStore,
  type Clock,
  type DemoNetwork,
  type DryRun,
  type EvaluationRecords,
  type Making,
  type MakingPorts,
} from '#evaluation';
import { permit } from '../http/permit.js';
import { ACCOUNTS, BLOBS, CLOCK, RECORDS, SETTINGS, type ApiSettings } from '../settings.js';
import { benchmarkView } from './benchmark-view.js';
import { readDemoNetworks } from './demo-networks.js';
import { drawnView, dryRunView, historyView, peopleOf } from './making-view.js';
import { Sight } from './sight.js';

/** Algorithms of a person that a dry run is offered, and versions of each; any other is asked for by its name. */
const OWN_ALGORITHMS = 20;
const OWN_VERSIONS = 3;

/** A benchmark and how it was made. */
export interface OpenedMaking {
  readonly benchmark: Benchmark;
  readonly making: Making;
}

/** What several routes of making a benchmark need. */
@Injectable()
export class MakingDesk {
  private networks: Promise<readonly DemoNetwork[]> | null = null;

  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'demoModelsDir'>,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly sight: Sight,
  ) {}

  get ports(): MakingPorts & { readonly clock: Clock } {
    return { records: this.records, blobs: this.blobs, clock: this.clock };
  }

  demoNetworks(): Promise<readonly DemoNetwork[]> {
    this.networks ??= readDemoNetworks(this.settings.demoModelsDir);
    this.networks.catch(() => (this.networks = null));
    return this.networks;
  }

  /** @throws RequestRefused 404, 401, 403, or 409 `benchmark-imported` when it came with its files */
  async open(actor: Actor, slug: string): Promise<OpenedMaking> {
    const benchmark = await this.records.findBenchmark(slug);
    if (benchmark === null) throw notFound('benchmark');
    permit(actor, 'benchmark.manage', await this.sight.ofBenchmark(actor, benchmark), 'benchmark');
    const making = await this.records.findMaking(benchmark.id);
    if (making === null) {
      throw new RequestRefused(
        409,
        'benchmark-imported',
        'This benchmark came with its files; only those that are made from a dataset are changed here.',
      );
    }
    return { benchmark, making };
  }

  async findDryRun({ benchmark }: OpenedMaking, id: string): Promise<DryRun> {
    const dryRun = await this.records.findDryRun(id);
    if (dryRun?.benchmarkId !== benchmark.id) throw notFound('dry run');
    return dryRun;
  }

  async view(actor: Actor, { benchmark, making }: OpenedMaking): Promise<BenchmarkMakingView> {
    const { records } = this;
    const { definition, definitionSha256 } = making;
    const phases = await Promise.all(
      benchmark.phases.map(async ({ id, kind }) => ({ kind, cases: await records.cases(id) })),
    );
    const cases = phases.flatMap((phase) => phase.cases);
    const [dryRun, preparation, events, members] = await Promise.all([
      records.newestDryRun(benchmark.id, 'networks'),
      records.newestDryRun(benchmark.id, 'preparation'),
      records.makingEvents(benchmark.id),
      records.members(benchmark.id),
    ]);
    const names = await this.accounts.accountNames(peopleOf(events));
    const dataset = await this.datasetOf(making, definition.dataset.version);
    const { findings } = completeBenchmark(definition, dataset, dataset.cases);
    const shares = regionShares(phases, definition.regions);
    const ofPhase = (wanted: string): string[] =>
      phases.find(({ kind }) => kind === wanted)?.cases.map(({ name }) => name) ?? [];
    const drawn = { practice: ofPhase('practice'), test: ofPhase('test'), left: [] as string[] };
    const inPhases = new Set([...drawn.practice, ...drawn.test]);
    drawn.left = dataset.cases.map(({ name }) => name).filter((name) => !inPhases.has(name));
    const done = cases.filter(isPrepared).length;
    const ofPublishing = benchmark.published
      ? []
      : publishingFindings(benchmark.phases, await records.sharedImages(benchmark.id), this.clock.now());
    return {
      benchmark: benchmarkView(benchmark, null, await this.sight.capacities(actor, benchmark.id)),
      definition,
      definitionSha256,
      cases: drawnView(drawn, cases),
      preparation: {
        state: done === cases.length ? 'done' : (preparation?.state ?? 'queued'),
        done,
        total: cases.length,
        failure: done === cases.length ? null : (preparation?.failure ?? null),
      },
      voxels: shares,
      findings: [...findings, ...ofPublishing, ...readerFindings(benchmark.phases, members), ...preparedFindings(benchmark, making, cases, shares, dryRun)],
      networks: await this.networksFor(actor, benchmark),
      dryRun: dryRun && dryRunView(dryRun, definitionSha256),
      history: historyView(events, names),
    };
  }

  /** What a dry run can use: demo networks, then the newest versions of the person's own algorithms. */
  private async networksFor(actor: Actor, benchmark: Benchmark): Promise<BenchmarkMakingView['networks']> {
    const demo = (await this.demoNetworks()).map((one) => ({ ...one, own: false }));
    const own =
      actor.userId === null ? [] : await this.records.listAlgorithms({ limit: OWN_ALGORITHMS, ownerId: actor.userId });
    const versions = await Promise.all(
      own.map(async ({ slug, name }) => {
        const found = await this.records.findAlgorithm(slug);
        return [...(found?.versions ?? [])]
          .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
          .slice(0, OWN_VERSIONS)
          .map(({ version, manifest }) => ({ network: `${slug}@${version}`, name: `${name} ${version}`, manifest, own: true }));
      }),
    );
    return [...demo, ...versions.flat()].map(({ network, name, manifest, own: mine }) => {
      const fitted = fitNetwork(manifest, benchmark);
      return { network, name, own: mine, fits: fitted.manifest !== null, note: fitted.note };
    });
  }

  /** The dataset behind a benchmark, whoever owns it by now. */
  private async datasetOf({ datasetId }: Making, version: number) {
    const dataset = await this.records.findDatasetById(datasetId);
    if (dataset === null) throw new Error(`dataset ${datasetId} of a benchmark is not in the records`);
    return { ...dataset, cases: await this.records.versionCases(datasetId, version) };
  }
}
