import type {
  BegunImage,
  ComparedParts,
  Comparison,
  DisplayVoxels,
  GreyFacts,
  ShownImage,
  ShownLabelMap,
} from './case-volumes.js';
import type { ErrorList } from './error-list.js';
import type { LoaderMessage, LoaderRequest } from './loader-messages.js';

/** An image that is still arriving. */
export interface ArrivingImage extends ShownImage {
  /** Where slices are missing, the lowest value of the type: drawn black, and told apart by `arrived`. Fills up in place. */
  readonly voxels: DisplayVoxels;
  /** 1 for each slice along the third axis that is there. Fills up in place. */
  readonly arrived: Uint8Array;
  /** Calls back whenever more slices are there, until the function that it gives is called. */
  readonly watch: (onMore: () => void) => () => void;
}

/** What a loader tells while a case arrives. */
export interface LoaderEvents {
  readonly onProgress: (source: string, received: number, total: number | null) => void;
  /** The first slices of the image are there. Not called when all come at once. */
  readonly onArriving: (image: ArrivingImage) => void;
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

/** What to load; the same fields in another object are the same case. */
export type OpenRequest = Omit<Extract<LoaderRequest, { kind: 'open' }>, 'kind'>;

/** Loads one case in a worker of its own. */
export class CaseLoader {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, ComparisonEvents>();
  #tickets = 0;
  #begun: Begun | undefined;

  #events: LoaderEvents | undefined;
  /** What was told before anybody listened. */
  #kept: ((events: LoaderEvents) => void)[] = [];

  /** Begins at once; what comes before `listen` is kept for it. */
  constructor(request: OpenRequest) {
    this.#worker = new Worker(new URL('./loader.worker.ts', import.meta.url), {
      type: 'module',
      name: 'voxelmark case loader',
    });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<LoaderMessage>) =>
      this.#tell((events) => this.#receive(data, events)),
    );
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      // A worker whose script cannot be fetched reports an error without a message.
      const sentence = event.message
        ? `The viewer failed while reading (${event.message}).`
        : 'Part of the viewer could not be loaded. Reload the page.';
      this.#tell((events) => events.onRefused('image', sentence));
    });
    this.#send({ kind: 'open', ...request });
  }

  /** Tells everything so far and all that follows. To be called once. */
  listen(events: LoaderEvents): void {
    this.#events = events;
    for (const tell of this.#kept.splice(0)) tell(events);
  }

  #tell(tell: (events: LoaderEvents) => void): void {
    if (this.#events) tell(this.#events);
    else this.#kept.push(tell);
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
    this.#kept.length = 0;
    this.#begun = undefined;
  }

  /** What came is on the screen: the rest may follow. */
  goOn(): void {
    this.#send({ kind: 'go-on' });
  }

  #send(request: LoaderRequest): void {
    this.#worker.postMessage(request);
  }

  #receive(message: LoaderMessage, events: LoaderEvents): void {
    switch (message.kind) {
      case 'progress':
        return events.onProgress(message.source, message.received, message.total);
      case 'begun':
        return this.#begin(message.image);
      case 'slices':
        return this.#take(message.firstSlice, message.voxels, message.known, events);
      case 'image': {
        const { image, voxels } = this.#expectBegun();
        this.#begun = undefined;
        return events.onImage({ ...imageFacts(image), voxels, ...message.facts });
      }
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

  #begin(image: BegunImage): void {
    const [nx, ny, nz] = image.geometry.sizeXyz;
    this.#begun = {
      image,
      voxels: emptyVoxels(image.voxelType, nx * ny * nz),
      arrived: new Uint8Array(nz),
      watchers: new Set(),
    };
  }

  #take(firstSlice: number, slices: DisplayVoxels, known: GreyFacts, events: LoaderEvents): void {
    const { image, voxels, arrived, watchers } = this.#expectBegun();
    const [nx, ny, nz] = image.geometry.sizeXyz;
    const count = slices.length / (nx * ny);
    if (count === nz) {
      this.#begun = { image, voxels: slices, arrived: arrived.fill(1), watchers };
      return; // all at once: the message that follows has it
    }
    voxels.set(slices, firstSlice * nx * ny);
    const isFirst = arrived.every((there) => there === 0);
    arrived.fill(1, firstSlice, firstSlice + count);
    for (const onMore of watchers) onMore();
    if (!isFirst) return;
    const watch = (onMore: () => void): (() => void) => {
      watchers.add(onMore);
      return () => void watchers.delete(onMore);
    };
    events.onArriving({ ...imageFacts(image), voxels, arrived, watch, ...known, unreadable: [] });
  }

  #expectBegun(): Begun {
    if (!this.#begun) throw new Error('slices came before the image had begun');
    return this.#begun;
  }
}

interface Begun {
  readonly image: BegunImage;
  readonly voxels: DisplayVoxels;
  readonly arrived: Uint8Array;
  readonly watchers: Set<() => void>;
}

const imageFacts = ({ geometry, storedGeometry, grid }: BegunImage): Omit<BegunImage, 'voxelType'> => ({
  geometry,
  storedGeometry,
  grid,
});

function emptyVoxels(type: BegunImage['voxelType'], length: number): DisplayVoxels {
  switch (type) {
    case 'Uint8Array':
      return new Uint8Array(length);
    case 'Uint16Array':
      return new Uint16Array(length);
    case 'Int16Array':
      return new Int16Array(length).fill(-32768);
    case 'Float32Array':
      return new Float32Array(length);
  }
}
