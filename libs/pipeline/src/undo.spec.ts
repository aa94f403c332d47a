import fc from 'fast-check';
import { ALL_AXIS_CODES, orientTo } from '#imaging';
import type { Vec3, Volume } from '#imaging';
import { decodeFloat16, encodeFloat16 } from './float16.js';
import type { RunTile } from './infer.js';
import { applyLabelOp } from './label-ops.js';
import { STORED_AXES } from './manifest-problems.js';
import type { InferenceMode, Manifest, PreprocessOp } from './manifest.js';
import { channelsFirst, channelsLast, flipTile } from './network-face.js';
import { prepare } from './prepare.js';
import { runPipeline } from './run-pipeline.js';
import { undo } from './undo.js';

const LABELS = 4;
const axisSize = fc.integer({ min: 1, max: 7 });
const sizes = fc.tuple(axisSize, axisSize, axisSize);
const axes = fc.constantFrom(...ALL_AXIS_CODES, ...STORED_AXES);
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 2 });

/** Labels 0 to 3 on an oblique grid whose axes lie in any of 48 ways; 0 is more frequent. */
function labelled(sizeXyz: Vec3, seed: number): Volume<Uint8Array> {
  let state = seed;
  const data = Uint8Array.from({ length: sizeXyz[0] * sizeXyz[1] * sizeXyz[2] }, () => {
    state = (state * 48271) % 2147483647;
    return Math.max(0, (state % 7) - 3);
  });
  const direction = [0.96, -0.28, 0, 0.28, 0.96, 0, 0, 0, 1] as const;
  const geometry = { sizeXyz, spacingMm: [1.2, 0.7, 3], originLps: [-3, 8, 100], direction } as const;
  return orientTo({ geometry, data }, ALL_AXIS_CODES[seed % 48]);
}

/** Indices at which two arrays differ: quicker than a deep comparison, and shorter to read. */
function differing(found: ArrayLike<number>, wanted: ArrayLike<number>): number[] {
  expect(found.length).toBe(wanted.length);
  const at: number[] = [];
  for (let v = 0; v < wanted.length; v++) if (found[v] !== wanted[v]) at.push(v);
  return at;
}

/** Labels through operations on the grid, and back by nearest neighbours. */
function thereAndBack(image: Volume<Uint8Array>, preprocess: readonly PreprocessOp[]): Uint8Array {
  const { data, trace } = prepare(image, { preprocess });
  return undo(Uint8Array.from(data), trace, 0);
}

describe('what is undone', () => {
  it('every orientation brings every voxel back to its place', () => {
    for (const code of [...ALL_AXIS_CODES, ...STORED_AXES]) {
      const property = fc.property(sizes, seeds, (size, seed) => {
        const image = labelled(size, seed);
        expect(differing(thereAndBack(image, [{ op: 'orient', axes: code }]), image.data)).toEqual([]);
      });
      fc.assert(property, { numRuns: 6, seed: 5 });
    }
  });

  it('a crop keeps what is inside of its box and makes background of the rest', () => {
    const property = fc.property(
      sizes,
      seeds,
      axes,
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
      (size, seed, code, threshold, margin) => {
        const image = labelled(size, seed);
        const orient: PreprocessOp = { op: 'orient', axes: code };
        // whatever is no background lies inside of these two
        expect(differing(thereAndBack(image, [orient, { op: 'cropNonzero' }]), image.data)).toEqual([]);
        expect(differing(thereAndBack(image, [orient, { op: 'cropForeground', margin }]), image.data)).toEqual([]);
        const back = thereAndBack(image, [orient, { op: 'cropForeground', threshold, margin }]);
        // inside of the box everything stays, so what differs is background now and was no more than the threshold
        const changed = differing(back, image.data);
        expect(changed.filter((v) => back[v] !== 0 || image.data[v] > threshold)).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: 200, seed: 6 });
  });

  it('finer voxels give labels back as they were, on every grid and with the separate axis', () => {
    const finer = fc.double({ min: 0.15, max: 0.97, noNaN: true });
    const property = fc.property(
      sizes,
      seeds,
      axes,
      fc.tuple(finer, finer, finer),
      fc.constantFrom('halfVoxel' as const, 'firstVoxel' as const, 'corner' as const, 'physical' as const),
      fc.constantFrom(null, {}, { threshold: 1.5 }),
      (size, seed, code, shares, grid, anisotropy) => {
        const image = labelled(size, seed);
        const orient: PreprocessOp = { op: 'orient', axes: code };
        const { geometry } = image;
        // of each tensor axis: never coarser than the finest voxel of the image
        const least = Math.min(...geometry.spacingMm);
        const spacing = shares.map((share) => share * least) as unknown as Vec3;
        const resample: PreprocessOp = {
          op: 'resample',
          spacing,
          grid,
          order: 0,
          anisotropy,
        };
        expect(differing(thereAndBack(image, [orient, resample]), image.data)).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: 200, seed: 6 });
  });

  it('mirror images, the order of channels and a permutation of labels', () => {
    const property = fc.property(
      sizes,
      fc.integer({ min: 1, max: 3 }),
      fc.subarray([0, 1, 2]),
      seeds,
      (size, channels, flipped, seed) => {
        const [nx, ny, nz] = size;
        const values = Float32Array.from({ length: channels * nx * ny * nz }, (_, v) => (v * seed) % 101);
        const shape: Vec3 = [nz, ny, nx];
        expect(
          differing(flipTile(flipTile(values, channels, shape, flipped), channels, shape, flipped), values),
        ).toEqual([]);
        expect(differing(channelsFirst(channelsLast(values, channels), channels), values)).toEqual([]);
        expect(differing(decodeFloat16(encodeFloat16(values)), values)).toEqual([]); // whole numbers up to 2048
        const { data } = labelled(size, seed);
        const map = data.slice();
        applyLabelOp({ op: 'mapLabels', map: { 1: 3, 2: 1, 3: 2 } }, map, size, 1);
        applyLabelOp({ op: 'mapLabels', map: { 3: 1, 1: 2, 2: 3 } }, map, size, 1);
        expect(differing(map, data)).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: 40, seed: 7 });
  });
});

/** A network that knows: channel c is 1 where the image, which is a label map, holds c. */
const knowing: RunTile = async (tile, _shape, { inputDims, outputDims }) => {
  const [batch] = inputDims;
  const last = outputDims.at(-1) === LABELS && outputDims[1] !== LABELS;
  const voxels = tile.length / batch;
  const out = new Float32Array(tile.length * LABELS);
  for (let n = 0; n < batch; n++) {
    for (let v = 0; v < voxels; v++) {
      const label = tile[n * voxels + v];
      out[last ? (n * voxels + v) * LABELS + label : (n * LABELS + label) * voxels + v] = 1;
    }
  }
  return out;
};

it('a network that knows the labels gives them back, whichever way it is led and wherever tiles are padded', async () => {
  const edge = fc.integer({ min: 5, max: 9 });
  const patch = fc.tuple(edge, edge, edge);
  const flat = fc.tuple(edge, edge);
  const pad = fc.record({
    mode: fc.constantFrom('constant' as const, 'edge' as const, 'mirror' as const),
    align: fc.constantFrom('center' as const, 'end' as const),
  });
  const tiles = {
    overlap: fc.double({ min: 0, max: 0.6, noNaN: true }),
    tiling: fc.constantFrom('fixedStep' as const, 'evenStep' as const),
    blend: fc.constantFrom('constant' as const, 'gaussianMonai' as const, 'gaussianNnunet' as const),
    batch: fc.integer({ min: 1, max: 3 }),
    pad,
  };
  const inference: fc.Arbitrary<InferenceMode> = fc.oneof(
    fc.record({ mode: fc.constant('full' as const), divisor: patch, mirror: fc.subarray([0, 1, 2] as const), pad }),
    fc.record({ mode: fc.constant('sliding' as const), patch, mirror: fc.subarray([0, 1, 2] as const), ...tiles }),
    fc.record({ mode: fc.constant('slices' as const), sliceAxis: fc.constant(1 as const), patch: flat, ...tiles }),
    fc.record({
      mode: fc.constant('slices' as const),
      sliceAxis: fc.constantFrom(0 as const, 2 as const),
      divisor: flat,
      pad,
    }),
  );
  const property = fc.asyncProperty(
    fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
    seeds,
    axes,
    inference,
    fc.boolean(),
    async (size, seed, code, mode, early) => {
      const image = labelled(size, seed);
      const layout = mode.mode === 'slices' ? ('NXYC' as const) : ('NXYZC' as const);
      const spacing = [0.6, 0.5, 0.65] as const; // finer than any axis of the image
      const manifest: Manifest = {
        manifestVersion: 1,
        name: 'knowing',
        version: '1',
        inputs: [{ tensor: 'x', layout, channels: [{ name: 'labels' }] }],
        output: { tensor: 'y', layout, meaning: 'probabilities' },
        preprocess: [{ op: 'orient', axes: code }, { op: 'cropNonzero' }, { op: 'resample', spacing, order: 0 }],
        inference: mode,
        postprocess: early ? [{ op: 'argmax' }, { op: 'invert' }] : [{ op: 'invert', order: 0 }, { op: 'argmax' }],
        labels: Array.from({ length: LABELS }, (_, value) => ({ value, name: `l${value}` })),
      };
      const { labels } = await runPipeline(image, manifest, knowing);
      expect(labels.geometry).toBe(image.geometry);
      expect(differing(labels.data, image.data)).toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 120, seed: 8 });
});
