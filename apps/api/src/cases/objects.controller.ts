import { Readable } from 'node:stream';
import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS } from '#contracts';
import type { BlobStore } from '#evaluation';
import { Mount, type Ask } from '../http/mount.js';
import { BLOBS } from '../settings.js';
import { byteRange } from './byte-range.js';
import { GridHashes } from './grid-hashes.js';
import { CACHING, ObjectAccess } from './object-access.js';

/** The route that stored voxels leave by as they are. */
@Controller()
export class ObjectsController {
  constructor(
    @Inject(BLOBS) private readonly blobs: BlobStore,
    private readonly access: ObjectAccess,
    private readonly grids: GridHashes,
  ) {}

  @Mount(ENDPOINTS.getObject)
  async get({ actor, params, request }: Ask<typeof ENDPOINTS.getObject>, reply: FastifyReply): Promise<void> {
    const found = await this.access.find(actor, params.id);
    const { object, caching } = found;

    reply.header('content-range', `bytes */${object.bytes}`); // stays when the range is refused
    const range = byteRange(request.headers.range, object.bytes);
    reply.removeHeader('content-range');
    await this.access.record(actor, found);

    const etag = `"${object.sha256}"`;
    const unkept = caching === CACHING.SEALED;
    const grid = await this.grids.of(object);
    const headers: Record<string, string> = {
      'content-type': object.mediaType,
      'content-disposition': `attachment; filename="${object.kind}-${object.id}.nii.gz"`,
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'cache-control': caching,
      ...(unkept ? {} : { etag }),
      ...(grid === null ? {} : { 'voxelmark-grid': grid }),
    };
    if (!unkept && request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag) === true) {
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
}
