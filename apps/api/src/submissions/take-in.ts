import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { RequestRefused } from '#domain';
import {
  askPreflight,
  blobLock,
  submit,
  type BlobStore,
  type Clock,
  type EvaluationRecords,
  type Log,
  type ModelInspector,
  type Preflight,
  type PreflightCommand,
  type Submission,
  type SubmitCommand,
} from '#evaluation';
import { BLOBS, CLOCK, INSPECTOR, LOG, RECORDS } from '../settings.js';
import type { Bundle } from './receive-bundle.js';
import type { Spooled } from './upload-spool.js';

const UPLOADS_AT_ONCE = 4;

/** Enters an upload: looked at while it is still on the spool, stored only when it is wanted, the row last. */
@Injectable()
export class TakeIn {
  private readonly uploading = new Map<string, number>();

  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(INSPECTOR) private readonly inspector: ModelInspector,
    @Inject(LOG) private readonly log: Log,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  submit(
    bundle: Bundle,
    command: Omit<SubmitCommand, 'models' | 'conformance'>,
  ): Promise<{ readonly submission: Submission; readonly existing: boolean }> {
    return submit(
      {
        records: {
          findBenchmark: (slugOrId) => this.records.findBenchmark(slugOrId),
          latestPreflight: (of) => this.records.latestPreflight(of),
          createSubmission: (submission) =>
            this.storeThenWrite(bundle.files, () => this.records.createSubmission(submission)),
        },
        inspector: this.inspector,
        clock: this.clock,
      },
      { ...command, models: bundle.models, conformance: bundle.conformance },
    );
  }

  preflight(bundle: Bundle, command: Omit<PreflightCommand, 'models' | 'conformance'>): Promise<Preflight> {
    return askPreflight(
      {
        records: {
          findBenchmark: (slugOrId) => this.records.findBenchmark(slugOrId),
          createPreflight: (preflight) => {
            const write = () => this.records.createPreflight(preflight);
            // a bundle that is refused is an answer already: nobody will read its files
            const wanted = preflight.checks.some(({ status }) => status === 'waiting');
            return wanted ? this.storeThenWrite(bundle.files, write) : write();
          },
        },
        inspector: this.inspector,
      },
      { ...command, models: bundle.models, conformance: bundle.conformance },
    );
  }

  /** Counts the uploads of one person that are under way. Returns how to stop counting. */
  countUpload(userId: string): () => void {
    const count = this.uploading.get(userId) ?? 0;
    if (count >= UPLOADS_AT_ONCE) {
      throw new RequestRefused(
        429,
        'uploads-busy',
        `${count} uploads of yours are under way. Wait until one has ended.`,
      );
    }
    this.uploading.set(userId, count + 1);
    return () => {
      const left = (this.uploading.get(userId) ?? 1) - 1;
      if (left === 0) this.uploading.delete(userId);
      else this.uploading.set(userId, left);
    };
  }

  /**
   * Blobs first, row second: a worker that reads the row finds the blobs.
   *
   * A row that is refused leaves blobs that perhaps nobody refers to. They are removed, and as two people may send the same
   * file at once, whoever removes one looks again afterwards and whoever wrote a row looks for its blobs: in every order of
   * these steps one of them still holds the file and puts it back. Whoever removes the files of a preflight holds none of
   * them; he locks them instead, so that we look either before he asks whether they are in use, or after he removed them.
   */
  private async storeThenWrite<T>(uploads: readonly Spooled[], write: () => Promise<T>): Promise<T> {
    const fresh: Spooled[] = [];
    for (const upload of uploads) {
      if ((await this.blobs.head(upload.sha256)) !== null) continue;
      await this.blobs.put(upload.read());
      fresh.push(upload);
    }
    try {
      const written = await write();
      for (const upload of uploads) await this.makeSure(upload);
      return written;
    } catch (error) {
      if (error instanceof RequestRefused) for (const upload of fresh) await this.removeUnused(upload);
      throw error;
    }
  }

  private async makeSure(upload: Spooled): Promise<void> {
    const look = async (): Promise<void> => {
      if ((await this.blobs.head(upload.sha256)) === null) await this.blobs.put(upload.read());
    };
    while (!(await this.records.withLock(blobLock(upload.sha256), look))) await sleep(20);
  }

  private async removeUnused(upload: Spooled): Promise<void> {
    const { sha256 } = upload;
    if (await this.records.blobInUse(sha256)) return;
    await this.blobs.delete(sha256);
    if (await this.records.blobInUse(sha256)) await this.blobs.put(upload.read());
    this.log.info('upload.removed', { sha256 });
  }
}
