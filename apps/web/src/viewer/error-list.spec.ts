import fc from 'fast-check';
import type { Geometry, Vec3 } from '#imaging';
import { listErrors, MOST_REGIONS } from './error-list.js';

const grid = (sizeXyz: Vec3, spacingMm: Vec3 = [1, 1, 1]): Geometry => ({
  sizeXyz,
  spacingMm,
  originLps: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
});
const line = (text: string): Uint8Array => Uint8Array.from(text.replace(/ /g, ''), Number);
const onLine = (reference: string, prediction: string, mm = 2) =>
  listErrors(grid([line(reference).length, 1, 1], [mm, 3, 5]), line(reference), line(prediction));

describe('the list of errors', () => {
  it('gives an invented island its distance to the nearest reference, and says that it matches nothing', () => {
    const { regions, pieces } = onLine('1100000000', '1100011000');
    expect(regions).toEqual([
      {
        kind: 'falsePositive',
        reference: 0,
        prediction: 1,
        voxels: 2,
        atIjk: [5, 0, 0],
        nearestMm: 8, // voxel 5 to voxel 1
        farthestMm: 10,
        matched: false,
      },
    ]);
    expect(pieces).toEqual([{ segment: 1, referencePieces: 1, found: 1, invented: 1 }]);
  });
  it('tells a piece that was missed as a whole from the missed edge of one that was found', () => {
    const { regions, pieces } = onLine('0111100220', '0011100000');
    expect(regions.map(({ kind, reference, voxels, matched }) => [kind, reference, voxels, matched])).toEqual([
      ['falseNegative', 2, 2, false],
      ['falseNegative', 1, 1, true],
    ]);
    expect(pieces).toEqual([
      { segment: 1, referencePieces: 1, found: 1, invented: 0 },
      { segment: 2, referencePieces: 1, found: 0, invented: 0 },
    ]);
  });
  it('measures how deep a missed part reaches below the surface', () => {
    const [region] = onLine('0111110', '0000000').regions;
    expect([region.nearestMm, region.farthestMm]).toEqual([2, 6]); // edge voxels one step away, the middle three
  });
  it('names a wrong structure, and measures to the reference of the one that was predicted', () => {
    const [region] = onLine('1111022', '1112022').regions;
    expect(region).toMatchObject({ kind: 'wrongLabel', reference: 1, prediction: 2, nearestMm: 4, matched: true });
  });
  it('has no distance where the reference holds none of the structure', () => {
    const [region] = onLine('000', '010').regions;
    expect(region).toMatchObject({ kind: 'falsePositive', nearestMm: null, farthestMm: null, matched: false });
  });
  it('has no depth where a structure fills the image', () => {
    expect(onLine('11', '00').regions[0]).toMatchObject({ kind: 'falseNegative', nearestMm: null });
  });
  it('separates touching errors of different structures, which an error map does not', () => {
    expect(onLine('1122', '0000').regions.map(({ reference, voxels }) => [reference, voxels])).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });
  it('points at the voxel nearest to the middle in mm, not in voxels', () => {
    // An L of voxels: three along x at y = 0, and one more at y = 1; slices of y lie 9 mm apart, so y = 0 is nearer.
    const reference = new Uint8Array(6);
    const { regions } = listErrors(grid([3, 2, 1], [1, 9, 1]), reference, Uint8Array.of(1, 1, 1, 0, 1, 0));
    expect(regions[0].atIjk).toEqual([1, 0, 0]);
  });
  it('finds the worst slice of each plane, its area, and a wrong voxel in it', () => {
    const reference = new Uint8Array(12);
    const prediction = new Uint8Array(12);
    for (const v of [6, 7, 8, 0]) prediction[v] = 1; // 3 x 2 x 2: three in row (j 0, k 1), one in (j 0, k 0)
    const { worst } = listErrors(grid([3, 2, 2], [2, 3, 5]), reference, prediction);
    expect(worst.axial).toEqual({ voxels: 3, areaMm2: 18, atIjk: [1, 0, 1] });
    expect(worst.coronal).toMatchObject({ voxels: 4, areaMm2: 40 });
    expect(worst.sagittal).toMatchObject({ voxels: 2, areaMm2: 30, atIjk: [0, 0, 0] });
  });
  it('is empty where nothing is wrong', () => {
    expect(onLine('0110', '0110')).toEqual({
      regions: [],
      regionCount: 0,
      pieces: [{ segment: 1, referencePieces: 1, found: 1, invented: 0 }],
      worst: { axial: null, coronal: null, sagittal: null },
    });
  });
  it('keeps the largest of very many, and counts all', () => {
    const n = 40 * MOST_REGIONS;
    const prediction = Uint8Array.from({ length: n }, (_, v) => (v % 2 || (v > n - 8 && v < n - 2) ? 1 : 0));
    const { regions, regionCount } = listErrors(grid([n, 1, 1]), new Uint8Array(n), prediction);
    expect(regions).toHaveLength(MOST_REGIONS);
    expect(regions[0].voxels).toBe(5);
    expect(regionCount).toBeGreaterThan(19 * MOST_REGIONS);
  });
  it('refuses maps that are not of the grid', () => {
    expect(() => listErrors(grid([2, 2, 1]), new Uint8Array(4), new Uint8Array(3))).toThrow(
      'label maps hold 4 and 3 voxels; the grid has 2 x 2 x 1',
    );
  });
  it('agrees with distances by trying all pairs of voxels, and accounts for every wrong voxel', () => {
    const size: Vec3 = [4, 3, 2];
    const map = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 24, maxLength: 24 });
    const at = (v: number): Vec3 => [(v % 4) * 2, (Math.floor(v / 4) % 3) * 3, Math.floor(v / 12) * 5];
    const apart = (a: number, b: number): number => Math.hypot(...at(a).map((mm, w) => mm - at(b)[w]));
    fc.assert(
      fc.property(map, map, (r, p) => {
        const { regions } = listErrors(grid(size, [2, 3, 5]), Uint8Array.from(r), Uint8Array.from(p));
        expect(regions.reduce((sum, { voxels }) => sum + voxels, 0)).toBe(r.filter((x, v) => x !== p[v]).length);
        for (const region of regions.filter(({ voxels }) => voxels === 1)) {
          const v = region.atIjk[0] + 4 * (region.atIjk[1] + 3 * region.atIjk[2]);
          const missed = region.kind === 'falseNegative';
          const targets = [...r.keys()].filter((n) =>
            missed ? r[n] !== region.reference : r[n] === region.prediction,
          );
          const nearest = targets.length === 0 ? null : Math.min(...targets.map((n) => apart(v, n)));
          if (nearest === null) expect(region.nearestMm).toBeNull();
          else expect(region.nearestMm).toBeCloseTo(nearest, 9);
        }
      }),
      { numRuns: 60 },
    );
  });
});
