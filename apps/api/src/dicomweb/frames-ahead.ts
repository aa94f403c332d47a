import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EvaluationRecords, Log } from '#evaluation';
import { DicomInexpressible } from '#imaging';
import { LOG, RECORDS } from '../settings.js';
import { FrameShelf } from './frame-shelf.js';

/** Between two looks at what came in, and after a trouble of database or store. */
const PAUSE_MS = { idle: 5_000, troubled: 60_000 } as const;

/**
 * Compresses the slices of each image of a benchmark as soon as that is published, however its images came: by a page, by the
 * command line or with the demo. One image at a time, in the thread that reads cases; whoever asks for a series before its turn has it made.
 */
@Injectable()
export class FramesAhead implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly ending = new AbortController();
  private done: Promise<void> = Promise.resolve();
  /** Images that DICOM cannot hold, and those that went or cannot be read: told once, and left alone by this process. */
  private readonly left = new Set<string>();

  constructor(
    @Inject(RECORDS) private readonly records: Pick<EvaluationRecords, 'imageWithoutFrames'>,
    @Inject(LOG) private readonly log: Log,
    private readonly shelf: FrameShelf,
  ) {}

  onApplicationBootstrap(): void {
    this.done = this.goOn();
  }

  /** As early as the thread is ended, so that its end is no trouble. */
  async onModuleDestroy(): Promise<void> {
    this.ending.abort();
    await this.done;
  }

  private async goOn(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      const pause = await this.next();
      if (pause > 0) await sleep(pause, undefined, { signal }).catch(() => undefined); // the end is no trouble
    }
  }

  /** Makes those of one image. @returns how long to wait before the next, ms */
  private async next(): Promise<number> {
    try {
      const image = await this.records.imageWithoutFrames([...this.left]);
      if (image === null) return PAUSE_MS.idle;
      try {
        await this.shelf.keep(image);
      } catch (error) {
        if (this.ending.signal.aborted) return 0;
        this.left.add(image.id);
        if (error instanceof DicomInexpressible) this.log.info('frames.not-expressible', { objectId: image.id, because: error.message });
        else this.log.warn('frames.not-made', { objectId: image.id, error });
      }
      return 0;
    } catch (error) {
      if (!this.ending.signal.aborted) this.log.warn('frames.waiting', { error });
      return PAUSE_MS.troubled;
    }
  }
}
