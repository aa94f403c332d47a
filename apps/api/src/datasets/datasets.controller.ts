import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS, type consensusRecipe, type datasetCaseView, type referenceReading } from '#contracts';
import { notFound, type Actor } from '#domain';
import type { AccessLog, Dataset, DatasetCase, DatasetVersion, EvaluationRecords, Log } from '#evaluation';
import type { z } from 'zod';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { permit } from '../http/permit.js';
import { ACCESS_LOG, LOG, RECORDS } from '../settings.js';
import { CaseIntake } from './case-intake.js';

/** Datasets that organisers bring, until benchmarks are made of them: for their owners' eyes only. */
@Controller()
export class DatasetsController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCESS_LOG) private readonly accessLog: AccessLog,
    @Inject(LOG) private readonly log: Log,
    private readonly intake: CaseIntake,
  ) {}

  @Mount(ENDPOINTS.createDataset)
  async create({ actor, body }: Ask<typeof ENDPOINTS.createDataset>): Promise<Answer<typeof ENDPOINTS.createDataset>> {
    const ownerId = actor.userId as string; // the policy asks for an account
    const { dataset, existing, changed, kept } = await this.records.createDataset({ ...body, ownerId });
    if (!existing) this.log.info('dataset.created', { datasetId: dataset.id, userId: ownerId });
    return { ...(await this.view(dataset)), existing, changed: [...changed], kept: [...kept] };
  }

  @Mount(ENDPOINTS.listDatasets)
  async list({ actor }: Ask<typeof ENDPOINTS.listDatasets>): Promise<Answer<typeof ENDPOINTS.listDatasets>> {
    const own = await this.records.listDatasets(actor.userId as string); // the policy asks for an account
    return { items: own.map((one) => ({ ...summary(one), caseCount: one.caseCount })) };
  }

  @Mount(ENDPOINTS.getDataset)
  async get({ actor, params }: Ask<typeof ENDPOINTS.getDataset>): Promise<Answer<typeof ENDPOINTS.getDataset>> {
    return this.view(await this.own(actor, params.slug));
  }

  @Mount(ENDPOINTS.addDatasetCase)
  async addCase({ actor, params, request }: Ask<typeof ENDPOINTS.addDatasetCase>): Promise<Answer<typeof ENDPOINTS.addDatasetCase>> {
    const dataset = await this.own(actor, params.slug);
    permit(actor, 'dataset.create', {}, 'dataset'); // who owns it may have been an organiser once
    const added = await this.intake.receive(dataset, { request, actor });
    if (!added.existing) this.log.info('dataset.case-added', { datasetId: dataset.id, caseId: added.case.id });
    return { ...caseView(added.case), existing: added.existing };
  }

  @Mount(ENDPOINTS.freezeDataset)
  async freeze({ actor, params }: Ask<typeof ENDPOINTS.freezeDataset>): Promise<Answer<typeof ENDPOINTS.freezeDataset>> {
    const dataset = await this.own(actor, params.slug);
    permit(actor, 'dataset.create', {}, 'dataset');
    const { version, existing } = await this.records.freezeDataset(dataset.id);
    if (!existing) this.log.info('dataset.frozen', { datasetId: dataset.id, version: version.version });
    return { ...versionView(version), existing };
  }

  @Mount(ENDPOINTS.withdrawDatasetCase)
  async withdraw({ actor, params }: Ask<typeof ENDPOINTS.withdrawDatasetCase>): Promise<Answer<typeof ENDPOINTS.withdrawDatasetCase>> {
    const dataset = await this.own(actor, params.slug);
    const done = await this.records.withdrawDatasetCase(dataset.id, params.name);
    if (done === null) throw notFound('case');
    const { caseId, versions, digests } = done;
    // its rows are gone: nobody could ask once more for its files
    try {
      await this.accessLog.append({ userId: actor.userId, action: 'dataset.withdraw', objectId: null, caseId, benchmarkId: null, allowed: true });
    } finally {
      await this.intake.forget(digests);
    }
    this.log.info('dataset.case-withdrawn', { datasetId: dataset.id, caseId, versions: versions.length });
    return { outcome: versions.length === 0 ? 'removed' : 'withdrawn', versions: [...versions] };
  }

  @Mount(ENDPOINTS.deleteDataset)
  async remove({ actor, params }: Ask<typeof ENDPOINTS.deleteDataset>): Promise<void> {
    const dataset = await this.own(actor, params.slug);
    const digests = await this.records.deleteDataset(dataset.id);
    try {
      await this.accessLog.append({ userId: actor.userId, action: 'dataset.withdraw', objectId: dataset.id, caseId: null, benchmarkId: null, allowed: true });
    } finally {
      await this.intake.forget(digests);
    }
    this.log.info('dataset.removed', { datasetId: dataset.id });
  }

  /** @throws RequestRefused 404, also when there is one of this address that is somebody else's */
  private async own(actor: Actor, slug: string): Promise<Dataset> {
    const dataset = await this.records.findDataset(actor.userId as string, slug); // the policy asks for an account
    if (dataset === null) throw notFound('dataset');
    permit(actor, 'dataset.own', { ownerId: dataset.ownerId }, 'dataset');
    return dataset;
  }

  private async view(dataset: Dataset): Promise<Answer<typeof ENDPOINTS.getDataset>> {
    const cases = await this.records.datasetCases(dataset.id);
    const versions = await this.records.datasetVersions(dataset.id);
    return {
      ...summary(dataset),
      description: dataset.description,
      labels: [...dataset.labels],
      ignoreLabel: dataset.ignoreLabel,
      regions: dataset.regions.map(({ name, labels }) => ({ name, labels: [...labels] })),
      channels: [...dataset.channels],
      dictionary: dataset.dictionary,
      caseCount: cases.length,
      cases: cases.map(caseView),
      versions: versions.map(versionView),
    };
  }
}

function summary({ id, slug, name, licence, synthetic, createdAt }: Dataset) {
  return { id, slug, name, licence, synthetic, createdAt: createdAt.toISOString() };
}

function caseView({ name, patient, split, facts, geometry, references, digest, withdrawnAt }: DatasetCase): z.input<typeof datasetCaseView> {
  return {
    name,
    patient,
    split,
    facts,
    size: [...geometry.sizeXyz],
    spacingMm: [...geometry.spacingMm],
    readers: references.map(({ reader, consensus, recipe, reading }) => ({
      reader,
      consensus,
      recipe: recipe as z.input<typeof consensusRecipe> | null,
      reading: reading as z.input<typeof referenceReading> | null,
    })),
    digest,
    withdrawnAt: withdrawnAt?.toISOString() ?? null,
  };
}

const versionView = ({ version, digest, caseCount, createdAt }: DatasetVersion) => ({ version, digest, caseCount, createdAt: createdAt.toISOString() });
