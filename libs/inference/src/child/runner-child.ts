import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { StageTimes } from '#evaluation';
import type { Prepared } from '#pipeline';
import {
  FrameReader,
  frame,
  MAX_REQUEST_BYTES,
  type FailedUsage,
  type LoadRequest,
  type PredictRequest,
  type Reply,
  type Request,
  type Running,
} from '../protocol.js';
import { createRoom } from './ahead.js';
import { classify, type Failure } from './classify.js';
import type { EngineLimits, EngineReply, EngineRequest } from './engine.js';
import { endWithWorker } from './lifeline.js';
import type { LightTableReply, LightTableRequest } from './light-table.js';
import { forgetPeak, peakRssBytes, processCpuMs, threadCpuMs, threads, unpackedBytes } from './measures.js';

// The process that runs the models of one version: requests on stdin, replies on stdout, volumes in files. It has no
// credentials, no business outside its scratch folder, and ends with the worker that started it.
//
// This thread listens and decides what is next. The light table reads and prepares images. The engine cuts tiles, blends and
// brings labels back; it has threads for ONNX Runtime. So the next case is prepared, and the next tile cut, while
// ONNX Runtime is busy, and this thread never is.

const memoryBytes = Number(process.argv[2]);
const HEAP_MIB = 256;

endWithWorker(memoryBytes);

/** A case from its request to its reply. */
interface Case {
  readonly request: PredictRequest;
  readonly imageBytes: number;
  /** Nothing else was going on from the start of its preparation to its end. */
  alone: boolean;
  preparedBytes: number;
  prepared: Prepared | null;
  times: Pick<StageTimes, 'read' | 'prepare'>;
  /** CPU time of its preparation, ms. */
  prepareCpuMs: number;
}

/** Cases that have no reply yet, in the order of their requests. */
const line: Case[] = [];
const room = createRoom(memoryBytes);
/** On the light table, and in the engine. */
let preparing: (Begun & { readonly rssBytes: number }) | null = null;
let running: (Begun & { readonly lightTableCpuMs: number }) | null = null;

/** When a case came to the light table or to the engine: the time, and the CPU time so far that counts there, ms. */
interface Begun {
  readonly case: Case;
  readonly atMs: number;
  readonly cpuMs: number;
}

const before = new Set(threads());
const lightTable = thread<LightTableRequest, LightTableReply>('./light-table.js', onLightTable);
/** The system's number of that thread, where it can be told: the one that has just been added. */
const lightTableThread = onlyOne(threads().filter((id) => !before.has(id)));
const engine = thread<EngineRequest, EngineReply>('./engine.js', onEngine, { memoryBytes } satisfies EngineLimits);
let starting = 2;
/** Wall time of what it did, where its CPU time cannot be told: it is one thread that computes, so the two are close. */
let lightTableWallMs = 0;

function load(request: LoadRequest): void {
  lightTable({ kind: 'manifest', manifest: request.manifest });
  engine(request);
}

function enqueue(request: PredictRequest): void {
  let imageBytes = 0;
  try {
    for (const path of request.images) imageBytes += unpackedBytes(path);
  } catch (error) {
    return fail(request.case, classify(error), { elapsedMs: 0, cpuMs: 0, peakRssBytes: peakRssBytes() });
  }
  const times = { read: 0, prepare: 0 };
  line.push({ request, imageBytes, alone: false, preparedBytes: 0, prepared: null, times, prepareCpuMs: 0 });
  step();
}

/** Gives the light table and the engine what they can do now. */
function step(): void {
  const [head] = line;
  if (running === null && head?.prepared) run(head, head.prepared);
  if (preparing !== null || line.some(({ prepared }) => prepared !== null)) return; // one ahead, not more
  const next = line.find((one) => one !== running?.case);
  if (next === undefined) return;
  if (running === null ? next === line[0] : room.allows(running.case.imageBytes, next.imageBytes)) prepare(next);
}

function prepare(next: Case): void {
  next.alone = running === null;
  if (running !== null) running.case.alone = false;
  else forgetPeak();
  preparing = { case: next, atMs: performance.now(), cpuMs: lightTableCpuMs(), rssBytes: process.memoryUsage.rss() };
  lightTable({ kind: 'prepare', case: next.request.case, images: next.request.images });
}

function onLightTable(reply: LightTableReply): void {
  switch (reply.kind) {
    case 'ready':
      return onStarted();
    case 'prepared':
      return onPrepared(reply);
    case 'failed':
      return onPrepareFailed(reply);
  }
}

function onPrepared({ prepared, readMs, prepareMs }: Extract<LightTableReply, { kind: 'prepared' }>): void {
  if (preparing === null) throw new Error('a case was prepared that nobody asked for');
  lightTableWallMs += readMs + prepareMs;
  const { case: done, cpuMs, rssBytes } = preparing;
  preparing = null;
  done.prepared = prepared;
  done.times = { read: readMs, prepare: prepareMs };
  done.prepareCpuMs = lightTableCpuMs() - cpuMs;
  done.preparedBytes = Math.max(0, peakRssBytes() - rssBytes);
  step();
}

function onPrepareFailed({ failure }: Extract<LightTableReply, { kind: 'failed' }>): void {
  if (preparing === null) throw new Error('a case failed that nobody prepared');
  const { case: failed, atMs, cpuMs } = preparing;
  const elapsedMs = performance.now() - atMs;
  lightTableWallMs += elapsedMs;
  preparing = null;
  line.splice(line.indexOf(failed), 1);
  const usage = { elapsedMs, cpuMs: lightTableCpuMs() - cpuMs, peakRssBytes: peakRssBytes() };
  fail(failed.request.case, failure, usage);
  step();
}

function run(head: Case, prepared: Prepared): void {
  if (!head.alone) forgetPeak();
  running = { case: head, atMs: performance.now(), cpuMs: processCpuMs(), lightTableCpuMs: lightTableCpuMs() };
  tell({ kind: 'running', case: head.request.case });
  head.prepared = null;
  engine({ kind: 'run', case: head.request.case, prepared, labels: head.request.labels }, [
    prepared.data.buffer as ArrayBuffer,
  ]);
}

function onEngine(reply: EngineReply): void {
  switch (reply.kind) {
    case 'ready':
      return onStarted();
    case 'loaded':
      return tell(reply);
    case 'failed':
      fail(reply.case, reply.failure, reply.case > 0 ? usedUpTo(finish()) : null);
      return step();
    case 'predicted': {
      const { case: number, geometry, dtype, networkMs, restoreMs, sessionMs } = reply;
      const { case: done, cpuMs } = finish();
      const peak = peakRssBytes();
      if (done.alone) room.note({ imageBytes: done.imageBytes, preparedBytes: done.preparedBytes, peakBytes: peak });
      const stagesMs = { ...done.times, network: networkMs, restore: restoreMs };
      const elapsedMs = stagesMs.read + stagesMs.prepare + networkMs + restoreMs;
      const usage = { elapsedMs, cpuMs: done.prepareCpuMs + cpuMs, peakRssBytes: peak, sessionMs, stagesMs };
      tell({ kind: 'predicted', case: number, geometry, dtype, usage });
      return step();
    }
  }
}

/** The case that ran leaves the line. Its CPU time is that of the process meanwhile, without the light table's. */
function finish(): Begun {
  if (running === null) throw new Error('a case ended that did not run');
  const { case: done, atMs, cpuMs, lightTableCpuMs: lightTableBefore } = running;
  running = null;
  line.splice(line.indexOf(done), 1);
  return { case: done, atMs, cpuMs: Math.max(0, processCpuMs() - cpuMs - (lightTableCpuMs() - lightTableBefore)) };
}

/** Of a case that came to nothing in the engine. */
function usedUpTo({ case: { times, prepareCpuMs }, atMs, cpuMs }: Begun): FailedUsage {
  const elapsedMs = times.read + times.prepare + performance.now() - atMs;
  return { elapsedMs, cpuMs: prepareCpuMs + cpuMs, peakRssBytes: peakRssBytes() };
}

function lightTableCpuMs(): number {
  return (lightTableThread === null ? null : threadCpuMs(lightTableThread)) ?? lightTableWallMs;
}

function fail(number: number, { code, detail }: Failure, usage: FailedUsage | null): void {
  tell({ kind: 'failed', case: number, code, detail, usage });
}

function tell(message: Reply | Running): void {
  process.stdout.write(frame(message));
}

/** Starts a thread; one that ends takes the process with it. */
function thread<Message, Answer>(script: string, onAnswer: (answer: Answer) => void, workerData?: unknown) {
  const worker = new Worker(new URL(script, import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  });
  worker.on('message', onAnswer);
  worker.on('error', (error) => {
    writeSync(2, `${script}: ${error.stack ?? String(error)}\n`);
    process.kill(process.pid, 'SIGKILL');
  });
  return (message: Message, transfer: readonly ArrayBuffer[] = []) => worker.postMessage(message, transfer);
}

function onlyOne(ids: readonly string[]): string | null {
  return ids.length === 1 ? ids[0] : null;
}

function onStarted(): void {
  starting--;
  if (starting > 0) return;
  const requests = new FrameReader(MAX_REQUEST_BYTES);
  process.stdin.on('data', (chunk: Buffer) => {
    // requests come from our own worker, frames are checked, and a wrong one can only harm this process
    for (const request of requests.push(chunk) as Request[]) {
      if (request.kind === 'load') load(request);
      else enqueue(request);
    }
  });
  process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));
  process.stdout.write(frame({ kind: 'ready' }));
}
