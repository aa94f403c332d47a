import type { Comparison, ShownImage, ShownLabelMap } from './case-volumes.js';
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

/** Loads one case in a worker of its own. */
export class CaseLoader {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (comparison: Comparison) => void>();
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

  /** Compares two layers that were handed over. Never settles when the loader is closed meanwhile. */
  compare(referenceId: string, predictionId: string, hiddenSegments: readonly number[]): Promise<Comparison> {
    const ticket = ++this.#tickets;
    this.#send({ kind: 'compare', ticket, referenceId, predictionId, hiddenSegments });
    return new Promise((resolve) => this.#waiting.set(ticket, resolve));
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
        this.#waiting.get(message.ticket)?.(message.comparison);
        this.#waiting.delete(message.ticket);
    }
  }
}
