import type { Vec3 } from './geometry.js';

/** Neighbours that hang together: 6 share a face, 18 a face or an edge, 26 a face, an edge or a corner. */
export type Connectivity = 6 | 18 | 26;

/** Connected pieces of a mask. */
export interface Components {
  /** Number of the piece each voxel belongs to, 1 to `count`, x fastest; 0 is background. */
  readonly labels: Int32Array;
  readonly count: number;
  /** Voxels of each piece; entry 0 is unused and 0. */
  readonly voxels: Float64Array;
}

/** Offsets to the neighbours of a voxel, of the given connectivity. */
export function neighbourOffsets(connectivity: Connectivity): Vec3[] {
  const mostAxes = { 6: 1, 18: 2, 26: 3 }[connectivity];
  const offsets: Vec3[] = [];
  for (const k of [-1, 0, 1]) {
    for (const j of [-1, 0, 1]) {
      for (const i of [-1, 0, 1]) {
        const axes = Math.abs(i) + Math.abs(j) + Math.abs(k);
        if (axes > 0 && axes <= mostAxes) offsets.push([i, j, k]);
      }
    }
  }
  return offsets;
}

/**
 * Connected components of a mask. In a volume of one slice 6, 18 and 26 become 4, 8 and 8.
 *
 * Two sweeps with a union of provisional numbers. Pieces are numbered in the order in which their first voxel is stored.
 *
 * @param mask    flat mask, x fastest; non-zero is foreground
 * @param sizeXyz its size
 * @throws RangeError when sizes disagree
 */
export function connectedComponents(mask: Uint8Array, sizeXyz: Vec3, connectivity: Connectivity): Components {
  const [nx, ny, nz] = sizeXyz;
  if (mask.length !== nx * ny * nz) {
    throw new RangeError(`mask holds ${mask.length} voxels; the grid has ${sizeXyz.join(' x ')}`);
  }
  // Neighbours that were visited before: those earlier in memory.
  const earlier = neighbourOffsets(connectivity)
    .filter(([i, j, k]) => k < 0 || (k === 0 && (j < 0 || (j === 0 && i < 0))))
    .map(([i, j, k]) => ({ i, j, k, jump: (k * ny + j) * nx + i }));
  // Behind a voxel of its row, those that touch that one too add nothing.
  const ahead = connectivity === 26 ? earlier.filter(({ i }) => i === 1) : earlier;
  const labels = new Int32Array(mask.length);
  const parents: number[] = [0];
  let v = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, v++) {
        if (mask[v] === 0) continue;
        const behind = i > 0 ? labels[v - 1] : 0;
        let label = behind === 0 ? 0 : rootOf(parents, behind);
        const look = behind === 0 ? earlier : ahead;
        for (let n = 0; n < look.length; n++) {
          const near = look[n];
          if (i + near.i < 0 || i + near.i >= nx || j + near.j < 0 || j + near.j >= ny || k + near.k < 0) continue;
          const other = labels[v + near.jump];
          if (other === 0) continue;
          const root = rootOf(parents, other);
          if (label === 0) label = root;
          else if (root < label) {
            parents[label] = root;
            label = root;
          } else parents[root] = label;
        }
        if (label === 0) {
          label = parents.length;
          parents.push(label);
        }
        labels[v] = label;
      }
    }
  }
  // A root is the smallest provisional number of its piece, so numbering roots in order keeps the order of first voxels.
  const final = new Int32Array(parents.length);
  let count = 0;
  for (let p = 1; p < parents.length; p++) {
    const root = rootOf(parents, p);
    final[p] = root === p ? ++count : final[root];
  }
  const voxels = new Float64Array(count + 1);
  for (let at = 0; at < labels.length; at++) {
    if (labels[at] === 0) continue;
    labels[at] = final[labels[at]];
    voxels[labels[at]]++;
  }
  return { labels, count, voxels };
}

function rootOf(parents: number[], label: number): number {
  let root = label;
  while (parents[root] !== root) {
    parents[root] = parents[parents[root]];
    root = parents[root];
  }
  return root;
}
