import { EventEmitter } from 'node:events';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { EvaluationRecords } from '#evaluation';
import { RECORDS } from '../settings.js';

/** One LISTEN a process, however many pages are open: wakes those that watch a submission. */
@Injectable()
export class RunEventHub implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly changes = new EventEmitter({ captureRejections: false });
  private unlisten: (() => Promise<void>) | null = null;
  private readonly closers = new Set<() => void>();

  constructor(@Inject(RECORDS) private readonly records: EvaluationRecords) {
    this.changes.setMaxListeners(0);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.unlisten = await this.records.onRunEvent(({ submissionId }) => this.changes.emit(submissionId));
  }

  /** Ends every open stream, so that the server can close; clients come back to the next process with their last id. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const close of [...this.closers]) close();
    await this.unlisten?.();
  }

  /** How many streams are open. */
  get watchers(): number {
    return this.closers.size;
  }

  /**
   * Calls `changed` whenever something about the submission changed.
   *
   * @param close called when this process wants the watcher gone
   * @returns how to stop
   */
  watch(submissionId: string, changed: () => void, close: () => void): () => void {
    this.changes.on(submissionId, changed);
    this.closers.add(close);
    return () => {
      this.changes.off(submissionId, changed);
      this.closers.delete(close);
    };
  }
}
