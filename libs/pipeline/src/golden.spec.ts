import type { Vec3, Volume } from '#imaging';
import { sigmoid, softmax } from './activations.js';
import { tileWeights } from './blend.js';
import { decodeFloat16, encodeFloat16 } from './float16.js';
import { expandPostprocess, expandPreprocess } from './expand.js';
import type { ExpandedLabelOp } from './expanded.js';
import { applyIntensity } from './intensity.js';
import type { IntensityOp } from './intensity.js';
import { applyLabelOp } from './label-ops.js';
import type { InferenceMode, LabelOp, Manifest, PostprocessOp, PreprocessOp } from './manifest.js';
import { expandNnunetProfile } from './nnunet-profile.js';
import type { NnunetIntensity } from './nnunet-profile.js';
import { prepare } from './prepare.js';
import { resampleBackward } from './resample-volume.js';
import { runPipeline } from './run-pipeline.js';
import { agreement, asVolume, convolution, goldenArrays, worst } from './test-support/golden.js';

/** Arrays made by scipy, scikit-image and torch; test/golden/pipeline has the scripts and versions. */
const scipy = goldenArrays('scipy');
const torch = goldenArrays('torch');
/** In units of the image, whose values go to some hundreds: what the platform promises. */
const INTENSITY = 1e-3;

const image = scipy('image');
const prepared = (ops: PreprocessOp[], volume: Volume = asVolume(image.data, image.shape)): Float32Array =>
  prepare(volume, { preprocess: ops }).data;
const sizeOf = (name: string): Vec3 => scipy(name).shape as unknown as Vec3;

describe('resampling equals scipy and scikit-image', () => {
  const sizes = ['up', 'down', 'mixed'] as const;
  it.each(sizes.flatMap((size) => ([0, 1, 3] as const).map((order) => [order, size] as const)))(
    'half-voxel grid, order %i, %s',
    (order, size) => {
      const name = `resize/halfVoxel/${order}/${size}`;
      const found = prepared([{ op: 'resize', size: sizeOf(name), order, grid: 'halfVoxel' }]);
      expect(worst(found, scipy(name).data)).toBeLessThan(INTENSITY);
    },
  );

  it.each(sizes.flatMap((size) => ([1, 3] as const).map((order) => [order, size] as const)))(
    'corner grid and mirror boundary, order %i, %s',
    (order, size) => {
      const corner = prepared([
        { op: 'resize', size: sizeOf(`resize/corner/${order}/${size}`), order, grid: 'corner', clamp: false },
      ]);
      expect(worst(corner, scipy(`resize/corner/${order}/${size}`).data)).toBeLessThan(INTENSITY);
      const mirror = prepared([
        { op: 'resize', size: sizeOf(`resize/mirror/${order}/${size}`), order, boundary: 'mirror', clamp: false },
      ]);
      expect(worst(mirror, scipy(`resize/mirror/${order}/${size}`).data)).toBeLessThan(INTENSITY);
    },
  );

  it.each([0, 1, 3] as const)('grids anchored at the first voxel, order %i', (order) => {
    const volume = asVolume(image.data, image.shape, [3, 0.9, 0.8]);
    const spacing: Vec3 = [1.3, 1.1, 0.5];
    const first = prepared([{ op: 'resample', spacing, order, grid: 'firstVoxel', clamp: false }], volume);
    expect(worst(first, scipy(`spacing/firstVoxel/${order}`).data)).toBeLessThan(INTENSITY);
    const physical = prepared(
      [{ op: 'resample', spacing, order, grid: 'physical', boundary: 'constant', boundaryValue: -1000, clamp: false }],
      volume,
    );
    expect(worst(physical, scipy(`spacing/physical/${order}`).data)).toBeLessThan(INTENSITY);
  });

  it.each(['slices', 'new', 'equal', 'two'])('the separate axis of nnU-Net, there and back: %s', (name) => {
    const thick = scipy('thick');
    const wanted = scipy(`nnunet/${name}`);
    const volume = asVolume(thick.data, thick.shape, wanted.spacing);
    const there = prepare(volume, {
      preprocess: [{ op: 'resample', spacing: wanted.target as Vec3, order: 3, anisotropy: {} }],
    });
    expect(there.shape).toEqual(wanted.shape);
    expect(worst(there.data, wanted.data)).toBeLessThan(INTENSITY);
    const [step] = there.trace;
    if (step.kind !== 'resample') throw new Error('expected one resampling');
    const back = resampleBackward(Float32Array.from(wanted.data), step.resampling, 1);
    expect(worst(back, scipy(`nnunet/${name}/back`).data)).toBeLessThan(INTENSITY);
  });
});

describe('resampling equals torch', () => {
  const source = torch('image');
  it.each(['up', 'down'])('interpolate %s, with and without aligned corners, and nearest-exact', (name) => {
    for (const [array, order, grid] of [
      [`interpolate/${name}`, 1, 'halfVoxel'],
      [`corners/${name}`, 1, 'corner'],
      [`nearest-exact/${name}`, 0, 'halfVoxel'],
    ] as const) {
      const wanted = torch(array);
      const found = prepared(
        [{ op: 'resize', size: wanted.shape as unknown as Vec3, order, grid }],
        asVolume(source.data, source.shape),
      );
      expect(worst(found, wanted.data)).toBeLessThan(INTENSITY);
    }
  });

  it('grid_sample at the places of MONAI Spacing', () => {
    const wanted = torch('spacing');
    const volume = asVolume(source.data, source.shape, wanted.spacing);
    const found = prepared([{ op: 'resample', spacing: wanted.target as Vec3, order: 1, grid: 'firstVoxel' }], volume);
    expect(worst(found, wanted.data)).toBeLessThan(INTENSITY);
  });

  it('softmax, sigmoid and half precision', () => {
    const logits = torch('logits');
    const rows = (data: GoldenData): Float32Array[] =>
      Array.from({ length: 5 }, (_, c) => Float32Array.from(data.subarray(c * 200, (c + 1) * 200)));
    const maps = rows(logits.data);
    softmax(maps);
    expect(
      worst(
        maps.flatMap((map) => [...map]),
        torch('softmax').data,
      ),
    ).toBeLessThan(1e-6);
    const all = Float32Array.from(logits.data);
    sigmoid(all);
    expect(worst(all, torch('sigmoid').data)).toBeLessThan(1e-6);
    expect(decodeFloat16(encodeFloat16(Float32Array.from(logits.data)))).toEqual(torch('half').data);
  });
});

type GoldenData = ReturnType<typeof torch>['data'];

describe('grey values equal numpy', () => {
  const cases: [string, PreprocessOp][] = [
    ['clip/percentiles', { op: 'clip', percentiles: [0.5, 99.5] }],
    ['clip/nonzero', { op: 'clip', percentiles: [5, 90], mask: 'nonzero' }],
    ['zscore/image', { op: 'zscore' }],
    ['zscore/ddof', { op: 'zscore', ddof: 1 }],
    ['zscore/nonzero', { op: 'zscore', mask: 'nonzero' }],
    ['zscore/above', { op: 'zscore', mask: { above: 50 }, outside: 'zero' }],
    ['zscore/fixed', { op: 'zscore', mean: 41.5, std: [22.25] }],
    ['minmax/image', { op: 'minmax', out: [-1, 2] }],
    ['minmax/nonzero', { op: 'minmax', mask: 'nonzero' }],
    ['window/clip', { op: 'window', in: [20, 80], out: [-1, 1] }],
  ];
  it.each(cases)('%s', (name, op) => {
    const data = Float32Array.from(scipy('mri').data);
    applyIntensity(expandPreprocess(op) as IntensityOp, [data], null, [data.length, 1, 1]);
    expect(worst(data, scipy(name).data)).toBeLessThan(1e-5);
  });

  it('half precision, denormal, rounded to even and overflowing', () => {
    const found = decodeFloat16(encodeFloat16(scipy('half/in').data as Float32Array));
    expect(found).toEqual(scipy('half/out').data);
  });
});

describe('label operations equal scipy.ndimage', () => {
  const { data, shape } = scipy('labels');
  const sizeXyz: Vec3 = [shape[2], shape[1], shape[0]];
  const labels = [0, 1, 2].map((value) => ({ value, name: String(value) }));
  const run = (op: LabelOp): Uint8Array => {
    const map = Uint8Array.from(data);
    applyLabelOp(expandPostprocess({ postprocess: [op], labels })[0] as ExpandedLabelOp, map, sizeXyz, 1);
    return map;
  };
  it.each([6, 18, 26] as const)('connectivity %i', (connectivity) => {
    for (const scope of ['each', 'union'] as const) {
      expect(run({ op: 'keepLargest', connectivity, scope })).toEqual(
        scipy(`keepLargest/${connectivity}/${scope}`).data,
      );
      expect(run({ op: 'removeSmall', connectivity, scope, minVoxels: 12 })).toEqual(
        scipy(`removeSmall/${connectivity}/${scope}`).data,
      );
    }
    expect(run({ op: 'fillHoles', connectivity })).toEqual(scipy(`fillHoles/${connectivity}`).data);
  });
});

it('weighs tiles like nnU-Net and MONAI', () => {
  expect(worst(tileWeights([8, 5, 12], 'gaussianNnunet'), scipy('gaussian/nnunet').data)).toBeLessThan(1e-6);
  expect(worst(tileWeights([9, 6, 16], 'gaussianNnunet', 0.04), scipy('gaussian/nnunet/narrow').data)).toBeLessThan(
    1e-6,
  );
  expect(worst(tileWeights([8, 5, 12], 'gaussianMonai'), scipy('gaussian/monai').data)).toBeLessThan(1e-6);
});

describe('whole chains equal Python', () => {
  const about = (labels: number, channels: number): Omit<Manifest, 'preprocess' | 'inference' | 'postprocess'> => ({
    manifestVersion: 1,
    name: 'golden',
    version: '1',
    inputs: [
      { tensor: 'x', layout: 'NCXYZ', channels: Array.from({ length: channels }, (_, c) => ({ name: `c${c}` })) },
    ],
    output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits' },
    labels: Array.from({ length: labels }, (_, value) => ({ value, name: `l${value}` })),
  });

  const nnunet: [string, NnunetIntensity, (0 | 1 | 2)[]][] = [
    ['nnunet-ct', { scheme: 'CTNormalization', mean: 70, std: 90, lo: -60, hi: 260 }, []],
    ['nnunet-mr', { scheme: 'ZScoreNormalization', useMask: true }, [0, 2]],
  ];
  it.each(nnunet)(
    '%s: crop, normalise, cubic resampling, Gaussian tiles, logits back',
    async (name, intensity, mirror) => {
      const { data, shape, spacing, target, patch } = scipy(`${name}/image`);
      const kernels = scipy(`${name}/kernels`);
      const voxels = data.length / shape[0];
      const images = Array.from({ length: shape[0] }, (_, c) =>
        asVolume(data.slice(c * voxels, (c + 1) * voxels), shape, spacing),
      );
      const manifest = expandNnunetProfile({
        ...about(kernels.shape[0], shape[0]),
        profile: 'nnunet-v2',
        spacing: target as Vec3,
        patch: patch as Vec3,
        intensity,
        mirror,
      });
      const { labels } = await runPipeline(images, manifest, convolution(kernels, scipy(`${name}/bias`)));
      const found = agreement(labels.data, scipy(`${name}/labels`).data);
      expect(found.equal).toBeGreaterThanOrEqual(0.9999);
      expect(found.dice).toBeGreaterThanOrEqual(0.999);
    },
  );

  it.each([
    ['monai', 'constant'],
    ['monai-gaussian', 'gaussianMonai'],
  ] as const)('%s: RAS, spacing, window, %s tiles, softmax, probabilities back', async (name, blend) => {
    const { data, shape, spacing, target, patch } = scipy(`${name}/image`);
    const kernels = scipy(`${name}/kernels`);
    const [nx, ny, nz] = shape;
    const inFile = (v: number): number => ((v % nx) * ny + (Math.floor(v / nx) % ny)) * nz + Math.floor(v / (nx * ny)); // x fastest
    const volume: Volume = {
      geometry: {
        sizeXyz: [nx, ny, nz],
        spacingMm: spacing as Vec3,
        originLps: [0, 0, 0],
        direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
      },
      data: Int16Array.from({ length: data.length }, (_, v) => data[inFile(v)]),
    };
    const inference: InferenceMode = { mode: 'sliding', patch: patch as Vec3, overlap: 0.25, blend };
    const postprocess: PostprocessOp[] = [{ op: 'softmax' }, { op: 'invert' }, { op: 'argmax' }];
    const preprocess: PreprocessOp[] = [
      { op: 'orient', axes: 'RAS' },
      { op: 'resample', spacing: target as Vec3, grid: 'firstVoxel' },
      { op: 'window', in: [-57, 164], out: [0, 1] },
    ];
    const manifest = { ...about(3, 1), preprocess, inference, postprocess };
    const { labels } = await runPipeline(volume, manifest, convolution(kernels, scipy(`${name}/bias`)));
    const wanted = scipy(`${name}/labels`).data;
    const found = agreement(
      labels.data,
      Uint8Array.from({ length: data.length }, (_, v) => wanted[inFile(v)]),
    );
    expect(found.equal).toBeGreaterThanOrEqual(0.9999);
    expect(found.dice).toBeGreaterThanOrEqual(0.999);
  });
});
