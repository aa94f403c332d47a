import { writeNifti, type Geometry, type VoxelArray } from '#imaging';
import { DatasetFileFault } from '../finding.js';
import type { DatasetFiles } from '../dataset-files.js';

/** Contents by path: bytes, text, or an object that becomes JSON. */
export type Contents = Readonly<Record<string, Uint8Array | string | object>>;

/** A dataset in memory. */
export function memoryFiles(contents: Contents, passedOver: DatasetFiles['passedOver'] = []): DatasetFiles {
  const files = new Map(
    Object.entries(contents).map(([path, content]) => [
      path,
      content instanceof Uint8Array ? content : new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content)),
    ]),
  );
  const read = async (path: string): Promise<Uint8Array> => {
    const bytes = files.get(path);
    if (!bytes) throw new DatasetFileFault('file-unreadable', `no file ${path}`, 'a file of the dataset');
    return bytes;
  };
  return {
    name: 'dataset',
    files: [...files].map(([path, { length }]) => ({ path, bytes: length })).sort((a, b) => (a.path < b.path ? -1 : 1)),
    passedOver,
    read,
    readStart: async (path, most) => (await read(path)).subarray(0, most),
  };
}

export const GRID: Geometry = {
  sizeXyz: [4, 3, 2],
  spacingMm: [0.75, 0.5, 2.5],
  originLps: [-10, 20, 5],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

/** An image that differs from those of other seeds. */
export function image(seed: number, geometry: Geometry = GRID): Promise<Uint8Array> {
  const data = Int16Array.from({ length: geometry.sizeXyz.reduce((a, b) => a * b) }, (_, v) => v * 10 + seed);
  return writeNifti({ geometry, data }, { gzip: true });
}

/** A label map with these labels in its first voxels. */
export function labels(values: readonly number[], geometry: Geometry = GRID, type: 'uint8' | 'float' = 'uint8'): Promise<Uint8Array> {
  const count = geometry.sizeXyz.reduce((a, b) => a * b);
  const data: VoxelArray = type === 'float' ? new Float32Array(count) : new Uint8Array(count);
  data.set(values);
  return writeNifti({ geometry, data }, { gzip: true });
}
