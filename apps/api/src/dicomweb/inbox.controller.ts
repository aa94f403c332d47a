import { Readable } from 'node:stream';
import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS, type InboxView } from '#contracts';
import { HOLD_CODES, type HoldCode } from '#deidentification';
import { notFound, RequestRefused, type Actor } from '#domain';
import { removeUnused, type AccessLog, type BlobStore, type Clock, type Dataset, type EvaluationRecords, type InboxInstance, type Log } from '#evaluation';
import { allowLongAnswer } from '../http/linger.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { permit } from '../http/permit.js';
import { ACCESS_LOG, BLOBS, CLOCK, LOG, RECORDS } from '../settings.js';
import { zipStream } from '../starter-kit/zip-stream.js';
import { TakeIn } from '../submissions/take-in.js';
import { choose } from './accept.js';
import { boundaryOf, readParts } from './read-parts.js';
import { JSON_OFFERS } from './search.controller.js';
import { Stow, stowAnswer, STOW_LIMITS } from './stow.js';

/** What a ZIP archive without its 64-bit extension can hold, headers included. */
const MOST_ARCHIVED = { instances: 65_000, bytes: 2 ** 32 - 2 ** 26 };

/** STOW-RS into a dataset of one's own, and what was stored there, until cases are made of it. */
@Controller()
export class InboxController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(ACCESS_LOG) private readonly accessLog: AccessLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
    private readonly stow: Stow,
    private readonly takeIn: TakeIn,
  ) {}

  @Mount(ENDPOINTS.storeInstances)
  async store({ actor, params, query, request }: Ask<typeof ENDPOINTS.storeInstances>, reply: FastifyReply): Promise<void> {
    const dataset = await this.own(actor, params.slug);
    permit(actor, 'dataset.create', {}, 'dataset');
    const { offer } = choose(request.headers.accept, undefined, JSON_OFFERS);
    const boundary = boundaryOf(request.headers['content-type']);
    const accepted = holdsOf(query.accept === undefined || query.accept === '' ? [] : query.accept.split(','));
    await this.note('inbox.store', actor, dataset);
    const done = this.takeIn.countUpload(dataset.ownerId);
    try {
      allowLongAnswer(request);
      const kept = holdsOf((await this.records.acceptedHolds(dataset.id)).map(({ code }) => code));
      const stowed = await this.stow.receive(dataset, readParts(request.body as AsyncIterable<Uint8Array>, boundary, STOW_LIMITS), new Set([...accepted, ...kept]));
      if (stowed.length === 0) throw new RequestRefused(400, 'multipart-malformed', 'The body has no parts; expected one DICOM instance in each.');
      const { status, body, warnings } = stowAnswer(stowed);
      for (const warning of warnings) reply.header('warning', `299 voxelmark "${warning.replaceAll(/[^\x20-\x7e]|["\\]/g, '?')}"`);
      await reply.code(status).header('content-type', offer.type).send(Buffer.from(JSON.stringify(body)));
    } finally {
      done();
    }
  }

  @Mount(ENDPOINTS.getInbox)
  async list({ actor, params }: Ask<typeof ENDPOINTS.getInbox>): Promise<Answer<typeof ENDPOINTS.getInbox>> {
    return this.view(await this.own(actor, params.slug));
  }

  @Mount(ENDPOINTS.acceptInInbox)
  async accept({ actor, params, body }: Ask<typeof ENDPOINTS.acceptInInbox>): Promise<Answer<typeof ENDPOINTS.acceptInInbox>> {
    const dataset = await this.own(actor, params.slug);
    permit(actor, 'dataset.create', {}, 'dataset');
    const codes = [...holdsOf(body.codes)];
    await this.records.acceptHolds(dataset.id, codes);
    this.log.info('inbox.accepts', { datasetId: dataset.id, userId: actor.userId, codes });
    return this.view(dataset);
  }

  private async view(dataset: Dataset): Promise<InboxView> {
    const [instances, turnedAway, accepted] = await Promise.all([
      this.records.inbox(dataset.id),
      this.records.turnedAway(dataset.id),
      this.records.acceptedHolds(dataset.id),
    ]);
    const series = new Map<string, InboxInstance[]>();
    for (const one of instances) {
      const known = series.get(one.seriesInstanceUid);
      if (known === undefined) series.set(one.seriesInstanceUid, [one]);
      else known.push(one);
    }
    return {
      instanceCount: instances.length,
      bytes: instances.reduce((sum, { bytes }) => sum + bytes, 0),
      series: [...series.values()].map(([first, ...rest]) => ({
        patient: first.patient,
        studyInstanceUid: first.studyInstanceUid,
        seriesInstanceUid: first.seriesInstanceUid,
        sopClassUid: first.sopClassUid,
        instanceCount: 1 + rest.length,
      })),
      accepted: accepted.map(({ code, since }) => ({ code, since: since.toISOString() })),
      turnedAway: turnedAway.map(({ lastAt, ...one }) => ({ ...one, lastAt: lastAt.toISOString() })),
    };
  }

  @Mount(ENDPOINTS.getInboxArchive)
  async archive({ actor, params, query, request }: Ask<typeof ENDPOINTS.getInboxArchive>, reply: FastifyReply): Promise<void> {
    const dataset = await this.own(actor, params.slug);
    const all = await this.records.inbox(dataset.id);
    if (all.length === 0) throw new RequestRefused(409, 'inbox-empty', 'The inbox holds no instance; send some by STOW-RS first.');
    const instances = query.series === undefined ? all : all.filter(({ seriesInstanceUid }) => seriesInstanceUid === query.series);
    if (instances.length === 0) throw notFound('series');
    const size = instances.reduce((sum, { bytes }) => sum + bytes, 0);
    if (instances.length > MOST_ARCHIVED.instances || size > MOST_ARCHIVED.bytes)
      throw new RequestRefused(
        409,
        'inbox-archive-too-large',
        `An archive holds at most ${MOST_ARCHIVED.instances} instances and ${MOST_ARCHIVED.bytes} bytes; these are ${instances.length} and ${size}. Fetch it series by series (\`series\`).`,
      );
    await this.note('inbox.read', actor, dataset); // before the first byte
    allowLongAnswer(request);
    const entries = instances.map((one) => ({ path: pathOf(one), stored: query.stored, content: () => this.blobs.open(one.sha256) }));
    await reply
      .code(200)
      .headers({ 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${dataset.slug}-inbox.zip"`, 'cache-control': 'private, no-store' })
      .send(Readable.from(zipStream(entries, this.clock.now()), { objectMode: false }));
  }

  @Mount(ENDPOINTS.emptyInbox)
  async empty({ actor, params }: Ask<typeof ENDPOINTS.emptyInbox>): Promise<void> {
    const dataset = await this.own(actor, params.slug);
    const digests = await this.records.emptyInbox(dataset.id);
    await removeUnused({ records: this.records, blobs: this.blobs }, digests);
    this.log.info('inbox.emptied', { datasetId: dataset.id, instances: digests.length });
  }

  /** Pixels of patients come in or go out. */
  private note(action: 'inbox.store' | 'inbox.read', { userId }: Actor, dataset: Dataset): Promise<void> {
    return this.accessLog.append({ userId, action, objectId: dataset.id, caseId: null, benchmarkId: null, allowed: true });
  }

  /** @throws RequestRefused 404, also when there is one of this address that is somebody else's */
  private async own(actor: Actor, slug: string): Promise<Dataset> {
    const dataset = await this.records.findDataset(actor.userId as string, slug); // the policy asks for an account
    if (dataset === null) throw notFound('dataset');
    permit(actor, 'dataset.own', { ownerId: dataset.ownerId }, 'dataset');
    return dataset;
  }
}

/** One folder a patient and series, as `voxelmark deidentify` writes them. */
const pathOf = ({ patient, seriesInstanceUid, sopInstanceUid }: InboxInstance): string => `${patient}/${seriesInstanceUid}/${sopInstanceUid}.dcm`;

/** @throws RequestRefused 400 `dicomweb-parameter-invalid` */
function holdsOf(codes: readonly string[]): ReadonlySet<HoldCode> {
  const unknown = codes.find((code) => !(HOLD_CODES as readonly string[]).includes(code));
  if (unknown !== undefined) throw new RequestRefused(400, 'dicomweb-parameter-invalid', `accept cannot be read; expected codes of holds, with commas between them: ${HOLD_CODES.join(', ')}.`);
  return new Set(codes as HoldCode[]);
}
