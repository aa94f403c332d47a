import { ImageFormatError } from '#imaging';
import type { Geometry, Vec3 } from '#imaging';
import { compare, listComparedErrors, receiveImage, receiveLabelMap } from './case-volumes.js';
import type { ArrivingFile } from './case-volumes.js';
import { fetchPart, fetchPieces, FetchRefused } from './fetch-bytes.js';
import type { LoaderMessage, LoaderRequest } from './loader-messages.js';
import { TooManyLabels } from './segments.js';

// Fetching, inflating and comparing happen here, so that the page keeps answering while hundreds of megabytes arrive.

interface WorkerScope {
  postMessage(message: LoaderMessage, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<LoaderRequest>) => void): void;
}
const scope = self as unknown as WorkerScope;

let geometry: Geometry | undefined;
let declared: readonly number[] = [];
const segmentsOf = new Map<string, Uint8Array>();
let latestTicket = 0;
let goOn: () => void = () => undefined;

/** A page that is not in front draws nothing, and tells nothing of it. */
const SHOWN_WITHIN_MS = 600;

scope.addEventListener('message', ({ data: request }) => {
  if (request.kind === 'open')
    open(request).catch(reportError); // a defect: reaches the page as an error of the worker
  else if (request.kind === 'go-on') goOn();
  else if (request.kind === 'add') add(request).catch(reportError);
  else runComparison(request);
});

async function open({ imageUrl, layers, labelValues, near }: Extract<LoaderRequest, { kind: 'open' }>): Promise<void> {
  declared = labelValues;
  // All files are asked for at once; they are decoded in order, the image first.
  const arriving = [{ id: 'image', url: imageUrl }, ...layers].map(({ id, url }) => ({ id, file: download(id, url) }));
  for (const { file } of arriving) file.catch(() => undefined); // reported below, in order
  for (const { id, file } of arriving) {
    try {
      if (id === 'image') await showImage(await file, near);
      else if (geometry) await showLayer(id, await file, geometry, labelValues);
    } catch (error) {
      scope.postMessage({ kind: 'refused', source: id, sentence: sentenceOf(error) });
      if (id === 'image') return;
    }
  }
  scope.postMessage({ kind: 'loaded' });
}

async function add({ id, url }: Extract<LoaderRequest, { kind: 'add' }>): Promise<void> {
  if (!geometry) throw new Error(`asked to add ${id} to a case without an image`);
  try {
    const map = await receiveLabelMap(await download(id, url), geometry, declared);
    scope.postMessage({ kind: 'layer', id, map }, [map.segments.buffer as ArrayBuffer]);
  } catch (error) {
    scope.postMessage({ kind: 'refused', source: id, sentence: sentenceOf(error) });
  }
}

async function download(source: string, url: string): Promise<ArrivingFile> {
  const tell = (received: number, total: number | null) =>
    scope.postMessage({ kind: 'progress', source, received, total });
  return { ...(await fetchPieces(url, tell)), part: (from, to) => fetchPart(url, from, to) };
}

async function showImage(file: ArrivingFile, near: Vec3 | null): Promise<void> {
  const facts = await receiveImage(file, near, {
    onBegun: (image) => {
      geometry = image.geometry;
      scope.postMessage({ kind: 'begun', image });
    },
    onSlices: (firstSlice, voxels, known) =>
      scope.postMessage({ kind: 'slices', firstSlice, voxels, known }, [voxels.buffer as ArrayBuffer]),
    // inflating takes a core, which drawing the first picture may need where there are few and no graphics card
    shown: () =>
      new Promise((done) => {
        goOn = done;
        setTimeout(done, SHOWN_WITHIN_MS);
      }),
  });
  scope.postMessage({ kind: 'image', facts });
}

async function showLayer(
  id: string,
  file: ArrivingFile,
  grid: Geometry,
  labelValues: readonly number[],
): Promise<void> {
  const map = await receiveLabelMap(file, grid, labelValues);
  segmentsOf.set(id, map.segments.slice()); // kept for comparisons; the other copy goes to the page
  scope.postMessage({ kind: 'layer', id, map }, [map.segments.buffer as ArrayBuffer]);
}

function runComparison({
  ticket,
  referenceId,
  predictionId,
  parts,
}: Extract<LoaderRequest, { kind: 'compare' }>): void {
  const reference = segmentsOf.get(referenceId);
  const prediction = segmentsOf.get(predictionId);
  if (!geometry || !reference || !prediction) {
    throw new Error(`asked to compare ${referenceId} with ${predictionId}, of which at least one is not loaded`);
  }
  latestTicket = ticket;
  const comparison = compare(geometry, reference, prediction, parts);
  scope.postMessage({ kind: 'compared', ticket, comparison }, [comparison.errors.buffer as ArrayBuffer]);
  // The list takes longer: let a request that has come meanwhile overtake it.
  const grid = geometry;
  setTimeout(() => {
    if (ticket !== latestTicket) return;
    scope.postMessage({ kind: 'listed', ticket, list: listComparedErrors(grid, reference, prediction, parts) });
  });
}

function sentenceOf(error: unknown): string {
  if (error instanceof FetchRefused) return error.message;
  if (error instanceof ImageFormatError) {
    return error.code === 'grid-differs' ? error.message : `The file cannot be read: ${error.message}.`;
  }
  if (error instanceof TooManyLabels) return `It cannot be drawn: ${error.message}.`;
  if (error instanceof RangeError) return `There is not enough memory in this browser to open it (${error.message}).`;
  throw error;
}
