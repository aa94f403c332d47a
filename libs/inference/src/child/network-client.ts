import { Worker } from 'node:worker_threads';
import { ModelFailure } from '#domain';
import type { ModelFacts } from '#evaluation';
import type { RunTile } from '#pipeline';
import type { LoadRequest } from '../protocol.js';
import { ScratchFault } from './classify.js';
import type { NetworkReply, NetworkRequest } from './network-thread.js';

/** The networks of a version, on a thread of their own. */
export interface Network {
  readonly facts: ModelFacts;
  /** Wall time spent in ONNX Runtime so far, ms. */
  readonly sessionMs: number;
  readonly run: RunTile;
}

type Answered<Kind extends NetworkReply['kind']> = Extract<NetworkReply, { kind: Kind }>;

/**
 * Starts the thread and loads the models on it.
 *
 * @throws ModelFailure
 */
export async function openNetwork(request: LoadRequest, heapMib: number): Promise<Network> {
  const thread = new Worker(new URL('./network-thread.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: heapMib },
  });
  thread.on('error', (error) => {
    throw error; // ends the engine, and that the process
  });
  const waiting: ((reply: NetworkReply) => void)[] = [];
  thread.on('message', (reply: NetworkReply) => waiting.shift()!(reply));

  async function ask<Kind extends 'loaded' | 'ran'>(
    expected: Kind,
    message: NetworkRequest,
    transfer: readonly ArrayBuffer[],
  ): Promise<Answered<Kind>> {
    const reply = await new Promise<NetworkReply>((resolve) => {
      waiting.push(resolve);
      thread.postMessage(message, transfer);
    });
    if (reply.kind === expected) return reply as Answered<Kind>;
    if (reply.kind !== 'failed') throw new Error(`the network answered "${reply.kind}"; expected "${expected}"`);
    const { code, detail } = reply.failure;
    if (code === 'runner-scratch') throw new ScratchFault(detail);
    throw code === 'defect' ? new Error(detail) : new ModelFailure(code, detail);
  }

  const { facts } = await ask('loaded', request, []);
  let sessionMs = 0;
  return {
    facts,
    get sessionMs() {
      return sessionMs;
    },
    async run(tile, _shape, tileRequest) {
      const ran = await ask('ran', { kind: 'tile', tile, request: tileRequest }, [tile.buffer]);
      sessionMs += ran.sessionMs;
      return ran.values;
    },
  };
}
