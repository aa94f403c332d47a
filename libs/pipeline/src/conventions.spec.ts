import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Vec3 } from '#imaging';
import { percentiles } from './intensity.js';
import { expandInference } from './expand.js';
import type { SlidingInference } from './manifest.js';
import { prepare } from './prepare.js';
import { forwardPositions, resampleAxis, resampledSize } from './resample.js';
import { separateAxis } from './resample-volume.js';
import { planTiles } from './tiles.js';

/** Whole numbers of Python, numpy and scipy; test/golden/pipeline/make_conventions.py. */
const golden = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../test/golden/pipeline/conventions.json'), 'utf8'),
) as {
  sizes: [n: number, spacing: number, target: number, nnunet: number, monai: number][];
  nearest: [n: number, m: number, indices: number[]][];
  tiles: [size: number, patch: number, overlap: number, even: number[], fixed: number[]][];
  separate: [current: Vec3, wanted: Vec3, axis: number | null][];
  percentiles: [values: number[], low: number, high: number, wanted: [number, number]][];
  boxes: [data: number[], sizeXyz: Vec3, threshold: number, margin: Vec3, low: Vec3, end: Vec3][];
};

describe('whole numbers that decide where voxels fall', () => {
  it('sizes of nnU-Net and of MONAI, halves to the even number', () => {
    expect(golden.sizes.length).toBeGreaterThan(500);
    for (const [n, spacing, target, nnunet, monai] of golden.sizes) {
      expect([n, spacing, target, resampledSize(n, spacing, target, 'halfVoxel')]).toEqual([
        n,
        spacing,
        target,
        nnunet,
      ]);
      expect([n, spacing, target, resampledSize(n, spacing, target, 'firstVoxel')]).toEqual([
        n,
        spacing,
        target,
        monai,
      ]);
    }
  });

  it('the nearest voxel, also where two are equally near', () => {
    for (const [n, m, wanted] of golden.nearest) {
      const positions = forwardPositions({
        sourceSize: n,
        targetSize: m,
        sourceSpacing: 1,
        targetSpacing: n / m,
        grid: 'halfVoxel',
      });
      const found = resampleAxis(
        Uint8Array.from({ length: n }, (_, k) => k),
        [n, 1, 1],
        0,
        positions,
        0,
      );
      expect([n, m, ...found]).toEqual([n, m, ...wanted]);
    }
  });

  it('first voxels of tiles of nnU-Net and of MONAI', () => {
    const starts = (size: number, patch: number, overlap: number, tiling: SlidingInference['tiling']) =>
      planTiles([size, 1, 1], expandInference({ mode: 'sliding', patch: [patch, 1, 1], overlap, tiling }, 'logits'))
        .along[0];
    for (const [size, patch, overlap, even, fixed] of golden.tiles) {
      expect([size, patch, overlap, ...starts(size, patch, overlap, 'evenStep')]).toEqual([
        size,
        patch,
        overlap,
        ...even,
      ]);
      expect([size, patch, overlap, ...starts(size, patch, overlap, 'fixedStep')]).toEqual([
        size,
        patch,
        overlap,
        ...fixed,
      ]);
    }
  });

  it('the axis that nnU-Net resamples by itself', () => {
    for (const [current, wanted, axis] of golden.separate)
      expect([...current, ...wanted, separateAxis(current, wanted, 3)]).toEqual([...current, ...wanted, axis]);
  });

  it('percentiles between two values', () => {
    for (const [values, low, high, [p, q]] of golden.percentiles) {
      const found = percentiles(Float32Array.from(values), [low, high]);
      expect(found[0]).toBeCloseTo(p, 9);
      expect(found[1]).toBeCloseTo(q, 9);
    }
  });

  it('the box around the foreground with a margin, never beyond the scan', () => {
    expect(golden.boxes.length).toBeGreaterThan(20);
    for (const [data, sizeXyz, threshold, margin, low, end] of golden.boxes) {
      const { trace } = prepare(
        {
          geometry: { sizeXyz, spacingMm: [1, 1, 1], originLps: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
          data: Int16Array.from(data),
        },
        // manifest vectors run from the slowest axis, z, to the fastest
        { preprocess: [{ op: 'cropForeground', threshold, margin: [margin[2], margin[1], margin[0]] }] },
      );
      const [step] = trace;
      if (step.kind !== 'crop') throw new Error('expected a crop');
      expect(step.box.lowXyz).toEqual(low);
      expect(step.box.sizeXyz).toEqual(end.map((e, a) => e - low[a]));
    }
  });
});
