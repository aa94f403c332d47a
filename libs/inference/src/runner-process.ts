import { EngineUnavailable, ModelFailure, SessionLost, type SeenUsage } from '#domain';
import type { ChildEnd, ChildLink } from './child-link.js';
import { ranOutOfMemory } from './out-of-memory.js';
import { FrameReader, frame, MAX_DETAIL, MAX_REPLY_BYTES, parseReply, type Reply, type Request } from './protocol.js';

/** Between two looks at the resident memory of the child. */
const WATCH_EVERY_MS = 20;
/** For the process to start, before it touches anything of a model: no time of the model's. */
export const START_SECONDS = 60;

const UNSEEN = { inHandAtMs: 0, cpuBeforeMs: null, peakBytes: 0 };

/** Why we ended the child. */
type Killing =
  | { readonly why: 'time'; readonly seconds: number; readonly what: string }
  | { readonly why: 'memory'; readonly bytes: number }
  | { readonly why: 'abort'; readonly reason: unknown; readonly asked: Asked }
  | { readonly why: 'protocol' | 'close'; readonly reason: unknown };

/** A request that has no reply yet. */
interface Asked {
  /** Number of the case; 0 is the loading. */
  readonly case: number;
  readonly limitSeconds: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  /** Code of the model may run. */
  running: boolean;
  timer: NodeJS.Timeout | undefined;
  /** When it became the first in line, and the CPU time of the process up to then; null where nothing was seen of it. */
  inHandAtMs: number;
  cpuBeforeMs: number | null;
  peakBytes: number;
}

export interface Answer {
  readonly reply: Reply;
  /** What we saw of it while it was first in line; null when it never was. */
  readonly seen: SeenUsage | null;
}

/**
 * One child process that runs a stranger's model: its own process group, a scrubbed environment, limits, and SIGKILL as
 * the only way to end it (ONNX Runtime blocks the thread it runs on; nothing softer is heard).
 *
 * Requests stand in line. The first one is in hand: whatever ends the process is its doing, or that of its model; those
 * behind it have at most had their images read, and learn that the session was lost.
 */
export class RunnerProcess {
  private readonly reader = new FrameReader(MAX_REPLY_BYTES);
  private readonly watch: NodeJS.Timeout;
  private killing: Killing | null = null;
  /** The child runs; how it ends from now on may be the model's doing. */
  private ready = false;
  private readonly line: Asked[] = [];
  private end: ChildEnd | null = null;
  /** Of the process, at the last look. */
  private cpuMs: number | null = null;
  /** Settles when the process is gone; never rejects. */
  readonly ended: Promise<void>;

  constructor(
    private readonly link: ChildLink,
    private readonly memoryMib: number,
  ) {
    this.ended = new Promise((resolve) => {
      link.onEnd((end) => {
        this.end = end;
        clearInterval(this.watch);
        this.settle();
        resolve();
      });
    });
    link.onBytes((chunk) => this.receive(chunk));
    this.watch = setInterval(() => void this.look(), WATCH_EVERY_MS);
    this.watch.unref();
  }

  get alive(): boolean {
    return this.end === null && this.killing === null;
  }

  /** Nothing of it is left that could write a file: it ended, and whoever started it has said so. */
  get gone(): boolean {
    return this.end?.gone ?? false;
  }

  /**
   * Sends a request and waits for its reply. Requests that wait behind another have no time limit; the first in line has
   * `limitSeconds` for its preparation, and as much again from the moment when the network begins. Neither is believed to
   * the child: without a word from it the first limit holds.
   *
   * @throws ModelFailure when the process ended abnormally over this request or was ended because of a limit
   * @throws SessionLost when it ended, and this request was not in hand
   * @throws EngineUnavailable when it could not be started
   * @throws the reason of `signal` when that was aborted; the process is gone then
   */
  async request(message: Request, limitSeconds: number, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    if (!this.alive) {
      await this.ended;
      throw this.failure(null, false);
    }
    let asked: Asked | undefined;
    const answered = new Promise<Answer>((resolve, reject) => {
      const loading = message.kind === 'load';
      const number = loading ? 0 : message.case;
      asked = { case: number, limitSeconds, resolve, reject, running: loading, timer: undefined, ...UNSEEN };
      this.line.push(asked);
    });
    const abort = () => this.kill({ why: 'abort', reason: signal?.reason, asked: asked! });
    signal?.addEventListener('abort', abort, { once: true });
    try {
      if (this.line[0] === asked) this.takeInHand();
      this.link.write(frame(message));
      return await answered;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends the process and waits until it is gone. */
  async close(): Promise<void> {
    this.kill({ why: 'close', reason: new Error('the session was closed') });
    await this.ended;
  }

  private kill(killing: Killing): void {
    if (this.end) return;
    this.killing ??= killing;
    this.link.kill();
  }

  private takeInHand(): void {
    const asked = this.line.at(0);
    if (!asked) return;
    asked.inHandAtMs = performance.now();
    asked.cpuBeforeMs = this.cpuMs;
    if (this.ready) this.limit(asked, asked.running ? 'answer' : 'prepared image');
    else this.limit(asked, 'sign of life', START_SECONDS);
  }

  private limit(asked: Asked, what: string, seconds: number = asked.limitSeconds): void {
    clearTimeout(asked.timer);
    asked.timer = setTimeout(() => this.kill({ why: 'time', seconds, what }), seconds * 1000);
  }

  private receive(chunk: Buffer): void {
    try {
      for (const message of this.reader.push(chunk)) {
        const reply = parseReply(message);
        if (reply.kind === 'ready') this.onReady();
        else if (reply.kind === 'running') this.onRunning(reply.case);
        else this.onReply(reply);
      }
    } catch (reason) {
      this.kill({ why: 'protocol', reason });
    }
  }

  private onReady(): void {
    if (this.ready) throw new Error('a second start');
    this.ready = true;
    this.takeInHand();
  }

  private onRunning(number: number): void {
    const asked = this.line.at(0);
    if (asked?.case !== number || asked.running) throw new Error(`case ${number} runs, out of turn`);
    asked.running = true;
    this.limit(asked, 'answer');
  }

  /** What ran is answered in its turn; what failed while it was prepared, whenever that was. */
  private onReply(reply: Reply): void {
    const number = reply.kind === 'loaded' ? 0 : reply.case;
    const at = this.line.findIndex((asked) => asked.case === number);
    const asked = this.line.at(at);
    if (at < 0 || !asked) throw new Error(`a reply to case ${number}, which nobody asked for`);
    if (!asked.running && reply.kind !== 'failed') throw new Error(`a reply to case ${number} before it ran`);
    this.line.splice(at, 1);
    clearTimeout(asked.timer);
    if (at > 0) return asked.resolve({ reply, seen: null }); // what we saw was that of the one in hand
    this.takeInHand();
    this.answer(asked, reply).catch(asked.reject);
  }

  /**
   * What was over the limit between two looks is over it all the same: the system keeps the highest that it ever was, and
   * so does the child, up to its next case. The process, which is below the limit again, may go on.
   */
  private async answer(asked: Asked, reply: Reply): Promise<void> {
    const memory = await this.link.memory();
    const own = reply.kind === 'loaded' ? 0 : (reply.usage?.peakRssBytes ?? 0);
    const highest = Math.max(asked.peakBytes, memory?.peakBytes ?? 0, own);
    this.cpuMs = memory?.cpuMs ?? this.cpuMs;
    if (highest > this.memoryBytes) asked.reject(this.outOfMemory(highest).after(this.seen(asked, highest)));
    else asked.resolve({ reply, seen: this.seen(asked, 0) });
  }

  /** Tells the waiting requests how the process ended. */
  private settle(): void {
    for (const [place, asked] of this.line.splice(0).entries()) {
      clearTimeout(asked.timer);
      const failure = this.failure(asked, place === 0);
      const ofCase = asked.case > 0 && failure instanceof ModelFailure;
      const atLeastBytes = this.killing?.why === 'memory' ? this.killing.bytes : 0;
      asked.reject(ofCase ? failure.after(this.seen(asked, atLeastBytes)) : failure);
    }
  }

  /** What the request in hand used up, as far as it can be told from here. */
  private seen({ inHandAtMs, cpuBeforeMs, peakBytes }: Asked, atLeastBytes: number): SeenUsage {
    const last = this.end?.last ?? null;
    const cpuMs = last?.cpuMs ?? this.cpuMs;
    const highest = Math.max(peakBytes, last?.rssBytes ?? 0, atLeastBytes);
    return {
      elapsedMs: performance.now() - inHandAtMs,
      cpuMs: cpuMs === null ? null : Math.max(0, cpuMs - (cpuBeforeMs ?? 0)),
      peakRssBytes: highest === 0 ? null : highest,
    };
  }

  /** What the end of the process means for a request; null: for one that comes too late. */
  private failure(asked: Asked | null, inHand: boolean): unknown {
    const { code, signal, error, stderr } = this.end!;
    const { killing } = this;
    if (error) {
      if (error instanceof EngineUnavailable) return error;
      return new EngineUnavailable(
        'runner-start',
        `the process that runs models could not be started: ${error.message}`,
        { cause: error },
      );
    }
    const how = signal ? `signal ${signal}` : `exit code ${code}`;
    const detail = `the process ended with ${how}${stderr ? `; its last words: ${stderr.trim()}` : ''}`;
    if (!this.ready && (killing === null || killing.why === 'time'))
      return new EngineUnavailable('runner-start', `the process that runs models did not start: ${detail}`);
    if (killing?.why === 'abort' && asked === killing.asked) return killing.reason;
    if (killing?.why === 'abort' || killing?.why === 'close' || !inHand)
      return new SessionLost(`${detail} (${killing?.why ?? 'by itself'})`);
    switch (killing?.why) {
      case 'time':
        return new ModelFailure('inference-timeout', `no ${killing.what} within ${killing.seconds} s`);
      case 'memory':
        return this.outOfMemory(killing.bytes);
      case 'protocol':
        return new ModelFailure('inference-crashed', `the process answered nonsense: ${String(killing.reason)}`, {
          cause: killing.reason,
        });
      default:
        if (signal === 'SIGXCPU')
          return new ModelFailure('inference-timeout', 'the process used up the processor time of a session');
        return new ModelFailure(
          ranOutOfMemory(stderr) ? 'inference-out-of-memory' : 'inference-crashed',
          detail.slice(0, MAX_DETAIL),
        );
    }
  }

  private async look(): Promise<void> {
    if (this.end) return;
    const memory = await this.link.memory();
    if (memory === null) return;
    const { rssBytes, peakBytes } = memory;
    this.cpuMs = memory.cpuMs;
    const inHand = this.line.at(0);
    if (inHand) inHand.peakBytes = Math.max(inHand.peakBytes, rssBytes);
    const bytes = Math.max(rssBytes, peakBytes);
    if (bytes > this.memoryBytes) this.kill({ why: 'memory', bytes });
  }

  private get memoryBytes(): number {
    return this.memoryMib * 1024 * 1024;
  }

  private outOfMemory(bytes: number): ModelFailure {
    return new ModelFailure(
      'inference-out-of-memory',
      `${mebibytes(bytes)} in use; the limit is ${this.memoryMib} MiB`,
    );
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
