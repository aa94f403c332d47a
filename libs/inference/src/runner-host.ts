import { chmod, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '#evaluation';
import { spawnChild, type ChildLink } from './child-link.js';
import { containerFacts, containerFaults } from './container-facts.js';
import type { Isolation } from './isolation.js';
import { probeIsolation } from './isolation-probe.js';
import { firstFrame, PACKET, packet, word, type EndWord, type HostWord, type StartWord } from './remote-child.js';
import { SESSION_NAME } from './scratch.js';

export interface RunnerHostOptions {
  /** Unix socket to listen on, on a volume that the worker sees, too. */
  readonly socketPath: string;
  /** Folder of the worker's sessions, on that volume. */
  readonly scratchDir: string;
  readonly log: Log;
  readonly childScript?: string;
  readonly nodePath?: string;
  readonly isolation?: Isolation;
}

export interface RunnerHost {
  readonly word: HostWord;
  close(): Promise<void>;
}

const WATCH_EVERY_MS = 20;
const MIB = 1024 * 1024;
const MOST_MEMORY_MIB = 1024 * 1024;
const MOST_CPU_SECONDS = 1e9;

/**
 * Runs models for a worker outside of this container. It has no database, no store, no credentials and no network: a Unix
 * socket, and a volume with the session at hand. Where it cannot cut processes off from one another (below L2), it has one
 * at a time, so that there is nothing else to see.
 */
export async function startRunnerHost(options: RunnerHostOptions): Promise<RunnerHost> {
  const { socketPath, scratchDir, log } = options;
  const nodePath = options.nodePath ?? process.execPath;
  const childScript = options.childScript ?? fileURLToPath(new URL('./child/runner-child.js', import.meta.url));
  const isolation = options.isolation ?? (await probeIsolation(scratchDir, childScript, nodePath));
  const faults = process.platform === 'linux' ? containerFaults(await containerFacts()) : ['this is not Linux'];
  const hello: HostWord = { kind: 'host', ...isolation, faults };
  const living = new Set<ChildLink>();

  function start(socket: Socket, asked: unknown, rest: Buffer): void {
    const request = startWord(asked);
    if (typeof request === 'string') return refuse(socket, 'runner-request', request);
    if (isolation.level < 2 && living.size > 0) {
      return refuse(socket, 'runner-busy', 'another model runs here, and they could not be kept apart');
    }
    const session = join(scratchDir, request.session);
    const { memoryMib, cpuSeconds } = request;
    const { level } = isolation;
    const link = spawnChild({ childScript, nodePath, session, memoryMib, cpuSeconds, level });
    living.add(link);
    let words = '';
    const watch = setInterval(() => {
      void link.memory().then((memory) => {
        if (memory === null) return;
        if (!socket.writableEnded) socket.write(word({ kind: 'seen', memory }));
        const bytes = Math.max(memory.rssBytes, memory.peakBytes);
        if (bytes <= memoryMib * MIB) return;
        words = `\nout of memory: ${Math.ceil(bytes / MIB)} MiB in use; the limit is ${memoryMib} MiB`;
        link.kill();
      });
    }, WATCH_EVERY_MS);
    link.onBytes((bytes) => void socket.write(packet(PACKET.output, bytes)));
    link.onEnd(({ code, signal, error, stderr }) => {
      clearInterval(watch);
      living.delete(link);
      if (error) return refuse(socket, 'runner-start', error.message);
      end(socket, { kind: 'ended', code, signal, stderr: stderr + words });
    });
    socket.on('data', (chunk: Buffer) => link.write(chunk));
    // the worker let go of it, or is gone
    socket.once('end', () => link.kill());
    socket.once('close', () => link.kill());
    if (rest.length > 0) link.write(rest);
  }

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(word(hello));
    const read = firstFrame((asked, rest) => {
      socket.off('data', onData);
      socket.off('end', onLeft);
      start(socket, asked, rest);
    });
    const onData = (chunk: Buffer) => {
      try {
        read(chunk);
      } catch (error) {
        refuse(socket, 'runner-request', String(error));
      }
    };
    socket.on('data', onData);
    const onLeft = () => socket.end(); // asked what we are, and went
    socket.once('end', onLeft);
  });
  await rm(socketPath, { force: true });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(socketPath, listening);
  });
  await chmod(socketPath, 0o600);
  log.info('runner-host.started', {
    level: faults.length === 0 ? 'L3' : `L${isolation.level}`,
    faults,
    because: isolation.because,
  });

  return {
    word: hello,
    async close() {
      for (const link of living) link.kill();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

function startWord(asked: unknown): StartWord | string {
  if (typeof asked !== 'object' || asked === null) return 'the first frame is no object';
  const { session, memoryMib, cpuSeconds } = asked as Record<string, unknown>;
  if (typeof session !== 'string' || !SESSION_NAME.test(session)) return 'session is not the name of a session';
  if (typeof memoryMib !== 'number' || !(memoryMib >= 1 && memoryMib <= MOST_MEMORY_MIB))
    return 'memoryMib is no number';
  if (
    typeof cpuSeconds !== 'number' ||
    !Number.isInteger(cpuSeconds) ||
    cpuSeconds < 1 ||
    cpuSeconds > MOST_CPU_SECONDS
  )
    return 'cpuSeconds is no whole number';
  return { session, memoryMib, cpuSeconds };
}

function refuse(socket: Socket, code: string, message: string): void {
  end(socket, { kind: 'refused', code, message });
}

function end(socket: Socket, message: EndWord): void {
  if (!socket.destroyed) socket.end(word(message));
}
