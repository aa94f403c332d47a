import { orientTo, type Geometry, type Volume } from '#imaging';
import type { PhantomCase } from './cases.js';
import { READERS, adjudicate, readScan, trueLabels } from './readers.js';
import { scan, type ScanGrid } from './scan.js';
import { SITES } from './sites.js';

export interface GeneratedCase {
  /** CT numbers in HU. */
  readonly image: Volume<Int16Array>;
  /** What each of the two readers drew, on the image's grid. */
  readonly readers: readonly { readonly name: string; readonly labels: Volume<Uint8Array> }[];
  /** The reference segmentation that is scored; see `adjudicate`. */
  readonly consensus: Volume<Uint8Array>;
}

/**
 * Makes the image and the reference segmentations of one case, stored in the orientation of its site.
 *
 * A pure function of the descriptor: only integer operations, + - * / and square roots, so the voxels are the same on
 * every machine. Takes a tenth to a fifth of a second and 20 MB.
 */
export function generateCase(phantom: PhantomCase): GeneratedCase {
  const taken = scan(phantom);
  const geometry = geometryOf(taken.grid);
  const { storedAxes } = SITES[phantom.siteId];
  const store = <T extends Int16Array | Uint8Array>(data: T): Volume<T> =>
    storedAxes === 'LPS' ? { geometry, data } : orientTo({ geometry, data }, storedAxes);
  const readings = READERS.map((reader) => readScan(phantom, taken, reader));
  return {
    image: store(taken.hu),
    readers: READERS.map(({ name }, n) => ({ name, labels: store(readings[n]) })),
    consensus: store(adjudicate(readings[0], readings[1], trueLabels(taken))),
  };
}

function geometryOf({ size, spacingMm, originLps }: ScanGrid): Geometry {
  return { sizeXyz: size, spacingMm, originLps, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
}
