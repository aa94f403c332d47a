import { parentPort } from 'node:worker_threads';
import type { ModelFacts } from '#evaluation';
import type { TileRequest } from '#pipeline';
import type { LoadRequest } from '../protocol.js';
import { classify, type Failure } from './classify.js';
import { loadNetwork, type LoadedNetwork } from './network.js';
import type { Seating } from './seating.js';

export type NetworkRequest =
  | { readonly kind: 'load'; readonly request: LoadRequest; readonly seating: Seating }
  | { readonly kind: 'tile'; readonly tile: Float32Array<ArrayBuffer>; readonly request: TileRequest };

/** Answers come in the order of the requests. */
export type NetworkReply =
  | { readonly kind: 'loaded'; readonly facts: ModelFacts }
  | { readonly kind: 'ran'; readonly values: Float32Array; readonly began: number; readonly ended: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

// A thread that ONNX Runtime runs on, and nothing beside it: while it is busy with one tile, the engine blends the one before
// and cuts the next.

let network: LoadedNetwork | null = null;

async function answer(asked: NetworkRequest): Promise<NetworkReply> {
  try {
    if (asked.kind === 'load') {
      network = await loadNetwork(asked.request, asked.seating);
      return { kind: 'loaded', facts: network.facts };
    }
    if (!network) throw new Error('asked to run a tile before a model was loaded');
    return { kind: 'ran', ...(await network.run(asked.tile, asked.request)) };
  } catch (error) {
    return { kind: 'failed', failure: classify(error) };
  }
}

let queue: Promise<void> = Promise.resolve();
parentPort!.on('message', (asked: NetworkRequest) => {
  queue = queue.then(async () => {
    const reply = await answer(asked);
    // memory of ONNX Runtime itself cannot be handed over; `network.run` gives arrays of our own
    parentPort!.postMessage(reply, reply.kind === 'ran' ? [reply.values.buffer as ArrayBuffer] : []);
  });
});
