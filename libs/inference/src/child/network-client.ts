import { Worker } from 'node:worker_threads';
import { ModelFailure } from '#domain';
import type { ModelFacts } from '#evaluation';
import type { RunTile } from '#pipeline';
import type { LoadRequest } from '../protocol.js';
import { ScratchFault } from './classify.js';
import type { NetworkReply, NetworkRequest } from './network-thread.js';
import type { Seating } from './seating.js';

/** The networks of a version, on threads of their own. */
export interface Network {
  readonly facts: ModelFacts & { readonly lanes: number };
  /** Wall time during which ONNX Runtime ran since this was last asked, on however many threads, ms. */
  takeSessionMs(): number;
  readonly run: RunTile;
}

type Answered<Kind extends NetworkReply['kind']> = Extract<NetworkReply, { kind: Kind }>;

/**
 * Starts the threads and loads the models on each.
 *
 * @throws ModelFailure
 */
export async function openNetwork(request: LoadRequest, seating: Seating, heapMib: number): Promise<Network> {
  const lanes = Array.from({ length: seating.lanes }, () => new Lane(heapMib));
  const [{ facts }] = await Promise.all(
    lanes.map((lane) => lane.ask('loaded', { kind: 'load', request, seating }, [])),
  );
  let spans: Span[] = [];
  return {
    facts: { ...facts, lanes: lanes.length },
    takeSessionMs() {
      const ms = coveredMs(spans);
      spans = [];
      return ms;
    },
    async run(tile, _shape, tileRequest) {
      const lane = lanes.reduce((best, other) => (other.load < best.load ? other : best));
      const { values, began, ended } = await lane.ask('ran', { kind: 'tile', tile, request: tileRequest }, [
        tile.buffer,
      ]);
      spans.push({ began, ended });
      return values;
    },
  };
}

interface Span {
  readonly began: number;
  readonly ended: number;
}

/** Time that at least one of the spans covers. */
function coveredMs(spans: readonly Span[]): number {
  let ms = 0;
  let until = 0;
  for (const { began, ended } of spans.toSorted((a, b) => a.began - b.began)) {
    ms += Math.max(0, ended - Math.max(began, until));
    until = Math.max(until, ended);
  }
  return ms;
}

/** A thread with all networks of the version: one tile at a time, the next waits in its line. */
class Lane {
  private readonly thread: Worker;
  private readonly waiting: ((reply: NetworkReply) => void)[] = [];

  constructor(heapMib: number) {
    this.thread = new Worker(new URL('./network-thread.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMib },
    });
    this.thread.on('error', (error) => {
      throw error; // ends the engine, and that the process
    });
    this.thread.on('message', (reply: NetworkReply) => this.waiting.shift()!(reply));
  }

  /** Requests without an answer yet. */
  get load(): number {
    return this.waiting.length;
  }

  async ask<Kind extends 'loaded' | 'ran'>(
    expected: Kind,
    message: NetworkRequest,
    transfer: readonly ArrayBuffer[],
  ): Promise<Answered<Kind>> {
    const reply = await new Promise<NetworkReply>((resolve) => {
      this.waiting.push(resolve);
      this.thread.postMessage(message, transfer);
    });
    if (reply.kind === expected) return reply as Answered<Kind>;
    if (reply.kind !== 'failed') throw new Error(`the network answered "${reply.kind}"; expected "${expected}"`);
    const { code, detail } = reply.failure;
    if (code === 'runner-scratch') throw new ScratchFault(detail);
    throw code === 'defect' ? new Error(detail) : new ModelFailure(code, detail);
  }
}
