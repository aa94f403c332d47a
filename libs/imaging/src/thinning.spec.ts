import fc from 'fast-check';
import { connectedComponents } from './connected-components.js';
import type { Vec3 } from './geometry.js';
import { thin } from './thinning.js';

function fill([nx, ny, nz]: Vec3, inside: (i: number, j: number, k: number) => boolean): Uint8Array {
  const mask = new Uint8Array(nx * ny * nz);
  for (let v = 0; v < mask.length; v++) {
    if (inside(v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny)))) mask[v] = 1;
  }
  return mask;
}

/** Corners, less edges, plus faces, less cubes of a mask taken as a heap of closed cubes: pieces - tunnels + cavities. */
function eulerCharacteristic(mask: Uint8Array, [nx, ny]: Vec3): number {
  const cells = new Set<string>();
  for (let v = 0; v < mask.length; v++) {
    if (!mask[v]) continue;
    const [i, j, k] = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
    for (const a of [0, 1, 2]) {
      for (const b of [0, 1, 2]) for (const c of [0, 1, 2]) cells.add(`${2 * i + a},${2 * j + b},${2 * k + c}`);
    }
  }
  let sum = 0;
  for (const cell of cells) {
    const dimension = cell.split(',').filter((x) => Number(x) % 2 === 1).length;
    sum += dimension % 2 === 0 ? 1 : -1;
  }
  return sum;
}

const voxelsOf = (mask: Uint8Array): number => mask.reduce((a, b) => a + b, 0);

describe('thinning', () => {
  it('leaves a line as it is, straight or diagonal', () => {
    const straight = fill([7, 3, 3], (_, j, k) => j === 1 && k === 1);
    const diagonal = fill([5, 5, 5], (i, j, k) => i === j && j === k);
    expect(thin(straight, [7, 3, 3])).toEqual(straight);
    expect(thin(diagonal, [5, 5, 5])).toEqual(diagonal);
  });

  it('makes a line of a bar, in its middle', () => {
    const skeleton = thin(
      fill([15, 5, 5], () => true),
      [15, 5, 5],
    );
    const off = [...skeleton.keys()].filter((v) => skeleton[v] && v !== (2 * 5 + 2) * 15 + (v % 15));
    expect(off).toEqual([]);
    expect(voxelsOf(skeleton)).toBeGreaterThanOrEqual(9);
  });

  it('keeps a hole open, in a volume and in a slice', () => {
    const ring = (i: number, j: number): boolean => Math.hypot(i - 5, j - 5) < 5 && Math.hypot(i - 5, j - 5) > 1.5;
    for (const size of [
      [11, 11, 3],
      [11, 11, 1],
    ] as Vec3[]) {
      const mask = fill(size, ring);
      const skeleton = thin(mask, size);
      expect(voxelsOf(skeleton)).toBeLessThan(voxelsOf(mask) / 2);
      expect(eulerCharacteristic(skeleton, size)).toBe(0); // one piece less one tunnel
    }
  });

  it('makes almost a point of a disk in a slice, whichever way the slice lies', () => {
    const disk = (a: number, b: number): boolean => Math.hypot(a - 4, b - 4) < 4;
    const slices: [Vec3, Uint8Array][] = [
      [[9, 9, 1], fill([9, 9, 1], (i, j) => disk(i, j))],
      [[9, 1, 9], fill([9, 1, 9], (i, _, k) => disk(i, k))],
      [[1, 9, 9], fill([1, 9, 9], (_, j, k) => disk(j, k))],
    ];
    for (const [size, mask] of slices) {
      const skeleton = thin(mask, size);
      expect(voxelsOf(skeleton)).toBeLessThanOrEqual(2); // two of a kind are both end points
      expect(skeleton[4 * 9 + 4]).toBe(1);
    }
  });

  it('keeps a voxel of a cube of two, or lets it vanish as scikit-image does', () => {
    const cube = new Uint8Array(8).fill(1);
    const volume = [false, false, false] as const;
    expect(voxelsOf(thin(cube, [2, 2, 2], volume, 'keep'))).toBe(1);
    expect(voxelsOf(thin(cube, [2, 2, 2], volume, 'vanish'))).toBe(0);
    expect(voxelsOf(thin(Uint8Array.of(1), [1, 1, 1], volume, 'vanish'))).toBe(1);
  });

  it('stays inside the mask, keeps its pieces, and thins no further the second time', () => {
    const side = fc.integer({ min: 1, max: 6 });
    const property = fc.property(
      fc
        .tuple(side, side, side)
        .chain((size) =>
          fc.tuple(
            fc.constant(size),
            fc.uint8Array({ minLength: size[0] * size[1] * size[2], maxLength: size[0] * size[1] * size[2], max: 9 }),
            fc.integer({ min: 1, max: 9 }),
          ),
        ),
      ([size, values, level]) => {
        const mask = values.map((v) => (v < level ? 1 : 0));
        const skeleton = thin(mask, size);
        expect(skeleton.every((v, at) => v <= mask[at])).toBe(true);
        expect(connectedComponents(skeleton, size, 26).count).toBe(connectedComponents(mask, size, 26).count);
        expect(thin(skeleton, size)).toEqual(skeleton);
      },
    );
    fc.assert(property, { numRuns: 300, seed: 13 });
  });

  it('refuses sizes that disagree', () => {
    expect(() => thin(new Uint8Array(5), [2, 2, 1])).toThrow('5 voxels; the grid has 2 x 2 x 1');
  });
});
