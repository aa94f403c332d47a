import { describeGrid, labelExtents, readLabelMap, readNifti, sameGrid, storedGeometry, writeNifti, type PartCompressor, type Geometry, type LabelMap } from '#imaging';
import { CaseFault } from '../import-benchmark.js';
import type { Dataset } from './dataset-records.js';

/** What a case may consist of. */
export type CaseForm = Pick<Dataset, 'labels' | 'ignoreLabel' | 'channels'>;

/** Files of a case, read when their turn has come. */
export interface CaseFilesToRewrite {
  /** In the order of the dataset's channels. */
  readonly images: readonly (() => Promise<Uint8Array>)[];
  readonly references: readonly { readonly reader: string; readonly read: () => Promise<Uint8Array> }[];
}

/** Takes a file that was written anew: the nth image or the nth reference. */
export type TakeRewritten = (part: 'image' | 'reference', n: number, bytes: Uint8Array) => Promise<void>;

/**
 * Reads every file of a case, checks it, and writes it anew, so that what is kept holds voxels and geometry and nothing else of
 * the file that came. One volume at a time is in memory; what `take` is given counts only when all of them were fit.
 *
 * @param maxBytes largest volume that is read, unpacked
 * @param partCompressor so that the slice that a viewer opens at need not wait for those before it
 * @throws ImageFormatError, CaseFault with what the sender can mend
 */
export async function rewriteCase(
  form: CaseForm,
  files: CaseFilesToRewrite,
  { maxBytes, partCompressor }: { readonly maxBytes: number; readonly partCompressor: PartCompressor },
  take: TakeRewritten,
): Promise<Geometry> {
  const { channels } = form;
  let geometry: Geometry | null = null;
  for (const [n, read] of files.images.entries()) {
    const image = await readNifti(await read(), { maxBytes });
    // recorded is what the stored files say, to the last bit: whoever has the masks can recompute every figure
    geometry ??= storedGeometry(image.geometry);
    if (!sameGrid(image.geometry, geometry)) {
      throw new CaseFault(`the image of ${channels[n].name} has the grid ${describeGrid(image.geometry)}; that of ${channels[0].name} has ${describeGrid(geometry)}`);
    }
    await take('image', n, await writeNifti({ data: image.data, geometry }, { gzip: partCompressor }));
  }
  if (geometry === null) throw new CaseFault('no image; expected one for each channel');
  for (const [n, { reader, read }] of files.references.entries()) {
    const { data, geometry: own } = await readLabelMap(await read(), { maxBytes });
    const what = `reference of "${reader}"`;
    if (!sameGrid(own, geometry)) throw new CaseFault(`${what} has the grid ${describeGrid(own)}; the image has ${describeGrid(geometry)}`);
    // the very geometry of the image: two headers that agree within the tolerance become one grid
    const map = { data, geometry } as LabelMap;
    checkLabels(form, map, what);
    await take('reference', n, await writeNifti(map, { gzip: true }));
  }
  return geometry;
}

function checkLabels({ labels, ignoreLabel }: CaseForm, map: LabelMap, what: string): void {
  const allowed = new Set([0, ...labels.map(({ value }) => value), ...(ignoreLabel === null ? [] : [ignoreLabel])]);
  const strangers = labelExtents(map).flatMap(({ label }) => (allowed.has(label) ? [] : [label]));
  if (strangers.length === 0) return;
  throw new CaseFault(`${what} holds labels ${strangers.slice(0, 10).join(', ')}; declared are ${[...allowed].slice(1, 50).join(', ')}`);
}
