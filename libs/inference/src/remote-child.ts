import { connect, type Socket } from 'node:net';
import { EngineUnavailable } from '#domain';
import type { ChildEnd, ChildLink } from './child-link.js';
import type { Isolation } from './isolation.js';
import { MAX_REPLY_BYTES } from './protocol.js';
import type { Memory } from './resident-memory.js';

/**
 * Between a worker and the container that runs its models: a Unix socket on a volume of both, one connection a process.
 *
 * The host speaks first: `HostWord` with what it is. The worker sends one frame, `StartWord`; what follows is the stdin of
 * the process. The host answers in packets of a kind, a four-byte big-endian length, and that many bytes: output of the
 * process, or a word of the host itself. So no output can pass for the word of the host.
 */
export const PACKET = { output: 0, word: 1 } as const;

/** `faults`: what speaks against a container of its own; empty when it holds. */
export interface HostWord {
  readonly kind: 'host';
  readonly level: 0 | 1 | 2;
  readonly because: string | null;
  readonly faults: readonly string[];
}
export interface StartWord {
  /** Name of the session's folder on the common volume. */
  readonly session: string;
  readonly memoryMib: number;
  readonly cpuSeconds: number;
}
/** What the host sees of the process, at every look. */
export interface SeenWord {
  readonly kind: 'seen';
  readonly memory: Memory;
}
export type EndWord =
  | {
      readonly kind: 'ended';
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      readonly stderr: string;
    }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export function packet(kind: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

export function word(message: HostWord | SeenWord | EndWord): Buffer {
  return packet(PACKET.word, Buffer.from(JSON.stringify(message)));
}

/** Packets of a stream, as they come. */
export function packetReader(
  onOutput: (bytes: Buffer) => void,
  onWord: (message: HostWord | SeenWord | EndWord) => void,
): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= 5) {
      const length = pending.readUInt32BE(1);
      if (length > MAX_REPLY_BYTES)
        throw new Error(`a packet of ${length} bytes; at most ${MAX_REPLY_BYTES} are accepted`);
      if (pending.length < 5 + length) return;
      const body = pending.subarray(5, 5 + length);
      if (pending.readUInt8(0) === PACKET.output) onOutput(body);
      else onWord(JSON.parse(body.toString('utf8')) as HostWord | SeenWord | EndWord);
      pending = pending.subarray(5 + length);
    }
  };
}

const MAX_START_BYTES = 4096;
const ANSWER_MS = 10_000;
/** After we asked for the end of a process: then its host is taken to be gone, too, which does not make the process so. */
const END_MS = 5_000;

/**
 * Asks the host what it is: L3 when nothing speaks against a container of its own.
 *
 * @throws EngineUnavailable `runner-host` when nobody answers
 */
export function askHost(
  socketPath: string,
): Promise<{ readonly level: Isolation['level'] | 3; readonly because: string | null }> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const fail = (error: Error) => {
      socket.destroy();
      reject(unreachable(error));
    };
    socket.setTimeout(ANSWER_MS, () => fail(new Error(`no word within ${ANSWER_MS / 1000} s`)));
    socket.once('error', fail);
    socket.once('end', () => fail(new Error('the connection ended without a word')));
    const read = packetReader(
      () => undefined,
      (message) => {
        if (message.kind !== 'host') return fail(new Error(`the first word is "${message.kind}"; expected "host"`));
        socket.destroy();
        const { faults, level, because } = message;
        resolve(
          faults.length === 0
            ? { level: 3, because: null }
            : { level, because: `L3: ${faults.join('; ')}${because ? `; ${because}` : ''}` },
        );
      },
    );
    socket.on('data', read);
  });
}

/** A process in the container of the host. The scratch folder of the session lies on the common volume. */
export function remoteChild(socketPath: string, start: StartWord): ChildLink {
  const socket: Socket = connect(socketPath);
  let onBytes: (bytes: Buffer) => void = () => undefined;
  let onEnd: (end: ChildEnd) => void = () => undefined;
  let ended = false;
  /** Until we are connected nothing can have been started. */
  let begun = false;
  socket.once('connect', () => (begun = true));
  let force: NodeJS.Timeout | undefined;
  let last: Memory | null = null;
  const finish = (end: Partial<ChildEnd>) => {
    if (ended) return;
    ended = true;
    clearTimeout(force);
    socket.destroy();
    onEnd({ code: null, signal: null, error: null, stderr: '', gone: !begun, last, ...end });
  };
  const read = packetReader(
    (bytes) => onBytes(bytes),
    (message) => {
      if (message.kind === 'seen') last = message.memory;
      else if (message.kind === 'ended') finish({ ...message, gone: true });
      else if (message.kind === 'refused')
        finish({ error: new EngineUnavailable(message.code, message.message), gone: true });
    },
  );
  socket.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      finish({ error: unreachable(error as Error) });
    }
  });
  socket.once('error', (error) => finish({ error: unreachable(error) }));
  socket.once('close', () => finish({ error: unreachable(new Error('the connection was closed')) }));
  const body = Buffer.from(JSON.stringify(start));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  socket.write(Buffer.concat([head, body]));

  return {
    write: (bytes) => void (ended || socket.write(bytes)),
    onBytes: (listener) => (onBytes = listener),
    onEnd: (listener) => (onEnd = listener),
    kill() {
      if (ended || force) return;
      socket.end(); // the host kills the process, and says so
      force = setTimeout(() => finish({ signal: 'SIGKILL' }), END_MS);
    },
    memory: () => Promise.resolve(last),
  };
}

/** Takes chunks until the first frame is complete; then gives it and the bytes behind it. */
export function firstFrame(onFrame: (message: unknown, rest: Buffer) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    if (pending.length < 4) return;
    const length = pending.readUInt32BE(0);
    if (length > MAX_START_BYTES) throw new Error(`a first frame of ${length} bytes; at most ${MAX_START_BYTES}`);
    if (pending.length < 4 + length) return;
    onFrame(JSON.parse(pending.subarray(4, 4 + length).toString('utf8')), pending.subarray(4 + length));
  };
}

function unreachable(cause: Error): EngineUnavailable {
  return new EngineUnavailable('runner-host', `the container that runs models cannot be reached: ${cause.message}`, {
    cause,
  });
}
