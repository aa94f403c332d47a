import fc from 'fast-check';
import { affineRas, geometryFromRasAffine, indexIjk, invert3, pointLps } from './affine.js';
import { diagonalMm, voxelCount, voxelVolumeMm3 } from './geometry.js';
import type { Geometry, Mat3, Vec3 } from './geometry.js';
import { bringLabels, bringToGrid, describeGrid, geometryHash, gridHash, resampleNearest, sameGrid } from './grid.js';
import { ImageFormatError } from './image-format-error.js';
import { ALL_AXIS_CODES, axisMapTo, mapGeometry, orientTo } from './orientation.js';
import type { LabelMap } from './volume.js';

const GRID: Geometry = {
  sizeXyz: [4, 3, 2],
  spacingMm: [0.7, 0.7, 5],
  originLps: [-100.25, 40, 1200.5],
  direction: [0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1],
};
const shifted = (by: Vec3): Geometry => ({ ...GRID, originLps: pointLps(GRID, by) });

describe('geometry', () => {
  it('counts voxels, their volume and the diagonal', () => {
    expect(voxelCount(GRID)).toBe(24);
    expect(voxelVolumeMm3(GRID)).toBeCloseTo(2.45, 12);
    expect(diagonalMm({ ...GRID, sizeXyz: [3, 4, 1], spacingMm: [1, 1, 1e-9] })).toBeCloseTo(5, 12);
  });

  it('goes from index to point and back, and through the RAS affine and back', () => {
    const index: Vec3 = [1.5, -2, 7];
    indexIjk(GRID, pointLps(GRID, index)).forEach((x, a) => expect(x).toBeCloseTo(index[a], 9));
    const back = geometryFromRasAffine(affineRas(GRID), GRID.sizeXyz);
    expect(sameGrid(back, GRID)).toBe(true);
    expect(back.originLps).toEqual(GRID.originLps);
  });

  it('inverts matrices and refuses singular ones', () => {
    const entry = fc.integer({ min: -30, max: 30 }).map((x) => x / 10);
    const property = fc.property(fc.array(entry, { minLength: 9, maxLength: 9 }), (entries) => {
      const m = entries as unknown as Mat3;
      const det =
        m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
      fc.pre(Math.abs(det) > 0.01);
      const n = invert3(m);
      for (let r = 0; r < 3; r++) {
        for (let c = 0; c < 3; c++) {
          const product = m[3 * r] * n[c] + m[3 * r + 1] * n[3 + c] + m[3 * r + 2] * n[6 + c];
          expect(product).toBeCloseTo(r === c ? 1 : 0, 8);
        }
      }
    });
    fc.assert(property, { seed: 2 });
    expect(() => invert3([1, 2, 3, 2, 4, 6, 0, 0, 1])).toThrow('determinant 0');
  });
});

describe('comparing grids', () => {
  it('says how far a grid of the same size lies away, and how far it is turned', () => {
    const labels: LabelMap = { geometry: GRID, data: new Uint8Array(24) };
    const moved: Geometry = { ...GRID, originLps: [GRID.originLps[0] + 3.3, GRID.originLps[1], GRID.originLps[2]] };
    expect(() => bringToGrid(labels, moved)).toThrow('up to 3.3 mm away from where it should be; expected 4 x 3 x 2');
    const [c, s] = [Math.cos(Math.PI / 18), Math.sin(Math.PI / 18)];
    const turned: Geometry = { ...GRID, direction: [c, -s, 0, s, c, 0, 0, 0, 1] };
    expect(() => bringToGrid(labels, turned)).toThrow(/mm away, turned by 26\.9 degrees from where it should be/);
    expect(() => bringToGrid(labels, turned)).not.toThrow('1200');
  });

  it('tolerates a thousandth of a voxel along each axis and no more', () => {
    for (const axis of [0, 1, 2]) {
      const by = (x: number): Vec3 => [axis === 0 ? x : 0, axis === 1 ? x : 0, axis === 2 ? x : 0];
      expect(sameGrid(GRID, shifted(by(0.0009)))).toBe(true);
      expect(sameGrid(GRID, shifted(by(0.0011)))).toBe(false);
    }
  });

  it('sees a wrong size, spacing, or direction, on an axis of one voxel as well', () => {
    expect(sameGrid(GRID, { ...GRID, sizeXyz: [4, 3, 3] })).toBe(false);
    expect(sameGrid(GRID, { ...GRID, spacingMm: [0.7, 0.7, 5.01] })).toBe(false);
    const plane: Geometry = { ...GRID, sizeXyz: [4, 3, 1] };
    expect(sameGrid(plane, { ...plane, direction: [0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, -1] })).toBe(false);
  });

  it('writes one text for one grid, rounded to 1e-4 mm, without negative zeros', () => {
    expect(geometryHash(GRID)).toBe(
      'grid-1;4x3x2;-100.2500,40.0000,1200.5000;2.2400,1.6800,0.0000;-1.2600,1.6800,0.0000;0.0000,0.0000,10.0000',
    );
    expect(geometryHash({ ...GRID, originLps: [-100.25, 40.00001, 1200.5] })).toBe(geometryHash(GRID));
    expect(geometryHash({ ...GRID, originLps: [-100.25, 40.0002, 1200.5] })).not.toBe(geometryHash(GRID));
    const negative: Geometry = { ...GRID, direction: [0.8, -0.6, -0, 0.6, 0.8, -1e-9, -0, 0, 1] };
    expect(geometryHash(negative)).toBe(geometryHash(GRID));
  });

  it('gives one short hash to a grid and its every storage order, and another to another', () => {
    const hash = gridHash(GRID);
    expect(hash).toMatch(/^[0-9a-f]{8}$/);
    for (const order of ALL_AXIS_CODES) expect(gridHash(mapGeometry(GRID, axisMapTo(GRID, order)))).toBe(hash);
    expect(gridHash({ ...GRID, originLps: [-100.25, 40.0002, 1200.5] })).not.toBe(hash);
    expect(gridHash({ ...GRID, sizeXyz: [4, 3, 3] })).not.toBe(hash);
  });
});

describe('bringing a label map to a grid', () => {
  const labels: LabelMap = { geometry: GRID, data: Uint8Array.from({ length: 24 }, (_, v) => v) };

  it('finds the permutation and flips between any two storage orders', () => {
    for (const axes of ALL_AXIS_CODES) {
      const stored = orientTo(labels, axes);
      const back = bringToGrid(stored, GRID);
      expect(back.geometry).toBe(GRID);
      expect(back.data).toEqual(labels.data);
    }
  });

  it('refuses another grid and says which', () => {
    for (const other of [shifted([0.5, 0, 0]), { ...GRID, sizeXyz: [4, 3, 1] as Vec3 }]) {
      const attempt = (): LabelMap => bringToGrid(labels, other);
      expect(attempt).toThrow(ImageFormatError);
      expect(attempt).toThrow(/^grid is 4 x 3 x 2 voxels of 0.7 x 0.7 x 5 mm, LPS.*; expected 4 x 3/);
    }
    expect(describeGrid(GRID)).not.toContain('1200'); // no position: it may be shown
  });
});

describe('taking labels from the nearest voxel', () => {
  const labels: LabelMap = { geometry: GRID, data: Uint8Array.from({ length: 24 }, (_, v) => v + 1) };
  const grid = (sizeXyz: Vec3, spacingMm: Vec3, originLps: Vec3, direction = GRID.direction): Geometry => ({
    sizeXyz,
    spacingMm,
    originLps,
    direction,
  });

  /** The slow twin: of all voxels the nearest along each axis of their own grid, none further than half a voxel. */
  function twin({ geometry, data }: LabelMap, target: Geometry): number[] {
    const [nx, ny, nz] = target.sizeXyz;
    return Array.from({ length: nx * ny * nz }, (_, v) => {
      const index: Vec3 = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / nx / ny)];
      const seen = indexIjk(geometry, pointLps(target, index));
      const hits = [...data].flatMap((label, u) => {
        const [sx, sy] = geometry.sizeXyz;
        const own = [u % sx, Math.floor(u / sx) % sy, Math.floor(u / sx / sy)];
        return own.every((o, a) => seen[a] - o >= -0.5 - 1e-6 && seen[a] - o < 0.5 - 1e-6) ? [label] : [];
      });
      expect(hits.length).toBeLessThanOrEqual(1);
      return hits[0] ?? 0;
    });
  }

  it('can be checked with a pencil: twice the spacing, half a voxel aside, one voxel beyond the edge', () => {
    const line = grid([4, 1, 1], [1, 1, 1], [0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const map: LabelMap = { geometry: line, data: Uint8Array.of(5, 6, 7, 8) };
    expect([...resampleNearest(map, { ...line, sizeXyz: [2, 1, 1], spacingMm: [2, 1, 1] }).data]).toEqual([5, 7]);
    expect([...resampleNearest(map, { ...line, originLps: [-0.5, 0, 0] }).data]).toEqual([5, 6, 7, 8]); // half up
    expect([...resampleNearest(map, { ...line, originLps: [0.5, 0, 0] }).data]).toEqual([6, 7, 8, 0]);
    expect([...resampleNearest(map, { ...line, sizeXyz: [8, 1, 1], spacingMm: [0.5, 1, 1] }).data]).toEqual([
      5, 6, 6, 7, 7, 8, 8, 0,
    ]);
  });

  it('is the map itself on its own grid, and the turned map on a turned one', () => {
    expect(resampleNearest(labels, GRID).data).toEqual(labels.data);
    for (const axes of ALL_AXIS_CODES) {
      const turned = orientTo(labels, axes);
      expect(resampleNearest(turned, GRID).data).toEqual(labels.data);
      expect(resampleNearest(labels, turned.geometry).data).toEqual(turned.data);
    }
  });

  const angle = fc.integer({ min: -31, max: 31 }).map((n) => n / 10);
  const rotation = fc.tuple(angle, angle).map(([a, b]): Mat3 => {
    const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
    return [ca, -sa * cb, sa * sb, sa, ca * cb, -ca * sb, 0, sb, cb]; // about z, then about x
  });
  const three = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<[T, T, T]> => fc.tuple(one, one, one);
  const geometry = fc.record({
    sizeXyz: three(fc.integer({ min: 1, max: 4 })),
    spacingMm: three(fc.integer({ min: 3, max: 30 }).map((n) => n / 10)),
    originLps: three(fc.integer({ min: -20, max: 20 }).map((n) => n / 10)),
    direction: rotation,
  });

  it('finds what a search through all voxels finds, on any two grids, and background outside', () => {
    let apart = 0;
    const property = fc.property(geometry, geometry, (source, target) => {
      const size = voxelCount(source);
      const map: LabelMap = { geometry: source, data: Uint16Array.from({ length: size }, (_, v) => 300 + v) };
      const expected = twin(map, target);
      if (expected.every((label) => label === 0)) {
        apart++;
        expect(() => resampleNearest(map, target)).toThrow('shares no space');
      } else expect([...resampleNearest(map, target).data]).toEqual(expected);
    });
    fc.assert(property, { seed: 6, numRuns: 300 });
    expect(apart).toBeGreaterThan(0);
    expect(apart).toBeLessThan(250);
  });

  it('is done only where the rule allows it, and only where nothing else helps', () => {
    const half = shifted([0.4, 0, 0]);
    expect(() => bringLabels(labels, half, 'reference')).toThrow('grid is 4 x 3 x 2');
    expect(bringLabels(labels, half, 'nearest')).toEqual({
      labelMap: { geometry: half, data: labels.data },
      resampled: true,
    });
    for (const rule of ['reference', 'nearest'] as const) {
      const turned = orientTo(labels, 'SPR');
      expect(bringLabels(turned, GRID, rule)).toEqual({ labelMap: labels, resampled: false });
      expect(bringLabels(labels, GRID, rule).labelMap.data).toBe(labels.data);
    }
  });

  it('refuses two grids that show different places', () => {
    const elsewhere = { ...GRID, originLps: [500, 0, 0] as Vec3 };
    expect(() => bringLabels(labels, elsewhere, 'nearest')).toThrow(ImageFormatError);
    expect(() => bringLabels(labels, elsewhere, 'nearest')).toThrow('shares no space with the expected');
  });
});
