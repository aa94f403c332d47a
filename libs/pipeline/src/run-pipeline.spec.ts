import fc from 'fast-check';
import { ALL_AXIS_CODES, ImageFormatError, orientTo } from '#imaging';
import type { Geometry, LabelMap, Vec3, Volume } from '#imaging';
import { manifestProblems } from './manifest-problems.js';
import type { InferenceMode, Manifest, PostprocessOp, PreprocessOp } from './manifest.js';
import { PipelineError } from './pipeline-error.js';
import { prepare } from './prepare.js';
import { softmax } from './activations.js';
import { restore } from './restore.js';
import { runPipeline } from './run-pipeline.js';
import type { RunTile } from './infer.js';

const GRID: Geometry = {
  sizeXyz: [5, 4, 3],
  spacingMm: [1, 1.5, 4],
  originLps: [-3, 8, 100],
  direction: [0.96, -0.28, 0, 0.28, 0.96, 0, 0, 0, 1],
};

const numbered = (geometry: Geometry): Volume<Float32Array> => {
  const n = geometry.sizeXyz[0] * geometry.sizeXyz[1] * geometry.sizeXyz[2];
  return { geometry, data: Float32Array.from({ length: n }, (_, v) => (v * 29) % n) };
};

const FULL: InferenceMode = { mode: 'full', divisor: [1, 1, 1], padValue: 0 };
const SLIDING: InferenceMode = { mode: 'sliding', patch: [4, 3, 2], overlap: 0.5, blend: 'gaussian', padValue: 0 };
const INVERT_MAPS: PostprocessOp[] = [{ op: 'invert', order: 1 }, { op: 'argmax' }];
const INVERT_LABELS: PostprocessOp[] = [{ op: 'argmax' }, { op: 'invert', order: 0 }];

function manifest(preprocess: PreprocessOp[], changes: Partial<Manifest> = {}): Manifest {
  return {
    manifestVersion: 1,
    name: 'test',
    version: '1.0.0',
    task: 'semantic',
    inputs: [{ tensor: 'image', layout: 'NCXYZ', dtype: 'float32', channels: [{ name: 'CT' }] }],
    output: { tensor: 'logits', layout: 'NCXYZ', meaning: 'logits' },
    preprocess,
    inference: FULL,
    postprocess: INVERT_MAPS,
    labels: [
      { value: 0, name: 'background' },
      { value: 5, name: 'bright' },
    ],
    ...changes,
  };
}

/** A network that calls a voxel bright where it exceeds a threshold. */
const above =
  (threshold: number): RunTile =>
  async (tile) => {
    const output = new Float32Array(2 * tile.length);
    output.set(tile.map((x) => threshold - x));
    output.set(
      tile.map((x) => x - threshold),
      tile.length,
    );
    return output;
  };

describe('preparing an image', () => {
  it('lays the first letter of the orientation along the slowest axis of memory', () => {
    const image = numbered({ ...GRID, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] }); // stored LPS, x fastest
    const zyx = prepare(image, { preprocess: [{ op: 'orient', axes: 'SPL' }] });
    expect(zyx.shape).toEqual([3, 4, 5]);
    expect(zyx.data).toEqual(image.data); // the stored bytes are a [z, y, x] tensor already
    const xyz = prepare(image, { preprocess: [{ op: 'orient', axes: 'LPS' }] });
    expect(xyz.shape).toEqual([5, 4, 3]);
    expect(xyz.data[(2 * 4 + 1) * 3 + 0]).toBe(image.data[(0 * 4 + 1) * 5 + 2]); // tensor (2, 1, 0) is voxel (2, 1, 0)
    const ras = prepare(image, { preprocess: [{ op: 'orient', axes: 'RAS' }] });
    expect(ras.data[0]).toBe(image.data[(0 * 4 + 3) * 5 + 4]); // the corner that is left and posterior
  });

  it('gives one tensor however the same image is stored', () => {
    const preprocess: PreprocessOp[] = [
      { op: 'orient', axes: 'RAS' },
      { op: 'resample', spacing: [2, 2, null], order: 1, grid: 'halfVoxel' },
      { op: 'window', in: [0, 60], out: [-1, 1], clip: true },
    ];
    const wanted = prepare(numbered(GRID), { preprocess });
    for (const axes of ALL_AXIS_CODES) {
      const stored = prepare(orientTo(numbered(GRID), axes), { preprocess });
      expect(stored.shape).toEqual(wanted.shape);
      expect(stored.data).toEqual(wanted.data);
    }
  });

  it('takes spacing in tensor order: 1.5 mm along the third letter', () => {
    const image = numbered({ ...GRID, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] });
    const preprocess: PreprocessOp[] = [
      { op: 'orient', axes: 'LPS' },
      { op: 'resample', spacing: [null, 3, 2], order: 1, grid: 'halfVoxel' },
    ];
    expect(prepare(image, { preprocess }).shape).toEqual([5, 2, 6]);
  });

  it('windows linearly and clips only when asked', () => {
    const image: Volume = { geometry: { ...GRID, sizeXyz: [3, 1, 1] }, data: Int16Array.of(-100, 0, 300) };
    const window = (clip: boolean): number[] =>
      Array.from(prepare(image, { preprocess: [{ op: 'window', in: [-50, 50], out: [0, 1], clip }] }).data);
    expect(window(true)).toEqual([0, 0.5, 1]);
    expect(window(false)).toEqual([-0.5, 0.5, 3.5]);
  });

  describe('with statistics of each slice', () => {
    const STRAIGHT: Geometry = { ...GRID, sizeXyz: [2, 2, 2], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
    const eight = (): Volume => ({ geometry: STRAIGHT, data: Float32Array.of(0, 1, 2, 4, 10, 30, 40, 50) });
    const prepared = (...ops: PreprocessOp[]): number[] =>
      Array.from(prepare(eight(), { preprocess: [{ op: 'orient', axes: 'storedZYX' }, ...ops] }).data);

    it('takes them across the tensor axis that is named: 0 is z of a tensor of z, y, x', () => {
      expect(prepared({ op: 'minmax', perSlice: 0 })).toEqual([0, 0.25, 0.5, 1, 0, 0.5, 0.75, 1]);
      // rows y = 0 hold 0, 1, 10, 30 and rows y = 1 hold 2, 4, 40, 50
      expect(prepared({ op: 'minmax', out: [0, 30], perSlice: 1 }).slice(0, 2)).toEqual([0, 1]);
      expect(prepared({ op: 'minmax', out: [0, 48], perSlice: 1 }).slice(2, 4)).toEqual([0, 2]);
      // columns x = 0 hold 0, 2, 10, 40 and columns x = 1 hold 1, 4, 30, 50
      expect(prepared({ op: 'minmax', out: [0, 40], perSlice: 2 }).filter((_, v) => v % 2 === 0)).toEqual([
        0, 2, 10, 40,
      ]);
    });

    it.each([0, 1, 2] as const)('gives what each slice across axis %i gives by itself', (perSlice) => {
      const ops: PreprocessOp[] = [
        { op: 'clip', percentiles: [10, 90], mask: 'nonzero' },
        { op: 'zscore', mask: { above: 3 }, outside: 'zero' },
      ];
      const axis = 2 - perSlice;
      // slices are taken out sixteen at a time
      const size = ([5, 4, 3] as const).map((n, a) => (a === axis ? 35 : n)) as unknown as Vec3;
      const image = numbered({ ...GRID, sizeXyz: size });
      const together = prepare(image, { preprocess: ops.map((op) => ({ ...op, perSlice }) as PreprocessOp) }).data;
      for (let n = 0; n < size[axis]; n++) {
        const place = [1, size[0], size[0] * size[1]][axis];
        const inSlice = (_: number, v: number) => Math.floor(v / place) % size[axis] === n;
        const sizeXyz = size.map((m, a) => (a === axis ? 1 : m)) as unknown as Vec3;
        const alone = prepare(
          { geometry: { ...GRID, sizeXyz }, data: image.data.filter(inSlice) },
          { preprocess: ops },
        ).data;
        expect(Array.from(together.filter(inSlice))).toEqual(Array.from(alone));
      }
    });

    it('takes those of the mask of a crop within the slice', () => {
      const image = { geometry: STRAIGHT, data: Float32Array.of(0, 1, 2, 3, 0, 30, 0, 50) };
      const ops: PreprocessOp[] = [{ op: 'cropNonzero' }, { op: 'minmax', mask: 'crop', perSlice: 0 }];
      expect(Array.from(prepare(image, { preprocess: ops }).data)).toEqual([-0.5, 0, 0.5, 1, -1.5, 0, -1.5, 1]);
    });
  });

  it('refuses voxels that are no numbers, and images that resampling makes enormous', () => {
    const image = numbered(GRID);
    const fine: PreprocessOp[] = [{ op: 'resample', spacing: [0.001, 0.001, 0.001], order: 1, grid: 'halfVoxel' }];
    expect(() => prepare(image, { preprocess: fine })).toThrow(PipelineError);
    image.data[7] = NaN;
    expect(() => prepare(image, { preprocess: [] })).toThrow(ImageFormatError);
  });
});

describe('a network on an image', () => {
  const truth = (image: Volume, threshold: number): number[] => Array.from(image.data, (x) => (x > threshold ? 5 : 0));

  it('puts labels back onto the stored voxels exactly, from all 48 orientations to all 48', async () => {
    const image = numbered(GRID);
    for (const [n, axes] of ALL_AXIS_CODES.entries()) {
      const stored = orientTo(image, ALL_AXIS_CODES[(n * 7 + 3) % 48]);
      for (const [inference, postprocess] of [
        [FULL, INVERT_MAPS],
        [SLIDING, INVERT_LABELS],
      ] as const) {
        const setup = manifest([{ op: 'orient', axes }], { inference, postprocess });
        const { labels } = await runPipeline(stored, setup, above(30.5));
        expect(labels.geometry).toBe(stored.geometry);
        expect(Array.from(labels.data)).toEqual(truth(stored, 30.5));
      }
    }
  });

  it('returns what a constant network says, everywhere, at any spacing', async () => {
    const constant: RunTile = async (tile) => new Float32Array(2 * tile.length).fill(1, tile.length);
    const spacing = fc.double({ min: 0.4, max: 9, noNaN: true });
    const property = fc.asyncProperty(
      fc.tuple(spacing, spacing, spacing),
      fc.constantFrom('halfVoxel' as const, 'firstVoxel' as const),
      fc.constantFrom(FULL, SLIDING),
      fc.constantFrom(INVERT_MAPS, INVERT_LABELS),
      async (mm, grid, inference, postprocess) => {
        const preprocess: PreprocessOp[] = [
          { op: 'orient', axes: 'SAR' },
          { op: 'resample', spacing: mm, order: 1, grid },
        ];
        const { labels } = await runPipeline(
          numbered(GRID),
          manifest(preprocess, { inference, postprocess }),
          constant,
        );
        expect(labels.data).toHaveLength(60);
        expect(labels.data.every((label: number) => label === 5)).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: 100, seed: 8 });
  });

  it('brings a half-space back within half a model voxel, with either rule and either inverse', async () => {
    const geometry: Geometry = { ...GRID, sizeXyz: [40, 6, 6], spacingMm: [1, 1, 1] };
    const image: Volume = { geometry, data: Float32Array.from({ length: 1440 }, (_, v) => v % 40) };
    for (const grid of ['halfVoxel', 'firstVoxel'] as const) {
      for (const postprocess of [INVERT_MAPS, INVERT_LABELS]) {
        const preprocess: PreprocessOp[] = [
          { op: 'orient', axes: 'RAS' },
          { op: 'resample', spacing: [2.5, 1.2, 0.8], order: 1, grid },
        ];
        const { labels } = await runPipeline(image, manifest(preprocess, { postprocess }), above(20));
        labels.data.forEach((label: number, v: number) => {
          const x = v % 40;
          if (x > 21.25) expect(label).toBe(5);
          if (x < 18.75) expect(label).toBe(0);
        });
      }
    }
  });

  it('keeps a linear decision exact through linear resampling there and back', async () => {
    const geometry: Geometry = { ...GRID, sizeXyz: [32, 3, 3], spacingMm: [1, 1, 1] };
    const image: Volume = { geometry, data: Float32Array.from({ length: 288 }, (_, v) => v % 32) };
    const preprocess: PreprocessOp[] = [{ op: 'resample', spacing: [null, null, 2], order: 1, grid: 'halfVoxel' }];
    const { labels } = await runPipeline(image, manifest(preprocess), above(15.25));
    expect(Array.from(labels.data.subarray(0, 32))).toEqual(Array.from({ length: 32 }, (_, x) => (x > 15.25 ? 5 : 0)));
  });

  it('cuts the padding off again and reports tiles and times', async () => {
    const shapes: Vec3[] = [];
    let time = 0;
    const progress: string[] = [];
    const inference: InferenceMode = { mode: 'full', divisor: [4, 4, 4], padValue: 1000 };
    const watched: RunTile = async (tile, shape, request) => {
      shapes.push(shape);
      return above(30.5)(tile, shape, request);
    };
    const result = await runPipeline(numbered(GRID), manifest([], { inference }), watched, {
      now: () => time++,
      onTile: (done, total) => progress.push(`${done}/${total}`),
    });
    expect(shapes).toEqual([[4, 4, 8]]); // stored order, slowest first: z, y, x
    expect(Array.from(result.labels.data)).toEqual(truth(numbered(GRID), 30.5));
    expect(result.tiles).toBe(1);
    expect(progress).toEqual(['0/1']);
    expect(result.stagesMs).toEqual({ prepare: 1, inference: 1, restore: 1 });
  });

  it('blames the network for outputs of the wrong size or without numbers', async () => {
    const run = (network: RunTile): Promise<unknown> => runPipeline(numbered(GRID), manifest([]), network);
    await expect(run(async (tile) => tile)).rejects.toMatchObject({ name: 'PipelineError', code: 'output-shape' });
    const infinite: RunTile = async (tile) => new Float32Array(2 * tile.length).fill(Infinity);
    await expect(run(infinite)).rejects.toMatchObject({ name: 'PipelineError', code: 'output-not-finite' });
  });
});

describe('postprocessing', () => {
  const image: Volume = { geometry: { ...GRID, sizeXyz: [3, 1, 1] }, data: new Float32Array(3) };
  const prepared = prepare(image, { preprocess: [] });
  const maps = (): Float32Array[] => [Float32Array.of(1, 5, 2), Float32Array.of(1, 4, 3), Float32Array.of(1, 3, 3)];
  const three = [
    { value: 0, name: 'background' },
    { value: 700, name: 'a' },
    { value: 2, name: 'b' },
  ];

  it('gives ties to the lowest channel and writes the values of the labels, 16 bits wide when needed', () => {
    const labels: LabelMap = restore(maps(), prepared, { postprocess: INVERT_MAPS, labels: three });
    expect(labels.data).toBeInstanceOf(Uint16Array);
    expect(Array.from(labels.data)).toEqual([0, 0, 700]);
  });

  it('takes softmax without overflow: logits of 1000 and 1001', () => {
    const large = [Float32Array.of(1000, 0), Float32Array.of(1001, 0)];
    softmax(large);
    expect(large[1][0]).toBeCloseTo(Math.E / (1 + Math.E), 6);
    expect(large[0][0] + large[1][0]).toBeCloseTo(1, 6);
    expect(Array.from(large[0])[1]).toBe(0.5);
  });

  it('interpolates probabilities, not logits, when softmax comes first', async () => {
    // Two voxels of 2 mm become four of 1 mm; a confident voxel beside a doubtful one.
    const geometry: Geometry = { ...GRID, sizeXyz: [4, 1, 1], spacingMm: [1, 1, 1] };
    const network: RunTile = async (tile) => (tile.length === 2 ? Float32Array.of(10, 0, 0, 1) : tile);
    const preprocess: PreprocessOp[] = [{ op: 'resample', spacing: [null, null, 2], order: 1, grid: 'halfVoxel' }];
    const flat: Volume = { geometry, data: new Float32Array(4) };
    const run = async (postprocess: PostprocessOp[]): Promise<number[]> =>
      Array.from((await runPipeline(flat, manifest(preprocess, { postprocess }), network)).labels.data);
    // At 3/4 of the way logits are 2.5 against 0.75, probabilities 0.452 against 0.548.
    expect(await run(INVERT_MAPS)).toEqual([0, 0, 0, 5]);
    expect(await run([{ op: 'softmax' }, ...INVERT_MAPS])).toEqual([0, 0, 5, 5]);
  });
});

describe('checking a manifest', () => {
  const good = manifest([
    { op: 'orient', axes: 'RAS' },
    { op: 'resample', spacing: [1, null, 2], order: 1, grid: 'firstVoxel' },
    { op: 'window', in: [-100, 200], out: [0, 1], clip: true },
  ]);

  it('finds nothing wrong with a good one', () => {
    expect(manifestProblems(good)).toEqual([]);
    expect(
      manifestProblems({ ...good, inference: SLIDING, postprocess: [{ op: 'softmax' }, ...INVERT_LABELS] }),
    ).toEqual([]);
  });

  const faults: [string, Partial<Manifest>, RegExp][] = [
    ['two orientations', { preprocess: [good.preprocess[0], good.preprocess[0]] }, /2 operations "orient"/],
    [
      'orientation after resampling',
      { preprocess: [good.preprocess[1], good.preprocess[0]] },
      /"orient" before "resample"/,
    ],
    ['an orientation that is none', { preprocess: [{ op: 'orient', axes: 'RRS' }] }, /axes is "RRS"/],
    ['spacing 0', { preprocess: [{ op: 'resample', spacing: [0, 1, 1], order: 1, grid: 'halfVoxel' }] }, /\[0, 1, 1\]/],
    ['an empty window', { preprocess: [{ op: 'window', in: [5, 5], out: [0, 1], clip: true }] }, /in is \[5, 5\]/],
    [
      'statistics of other slices than those that the network takes',
      { preprocess: [{ op: 'zscore', perSlice: 2 }], inference: { mode: 'slices', sliceAxis: 0 } },
      /perSlice is 2; expected 0/,
    ],
    [
      'statistics of slices before axes are named',
      { preprocess: [{ op: 'minmax', perSlice: 0 }, good.preprocess[0]] },
      /perSlice and stands before "orient"/,
    ],
    ['a patch with a fraction', { inference: { ...SLIDING, patch: [1.5, 2, 2] } }, /patch is \[1.5, 2, 2\]/],
    ['a patch beyond memory', { inference: { ...SLIDING, patch: [4096, 4096, 5] } }, /at most 67108864/],
    ['overlap 1', { inference: { ...SLIDING, overlap: 1 } }, /overlap is 1/],
    ['no argmax', { postprocess: [{ op: 'invert', order: 1 }] }, /0 operations "argmax"/],
    ['no invert', { postprocess: [{ op: 'argmax' }] }, /0 operations "invert"/],
    [
      'two inverts',
      { postprocess: [{ op: 'invert', order: 1 }, { op: 'argmax' }, { op: 'invert', order: 0 }] },
      /2 operations "invert"/,
    ],
    [
      'interpolated labels',
      { postprocess: [{ op: 'argmax' }, { op: 'invert', order: 1 }] },
      /expected order 0 after "argmax"/,
    ],
    ['softmax at the end', { postprocess: [...INVERT_MAPS, { op: 'softmax' }] }, /"softmax" after "argmax"/],
    [
      'softmax of probabilities',
      { output: { ...good.output, meaning: 'probabilities' }, postprocess: [{ op: 'softmax' }, ...INVERT_MAPS] },
      /output.meaning is "logits"/,
    ],
    [
      'no background',
      {
        labels: [
          { value: 1, name: 'a' },
          { value: 2, name: 'b' },
        ],
      },
      /labels\[0\].value is 1/,
    ],
    [
      'one value twice',
      {
        labels: [
          { value: 0, name: 'a' },
          { value: 0, name: 'b' },
        ],
      },
      /repeat the value 0/,
    ],
    [
      'one name twice',
      {
        labels: [
          { value: 0, name: 'a' },
          { value: 1, name: 'a' },
        ],
      },
      /repeat the name a/,
    ],
    ['a single label', { labels: [{ value: 0, name: 'a' }] }, /labels has 1 entries/],
  ];

  it.each(faults)('finds %s, and such a manifest is not run', async (_, changes, sentence) => {
    const bad = { ...good, ...changes };
    expect(manifestProblems(bad).join('\n')).toMatch(sentence);
    await expect(runPipeline(numbered(GRID), bad, above(1))).rejects.toThrow('manifest cannot be run');
  });
});
