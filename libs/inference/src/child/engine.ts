import { writeFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { ModelFacts } from '#evaluation';
import type { Geometry } from '#imaging';
import { runPrepared, type Manifest, type Prepared } from '#pipeline';
import { tileMemoryOf } from '../inspect/tile-memory.js';
import type { LoadRequest } from '../protocol.js';
import { classify, type Failure } from './classify.js';
import { collectGarbage } from './garbage.js';
import { openNetwork, type Network } from './network-client.js';
import { seat } from './seating.js';

/** What the thread is started with. */
export interface EngineLimits {
  /** Memory that the process may have. */
  readonly memoryBytes: number;
}

export type EngineRequest =
  LoadRequest | { readonly kind: 'run'; readonly case: number; readonly prepared: Prepared; readonly labels: string };

export type EngineReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'loaded'; readonly facts: ModelFacts }
  | {
      readonly kind: 'predicted';
      readonly case: number;
      readonly geometry: Geometry;
      readonly dtype: 'uint8' | 'uint16';
      readonly networkMs: number;
      readonly restoreMs: number;
      readonly sessionMs: number;
    }
  | { readonly kind: 'failed'; readonly case: number; readonly failure: Failure };

// A thread of the process that runs models: what lies between a prepared image and its label map. ONNX Runtime has threads of
// its own, which it blocks, for ever if a model wants so.

const { memoryBytes } = workerData as EngineLimits;

const HEAP_MIB = 256;
/** Beside those that run, one is cut meanwhile. */
const TILES_AHEAD = 1;

let loaded: { readonly network: Network; readonly manifest: Manifest } | null = null;

async function answer(request: EngineRequest): Promise<EngineReply> {
  try {
    if (request.kind === 'run') return await run(request);
    const { models, manifest, threads, inspect, sparing } = request;
    const networks = models.map((path) => (inspect ? tileMemoryOf(path, manifest) : null));
    const network = await openNetwork(request, seat(threads, networks, memoryBytes, sparing), HEAP_MIB);
    loaded = { network, manifest };
    return { kind: 'loaded', facts: network.facts };
  } catch (error) {
    return { kind: 'failed', case: request.kind === 'run' ? request.case : 0, failure: classify(error) };
  }
}

async function run(request: Extract<EngineRequest, { kind: 'run' }>): Promise<EngineReply> {
  if (!loaded) throw new Error('asked to run a case before a model was loaded');
  const { network, manifest } = loaded;
  network.takeSessionMs();
  const now = () => performance.now();
  const start = now();
  const { labels, stagesMs } = await runPrepared(request.prepared, manifest, network.run, {
    now,
    tilesAtOnce: network.facts.lanes + TILES_AHEAD,
  });
  const { data, geometry } = labels;
  await writeFile(request.labels, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const networkMs = stagesMs?.inference ?? 0;
  return {
    kind: 'predicted',
    case: request.case,
    geometry,
    dtype: data instanceof Uint8Array ? 'uint8' : 'uint16',
    networkMs,
    restoreMs: now() - start - networkMs,
    sessionMs: network.takeSessionMs(),
  };
}

let queue: Promise<void> = Promise.resolve();
parentPort!.on('message', (request: EngineRequest) => {
  queue = queue.then(async () => {
    parentPort!.postMessage(await answer(request));
  });
  void queue.then(collectGarbage);
});
parentPort!.postMessage({ kind: 'ready' } satisfies EngineReply);
