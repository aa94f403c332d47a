import type { ComparedParts, Comparison, ShownImage, ShownLabelMap } from './case-volumes.js';
import type { ErrorList } from './error-list.js';
import type { LoaderMessage, LoaderRequest } from './loader-messages.js';

/** What a loader tells while a case arrives. */
export interface LoaderEvents {
  readonly onProgress: (source: string, received: number, total: number | null) => void;
  readonly onImage: (image: ShownImage) => void;
  readonly onLayer: (id: string, map: ShownLabelMap) => void;
  /** `source` is 'image' or the id of a layer; the sentence is for people. */
  readonly onRefused: (source: string, sentence: string) => void;
  /** Everything that can be shown has been handed over. Not called after the image was refused. */
  readonly onLoaded: () => void;
}

/** The two answers to a comparison, in this order; the second may stay away when another comparison was asked for. */
export interface ComparisonEvents {
  readonly onCompared: (comparison: Comparison) => void;
  readonly onListed: (list: ErrorList) => void;
}

/** Loads one case in a worker of its own. */
export class CaseLoader {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, ComparisonEvents>();
  #tickets = 0;

  constructor(request: Omit<Extract<LoaderRequest, { kind: 'open' }>, 'kind'>, events: LoaderEvents) {
    this.#worker = new Worker(new URL('./loader.worker.ts', import.meta.url), {
      type: 'module',
      name: 'voxelmark case loader',
    });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<LoaderMessage>) => this.#receive(data, events));
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      // A worker whose script cannot be fetched reports an error without a message.
      events.onRefused(
        'image',
        event.message
          ? `The viewer failed while reading (${event.message}).`
          : 'Part of the viewer could not be loaded. Reload the page.',
      );
    });
    this.#send({ kind: 'open', ...request });
  }

  /** Loads one more label map; it comes as a layer of its own, or is refused. Not before there is an image. */
  add(id: string, url: string): void {
    this.#send({ kind: 'add', id, url });
  }

  /** Compares two layers that were handed over; returns what stops the answers. */
  compare(referenceId: string, predictionId: string, parts: ComparedParts, events: ComparisonEvents): () => void {
    const ticket = ++this.#tickets;
    this.#waiting.set(ticket, events);
    this.#send({ kind: 'compare', ticket, referenceId, predictionId, parts });
    return () => void this.#waiting.delete(ticket);
  }

  /** Ends the worker; downloads stop, nothing is reported any more. */
  close(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #send(request: LoaderRequest): void {
    this.#worker.postMessage(request);
  }

  #receive(message: LoaderMessage, events: LoaderEvents): void {
    switch (message.kind) {
      case 'progress':
        return events.onProgress(message.source, message.received, message.total);
      case 'image':
        return events.onImage(message.image);
      case 'layer':
        return events.onLayer(message.id, message.map);
      case 'refused':
        return events.onRefused(message.source, message.sentence);
      case 'loaded':
        return events.onLoaded();
      case 'compared':
        return this.#waiting.get(message.ticket)?.onCompared(message.comparison);
      case 'listed':
        this.#waiting.get(message.ticket)?.onListed(message.list);
        this.#waiting.delete(message.ticket);
    }
  }
}
