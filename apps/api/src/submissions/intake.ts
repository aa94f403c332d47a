import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RequestRefused, type Actor } from '#domain';
import {
  manifestOfBundle,
  type BlobStore,
  type EvaluationRecords,
  type ModelInspector,
  type Preflight,
  type StoredBlob,
} from '#evaluation';
import type { Manifest } from '#pipeline';
import { allowLongAnswer } from '../http/linger.js';
import { BLOBS, INSPECTOR, RECORDS, SETTINGS, type ApiSettings } from '../settings.js';
import { receiveBundle, type Bundle } from './receive-bundle.js';
import { checkFormHeaders, readSubmissionForm, type FormKind, type SubmissionFields } from './submission-form.js';
import { TakeIn } from './take-in.js';
import { UploadSpool, type Spooled } from './upload-spool.js';

/** The steps of a form, in the order in which they happen. */
export interface IntakeSteps<Place, Answer> {
  /** Whether what the fields say is wanted at all; called before any file is taken in. */
  readonly admit: (fields: SubmissionFields) => Promise<Place>;
  /** With the files, complete and hashed; they are gone when it has ended, whatever it did not store. */
  readonly enter: (bundle: Bundle, manifest: Manifest, place: Place) => Promise<Answer>;
}

/** The way of a bundle through the door: headers, room, fields, files, manifest. */
@Injectable()
export class Intake {
  constructor(
    @Inject(RECORDS) private readonly records: Pick<EvaluationRecords, 'keepFiles'>,
    @Inject(BLOBS) private readonly blobs: Pick<BlobStore, 'head' | 'open' | 'copyTo'>,
    @Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'maxModelBytes'>,
    @Inject(INSPECTOR) private readonly inspector: ModelInspector,
    private readonly spool: UploadSpool,
    private readonly takeIn: TakeIn,
  ) {}

  /**
   * Takes in what a signed-in person sends; a submission may name a preflight of his instead of sending its files again.
   *
   * @throws RequestRefused as each step says
   */
  async receive<Place, Answer>(
    kind: FormKind,
    { request, actor }: { readonly request: FastifyRequest; readonly actor: Actor },
    { admit, enter }: IntakeSteps<Place, Answer>,
  ): Promise<Answer> {
    const userId = actor.userId as string; // the policy asks for an account
    const { maxModelBytes } = this.settings;
    const done = this.takeIn.countUpload(userId);
    try {
      checkFormHeaders(request, maxModelBytes);
      await this.spool.checkRoom(Number(request.headers['content-length'] ?? 0) || 0);
      const form = await readSubmissionForm(request, maxModelBytes, kind);
      const place = await admit(form.fields);
      if (form.fields.preflight !== null) {
        const kept = await this.kept(form.fields.preflight, userId);
        allowLongAnswer(request);
        return await enter(kept.bundle, kept.manifest, place);
      }
      const bundle = await receiveBundle(this.spool, form, maxModelBytes);
      try {
        allowLongAnswer(request);
        return await enter(bundle, await manifestOfBundle(this.inspector, bundle.models, form.fields.manifest), place);
      } finally {
        await bundle.remove();
      }
    } finally {
      done();
    }
  }

  /** The files of a preflight, where the worker left them. @throws RequestRefused 409 `preflight-files-gone` */
  private async kept(id: string, userId: string): Promise<{ bundle: Bundle; manifest: Manifest }> {
    const preflight = await this.records.keepFiles(id, userId);
    if (preflight === null) throw filesGone();
    const bundle = this.bundleOf(preflight);
    for (const { sha256 } of bundle.files) if ((await this.blobs.head(sha256)) === null) throw filesGone();
    return { bundle, manifest: preflight.manifest };
  }

  private bundleOf({ models, conformance }: Preflight): Bundle {
    const stored = ({ sha256, bytes }: StoredBlob): Spooled => ({
      sha256,
      bytes,
      read: () => this.read(sha256),
      copyTo: (path) => this.blobs.copyTo(sha256, path),
      remove: async () => undefined, // nothing of it is on the spool
    });
    const parts = models.map((model) => ({ ...stored(model), file: model.file }));
    const tried = conformance && {
      images: conformance.images.map(stored),
      expected: stored(conformance.expected),
    };
    const all = [...parts, ...(tried ? [...tried.images, tried.expected] : [])];
    return {
      models: parts,
      conformance: tried,
      files: [...new Map(all.map((file) => [file.sha256, file])).values()],
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      remove: async () => undefined,
    };
  }

  private async *read(sha256: string): AsyncIterable<Uint8Array> {
    yield* await this.blobs.open(sha256);
  }
}

function filesGone(): RequestRefused {
  return new RequestRefused(
    409,
    'preflight-files-gone',
    'The files of this preflight are not kept: some check failed, more than an hour has passed, or a newer one took its place. Send the files with the submission.',
    [{ path: 'form.preflight', message: 'its files are not kept any more' }],
  );
}
