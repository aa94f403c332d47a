import { Readable } from 'node:stream';
import { Controller, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { API_PREFIX, ENDPOINTS } from '#contracts';
import { notFound, RequestRefused, type Actor } from '#domain';
import type { Log } from '#evaluation';
import { DicomDataSet, dicomJson, joinedBytes, writeDicomElements, writtenText, type DicomJson } from '#imaging';
import { Mount, type Ask } from '../http/mount.js';
import { allowLongAnswer } from '../http/linger.js';
import { LOG, SETTINGS, type ApiSettings } from '../settings.js';
import { choose, type Chosen, type Offer } from './accept.js';
import { EXPLICIT_LITTLE_ENDIAN, Instances, numberOf, type OpenSeries } from './instances.js';
import { contentTypeOf, newBoundary, writeParts, type Part } from './multipart.js';
import { JSON_OFFERS } from './search.controller.js';
import { Studies, type Series } from './studies.js';

const DICOM = 'application/dicom';
const BYTES = 'application/octet-stream';
const JPEG_2000_HT = 'image/jphc';
const AVAILABLE_SYNTAXES = 0x00083002;

/** WADO-RS: instances, what they say of themselves, and their pixels. The policy is asked, and the access written, first. */
@Controller()
export class DicomRetrieveController {
  constructor(
    private readonly studies: Studies,
    private readonly instances: Instances,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'publicUrl'>,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Mount(ENDPOINTS.retrieveStudy)
  async study({ actor, params, query, request }: Ask<typeof ENDPOINTS.retrieveStudy>, reply: FastifyReply): Promise<void> {
    const study = await this.studies.find(actor, params.study);
    allowLongAnswer(request);
    await this.sendAll(actor, await this.studies.seriesOf(actor, study), request.headers.accept, query.accept, reply);
  }

  @Mount(ENDPOINTS.retrieveSeries)
  async series({ actor, params, query, request }: Ask<typeof ENDPOINTS.retrieveSeries>, reply: FastifyReply): Promise<void> {
    const series = await this.studies.findSeries(actor, params.study, params.series);
    allowLongAnswer(request);
    await this.sendAll(actor, [series], request.headers.accept, query.accept, reply);
  }

  @Mount(ENDPOINTS.retrieveInstance)
  async instance({ actor, params, query, request }: Ask<typeof ENDPOINTS.retrieveInstance>, reply: FastifyReply): Promise<void> {
    const { series, number } = await this.found(actor, params);
    const syntaxes = this.instances.transferSyntaxesOf(series);
    const offers = [offer(DICOM, true, syntaxes), offer(DICOM, false, syntaxes)];
    const chosen = choose(request.headers.accept, query.accept, offers);
    const open = await this.openFor(actor, series, request);
    await send(reply, series, chosen, [{ syntax: chosen.transferSyntax, pieces: () => open.file(number, syntaxOf(chosen)) }]);
  }

  @Mount(ENDPOINTS.studyMetadata)
  async studyMetadata({ actor, params, query, request }: Ask<typeof ENDPOINTS.studyMetadata>, reply: FastifyReply): Promise<void> {
    const study = await this.studies.find(actor, params.study);
    await this.sendMetadata(actor, await this.studies.seriesOf(actor, study), null, query.accept, request, reply);
  }

  @Mount(ENDPOINTS.seriesMetadata)
  async seriesMetadata({ actor, params, query, request }: Ask<typeof ENDPOINTS.seriesMetadata>, reply: FastifyReply): Promise<void> {
    const series = await this.studies.findSeries(actor, params.study, params.series);
    await this.sendMetadata(actor, [series], null, query.accept, request, reply);
  }

  @Mount(ENDPOINTS.instanceMetadata)
  async instanceMetadata({ actor, params, query, request }: Ask<typeof ENDPOINTS.instanceMetadata>, reply: FastifyReply): Promise<void> {
    const { series, number } = await this.found(actor, params);
    await this.sendMetadata(actor, [series], number, query.accept, request, reply);
  }

  @Mount(ENDPOINTS.retrieveFrames)
  async frames({ actor, params, query, request }: Ask<typeof ENDPOINTS.retrieveFrames>, reply: FastifyReply): Promise<void> {
    const { series, number } = await this.found(actor, params);
    const compressed = this.instances.transferSyntaxesOf(series).filter((syntax) => syntax !== EXPLICIT_LITTLE_ENDIAN);
    const raw = [EXPLICIT_LITTLE_ENDIAN, ...compressed];
    const wanted = params.frames.split(',').map(Number);
    const chosen = choose(request.headers.accept, query.accept, [
      offer(BYTES, true, raw),
      ...(compressed.length > 0 ? [offer(JPEG_2000_HT, true, compressed)] : []),
      ...(wanted.length === 1 ? [offer(BYTES, false, raw), ...(compressed.length > 0 ? [offer(JPEG_2000_HT, false, compressed)] : [])] : []),
    ]);
    const open = await this.openFor(actor, series, request, (one) => {
      if (wanted.some((frame) => frame > one.framesPerInstance)) throw notFound('frame');
    });
    const pieces = (frame: number) => async () => [await open.frame(number, frame, syntaxOf(chosen))];
    await send(reply, series, chosen, wanted.map((frame) => ({ syntax: chosen.transferSyntax, pieces: pieces(frame) })));
  }

  @Mount(ENDPOINTS.retrieveBulkdata)
  async bulkdata({ actor, params, query, request }: Ask<typeof ENDPOINTS.retrieveBulkdata>, reply: FastifyReply): Promise<void> {
    const { series, number } = await this.found(actor, params);
    if (params.element.toUpperCase() !== '7FE00010') throw notFound('element');
    const raw = [EXPLICIT_LITTLE_ENDIAN];
    const chosen = choose(request.headers.accept, query.accept, [offer(BYTES, true, raw), offer(BYTES, false, raw)]);
    const open = await this.openFor(actor, series, request);
    await send(reply, series, chosen, [{ syntax: chosen.transferSyntax, pieces: async () => [await open.pixels(number)] }]);
  }

  private async found(actor: Actor, { study, series, instance }: { study: string; series: string; instance: string }) {
    const one = await this.studies.findSeries(actor, study, series);
    return { series: one, number: numberOf(one, instance) };
  }

  /** Opens a series and, if it fits, writes down who gets its pixels. */
  private async openFor(actor: Actor, series: Series, request: Ask['request'], check?: (open: OpenSeries) => void): Promise<OpenSeries> {
    allowLongAnswer(request); // the first to ask waits until all slices are compressed
    const open = await this.instances.open(series);
    check?.(open);
    await this.studies.recordAccess(actor, series);
    return open;
  }

  /** What of several series can be sent as it is asked for; 206 when that is not all. */
  private async sendAll(actor: Actor, list: readonly Series[], header: string | undefined, accept: string | undefined, reply: FastifyReply): Promise<void> {
    const fitting: { readonly series: Series; readonly chosen: Chosen }[] = [];
    let refusal: unknown;
    for (const series of list) {
      try {
        fitting.push({ series, chosen: choose(header, accept, [offer(DICOM, true, this.instances.transferSyntaxesOf(series))]) });
      } catch (error) {
        if (!(error instanceof RequestRefused)) throw error;
        refusal ??= error;
      }
    }
    if (fitting.length === 0) throw refusal;
    const opened: { readonly open: OpenSeries; readonly syntax: string }[] = [];
    const missing: string[] = [];
    for (const { series, chosen } of fitting) {
      // images are made ready before the answer begins, so that it can still say what is wrong; segmentations one by one
      if (series.kind !== 'image' && list.length > 1) continue;
      const open = await openOr(this.instances, series, list.length > 1 ? missing : null);
      if (open !== null) opened.push({ open, syntax: syntaxOf(chosen) });
    }
    const { studies, instances, log } = this;
    async function* parts(): AsyncGenerator<Part, void, void> {
      for (const { series, chosen } of fitting) {
        if (missing.includes(series.uid)) continue;
        const late: string[] = [];
        const open = opened.find((one) => one.open.series === series)?.open ?? (await openOr(instances, series, late));
        if (open === null) {
          log.warn('dicomweb.left-out', { objectId: series.object.id }); // the head of the answer has gone out
          continue;
        }
        await studies.recordAccess(actor, series);
        for (let number = 1; number <= series.instanceCount; number++) {
          const syntax = syntaxOf(chosen);
          yield { headers: { 'Content-Type': `${DICOM}; transfer-syntax=${syntax}` }, pieces: await open.file(number, syntax) };
        }
      }
    }
    const boundary = newBoundary();
    await reply
      .code(fitting.length < list.length || missing.length > 0 ? 206 : 200)
      .headers({ 'content-type': contentTypeOf(boundary, DICOM, null), 'cache-control': 'private, no-store', ...leftOut(missing) })
      .send(Readable.from(writeParts(boundary, parts()), { objectMode: false }));
  }

  /** The header of a segmentation says where its voxels lie, so who gets it is written down as for voxels. */
  private async sendMetadata(
    actor: Actor,
    list: readonly Series[],
    only: number | null,
    accept: string | undefined,
    request: Ask['request'],
    reply: FastifyReply,
  ): Promise<void> {
    const { offer: chosen } = choose(request.headers.accept, accept, JSON_OFFERS);
    const found: DicomJson[] = [];
    allowLongAnswer(request);
    const missing: string[] = [];
    for (const series of list) {
      const open = await openOr(this.instances, series, list.length > 1 ? missing : null);
      if (open === null) continue;
      await this.studies.recordAccess(actor, series);
      const numbers = only === null ? Array.from({ length: series.instanceCount }, (_, n) => n + 1) : [only];
      for (const number of numbers) found.push(this.metadataOf(open, number));
    }
    const headers = { 'content-type': chosen.type, 'cache-control': 'private, no-store', ...leftOut(missing) };
    await reply.code(missing.length > 0 ? 206 : 200).headers(headers).send(Buffer.from(JSON.stringify(found)));
  }

  private metadataOf(open: OpenSeries, number: number): DicomJson {
    const { series } = open;
    const { sopInstanceUid, elements } = open.header(number);
    const bytes = joinedBytes(writeDicomElements([...elements, writtenText(AVAILABLE_SYNTAXES, 'UI', open.transferSyntaxes.join('\\'))]));
    const dataSet = new DicomDataSet({ bytes, littleEndian: true, explicitVr: true }, 0, bytes.length);
    const address = `${this.settings.publicUrl.replace(/\/$/, '')}${API_PREFIX}/dicomweb/studies/${series.study.uid}/series/${series.uid}/instances/${sopInstanceUid}`;
    return {
      ...dicomJson(dataSet, { bulkUri: (path) => `${address}/bulkdata/${path}` }),
      '7FE00010': { vr: series.kind === 'image' ? 'OW' : 'OB', BulkDataURI: `${address}/bulkdata/7FE00010` },
    };
  }
}

/**
 * Opens a series. One that DICOM has no form for is added to `missing`, so that the others of its study can be had.
 *
 * @param missing null: it was asked for by itself, and the refusal is the answer
 */
async function openOr(instances: Instances, series: Series, missing: string[] | null): Promise<OpenSeries | null> {
  try {
    return await instances.open(series);
  } catch (error) {
    if (missing === null || !(error instanceof RequestRefused && error.code === 'dicomweb-not-expressible')) throw error;
    missing.push(series.uid);
    return null;
  }
}

function leftOut(missing: readonly string[]): Record<string, string> {
  const named = missing.slice(0, 5).join(', ');
  return missing.length === 0 ? {} : { warning: `299 voxelmark "${missing.length} series left out that DICOM has no form for: ${named}"` };
}

const offer = (type: string, multipart: boolean, transferSyntaxes: readonly string[]): Offer => ({ type, multipart, transferSyntaxes });
const syntaxOf = ({ transferSyntax }: Chosen): string => transferSyntax ?? EXPLICIT_LITTLE_ENDIAN;

interface Sent {
  readonly syntax: string | null;
  readonly pieces: () => Promise<readonly Uint8Array[]>;
}

/** One part by itself, or several in a multipart body. */
async function send(reply: FastifyReply, { caching = 'private, no-store' }: Series, { offer: { type, multipart } }: Chosen, parts: readonly Sent[]): Promise<void> {
  const typeOf = (syntax: string | null): string => (syntax === null ? type : `${type}; transfer-syntax=${syntax}`);
  reply.code(200).header('cache-control', caching);
  if (!multipart) {
    const [{ syntax, pieces }] = parts;
    await reply.header('content-type', typeOf(syntax)).send(Buffer.concat(await pieces()));
    return;
  }
  const boundary = newBoundary();
  async function* each(): AsyncGenerator<Part, void, void> {
    for (const { syntax, pieces } of parts) yield { headers: { 'Content-Type': typeOf(syntax) }, pieces: await pieces() };
  }
  await reply
    .header('content-type', contentTypeOf(boundary, type, parts[0].syntax))
    .send(Readable.from(writeParts(boundary, each()), { objectMode: false }));
}

