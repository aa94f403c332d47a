import fc from 'fast-check';
import type { Vec3 } from '#imaging';
import type { MetricValue } from './metric-value.js';
import { cornerWeights } from './surface-elements.js';
import {
  averageSurfaceDistance,
  hausdorff,
  hausdorff95,
  meanSurfaceDistance,
  surfaceDice,
  surfaceDistances,
} from './surface-distances.js';
import type { SurfaceDistances } from './surface-distances.js';

const numberOf = (value: MetricValue): number => (value.kind === 'value' ? value.value : Infinity);

/** A box of foreground in an empty volume. */
function box([nx, ny, nz]: Vec3, [x0, y0, z0]: Vec3, [x1, y1, z1]: Vec3): Uint8Array {
  const mask = new Uint8Array(nx * ny * nz);
  for (let z = z0; z <= z1; z++) {
    for (let y = y0; y <= y1; y++) for (let x = x0; x <= x1; x++) mask[(z * ny + y) * nx + x] = 1;
  }
  return mask;
}

interface Element {
  readonly at: Vec3;
  readonly area: number;
}

/** The slow twin: looks at the eight voxels around each corner one by one. */
function elementsOf(mask: Uint8Array, [nx, ny, nz]: Vec3, spacing: Vec3): Element[] {
  const inside = (x: number, y: number, z: number): number =>
    x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz ? 0 : mask[(z * ny + y) * nx + x];
  const weights = cornerWeights(spacing, [false, false, false]);
  const elements: Element[] = [];
  for (let z = 0; z <= nz; z++) {
    for (let y = 0; y <= ny; y++) {
      for (let x = 0; x <= nx; x++) {
        let code = 0;
        for (let bit = 0; bit < 8; bit++) {
          code |= inside(x - 1 + (bit >> 2), y - 1 + (bit & 1), z - 1 + ((bit >> 1) & 1)) << bit;
        }
        if (code > 0 && code < 255)
          elements.push({ at: [x * spacing[0], y * spacing[1], z * spacing[2]], area: weights[code] });
      }
    }
  }
  return elements;
}

/** Distance and area of every element of one surface, by comparing it with every element of the other. */
function directed(from: readonly Element[], to: readonly Element[]): { mm: number; area: number }[] {
  return from
    .map(({ at, area }) => ({
      area,
      mm: Math.sqrt(
        Math.min(...to.map((o) => (at[0] - o.at[0]) ** 2 + (at[1] - o.at[1]) ** 2 + (at[2] - o.at[2]) ** 2)),
      ),
    }))
    .sort((a, b) => a.mm - b.mm || a.area - b.area);
}

const areaOf = (list: readonly { area: number }[]): number => list.reduce((sum, { area }) => sum + area, 0);

const readings = (pair: SurfaceDistances): number[] =>
  [
    hausdorff(pair),
    hausdorff95(pair),
    averageSurfaceDistance(pair),
    meanSurfaceDistance(pair),
    surfaceDice(pair, 0.9),
    surfaceDice(pair, 2),
  ].map(numberOf);

describe('surface distances', () => {
  it('measures two voxels 3 apart on a line of spacing 2 mm: every corner is 6 mm from its twin', () => {
    const size: Vec3 = [5, 1, 1];
    const flat = [false, false, false] as const;
    const pair = surfaceDistances(
      box(size, [0, 0, 0], [0, 0, 0]),
      box(size, [3, 0, 0], [3, 0, 0]),
      size,
      [2, 1, 1],
      flat,
    );
    // Corners at 0 and 2 mm against 6 and 8 mm: nearest ones are 6 and 4 mm away, half of the area each.
    expect(hausdorff(pair)).toEqual({ kind: 'value', value: 6 });
    expect(averageSurfaceDistance(pair)).toEqual({ kind: 'value', value: 5 });
    expect(surfaceDice(pair, 4)).toEqual({ kind: 'value', value: 0.5 });
    expect(surfaceDice(pair, 3.9)).toEqual({ kind: 'value', value: 0 });
  });

  it('takes the smallest distance that holds 95 % of the surface, not an interpolated one', () => {
    const size: Vec3 = [40, 6, 6];
    const reference = box(size, [2, 2, 2], [22, 3, 3]);
    const longer = box(size, [2, 2, 2], [23, 3, 3]);
    expect(hausdorff95(surfaceDistances(reference, longer, size, [1, 1, 1]))).toEqual({ kind: 'value', value: 0 });
    const muchLonger = box(size, [2, 2, 2], [26, 3, 3]);
    const tail = numberOf(hausdorff95(surfaceDistances(reference, muchLonger, size, [1, 1, 1])));
    expect([1, 2, 3, 4]).toContain(tail);
  });

  it('counts a distance that equals the tolerance but for its last bit', () => {
    const size: Vec3 = [4, 4, 4];
    const pair = surfaceDistances(box(size, [0, 0, 0], [1, 3, 3]), box(size, [0, 0, 0], [2, 3, 3]), size, [
      0.1 + 0.2,
      1,
      1,
    ]);
    expect(numberOf(surfaceDice(pair, 0.3))).toBe(1);
  });

  it('reads a single slice in its plane', () => {
    const size: Vec3 = [6, 6, 1];
    const pair = surfaceDistances(box(size, [1, 1, 0], [2, 2, 0]), box(size, [1, 1, 0], [3, 2, 0]), size, [1, 1, 50]);
    expect(hausdorff(pair)).toEqual({ kind: 'value', value: 1 });
    expect(pair.fromReference.totalArea).toBeCloseTo(4 + 4 * Math.SQRT1_2, 12); // four sides, four cut corners
  });

  it('finds no distance in a volume of one voxel', () => {
    const one = Uint8Array.of(1);
    expect(readings(surfaceDistances(one, one, [1, 1, 1], [1, 1, 1]))).toEqual([0, 0, 0, 0, 1, 1]);
  });

  it('has the values of the rule for empty masks', () => {
    const size: Vec3 = [2, 2, 2];
    const some = box(size, [0, 0, 0], [0, 0, 0]);
    const none = new Uint8Array(8);
    const bothEmpty = surfaceDistances(none, none, size, [1, 1, 1]);
    expect(bothEmpty.status).toBe('both_empty');
    expect(readings(bothEmpty)).toEqual([0, 0, 0, 0, 1, 1]);
    for (const [a, b, status] of [
      [some, none, 'empty_prediction'],
      [none, some, 'empty_reference'],
    ] as const) {
      const pair = surfaceDistances(a, b, size, [1, 1, 1]);
      expect(pair.status).toBe(status);
      expect(hausdorff95(pair)).toEqual({ kind: 'unbounded' });
      expect(readings(pair)).toEqual([Infinity, Infinity, Infinity, Infinity, 0, 0]);
    }
  });

  it('refuses masks of different length and tolerances that are none', () => {
    expect(() => surfaceDistances(new Uint8Array(8), new Uint8Array(4), [2, 2, 2], [1, 1, 1])).toThrow(
      'reference 8, prediction 4',
    );
    const pair = surfaceDistances(new Uint8Array(8), new Uint8Array(8), [2, 2, 2], [1, 1, 1]);
    for (const tolerance of [0, -1, NaN, Infinity]) expect(() => surfaceDice(pair, tolerance)).toThrow('tolerance is');
  });
});

describe('properties of surface distances', () => {
  const side = fc.integer({ min: 2, max: 6 });
  const mm = fc.constantFrom(0.4, 0.7, 1, 1.5, 3);
  const twoMasks = fc.tuple(side, side, side).chain((size) => {
    const n = size[0] * size[1] * size[2];
    const mask = fc.uint8Array({ minLength: n, maxLength: n, max: 1 }).filter((m) => m.includes(1));
    return fc.tuple(fc.constant(size as Vec3), mask, mask);
  });

  it('equal a comparison of every element with every other', () => {
    const property = fc.property(twoMasks, fc.tuple(mm, mm, mm), ([size, a, b], spacing) => {
      const [ofA, ofB] = [elementsOf(a, size, spacing), elementsOf(b, size, spacing)];
      const [fromA, fromB] = [directed(ofA, ofB), directed(ofB, ofA)];
      const pair = surfaceDistances(a, b, size, spacing);
      expect(pair.fromReference.elements).toBe(ofA.length);
      expect(pair.fromReference.totalArea).toBeCloseTo(areaOf(ofA), 9);
      const moment = (list: typeof fromA): number => list.reduce((sum, e) => sum + e.mm * e.area, 0);
      const total = areaOf(ofA) + areaOf(ofB);
      const within = (list: typeof fromA, tau: number): number => areaOf(list.filter((e) => e.mm <= tau + 1e-6));
      expect(numberOf(hausdorff(pair))).toBeCloseTo(Math.max(...[...fromA, ...fromB].map((e) => e.mm)), 9);
      expect(numberOf(averageSurfaceDistance(pair))).toBeCloseTo((moment(fromA) + moment(fromB)) / total, 9);
      expect(numberOf(meanSurfaceDistance(pair))).toBeCloseTo(
        (moment(fromA) / areaOf(ofA) + moment(fromB) / areaOf(ofB)) / 2,
        9,
      );
      for (const tau of [0.5, 1, 2]) {
        expect(numberOf(surfaceDice(pair, tau))).toBeCloseTo((within(fromA, tau) + within(fromB, tau)) / total, 9);
      }
      // The share at the percentile may sit on a rounding boundary; both neighbours of it are then right.
      const candidates = [-1e-12, 1e-12].map((slack) =>
        Math.max(
          ...[fromA, fromB].map((list) => {
            let sum = 0;
            const share = areaOf(list) * (0.95 + slack);
            return (list.find((e) => (sum += e.area) >= share) ?? list[list.length - 1]).mm;
          }),
        ),
      );
      expect(Math.min(...candidates.map((c) => Math.abs(c - numberOf(hausdorff95(pair)))))).toBeLessThan(1e-9);
    });
    fc.assert(property, { numRuns: 150, seed: 21 });
  });

  it('swap with the masks', () => {
    const property = fc.property(twoMasks, ([size, a, b]) => {
      const there = readings(surfaceDistances(a, b, size, [0.7, 1, 2.5]));
      readings(surfaceDistances(b, a, size, [0.7, 1, 2.5])).forEach((x, n) => expect(x).toBeCloseTo(there[n], 12));
    });
    fc.assert(property, { numRuns: 50, seed: 22 });
  });

  it('scale with spacing, and turn with the axes', () => {
    const property = fc.property(twoMasks, ([size, a, b]) => {
      const plain = surfaceDistances(a, b, size, [0.5, 1, 2.5]);
      const triple = surfaceDistances(a, b, size, [1.5, 3, 7.5]);
      expect(numberOf(hausdorff(triple))).toBeCloseTo(3 * numberOf(hausdorff(plain)), 9);
      expect(numberOf(averageSurfaceDistance(triple))).toBeCloseTo(3 * numberOf(averageSurfaceDistance(plain)), 9);
      expect(numberOf(surfaceDice(triple, 3))).toBeCloseTo(numberOf(surfaceDice(plain, 1)), 9);
      const [nx, ny, nz] = size;
      const turn = (mask: Uint8Array): Uint8Array =>
        Uint8Array.from({ length: mask.length }, (_, v) => {
          const [z, x, y] = [v % nz, Math.floor(v / nz) % nx, Math.floor(v / (nz * nx))]; // stored z, x, y from now on
          return mask[(z * ny + (ny - 1 - y)) * nx + x];
        });
      const turned = surfaceDistances(turn(a), turn(b), [nz, nx, ny], [2.5, 0.5, 1]);
      readings(turned).forEach((x, n) => expect(x).toBeCloseTo(readings(plain)[n], 9));
    });
    fc.assert(property, { numRuns: 50, seed: 23 });
  });

  it('do not change when background is added around, and vanish for equal masks', () => {
    const property = fc.property(twoMasks, ([size, a, b]) => {
      const [nx, ny, nz] = size;
      const widen = (mask: Uint8Array): Uint8Array => {
        const wide = new Uint8Array((nx + 3) * (ny + 2) * (nz + 1));
        mask.forEach((m, v) => {
          const [x, y, z] = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
          wide[(z * (ny + 2) + y + 1) * (nx + 3) + x + 2] = m;
        });
        return wide;
      };
      const plain = readings(surfaceDistances(a, b, size, [0.7, 1, 2.5]));
      const wide = readings(surfaceDistances(widen(a), widen(b), [nx + 3, ny + 2, nz + 1], [0.7, 1, 2.5]));
      wide.forEach((x, n) => expect(x).toBeCloseTo(plain[n], 9));
      expect(readings(surfaceDistances(a, a, size, [0.7, 1, 2.5]))).toEqual([0, 0, 0, 0, 1, 1]);
    });
    fc.assert(property, { numRuns: 50, seed: 24 });
  });
});
