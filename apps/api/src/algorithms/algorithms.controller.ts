import { Readable } from 'node:stream';
import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS } from '#contracts';
import { notFound, RequestRefused, type Actor } from '#domain';
import type {
  AccountRecords,
  Algorithm,
  AlgorithmVersion,
  BlobStore,
  EvaluationRecords,
  Spread,
  VersionCard,
  VersionMeasure,
} from '#evaluation';
import { Sight } from '../benchmarks/sight.js';
import { afterPlace, readCursor, writeCursor } from '../http/cursor.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { may, permit } from '../http/permit.js';
import { ACCOUNTS, BLOBS, RECORDS } from '../settings.js';
import { checkView, conformanceView, factsView } from '../submissions/preflight-view.js';
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
    private readonly sight: Sight,
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
    const versionList: Answer<typeof ENDPOINTS.getAlgorithm>['versionList'] = [];
    for (const one of versions) {
      versionList.push({
        ...versionView(one, actor),
        measured: await this.measured(actor, one),
        submissions: views.filter(({ version }) => version === one.version),
      });
    }
    return { ...algorithmSummaryView(algorithm, versions.length, names, actor), versionList };
  }

  /** Figures over the cases of each phase, where the person may see those of each case. */
  private async measured(
    actor: Actor,
    { id }: AlgorithmVersion,
  ): Promise<Answer<typeof ENDPOINTS.getAlgorithm>['versionList'][number]['measured']> {
    const shown: VersionMeasure[] = [];
    for (const measure of await this.records.measuresOf(id)) {
      const { benchmark, published, label, phase, submitterId } = measure;
      const resource = { ...(await this.sight.ofBenchmark(actor, { id: benchmark.id, published })), label, phase };
      if (may(actor, 'run.case-result', { ...resource, ownerId: submitterId })) shown.push(measure);
    }
    return shown.map(measureView);
  }

  @Mount(ENDPOINTS.editCard)
  async edit({ actor, params, body }: Ask<typeof ENDPOINTS.editCard>): Promise<Answer<typeof ENDPOINTS.editCard>> {
    const { version } = await this.find(params, 'algorithm.edit', actor, 'version');
    const card = { ...cardOf(version), ...defined(body) };
    if (!(await this.records.writeCard(version.id, card))) throw notFound('version');
    return card;
  }

  @Mount(ENDPOINTS.getModel)
  async model({ actor, params, query, request }: Ask<typeof ENDPOINTS.getModel>, reply: FastifyReply): Promise<void> {
    const { algorithm, version } = await this.find(params, 'model.download', actor, 'model');
    const model = version.models[query.file];
    if (model === undefined) throw notFound('model');
    const content = request.method === 'HEAD' ? [] : await this.blobs.open(model.sha256);
    const part = version.models.length === 1 ? '' : `-${query.file}`;
    await reply
      .code(200)
      .headers({
        'content-type': 'application/octet-stream',
        'content-length': String(model.bytes),
        'content-disposition': `attachment; filename="${algorithm.slug}-${version.version}${part}.onnx"`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
      })
      .send(Readable.from(content, { objectMode: false }));
  }

  /** A version with which the person may do this. */
  private async find(
    { slug, version: name }: { readonly slug: string; readonly version: string },
    action: 'model.download' | 'algorithm.edit',
    actor: Actor,
    what: string,
  ): Promise<{ readonly algorithm: Algorithm; readonly version: AlgorithmVersion }> {
    const found = await this.records.findAlgorithm(slug);
    const version = found?.versions.find((one) => one.version === name);
    if (found === null || version === undefined) throw notFound(what);
    permit(actor, action, { ownerId: found.algorithm.ownerId, kind: 'model', label: version.models[0].label }, what);
    return { algorithm: found.algorithm, version };
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

type VersionView = Answer<typeof ENDPOINTS.getAlgorithm>['versionList'][number];

function versionView(version: AlgorithmVersion, actor: Actor): Omit<VersionView, 'submissions' | 'measured'> {
  const { manifest, manifestSha256, models, modelSha256, checks, algorithm } = version;
  const mayEdit = may(actor, 'algorithm.edit', { ownerId: algorithm.ownerId });
  return {
    version: version.version,
    manifest: manifest as VersionView['manifest'],
    manifestSha256,
    modelSha256,
    modelBytes: models.reduce((sum, { bytes }) => sum + bytes, 0),
    models: models.map(({ file, sha256, bytes, facts }) => ({ file, sha256, bytes, facts: factsView(facts) })),
    card: cardOf(version),
    mayEdit,
    conformance: checks && conformanceView(checks.checks, manifest, mayEdit),
    // error texts of the author's own case are for the author
    checks: checks && mayEdit ? checks.checks.map(checkView) : null,
    createdAt: version.createdAt.toISOString(),
  };
}

/** What the author says: the manifest's words until the author edits them. */
function cardOf({ card, manifest }: AlgorithmVersion): VersionCard {
  return (
    card ?? {
      intendedUse: manifest.intendedUse ?? null,
      trainingData: manifest.trainedOn?.join('; ') ?? null,
      licence: manifest.licence ?? null,
      paper: manifest.citation ?? null,
      limits: manifest.limits ?? null,
    }
  );
}

/** An empty text is no word. */
function defined(edit: Partial<VersionCard>): Partial<VersionCard> {
  const given = Object.entries(edit).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, value?.trim() || null]));
}

function measureView(measure: VersionMeasure): VersionView['measured'][number] {
  const { benchmark, phase, runId, cases, elapsedMs, cpuMs, peakRssBytes, isolation, runtimes, failures } = measure;
  const seconds = (ms: Spread | null): Spread | null => ms && { median: ms.median / 1000, max: ms.max / 1000 };
  return {
    benchmark: { slug: benchmark.slug, title: benchmark.title },
    phase,
    runId,
    cases: { ...cases },
    seconds: seconds(elapsedMs),
    cpuSeconds: seconds(cpuMs),
    peakRssBytes: peakRssBytes && { ...peakRssBytes },
    isolation,
    runtimes: [...runtimes],
    failures: failures.map(({ code, count }) => ({ code, count })),
  };
}
