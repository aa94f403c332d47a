import fc from 'fast-check';
import { hausdorff, surfaceDistances } from '#metrics';
import type { Vec3 } from '#imaging';
import { distanceAt, surfaceErrors } from './surface-error.js';

describe('distances between surfaces, by place', () => {
  it('are those of paper: a bar of two voxels predicted as four, spacing 2 mm', () => {
    const [bar] = surfaceErrors(
      { sizeXyz: [6, 1, 1], spacingMm: [2, 1, 1] },
      Uint8Array.of(0, 3, 3, 0, 0, 0),
      Uint8Array.of(0, 3, 3, 3, 3, 0),
    );
    expect(bar.segment).toBe(3);
    // On a line the surface are its two ends: they agree on the left; on the right the prediction ends 4 mm farther.
    expect([...bar.prediction.voxels]).toEqual([1, 4]);
    expect([...bar.prediction.mm].map((mm) => mm + 0)).toEqual([0, 4]);
    expect([...bar.reference.voxels]).toEqual([1, 2]);
    expect(bar.reference.mm[1]).toBe(4); // too much was predicted behind this end
    expect(bar.farthest).toEqual({ mm: 4, atIjk: [2, 0, 0], of: 'reference' });
    expect(distanceAt(bar.prediction, 4)).toBe(4);
    expect(distanceAt(bar.prediction, 2)).toBeNull();
  });

  it('are negative where too little was predicted, whichever surface one looks at', () => {
    const reference = new Uint8Array(7 ** 3).fill(1);
    const prediction = new Uint8Array(7 ** 3);
    for (const k of [2, 3, 4])
      for (const j of [2, 3, 4]) for (const i of [2, 3, 4]) prediction[(k * 7 + j) * 7 + i] = 1;
    const [cube] = surfaceErrors({ sizeXyz: [7, 7, 7], spacingMm: [1, 1, 1] }, reference, prediction);
    expect(distanceAt(cube.prediction, (3 * 7 + 3) * 7 + 2)).toBe(-2); // two voxels below the reference's face
    expect(distanceAt(cube.prediction, (3 * 7 + 3) * 7 + 3)).toBeNull(); // inside
    expect(distanceAt(cube.reference, 0)).toBeCloseTo(-Math.sqrt(12), 5); // the corners of the two cubes
  });

  it('are infinite where the other map lacks the structure, and nothing is then the farthest', () => {
    const [only] = surfaceErrors(
      { sizeXyz: [3, 1, 1], spacingMm: [1, 1, 1] },
      Uint8Array.of(0, 1, 0),
      new Uint8Array(3),
    );
    expect([...only.reference.mm]).toEqual([-Infinity]);
    expect(only.prediction.voxels).toHaveLength(0);
    expect(only.farthest).toBeNull();
  });

  it('reach as far as the Hausdorff distance of the metrics, on any masks, grids and spacings', () => {
    const size = fc.integer({ min: 1, max: 7 });
    const mm = fc.constantFrom(0.7, 1, 2.5);
    const property = fc.property(
      fc.tuple(size, size, size),
      fc.tuple(mm, mm, mm),
      fc.infiniteStream(fc.nat({ max: 9 })),
      fc.integer({ min: 1, max: 9 }),
      (sizeXyz: Vec3, spacingMm: Vec3, numbers, density) => {
        const random = (): Uint8Array =>
          Uint8Array.from({ length: sizeXyz[0] * sizeXyz[1] * sizeXyz[2] }, () =>
            (numbers.next().value as number) < density ? 1 : 0,
          );
        const [reference, prediction] = [random(), random()];
        const expected = hausdorff(surfaceDistances(reference, prediction, sizeXyz, spacingMm));
        const farthest = surfaceErrors({ sizeXyz, spacingMm }, reference, prediction)[0]?.farthest?.mm;
        if (expected.kind === 'unbounded') expect(farthest).toBeUndefined();
        // A volume of one voxel has no surface; both empty have none either.
        else if (expected.kind === 'value') expect(farthest ?? 0).toBeCloseTo(expected.value, 4);
      },
    );
    fc.assert(property, { numRuns: 150, seed: 3 });
  });

  it('refuses maps of another size', () => {
    expect(() =>
      surfaceErrors({ sizeXyz: [2, 1, 1], spacingMm: [1, 1, 1] }, new Uint8Array(2), new Uint8Array(3)),
    ).toThrow('label maps hold 2 and 3 voxels; the grid has 2 x 1 x 1');
  });
});
