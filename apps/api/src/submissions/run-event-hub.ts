import { EventEmitter } from 'node:events';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestRefused } from '#domain';
import type { Clock, EvaluationRecords, Submission } from '#evaluation';
import { CLOCK, RECORDS } from '../settings.js';
import { SharedLook } from './shared-look.js';

/** Streams at once: in this process, and for one account or, without one, one network address. */
const STREAMS = { inAll: 1000, perReader: 20 } as const;
/** A look at a submission serves everybody who asks within this time, unless something was announced in between. */
const FRESH_MS = 1_000;

/** Everything about a submission that any reader could be shown; what each is shown is cut from it by the policy. */
export interface SubmissionFacts {
  readonly submission: Submission;
  /** Runs ahead in the queue, by run id; queued runs only. */
  readonly positions: ReadonlyMap<string, number | null>;
}

/** One LISTEN and one look a process, however many pages are open: wakes those that watch a submission. */
@Injectable()
export class RunEventHub implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly changes = new EventEmitter({ captureRejections: false });
  private unlisten: (() => Promise<void>) | null = null;
  private readonly closers = new Set<() => void>();
  private readonly readers = new Map<string, number>();
  private readonly looks: SharedLook<SubmissionFacts | null>;

  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.changes.setMaxListeners(0);
    this.looks = new SharedLook(
      (id) => this.read(id),
      () => clock.monotonicMs(),
      FRESH_MS,
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    this.unlisten = await this.records.onRunEvent(({ submissionId }) => {
      this.looks.forget(submissionId);
      this.changes.emit(submissionId);
    });
  }

  /** Ends every open stream, so that the server can close; clients come back to the next process with their last id. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const close of [...this.closers]) close();
    await this.unlisten?.();
  }

  /** How many streams are being opened or open. */
  get streams(): number {
    let sum = 0;
    for (const count of this.readers.values()) sum += count;
    return sum;
  }

  /** How many of them watch, with their timers. */
  get watchers(): number {
    return this.closers.size;
  }

  /**
   * Takes a place for a stream. Whoever gets one gives it back, however the stream ends.
   *
   * @param reader account or network address that the stream is counted for
   * @returns how to give it back
   * @throws RequestRefused 429 `streams-busy`
   */
  admit(reader: string): () => void {
    const own = this.readers.get(reader) ?? 0;
    if (own >= STREAMS.perReader || this.streams >= STREAMS.inAll) {
      throw new RequestRefused(
        429,
        'streams-busy',
        `${own >= STREAMS.perReader ? `${own} pages of yours` : 'Too many pages'} are watching at the moment. Ask for the submission from time to time instead.`,
      );
    }
    this.readers.set(reader, own + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (this.readers.get(reader) ?? 1) - 1;
      if (left === 0) this.readers.delete(reader);
      else this.readers.set(reader, left);
    };
  }

  /** The submission as it is now, or was a moment ago if nothing was announced since; null when there is none. */
  look(submissionId: string): Promise<SubmissionFacts | null> {
    return this.looks.look(submissionId);
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

  private async read(submissionId: string): Promise<SubmissionFacts | null> {
    const submission = await this.records.findSubmission(submissionId);
    if (submission === null) return null;
    const queued = submission.runs.filter(({ state }) => state === 'queued');
    const positions = await Promise.all(
      queued.map(async ({ id }) => [id, await this.records.queuePosition(id)] as const),
    );
    return { submission, positions: new Map(positions) };
  }
}
