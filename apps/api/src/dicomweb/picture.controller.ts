import { Controller } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { writeJpeg } from '#codecs';
import { ENDPOINTS } from '#contracts';
import { notFound, RequestRefused } from '#domain';
import { allowLongAnswer } from '../http/linger.js';
import { Mount, type Ask } from '../http/mount.js';
import { choose } from './accept.js';
import { Instances, numberOf } from './instances.js';
import { drawGrey, ownWindow, readViewport, readWindow, writePng } from './picture.js';
import { Studies, type Series } from './studies.js';

const OFFERS = ['image/jpeg', 'image/png'].map((type) => ({ type, multipart: false, transferSyntaxes: [] }));
const THUMBNAIL = '128,128';
const QUALITY = 90;

type Asked = Pick<Ask<typeof ENDPOINTS.renderedInstance>, 'actor' | 'query' | 'request'>;

/** WADO-RS rendered resources and thumbnails: slices as pictures that any browser shows. */
@Controller()
export class DicomPictureController {
  constructor(
    private readonly studies: Studies,
    private readonly instances: Instances,
  ) {}

  @Mount(ENDPOINTS.renderedInstance)
  async instance(ask: Ask<typeof ENDPOINTS.renderedInstance>, reply: FastifyReply): Promise<void> {
    const series = await this.studies.findSeries(ask.actor, ask.params.study, ask.params.series);
    await this.send(ask, series, numberOf(series, ask.params.instance), ask.query.viewport, reply);
  }

  @Mount(ENDPOINTS.renderedFrames)
  async frames(ask: Ask<typeof ENDPOINTS.renderedFrames>, reply: FastifyReply): Promise<void> {
    const series = await this.studies.findSeries(ask.actor, ask.params.study, ask.params.series);
    const number = numberOf(series, ask.params.instance);
    if (series.kind === 'image' && ask.params.frames !== '1') throw notFound('frame');
    await this.send(ask, series, number, ask.query.viewport, reply);
  }

  @Mount(ENDPOINTS.studyThumbnail)
  async studyThumbnail(ask: Ask<typeof ENDPOINTS.studyThumbnail>, reply: FastifyReply): Promise<void> {
    const study = await this.studies.find(ask.actor, ask.params.study);
    const [first] = await this.studies.seriesOf(ask.actor, study);
    await this.send(ask, first, middleOf(first), ask.query.viewport ?? THUMBNAIL, reply);
  }

  @Mount(ENDPOINTS.seriesThumbnail)
  async seriesThumbnail(ask: Ask<typeof ENDPOINTS.seriesThumbnail>, reply: FastifyReply): Promise<void> {
    const series = await this.studies.findSeries(ask.actor, ask.params.study, ask.params.series);
    await this.send(ask, series, middleOf(series), ask.query.viewport ?? THUMBNAIL, reply);
  }

  @Mount(ENDPOINTS.instanceThumbnail)
  async instanceThumbnail(ask: Ask<typeof ENDPOINTS.instanceThumbnail>, reply: FastifyReply): Promise<void> {
    const series = await this.studies.findSeries(ask.actor, ask.params.study, ask.params.series);
    await this.send(ask, series, numberOf(series, ask.params.instance), ask.query.viewport ?? THUMBNAIL, reply);
  }

  private async send({ actor, query, request }: Asked, series: Series, number: number, viewport: string | undefined, reply: FastifyReply): Promise<void> {
    const { offer } = choose(request.headers.accept, query.accept, OFFERS);
    const asked = readWindow(query.window);
    const size = readViewport(viewport);
    if (series.kind !== 'image') {
      throw new RequestRefused(406, 'dicomweb-not-rendered', 'Segmentations have no picture of their own; fetch the frames, or the picture of the image.');
    }
    allowLongAnswer(request);
    const { frames } = await this.instances.open(series);
    if (frames === null) throw new Error('an image without frames');
    await this.studies.recordAccess(actor, series);
    const samples = await frames.samples(number - 1);
    const { benchmark, case: one } = series.study;
    const preset = series.number === 1 ? benchmark.windowPresets[0] : undefined; // presets are of the first channel
    const [si, sj] = one.geometry.spacingMm;
    const picture = drawGrey(samples, frames, asked ?? preset ?? ownWindow(samples, frames.stored), size, [si, sj]);
    const { grey, columns, rows } = picture;
    const bytes = offer.type === 'image/png' ? writePng(picture) : Buffer.from(writeJpeg(grey, columns, rows, query.quality ?? QUALITY));
    await reply.code(200).headers({ 'content-type': offer.type, 'cache-control': series.object.label === 'PUBLIC' ? (series.caching ?? 'private, no-store') : 'private, no-store' }).send(bytes);
  }
}

const middleOf = ({ instanceCount }: Series): number => Math.floor(instanceCount / 2) + 1;
