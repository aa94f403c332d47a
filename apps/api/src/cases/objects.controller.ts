import { Readable } from 'node:stream';
import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS } from '#contracts';
import { notFound, type Resource, type SecrecyLabel } from '#domain';
import type { AccessLog, BlobStore, EvaluationRecords, Log } from '#evaluation';
import { Mount, type Ask } from '../http/mount.js';
import { may } from '../http/permit.js';
import { ACCESS_LOG, BLOBS, LOG, RECORDS } from '../settings.js';
import { Sight } from '../benchmarks/sight.js';
import { byteRange } from './byte-range.js';

/** An object never changes. Sealed pixels stay in no cache; what needs a sign-in is asked for again; none is shared. */
const CACHING: Readonly<Record<SecrecyLabel, string>> = {
  PUBLIC: 'private, max-age=31536000, immutable',
  PARTICIPANT: 'private, no-cache',
  SEALED: 'private, no-store',
};

/** The route that pixels leave by, and but for starter kits the only one. */
@Controller()
export class ObjectsController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCESS_LOG) private readonly accessLog: AccessLog,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(LOG) private readonly log: Log,
    private readonly sight: Sight,
  ) {}

  /**
   * Policy, then the access event, committed, then bytes. A refusal is recorded too, but after the answer: it must take no
   * longer than an object that does not exist.
   */
  @Mount(ENDPOINTS.getObject)
  async get({ actor, params, request }: Ask<typeof ENDPOINTS.getObject>, reply: FastifyReply): Promise<void> {
    const found = await this.records.findObject(params.id);
    if (found === null) throw notFound('object');
    const { object, caseId, benchmarkId } = found;
    const event = { userId: actor.userId, action: 'object.view', objectId: object.id, caseId, benchmarkId };
    if (!may(actor, 'object.view', await this.resourceOf(actor, found))) {
      setImmediate(() => {
        this.accessLog
          .append({ ...event, allowed: false })
          .catch((error: unknown) => this.log.error('access-log.failed', error, { objectId: object.id }));
      });
      throw notFound('object');
    }

    reply.header('content-range', `bytes */${object.bytes}`); // stays when the range is refused
    const range = byteRange(request.headers.range, object.bytes);
    reply.removeHeader('content-range');
    await this.accessLog.append({ ...event, allowed: true });

    const etag = `"${object.sha256}"`;
    const sealed = object.label === 'SEALED';
    const headers: Record<string, string> = {
      'content-type': object.mediaType,
      'content-disposition': `attachment; filename="${object.kind}-${object.id}.nii.gz"`,
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'cache-control': CACHING[object.label],
      ...(sealed ? {} : { etag }),
    };
    if (!sealed && request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag) === true) {
      await reply.code(304).headers(headers).send();
      return;
    }
    const length = range === null ? object.bytes : range.end - range.start + 1;
    headers['content-length'] = String(length);
    if (range !== null) headers['content-range'] = `bytes ${range.start}-${range.end}/${object.bytes}`;
    const content =
      request.method === 'HEAD' || length === 0 ? [] : await this.blobs.open(object.sha256, range ?? undefined);
    await reply
      .code(range === null ? 200 : 206)
      .headers(headers)
      .send(Readable.from(content, { objectMode: false }));
  }

  private async resourceOf(
    actor: Ask['actor'],
    {
      object,
      benchmarkId,
    }: { object: { label: Resource['label']; kind: NonNullable<Resource['kind']> }; benchmarkId: string | null },
  ): Promise<Resource> {
    const benchmark = benchmarkId === null ? null : await this.records.findBenchmark(benchmarkId);
    const base = benchmark === null ? {} : await this.sight.ofBenchmark(actor, benchmark);
    return { ...base, label: object.label, kind: object.kind };
  }
}
