import type { Vec3 } from './geometry.js';

/** What thinning does with the last voxel of a compact piece: keeps it, or lets the piece vanish as scikit-image does. */
export type CompactPieces = 'keep' | 'vanish';

/**
 * Centre lines of a mask by the thinning of Lee, Kashyap and Chu 1994 (doi:10.1006/cgip.1994.1042).
 *
 * Layer by layer, from six sides in turn (four for a single slice), voxels are taken away that are on that side's border,
 * are no end point, leave the Euler characteristic of their neighbourhood as it is, and do not part it (26-connected
 * foreground). Candidates of one side are found together and then checked again one by one.
 *
 * Which of several equally good voxels remains depends on the order of visits. Ours is that of scikit-image for an array
 * indexed (i, j, k), so that with `vanish` the two give the same skeleton. Flipping or permuting axes may move the skeleton
 * by a voxel.
 *
 * @param mask    flat mask, x fastest; non-zero is foreground; background is assumed around it
 * @param sizeXyz its size
 * @param flat    axes along which the whole volume has one voxel; its faces there are no border
 * @param compact `keep`: every connected piece keeps at least one voxel. `vanish`: the second check also takes a voxel that
 *   has no neighbour left, as in scikit-image, and a piece such as a cube of 2 x 2 x 2 voxels leaves nothing behind.
 * @returns the skeleton, a new mask of 0 and 1
 * @throws RangeError when sizes disagree
 */
export function thin(
  mask: Uint8Array,
  sizeXyz: Vec3,
  flat: readonly [boolean, boolean, boolean] = [sizeXyz[0] === 1, sizeXyz[1] === 1, sizeXyz[2] === 1],
  compact: CompactPieces = 'keep',
): Uint8Array {
  const [nx, ny, nz] = sizeXyz;
  if (mask.length !== nx * ny * nz) {
    throw new RangeError(`mask holds ${mask.length} voxels; the grid has ${sizeXyz.join(' x ')}`);
  }
  // One background voxel around, so that no neighbour needs a check; z fastest, so that order in memory is order of visits.
  const row = nz + 2;
  const slab = row * (ny + 2);
  const image = new Uint8Array(slab * (nx + 2));
  for (let k = 0, v = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, v++) if (mask[v] !== 0) image[(i + 1) * slab + (j + 1) * row + k + 1] = 1;
    }
  }
  const steps = Int32Array.from(NEIGHBOURS, ([i, j, k]) => i * slab + j * row + k);
  const sides = SIDES.filter(({ axis }) => !flat[axis]).map(({ axis, towards }) => towards * [slab, row, 1][axis]);
  // Only voxels with background behind a face can go, and there are few of them beside the whole.
  const listed = new Uint8Array(image.length);
  let border: number[] = [];
  const list = (at: number): void => {
    listed[at] = 1;
    border.push(at);
  };
  for (let at = 0; at < image.length; at++) {
    if (image[at] !== 0 && sides.some((side) => image[at + side] === 0)) list(at);
  }
  for (let still = 0; still < sides.length;) {
    still = 0;
    for (const side of sides) {
      const candidates: number[] = [];
      for (const at of border) {
        if (image[at] !== 0 && image[at + side] === 0 && mayGo(neighbourhood(image, at, steps))) candidates.push(at);
      }
      let gone = 0;
      for (const at of Int32Array.from(candidates).sort()) {
        const left = pieces(neighbourhood(image, at, steps));
        if (left > 1 || (left === 0 && compact === 'keep')) continue;
        image[at] = 0;
        gone++;
        for (const near of sides) if (image[at + near] !== 0 && listed[at + near] === 0) list(at + near);
      }
      if (gone === 0) still++;
    }
    border = border.filter((at) => image[at] !== 0);
  }
  const skeleton = new Uint8Array(mask.length);
  for (let k = 0, v = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, v++) skeleton[v] = image[(i + 1) * slab + (j + 1) * row + k + 1];
    }
  }
  return skeleton;
}

// Taken out once: in inner loops a constant of the module is quicker than a global.
const { clz32 } = Math;

/** The 26 neighbours; number n is bit n of a neighbourhood. */
const NEIGHBOURS: readonly Vec3[] = [-1, 0, 1]
  .flatMap((k) => [-1, 0, 1].flatMap((j) => [-1, 0, 1].map((i): Vec3 => [i, j, k])))
  .filter(([i, j, k]) => i !== 0 || j !== 0 || k !== 0);

const bitOf = (i: number, j: number, k: number): number =>
  1 << NEIGHBOURS.findIndex(([x, y, z]) => x === i && y === j && z === k);

/** For each neighbour the others that touch it, the centre left out. */
const TOUCHING: Int32Array = Int32Array.from(NEIGHBOURS, (a) =>
  NEIGHBOURS.reduce((set, b) => {
    const far = Math.max(...a.map((x, axis) => Math.abs(x - b[axis])));
    return far === 1 ? set | bitOf(...b) : set;
  }, 0),
);

/** Sides in the order in which layers are taken away. */
const SIDES: readonly { readonly axis: 0 | 1 | 2; readonly towards: 1 | -1 }[] = [
  { axis: 1, towards: -1 },
  { axis: 1, towards: 1 },
  { axis: 2, towards: 1 },
  { axis: 2, towards: -1 },
  { axis: 0, towards: 1 },
  { axis: 0, towards: -1 },
];

/** Corners of a voxel, each with its three edges and three faces: which neighbours share them. */
const OCTANTS = [-1, 1].flatMap((k) =>
  [-1, 1].flatMap((j) =>
    [-1, 1].map((i) => {
      const faces = [bitOf(i, 0, 0), bitOf(0, j, 0), bitOf(0, 0, k)];
      const edges = [
        faces[0] | faces[1] | bitOf(i, j, 0),
        faces[0] | faces[2] | bitOf(i, 0, k),
        faces[1] | faces[2] | bitOf(0, j, k),
      ];
      return { faces, edges, corner: edges[0] | edges[1] | edges[2] | bitOf(i, j, k) };
    }),
  ),
);

function neighbourhood(image: Uint8Array, at: number, steps: Int32Array): number {
  let set = 0;
  for (let n = 0; n < 26; n++) if (image[at + steps[n]]) set |= 1 << n;
  return set;
}

function mayGo(set: number): boolean {
  const isEndPoint = set !== 0 && (set & (set - 1)) === 0;
  return !isEndPoint && eulerChange(set) === 0 && pieces(set) === 1;
}

/**
 * How the Euler characteristic falls when the centre goes: corners, less edges, plus faces, less one for the cube itself, of
 * those that no neighbour shares. Eight times that is summed, since an edge is seen from two corners, a face from four.
 */
function eulerChange(set: number): number {
  let change = 0;
  for (let o = 0; o < 8; o++) {
    const { faces, edges, corner } = OCTANTS[o];
    if ((set & corner) === 0) change += 8;
    for (let n = 0; n < 3; n++) {
      if ((set & edges[n]) === 0) change -= 4;
      if ((set & faces[n]) === 0) change += 2;
    }
    change -= 1;
  }
  return change;
}

/** Number of 26-connected pieces of a neighbourhood without its centre; 2 stands for two or more. */
function pieces(set: number): number {
  if (set === 0) return 0;
  let seen = set & -set;
  let front = seen;
  while (front !== 0) {
    let reached = 0;
    while (front !== 0) {
      reached |= TOUCHING[31 - clz32(front & -front)];
      front &= front - 1;
    }
    front = reached & set & ~seen;
    seen |= front;
  }
  return seen === set ? 1 : 2;
}
