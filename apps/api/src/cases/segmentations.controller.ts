import { Controller } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ENDPOINTS } from '#contracts';
import { RequestRefused, type Actor } from '#domain';
import { seriesUidOf, studyUidOf } from '#evaluation';
import { joinedBytes } from '#imaging';
import { EXPLICIT_LITTLE_ENDIAN, Instances } from '../dicomweb/instances.js';
import { Studies, type Series } from '../dicomweb/studies.js';
import { allowLongAnswer } from '../http/linger.js';
import { Mount, type Ask } from '../http/mount.js';
import { ObjectAccess, type FoundObject } from './object-access.js';

/** References and predictions as DICOM segmentations, for viewers and workstations that read no NIfTI. */
@Controller()
export class SegmentationsController {
  constructor(
    private readonly access: ObjectAccess,
    private readonly studies: Studies,
    private readonly instances: Instances,
  ) {}

  /** The door is that of the NIfTI file it is made of. It refers to the slices that DICOMweb serves of the case's first image. */
  @Mount(ENDPOINTS.getSegmentation)
  async get({ actor, params, request }: Ask<typeof ENDPOINTS.getSegmentation>, reply: FastifyReply): Promise<void> {
    const found = await this.access.find(actor, params.id);
    const series = await this.seriesOf(actor, found);
    allowLongAnswer(request);
    const open = await this.instances.open(series);
    const bytes = joinedBytes(await open.file(1, EXPLICIT_LITTLE_ENDIAN));
    await this.access.record(actor, found);
    const { object } = found;
    await reply
      .code(200)
      .headers({
        'content-type': 'application/dicom',
        'content-disposition': `attachment; filename="${object.kind}-${object.id}.dcm"`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store', // written anew each time, by the words of the version that runs
      })
      .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  /**
   * The series under which DICOMweb lists it; one of its own for what is on no list, such as the prediction of a preflight.
   *
   * @throws RequestRefused 409 `segmentation-of-image`
   */
  private async seriesOf(actor: Actor, { object, caseId }: FoundObject): Promise<Series> {
    const { kind } = object;
    if (caseId === null || (kind !== 'reference' && kind !== 'prediction')) {
      throw new RequestRefused(
        409,
        'segmentation-of-image',
        `This object is of kind ${kind}; references and predictions can be had as DICOM segmentations. Images are served by DICOMweb.`,
      );
    }
    const uid = seriesUidOf(caseId, object.id);
    const study = await this.studies.find(actor, studyUidOf(caseId));
    const listed = (await this.studies.seriesOf(actor, study)).find((one) => one.uid === uid);
    if (listed !== undefined) return listed;
    const author = { name: 'Prediction that is on no leaderboard', automatic: true };
    return { study, uid, number: 9001, kind, object, modality: 'SEG', description: author.name, author, instanceCount: 1 };
  }
}
