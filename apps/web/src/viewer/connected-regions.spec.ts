import fc from 'fast-check';
import type { Vec3 } from '#imaging';
import { connectedRegions, largestRegionOf } from './connected-regions.js';

const line = (...values: number[]): [Uint8Array, Vec3] => [Uint8Array.from(values), [values.length, 1, 1]];

describe('connected regions', () => {
  it('finds runs on a line, largest first, and points into them', () => {
    expect(connectedRegions(...line(2, 0, 3, 3, 3, 0, 2, 2))).toEqual([
      { value: 3, voxels: 3, atIjk: [3, 0, 0] },
      { value: 2, voxels: 2, atIjk: [6, 0, 0] },
      { value: 2, voxels: 1, atIjk: [0, 0, 0] },
    ]);
  });
  it('separates touching regions of different value', () => {
    expect(connectedRegions(...line(2, 2, 3)).map(({ value, voxels }) => [value, voxels])).toEqual([
      [2, 2],
      [3, 1],
    ]);
  });
  it('connects by faces, not by edges or across the border of a row', () => {
    // 2 x 2 x 1: a diagonal is two regions
    expect(connectedRegions(Uint8Array.of(1, 0, 0, 1), [2, 2, 1])).toHaveLength(2);
    // 2 x 2 x 1: end of the first row and start of the second are no neighbours
    expect(connectedRegions(Uint8Array.of(0, 1, 1, 0), [2, 2, 1])).toHaveLength(2);
    // 1 x 1 x 2: slices touch
    expect(connectedRegions(Uint8Array.of(1, 1), [1, 1, 2])).toHaveLength(1);
  });
  it('looks at the slice that holds most of a region, and at a voxel inside a ring', () => {
    const ring = [1, 1, 1, 1, 0, 1, 1, 1, 1];
    const [region] = connectedRegions(Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 1, ...ring]), [3, 3, 2]);
    expect(region.voxels).toBe(9);
    const [i, j, k] = region.atIjk;
    expect(k).toBe(1);
    expect(ring[j * 3 + i]).toBe(1);
  });
  it('takes only wanted values', () => {
    expect(connectedRegions(...line(1, 2, 3), (value) => value > 1)).toHaveLength(2);
    expect(connectedRegions(...line(0, 0))).toEqual([]);
  });
  it('looks into the largest region of a value, wherever its box lies', () => {
    expect(largestRegionOf(1, ...line(1, 0, 1, 1, 2))?.[0]).toBeGreaterThan(1);
    expect(largestRegionOf(2, ...line(1, 0, 1, 1, 2))).toEqual([4, 0, 0]);
    expect(largestRegionOf(3, ...line(1, 0, 1, 1, 2))).toBeNull();
    const data = new Uint8Array(4 * 3 * 3).fill(1);
    data[(2 * 3 + 1) * 4 + 3] = 7;
    expect(largestRegionOf(7, data, [4, 3, 3])).toEqual([3, 1, 2]);
  });
  it('refuses an array that is not of the size', () => {
    expect(() => connectedRegions(Uint8Array.of(1, 2, 3), [2, 2, 1])).toThrow(
      'array holds 3 voxels; the grid has 2 x 2 x 1',
    );
  });
  it('agrees with a slow twin that merges neighbours until nothing changes', () => {
    const grids = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }))
      .chain((size) =>
        fc.tuple(
          fc.constant(size),
          fc.array(fc.integer({ min: 0, max: 2 }), {
            minLength: size[0] * size[1] * size[2],
            maxLength: size[0] * size[1] * size[2],
          }),
        ),
      );
    fc.assert(
      fc.property(grids, ([size, values]) => {
        const found = connectedRegions(Uint8Array.from(values), size)
          .map(({ value, voxels }) => `${value}:${voxels}`)
          .sort();
        expect(found).toEqual(slowRegions(values, size).sort());
      }),
    );
  });
});

function slowRegions(values: number[], [nx, ny, nz]: Vec3): string[] {
  const group = values.map((_, v) => v);
  const at = (v: number): Vec3 => [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
  for (let changed = true; changed;) {
    changed = false;
    for (let a = 0; a < nx * ny * nz; a++) {
      for (let b = 0; b < nx * ny * nz; b++) {
        const apart = at(a).reduce((sum, x, w) => sum + Math.abs(x - at(b)[w]), 0);
        if (apart !== 1 || values[a] !== values[b] || group[a] === group[b]) continue;
        group[a] = group[b] = Math.min(group[a], group[b]);
        changed = true;
      }
    }
  }
  const sizes = new Map<number, number>();
  group.forEach((g, v) => values[v] > 0 && sizes.set(g, (sizes.get(g) ?? 0) + 1));
  return [...sizes].map(([g, n]) => `${values[g]}:${n}`);
}
