import fc from 'fast-check';
import type { Vec3 } from '#imaging';
import {
  boundaryAverageDistance,
  boundaryDistances,
  boundaryHausdorff,
  boundaryHausdorff95,
  boundaryHausdorff95Pooled,
  boundaryIou,
  boundaryMeanDistance,
  boundarySurfaceDice,
  boundaryVoxels,
} from './boundary-distances.js';
import { measured } from './metric-value.js';
import type { MetricValue } from './metric-value.js';
import { randomPairs, voxelsOf } from './test-support/random-masks.js';

const VOLUME = [false, false, false] as const;
const numberOf = (value: MetricValue): number => (value.kind === 'value' ? value.value : Infinity);

/** The slow twin: every boundary voxel against every other. */
function slow(
  mask: Uint8Array,
  other: Uint8Array,
  size: Vec3,
  spacing: Vec3,
): { mm: number[]; band: (d: number) => string[] } {
  const boundaryOf = (m: Uint8Array): Vec3[] => {
    const inside = new Set(voxelsOf(m, size).map(String));
    const thick = [0, 1, 2].filter((axis) => size[axis] > 1);
    const all = voxelsOf(m, size);
    if (thick.length === 0) return all;
    return all.filter((at) =>
      thick.some((axis) => [-1, 1].some((step) => !inside.has(String(at.map((x, a) => (a === axis ? x + step : x)))))),
    );
  };
  const distance = (a: Vec3, b: Vec3): number => Math.hypot(...a.map((x, axis) => (x - b[axis]) * spacing[axis]));
  const nearest = (at: Vec3, list: readonly Vec3[]): number => Math.min(...list.map((b) => distance(at, b)));
  const own = boundaryOf(mask);
  return {
    mm: own.map((at) => nearest(at, boundaryOf(other))).sort((a, b) => a - b),
    band: (d) =>
      voxelsOf(mask, size)
        .filter((at) => nearest(at, own) < d - 1e-6)
        .map(String),
  };
}

function percentile95(rising: readonly number[]): number {
  const place = 0.95 * (rising.length - 1);
  const [low, high] = [rising[Math.floor(place)], rising[Math.ceil(place)]];
  return low + (high - low) * (place % 1);
}

const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

describe('boundary voxels', () => {
  it('are those with background behind a face, outside included', () => {
    const full = new Uint8Array(27).fill(1);
    expect(boundaryVoxels(full, [3, 3, 3], VOLUME).reduce((a, b) => a + b, 0)).toBe(26);
    const dented = full.map((v, n) => (n === 0 ? 0 : v)); // a missing corner touches the centre by no face
    expect(boundaryVoxels(dented, [3, 3, 3], VOLUME)[13]).toBe(0);
    const open = full.map((v, n) => (n === 12 ? 0 : v));
    expect(boundaryVoxels(open, [3, 3, 3], VOLUME)[13]).toBe(1);
  });

  it('of a slice are its outline', () => {
    const slice = new Uint8Array(9).fill(1);
    expect([...boundaryVoxels(slice, [3, 3, 1], [false, false, true])]).toEqual([1, 1, 1, 1, 0, 1, 1, 1, 1]);
    expect([...boundaryVoxels(slice, [3, 3, 1], VOLUME)]).toEqual(Array(9).fill(1));
  });
});

describe('distances between boundary voxels', () => {
  it('of two voxels 3 apart at 2 mm are 6 mm, by every reading', () => {
    const pair = boundaryDistances(Uint8Array.of(1, 0, 0, 0), Uint8Array.of(0, 0, 0, 1), [4, 1, 1], [2, 1, 1]);
    for (const read of [boundaryHausdorff, boundaryHausdorff95, boundaryHausdorff95Pooled, boundaryAverageDistance]) {
      expect(read(pair)).toEqual(measured(6));
    }
    expect(boundarySurfaceDice(pair, 5.9)).toEqual(measured(0));
    expect(boundarySurfaceDice(pair, 6)).toEqual(measured(1));
  });

  it('are pooled or not: a voxel against itself and one 10 mm off', () => {
    // To the single voxel: 0 and 10; from it: 0. Directed 95th percentiles 9.5 and 0; pooled 0, 0, 10 has 9.
    const pair = boundaryDistances(Uint8Array.of(1, 0, 0), Uint8Array.of(1, 0, 1), [3, 1, 1], [5, 1, 1]);
    expect(numberOf(boundaryHausdorff95(pair))).toBeCloseTo(9.5, 12);
    expect(numberOf(boundaryHausdorff95Pooled(pair))).toBeCloseTo(9, 12);
    expect(numberOf(boundaryAverageDistance(pair))).toBeCloseTo(10 / 3, 12);
    expect(numberOf(boundaryMeanDistance(pair))).toBeCloseTo(2.5, 12);
  });

  it('know empty masks', () => {
    const [some, none] = [Uint8Array.of(1, 0), Uint8Array.of(0, 0)];
    const both = boundaryDistances(none, none, [2, 1, 1], [1, 1, 1]);
    const distances = [
      boundaryHausdorff,
      boundaryHausdorff95,
      boundaryHausdorff95Pooled,
      boundaryAverageDistance,
      boundaryMeanDistance,
    ];
    for (const read of distances) expect(read(both)).toEqual(measured(0));
    expect([boundarySurfaceDice(both, 1), boundaryIou(both, 1)]).toEqual([measured(1), measured(1)]);
    for (const [a, b] of [
      [some, none],
      [none, some],
    ]) {
      const one = boundaryDistances(a, b, [2, 1, 1], [1, 1, 1]);
      for (const read of distances) expect(read(one)).toEqual({ kind: 'unbounded' });
      expect([boundarySurfaceDice(one, 1), boundaryIou(one, 1)]).toEqual([measured(0), measured(0)]);
    }
  });

  it('equal the slow twin on random masks, slices, lines and single voxels', () => {
    const property = fc.property(
      randomPairs(5),
      fc.constantFrom(0.6, 1, 2),
      ({ size, spacing, reference, prediction }, mm) => {
        const pair = boundaryDistances(reference, prediction, size, spacing);
        if (pair.status !== 'ok') return;
        const r = slow(reference, prediction, size, spacing);
        const p = slow(prediction, reference, size, spacing);
        const pooled = [...r.mm, ...p.mm].sort((a, b) => a - b);
        expect(pair.fromReferenceMm).toHaveLength(r.mm.length);
        expect(numberOf(boundaryHausdorff(pair))).toBeCloseTo(Math.max(...pooled), 9);
        expect(numberOf(boundaryHausdorff95(pair))).toBeCloseTo(Math.max(percentile95(r.mm), percentile95(p.mm)), 9);
        expect(numberOf(boundaryHausdorff95Pooled(pair))).toBeCloseTo(percentile95(pooled), 9);
        expect(numberOf(boundaryAverageDistance(pair))).toBeCloseTo(mean(pooled), 9);
        expect(numberOf(boundaryMeanDistance(pair))).toBeCloseTo((mean(r.mm) + mean(p.mm)) / 2, 9);
        expect(numberOf(boundarySurfaceDice(pair, mm))).toBeCloseTo(
          mean(pooled.map((d) => (d <= mm + 1e-6 ? 1 : 0))),
          12,
        );
        const [a, b] = [r.band(mm), p.band(mm)];
        const shared = a.filter((at) => b.includes(at)).length;
        expect(numberOf(boundaryIou(pair, mm))).toBeCloseTo(shared / (a.length + b.length - shared), 12);
      },
    );
    fc.assert(property, { numRuns: 200, seed: 21 });
  });

  it('refuse masks of different length, tolerances and bands that are none', () => {
    expect(() => boundaryDistances(new Uint8Array(2), new Uint8Array(1), [2, 1, 1], [1, 1, 1])).toThrow(
      'reference 2, prediction 1',
    );
    const pair = boundaryDistances(Uint8Array.of(1), Uint8Array.of(1), [1, 1, 1], [1, 1, 1]);
    expect(() => boundarySurfaceDice(pair, 0)).toThrow('tolerance is 0 mm');
    expect(() => boundaryIou(pair, NaN)).toThrow('band is NaN mm');
  });
});

describe('boundary IoU', () => {
  it('leaves out a voxel exactly as deep as the band', () => {
    // A row of 7: depths 0 1 2 3 2 1 0 mm, within one of 5: 0 1 2 1 0. Along a line all other axes are flat.
    const [long, short] = [Uint8Array.of(1, 1, 1, 1, 1, 1, 1), Uint8Array.of(0, 1, 1, 1, 1, 1, 0)];
    const pair = boundaryDistances(long, short, [7, 1, 1], [1, 1, 1]);
    expect(boundaryIou(pair, 1)).toEqual(measured(0)); // the two ends of each
    expect(boundaryIou(pair, 2)).toEqual(measured(2 / 6)); // 0 1 5 6 and 1 2 4 5
    expect(boundaryIou(pair, 2.1)).toEqual(measured(4 / 7)); // all but the middle, and all
    expect(boundaryIou(pair, 9)).toEqual(measured(5 / 7)); // the IoU
  });
});
