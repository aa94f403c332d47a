import { Inject, Injectable } from '@nestjs/common';
import { RequestRefused } from '#domain';
import {
  askPreflight,
  storeThenWrite,
  submit,
  type BlobStore,
  type Clock,
  type EvaluationRecords,
  type ModelInspector,
  type Preflight,
  type PreflightCommand,
  type StorePorts,
  type Submission,
  type SubmitCommand,
} from '#evaluation';
import { BLOBS, CLOCK, INSPECTOR, RECORDS } from '../settings.js';
import type { Bundle } from './receive-bundle.js';

const UPLOADS_AT_ONCE = 4;

/** Enters an upload: looked at while it is still on the spool, stored only when it is wanted, the row last. */
@Injectable()
export class TakeIn {
  private readonly uploading = new Map<string, number>();

  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(INSPECTOR) private readonly inspector: ModelInspector,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  private get store(): StorePorts {
    return { records: this.records, blobs: this.blobs };
  }

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
            storeThenWrite(this.store, bundle.files, () => this.records.createSubmission(submission)),
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
            return wanted ? storeThenWrite(this.store, bundle.files, write) : write();
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
}
