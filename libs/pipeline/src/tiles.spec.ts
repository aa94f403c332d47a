import fc from 'fast-check';
import type { Vec3 } from '#imaging';
import { createBlender, tileWeights } from './blend.js';
import { expandInference } from './expand.js';
import type { ExpandedInference } from './expanded.js';
import type { Blend, SlidingInference } from './manifest.js';
import { cutTile, planTiles } from './tiles.js';

const sliding = (
  patch: Vec3,
  overlap: number,
  blend: Blend = 'constant',
  tiling: SlidingInference['tiling'] = 'fixedStep',
): ExpandedInference => expandInference({ mode: 'sliding', patch, overlap, blend, tiling, padValue: -7 }, 'logits');
const full = (divisor: Vec3): ExpandedInference => expandInference({ mode: 'full', divisor }, 'logits');

const anyShape = fc.tuple(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 9 }),
);
const anyOverlap = fc.constantFrom(0, 0.25, 0.5, 0.75, 0.9);

describe('planning tiles', () => {
  it('follows the rule of MONAI: 10 voxels, patch 4, overlap 0.25 start at 0, 3 and 6', () => {
    const plan = planTiles([10, 4, 4], sliding([4, 4, 4], 0.25));
    expect(plan.starts.map(([a]) => a)).toEqual([0, 3, 6]);
  });

  it('pulls the last tile back to the edge', () => {
    expect(planTiles([11, 4, 4], sliding([4, 4, 4], 0.25)).starts.map(([a]) => a)).toEqual([0, 3, 6, 7]);
  });

  it('pads a small volume on both sides, the smaller half in front, and cuts the tile accordingly', () => {
    const plan = planTiles([1, 1, 3], sliding([1, 1, 6], 0.5));
    expect(plan.padBefore).toEqual([0, 0, 1]);
    expect(Array.from(cutTile(Float32Array.of(1, 2, 3), [1, 1, 3], plan, plan.starts[0]))).toEqual([
      -7, 1, 2, 3, -7, -7,
    ]);
  });

  it('pads the whole volume at the far end to multiples of the divisor', () => {
    const plan = planTiles([3, 4, 5], full([2, 4, 8]));
    expect(plan.paddedShape).toEqual([4, 4, 8]);
    expect(plan.starts).toEqual([[0, 0, 0]]);
    expect(plan.padBefore).toEqual([0, 0, 0]);
  });

  it('covers every voxel, stays inside the padded volume and never repeats a tile', () => {
    const property = fc.property(anyShape, anyShape, anyOverlap, (shape, patch, overlap) => {
      const plan = planTiles(shape, sliding(patch, overlap));
      const covered = new Uint8Array(plan.paddedShape[0] * plan.paddedShape[1] * plan.paddedShape[2]);
      for (const [a0, b0, c0] of plan.starts) {
        expect([a0, b0, c0].every((s, x) => s >= 0 && s + patch[x] <= plan.paddedShape[x])).toBe(true);
        for (let a = a0; a < a0 + patch[0]; a++) {
          for (let b = b0; b < b0 + patch[1]; b++) {
            for (let c = c0; c < c0 + patch[2]; c++) {
              covered[(a * plan.paddedShape[1] + b) * plan.paddedShape[2] + c] = 1;
            }
          }
        }
      }
      expect(covered.every((x) => x === 1)).toBe(true);
      expect(new Set(plan.starts.map(String)).size).toBe(plan.starts.length);
    });
    fc.assert(property, { seed: 6 });
  });
});

describe('blending tiles', () => {
  it('weighs a Gaussian window highest in its middle, alike on both sides, and never below 1e-3', () => {
    const weights = tileWeights([8, 1, 5], 'gaussianMonai');
    expect(Math.min(...weights)).toBeGreaterThanOrEqual(Math.fround(1e-3));
    expect(weights[3 * 5 + 2]).toBe(Math.max(...weights));
    for (let a = 0; a < 8; a++) expect(weights[a * 5]).toBe(weights[(7 - a) * 5 + 4]);
    expect(weights[0 * 5 + 2]).toBeCloseTo(Math.exp(-(3.5 ** 2) / 2), 6); // sigma = 8 / 8 = 1
  });

  it('gives back the volume when the network returns its tile, however tiles overlap', () => {
    const blend = fc.constantFrom<Blend>('constant', 'gaussianMonai', 'gaussianNnunet');
    const tiling = fc.constantFrom('fixedStep' as const, 'evenStep' as const);
    const property = fc.property(anyShape, anyShape, anyOverlap, blend, tiling, (shape, patch, overlap, kind, rule) => {
      const volume = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, v) => ((v * 37) % 101) - 50);
      const plan = planTiles(shape, sliding(patch, overlap, kind, rule));
      const blender = createBlender(shape, plan, 2, kind);
      for (const start of plan.starts) {
        const tile = cutTile(volume, shape, plan, start);
        const output = new Float32Array(2 * tile.length);
        output.set(tile);
        output.set(
          tile.map((x) => 3 * x),
          tile.length,
        );
        blender.add(output, start);
      }
      const [once, thrice] = blender.finish();
      volume.forEach((x, v) => {
        expect(Math.abs(once[v] - x)).toBeLessThan(1e-4);
        expect(Math.abs(thrice[v] - 3 * x)).toBeLessThan(3e-4);
      });
    });
    fc.assert(property, { seed: 7 });
  });

  it('refuses outputs of another size or with values that are no numbers', () => {
    const plan = planTiles([2, 2, 2], full([1, 1, 1]));
    const blender = createBlender([2, 2, 2], plan, 2, 'constant');
    expect(() => blender.add(new Float32Array(15), [0, 0, 0])).toThrow(
      'output holds 15 values; expected 16, [1, 2, 2, 2, 2]',
    );
    expect(() => blender.add(new Float32Array(16).fill(NaN), [0, 0, 0])).toThrow('output holds NaN');
  });
});
