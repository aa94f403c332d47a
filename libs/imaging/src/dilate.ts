import { neighbourOffsets } from './connected-components.js';
import type { Connectivity } from './connected-components.js';
import type { Vec3 } from './geometry.js';

/**
 * A mask grown by a number of voxel steps, each step to all neighbours of the given connectivity. Growth ends at the
 * border of the grid.
 *
 * Steps are voxels, not millimetres: on a grid with thick slices the mask grows further across them.
 *
 * @param mask    flat mask, x fastest; non-zero is foreground
 * @param sizeXyz its size
 * @param steps   0 or more
 * @returns a new mask of 0 and 1
 * @throws RangeError when sizes disagree or steps is no whole number of at least 0
 */
export function dilate(mask: Uint8Array, sizeXyz: Vec3, steps: number, connectivity: Connectivity): Uint8Array {
  const [nx, ny, nz] = sizeXyz;
  if (mask.length !== nx * ny * nz) {
    throw new RangeError(`mask holds ${mask.length} voxels; the grid has ${sizeXyz.join(' x ')}`);
  }
  if (!Number.isInteger(steps) || steps < 0) {
    throw new RangeError(`steps is ${steps}; expected a whole number of at least 0`);
  }
  const offsets = neighbourOffsets(connectivity);
  const jumps = Int32Array.from(offsets, ([i, j, k]) => (k * ny + j) * nx + i);
  const grown = new Uint8Array(mask.length);
  for (let v = 0; v < mask.length; v++) if (mask[v] !== 0) grown[v] = 1;
  let front: number[] = []; // only what was reached last can reach anything new; at first that is everything
  for (let step = 0; step < steps; step++) {
    const reached: number[] = [];
    const grow = (v: number): void => {
      const i = v % nx;
      const row = (v - i) / nx;
      const j = row % ny;
      const k = (row - j) / ny;
      const inner = i > 0 && i < nx - 1 && j > 0 && j < ny - 1 && k > 0 && k < nz - 1;
      for (let n = 0; n < offsets.length; n++) {
        if (!inner) {
          const [x, y, z] = [i + offsets[n][0], j + offsets[n][1], k + offsets[n][2]];
          if (x < 0 || x >= nx || y < 0 || y >= ny || z < 0 || z >= nz) continue;
        }
        const at = v + jumps[n];
        if (grown[at] !== 0) continue;
        grown[at] = 1;
        reached.push(at);
      }
    };
    if (step > 0) front.forEach(grow);
    else for (let v = 0; v < mask.length; v++) if (mask[v] !== 0) grow(v);
    front = reached;
  }
  return grown;
}
