import { Inject, Injectable } from '@nestjs/common';
import { RequestRefused } from '#domain';
import {
  submit,
  type BlobStore,
  type EvaluationRecords,
  type Log,
  type ModelInspector,
  type NewSubmission,
  type Submission,
  type SubmitCommand,
} from '#evaluation';
import { BLOBS, INSPECTOR, LOG, RECORDS } from '../settings.js';
import type { Spooled } from './upload-spool.js';

/** Enters an upload: looked at while it is still on the spool, stored only when it is wanted, the row last. */
@Injectable()
export class TakeIn {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(INSPECTOR) private readonly inspector: ModelInspector,
    @Inject(LOG) private readonly log: Log,
  ) {}

  submit(
    upload: Spooled,
    command: Omit<SubmitCommand, 'model'>,
  ): Promise<{ readonly submission: Submission; readonly existing: boolean }> {
    return submit(
      {
        records: {
          findBenchmark: (slugOrId) => this.records.findBenchmark(slugOrId),
          createSubmission: (submission) => this.storeThenWrite(upload, submission),
        },
        blobs: { copyTo: (_sha256, path) => upload.copyTo(path) },
        inspector: this.inspector,
      },
      { ...command, model: { sha256: upload.sha256, bytes: upload.bytes } },
    );
  }

  /**
   * Blob first, row second: a worker that reads the row finds the blob.
   *
   * A row that is refused leaves a blob that perhaps nobody refers to. It is removed, and as two people may send the same
   * file at once, whoever removes it looks again afterwards and whoever wrote a row looks for the blob: in every order of
   * these steps one of them still holds the file and puts it back.
   */
  private async storeThenWrite(
    upload: Spooled,
    submission: NewSubmission,
  ): Promise<{ readonly submission: Submission; readonly existing: boolean }> {
    const known = await this.blobs.head(upload.sha256);
    if (known === null) await this.blobs.put(upload.read());
    try {
      const written = await this.records.createSubmission(submission);
      if ((await this.blobs.head(upload.sha256)) === null) await this.blobs.put(upload.read());
      return written;
    } catch (error) {
      if (error instanceof RequestRefused && known === null) await this.removeUnused(upload);
      throw error;
    }
  }

  private async removeUnused(upload: Spooled): Promise<void> {
    const { sha256 } = upload;
    if (await this.records.blobInUse(sha256)) return;
    await this.blobs.delete(sha256);
    if (await this.records.blobInUse(sha256)) await this.blobs.put(upload.read());
    this.log.info('upload.removed', { sha256 });
  }
}
