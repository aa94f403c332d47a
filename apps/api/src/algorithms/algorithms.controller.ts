import { Readable } from 'node:stream';
import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS } from '#contracts';
import { notFound, RequestRefused, type Actor } from '#domain';
import type { AccountRecords, Algorithm, AlgorithmVersion, BlobStore, EvaluationRecords } from '#evaluation';
import { afterPlace, readCursor, writeCursor } from '../http/cursor.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { permit } from '../http/permit.js';
import { ACCOUNTS, BLOBS, RECORDS } from '../settings.js';
import { SubmissionDesk } from '../submissions/submission-desk.js';

/** Submissions shown on an algorithm's card, newest first. */
const MOST_SUBMISSIONS = 200;

@Controller()
export class AlgorithmsController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    private readonly desk: SubmissionDesk,
  ) {}

  @Mount(ENDPOINTS.listAlgorithms)
  async list({ actor, query }: Ask<typeof ENDPOINTS.listAlgorithms>): Promise<Answer<typeof ENDPOINTS.listAlgorithms>> {
    permit(actor, 'algorithm.view', {}, 'page');
    if (query.mine === true && actor.userId === null) {
      throw new RequestRefused(401, 'sign-in-required', 'Sign in to see your own algorithms.');
    }
    const place = readCursor(query.cursor, afterPlace);
    const ownerId = query.mine === true ? (actor.userId ?? undefined) : undefined;
    const found = await this.records.listAlgorithms({ limit: query.limit + 1, after: place?.after, ownerId });
    const page = found.slice(0, query.limit);
    const names = await this.accounts.accountNames([...new Set(page.map((one) => one.ownerId))]);
    const last = page.at(-1);
    return {
      items: page.map((one) => algorithmSummaryView(one, one.versions, names, actor)),
      nextCursor: found.length > page.length && last !== undefined ? writeCursor({ after: last.slug }) : null,
    };
  }

  @Mount(ENDPOINTS.getAlgorithm)
  async get({ actor, params }: Ask<typeof ENDPOINTS.getAlgorithm>): Promise<Answer<typeof ENDPOINTS.getAlgorithm>> {
    permit(actor, 'algorithm.view', {}, 'algorithm');
    const found = await this.records.findAlgorithm(params.slug);
    if (found === null) throw notFound('algorithm');
    const { algorithm, versions } = found;
    const names = await this.accounts.accountNames([algorithm.ownerId]);
    const submissions = await this.records.listSubmissions(
      { algorithmSlug: algorithm.slug },
      { limit: MOST_SUBMISSIONS },
    );
    const views = await this.desk.viewAll(actor, submissions);
    return {
      ...algorithmSummaryView(algorithm, versions.length, names, actor),
      versionList: versions.map((one) => ({
        ...versionView(one),
        submissions: views.filter(({ version }) => version === one.version),
      })),
    };
  }

  @Mount(ENDPOINTS.getModel)
  async model({ actor, params, request }: Ask<typeof ENDPOINTS.getModel>, reply: FastifyReply): Promise<void> {
    const found = await this.records.findAlgorithm(params.slug);
    const version = found?.versions.find((one) => one.version === params.version);
    if (found === null || version === undefined) throw notFound('model');
    permit(
      actor,
      'model.download',
      { ownerId: found.algorithm.ownerId, kind: 'model', label: version.model.label },
      'model',
    );
    const content = request.method === 'HEAD' ? [] : await this.blobs.open(version.model.sha256);
    await reply
      .code(200)
      .headers({
        'content-type': 'application/octet-stream',
        'content-length': String(version.model.bytes),
        'content-disposition': `attachment; filename="${found.algorithm.slug}-${version.version}.onnx"`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
      })
      .send(Readable.from(content, { objectMode: false }));
  }
}

function algorithmSummaryView(
  { slug, name, description, ownerId, createdAt }: Algorithm,
  versions: number,
  names: ReadonlyMap<string, string>,
  actor: Actor,
): Answer<typeof ENDPOINTS.listAlgorithms>['items'][number] {
  return {
    slug,
    name,
    description,
    owner: names.get(ownerId) ?? 'unknown',
    mine: actor.userId !== null && actor.userId === ownerId,
    versions,
    createdAt: createdAt.toISOString(),
  };
}

function versionView({
  version,
  manifest,
  manifestSha256,
  model,
  createdAt,
}: AlgorithmVersion): Omit<Answer<typeof ENDPOINTS.getAlgorithm>['versionList'][number], 'submissions'> {
  return {
    version,
    manifest: manifest as Answer<typeof ENDPOINTS.getAlgorithm>['versionList'][number]['manifest'],
    manifestSha256,
    modelSha256: model.sha256,
    modelBytes: model.bytes,
    createdAt: createdAt.toISOString(),
  };
}
