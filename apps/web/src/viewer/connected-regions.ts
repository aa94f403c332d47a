import { labelExtents } from '#imaging';
import type { Vec3 } from '#imaging';

/** Face-connected voxels of one class. */
export interface ConnectedRegion {
  /** Value that all its voxels share; never 0. */
  readonly value: number;
  readonly voxels: number;
  /**
   * A voxel of the region to look at: in the axial slice (stored axis k) that holds most of it, the voxel nearest to the
   * region's middle in that slice. Always inside the region, also when the region is hollow or bent.
   */
  readonly atIjk: Vec3;
}

/**
 * Visits the face-connected (6-neighbour) regions of equal value, in the order of their first voxel.
 *
 * @param data    x-fastest values of the grid `sizeXyz`
 * @param wanted  which values form regions; background 0 never does
 * @param visit   gets the value and the region's flat voxel indices, in an array that is used again for the next region
 * @throws RangeError when the length disagrees with the size
 */
export function visitRegions(
  data: Uint8Array | Uint16Array,
  sizeXyz: Vec3,
  wanted: (value: number) => boolean,
  visit: (value: number, voxels: Int32Array) => void,
): void {
  const [nx, ny, nz] = sizeXyz;
  if (data.length !== nx * ny * nz)
    throw new RangeError(`array holds ${data.length} voxels; the grid has ${sizeXyz.join(' x ')}`);
  const values = data instanceof Uint8Array ? 256 : 65536;
  const isWanted = Uint8Array.from({ length: values }, (_, value) => (value > 0 && wanted(value) ? 1 : 0));
  const open = data.slice(); // voxels not yet taken by a region
  for (let v = 0; v < open.length; v++) if (!isWanted[open[v]]) open[v] = 0;
  const slice = nx * ny;
  let queue = new Int32Array(1024);
  for (let seed = 0; seed < open.length; seed++) {
    const value = open[seed];
    if (value === 0) continue;
    let length = 0;
    const take = (v: number): void => {
      if (length === queue.length) {
        const larger = new Int32Array(queue.length * 2);
        larger.set(queue);
        queue = larger;
      }
      queue[length++] = v;
      open[v] = 0;
    };
    take(seed);
    for (let n = 0; n < length; n++) {
      const v = queue[n];
      const i = v % nx;
      const j = Math.floor(v / nx) % ny;
      if (i > 0 && open[v - 1] === value) take(v - 1);
      if (i < nx - 1 && open[v + 1] === value) take(v + 1);
      if (j > 0 && open[v - nx] === value) take(v - nx);
      if (j < ny - 1 && open[v + nx] === value) take(v + nx);
      if (v >= slice && open[v - slice] === value) take(v - slice);
      if (v < data.length - slice && open[v + slice] === value) take(v + slice);
    }
    visit(value, queue.subarray(0, length));
  }
}

/**
 * Face-connected (6-neighbour) regions of equal value, largest first; equal sizes in order of their first voxel.
 *
 * @param data    x-fastest values of the grid `sizeXyz`
 * @param wanted  which values form regions; background 0 never does
 * @throws RangeError when the length disagrees with the size
 */
export function connectedRegions(
  data: Uint8Array,
  sizeXyz: Vec3,
  wanted: (value: number) => boolean = () => true,
): ConnectedRegion[] {
  const [nx, ny, nz] = sizeXyz;
  const regions: ConnectedRegion[] = [];
  visitRegions(data, sizeXyz, wanted, (value, voxels) =>
    regions.push({ value, voxels: voxels.length, atIjk: voxelToLookAt(voxels, nx, nx * ny, nz) }),
  );
  return regions.sort((a, b) => b.voxels - a.voxels);
}

/**
 * A voxel to look at inside the largest region of a value, see `ConnectedRegion.atIjk`; null where the value does not occur.
 * Only the box around the value is gone through.
 */
export function largestRegionOf(value: number, data: Uint8Array, sizeXyz: Vec3): Vec3 | null {
  const extent = labelExtents({ geometry: { ...ANY_GRID, sizeXyz }, data }).find(({ label }) => label === value);
  if (!extent) return null;
  const { min, max } = extent.box;
  const size: Vec3 = [max[0] - min[0] + 1, max[1] - min[1] + 1, max[2] - min[2] + 1];
  const box = new Uint8Array(size[0] * size[1] * size[2]);
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      const from = ((min[2] + k) * sizeXyz[1] + min[1] + j) * sizeXyz[0] + min[0];
      box.set(data.subarray(from, from + size[0]), (k * size[1] + j) * size[0]);
    }
  }
  const [{ atIjk }] = connectedRegions(box, size, (other) => other === value);
  return [atIjk[0] + min[0], atIjk[1] + min[1], atIjk[2] + min[2]];
}

/** Where the voxels lie is of no consequence to which of them touch. */
const ANY_GRID = { spacingMm: [1, 1, 1], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] } as const;

function voxelToLookAt(voxels: Int32Array, nx: number, slice: number, nz: number): Vec3 {
  const perSlice = new Int32Array(nz);
  for (const v of voxels) perSlice[Math.floor(v / slice)]++;
  const k = perSlice.indexOf(Math.max(...perSlice));
  let sumI = 0;
  let sumJ = 0;
  for (const v of voxels) {
    if (Math.floor(v / slice) !== k) continue;
    sumI += v % nx;
    sumJ += Math.floor((v % slice) / nx);
  }
  const middleI = sumI / perSlice[k];
  const middleJ = sumJ / perSlice[k];
  let best: Vec3 = [0, 0, k];
  let bestSquared = Infinity;
  for (const v of voxels) {
    if (Math.floor(v / slice) !== k) continue;
    const i = v % nx;
    const j = Math.floor((v % slice) / nx);
    const squared = (i - middleI) ** 2 + (j - middleJ) ** 2;
    if (squared < bestSquared) {
      bestSquared = squared;
      best = [i, j, k];
    }
  }
  return best;
}
