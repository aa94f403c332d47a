import fc from 'fast-check';
import { connectedComponents, neighbourOffsets } from './connected-components.js';
import type { Connectivity } from './connected-components.js';
import type { Vec3 } from './geometry.js';

/** The slow twin: floods each piece from its first voxel. */
function flood(mask: Uint8Array, [nx, ny, nz]: Vec3, connectivity: Connectivity): number[] {
  const labels = Array.from(mask, () => 0);
  const mostAxes = { 6: 1, 18: 2, 26: 3 }[connectivity];
  const at = (v: number): Vec3 => [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
  const touch = (a: number, b: number): boolean => {
    const [p, q] = [at(a), at(b)];
    const steps = [0, 1, 2].map((axis) => Math.abs(p[axis] - q[axis]));
    return Math.max(...steps) === 1 && steps[0] + steps[1] + steps[2] <= mostAxes;
  };
  let count = 0;
  for (let first = 0; first < nx * ny * nz; first++) {
    if (!mask[first] || labels[first]) continue;
    labels[first] = ++count;
    for (let again = true; again;) {
      again = false;
      for (let v = 0; v < mask.length; v++) {
        if (!mask[v] || labels[v]) continue;
        if (!labels.some((label, w) => label === count && touch(v, w))) continue;
        labels[v] = count;
        again = true;
      }
    }
  }
  return labels;
}

describe('connected components', () => {
  it('counts neighbours', () => {
    expect(([6, 18, 26] as const).map((n) => neighbourOffsets(n).length)).toEqual([6, 18, 26]);
  });

  it('joins two voxels that share an edge or a corner only when asked to', () => {
    const edge = Uint8Array.of(1, 0, 0, 1); // (0,0) and (1,1) of a 2 x 2 slice
    const corner = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1);
    const count = (mask: Uint8Array, size: Vec3): number[] =>
      ([6, 18, 26] as const).map((n) => connectedComponents(mask, size, n).count);
    expect(count(edge, [2, 2, 1])).toEqual([2, 1, 1]);
    expect(count(corner, [2, 2, 2])).toEqual([2, 2, 1]);
  });

  it('gives one number to arms that meet late', () => {
    const { labels, count, voxels } = connectedComponents(
      Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0),
      [3, 4, 1],
      6,
    );
    expect([...labels]).toEqual([1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0]);
    expect([count, ...voxels]).toEqual([1, 0, 7]);
  });

  it('numbers pieces as a flood fill does', () => {
    const side = fc.integer({ min: 1, max: 5 });
    const property = fc.property(
      fc
        .tuple(side, side, side)
        .chain((size) =>
          fc.tuple(
            fc.constant(size),
            fc.uint8Array({ minLength: size[0] * size[1] * size[2], maxLength: size[0] * size[1] * size[2], max: 2 }),
          ),
        ),
      fc.constantFrom<Connectivity>(6, 18, 26),
      ([size, values], connectivity) => {
        const mask = values.map((v) => (v === 2 ? 1 : 0)); // a third: sparse enough for several pieces
        const { labels, count, voxels } = connectedComponents(mask, size, connectivity);
        const wanted = flood(mask, size, connectivity);
        expect([...labels]).toEqual(wanted);
        expect(count).toBe(Math.max(0, ...wanted));
        for (let n = 1; n <= count; n++) expect(voxels[n]).toBe(wanted.filter((label) => label === n).length);
      },
    );
    fc.assert(property, { numRuns: 200, seed: 11 });
  });

  it('refuses sizes that disagree', () => {
    expect(() => connectedComponents(new Uint8Array(5), [2, 2, 1], 26)).toThrow('5 voxels; the grid has 2 x 2 x 1');
  });
});
