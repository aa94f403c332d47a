import fc from 'fast-check';
import type { Vec3 } from '#imaging';
import { expectSameBits } from '../../../test/support/same-bits.js';
import { DistanceHistogram } from './distance-histogram.js';
import { surfaceDistances } from './surface-distances.js';
import { plainSurfaceDistances } from './test-support/plain-surface-distances.js';

type Flat = readonly [boolean, boolean, boolean];
const THICK: Flat = [false, false, false];

/** All numbers of both profiles, equal to the last bit with those of the straightforward way. */
function expectPlain(reference: Uint8Array, prediction: Uint8Array, size: Vec3, spacing: Vec3, flat = THICK): void {
  const { status, ...fast } = surfaceDistances(reference, prediction, size, spacing, flat);
  expect(status).toBe('ok');
  const plain = plainSurfaceDistances(reference, prediction, size, spacing, flat);
  for (const side of ['fromReference', 'fromPrediction'] as const) {
    expect(fast[side].elements).toBe(plain[side].elements);
    expect(fast[side].totalArea).toBe(plain[side].totalArea);
    expectSameBits(fast[side].distanceMm, plain[side].distanceMm);
    expectSameBits(fast[side].area, plain[side].area);
  }
}

function filled(size: Vec3, inside: (x: number, y: number, z: number) => boolean): Uint8Array {
  const [nx, ny, nz] = size;
  const mask = new Uint8Array(nx * ny * nz);
  for (let v = 0; v < mask.length; v++) {
    mask[v] = inside(v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))) ? 1 : 0;
  }
  return mask;
}

/** Repeatable noise: true with the given probability. */
function noise(seed: number, share: number): () => boolean {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state < share * 2 ** 32;
  };
}

const ball =
  ([cx, cy, cz]: Vec3, r: number) =>
  (x: number, y: number, z: number): boolean =>
    (x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2 <= r * r;

const coin = noise(5, 0.5);
const shifted = ball([21, 20, 20], 15);
const blob = ball([62, 60, 50], 3);

describe('directed distances equal those of a distance transform of the grid, bit for bit', () => {
  const mm = fc.constantFrom(0.1, 0.4, 0.7, 0.75, 0.9765625, 1, 1.3, 2.5, 5);
  const spacings = fc.tuple(mm, mm, mm);

  it('for random masks, spacings and flat axes', () => {
    const side = fc.integer({ min: 1, max: 9 });
    const property = fc.property(
      fc.tuple(side, side, side),
      spacings,
      fc.nat(),
      fc.constantFrom(0.02, 0.1, 0.5, 0.9, 1),
      fc.boolean(),
      (size, spacing, seed, share, asPicture) => {
        const some = noise(seed, share);
        const masks = [filled(size, some), filled(size, some)];
        for (const mask of masks) mask[seed % mask.length] = 1;
        const flat: Flat = asPicture ? [size[0] === 1, size[1] === 1, size[2] === 1] : THICK;
        expectPlain(masks[0], masks[1], size, spacing, flat);
      },
    );
    fc.assert(property, { numRuns: 400, seed: 51 });
  });

  it('for shapes near and far from one another, where equal distances are reached in many ways', () => {
    const size: Vec3 = [44, 37, 40];
    const coordinate = fc.integer({ min: 4, max: 34 });
    const centre = fc.tuple(coordinate, coordinate, coordinate);
    const radius = fc.integer({ min: 1, max: 12 });
    const property = fc.property(centre, radius, centre, radius, spacings, (a, ra, b, rb, spacing) => {
      expectPlain(filled(size, ball(a, ra)), filled(size, ball(b, rb)), size, spacing);
    });
    fc.assert(property, { numRuns: 40, seed: 52 });
  });

  it.each<[string, Vec3, (x: number, y: number, z: number) => boolean, (x: number, y: number, z: number) => boolean]>([
    ['one voxel in opposite corners of a long grid', [90, 70, 60], ball([0, 0, 0], 0), ball([89, 69, 59], 0)],
    ['one voxel and the whole volume', [50, 60, 40], ball([25, 31, 17], 0), () => true],
    ['twice the whole volume', [33, 20, 10], () => true, () => true],
    ['dense noise', [40, 40, 40], noise(1, 0.5), noise(2, 0.5)],
    ['thin noise', [60, 50, 40], noise(3, 0.0005), noise(4, 0.0005)],
    ['noise on one side, one voxel far away', [64, 48, 40], (x) => x < 20 && coin(), ball([63, 47, 39], 0)],
    [
      'a ball and a ball with a blob far away',
      [70, 70, 60],
      ball([20, 20, 20], 15),
      (x, y, z) => shifted(x, y, z) || blob(x, y, z),
    ],
    ['two sheets at the border', [2, 80, 70], (x) => x === 0, (x, y, z) => x === 1 && (y + z) % 11 === 0],
    ['a row longer than 65535 corners', [65540, 2, 2], (x) => x < 3, (x) => x > 65530],
  ])('for %s', (_, size, inReference, inPrediction) => {
    expectPlain(filled(size, inReference), filled(size, inPrediction), size, [0.7, 0.7, 1.3]);
  });
});

describe('sums by distance', () => {
  it('are those of a map, in rising order, however many there are', () => {
    const histogram = new DistanceHistogram();
    const map = new Map<number, number>();
    for (let n = 0; n < 20_000; n++) {
      const square = (n % 7000) * 0.49 + (n % 3) * 2 ** -40;
      histogram.add(square, 0.1 + n);
      map.set(square, (map.get(square) ?? 0) + 0.1 + n);
    }
    const squares = [...map.keys()].sort((a, b) => a - b);
    const sorted = histogram.sorted();
    expect(Array.from(sorted.squares)).toEqual(squares);
    expect(Array.from(sorted.area)).toEqual(squares.map((square) => map.get(square)));
  });

  it('are none when nothing was added', () => {
    expect(new DistanceHistogram().sorted()).toEqual({ squares: new Float64Array(0), area: new Float64Array(0) });
  });
});
