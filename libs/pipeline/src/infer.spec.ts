import type { Vec3 } from '#imaging';
import { expandManifest } from './expand.js';
import { infer, inferencePlan, inferSums } from './infer.js';
import type { RunTile, TileRequest } from './infer.js';
import type { InferenceMode, Manifest, PostprocessOp, PreprocessOp } from './manifest.js';
import { manifestProblems } from './manifest-problems.js';
import { networkFace } from './network-face.js';
import { prepare } from './prepare.js';
import { runPipeline } from './run-pipeline.js';
import { asVolume } from './test-support/golden.js';

const SHAPE: Vec3 = [5, 6, 7];
const ramp = (channel = 0): Float32Array =>
  Float32Array.from({ length: 210 }, (_, v) => ((v * 31 + channel * 17) % 97) - 40);
const images = (channels: number) => Array.from({ length: channels }, (_, c) => asVolume(ramp(c), SHAPE));

function manifest(inference: InferenceMode, changes: Partial<Manifest> = {}): Manifest {
  const flat = inference.mode === 'slices' || inference.mode === 'stack25d';
  const layout = flat ? 'NCXY' : 'NCXYZ';
  return {
    manifestVersion: 1,
    name: 'test',
    version: '1',
    inputs: [{ tensor: 'x', layout, channels: [{ name: 'a' }] }],
    output: { tensor: 'y', layout, meaning: 'logits' },
    preprocess: [{ op: 'orient', axes: 'storedZYX' }],
    inference,
    postprocess: [{ op: 'invert' }, { op: 'argmax' }],
    labels: [
      { value: 0, name: 'background' },
      { value: 1, name: 'one' },
    ],
    ...changes,
  };
}

/** Channel 0: minus the first input channel; channel 1: the sum of all. Channels first. */
const sums: RunTile = async (tile, _shape, { inputDims }) => {
  const [n, channels] = inputDims;
  const voxels = tile.length / n / channels;
  const out = new Float32Array(n * 2 * voxels);
  for (let b = 0; b < n; b++) {
    for (let v = 0; v < voxels; v++) {
      out[b * 2 * voxels + v] = -tile[b * channels * voxels + v];
      for (let c = 0; c < channels; c++) out[(b * 2 + 1) * voxels + v] += tile[(b * channels + c) * voxels + v];
    }
  }
  return out;
};

async function maps(written: Manifest, network: RunTile, channels = 1): Promise<Float32Array[]> {
  const expanded = expandManifest(written);
  expect(manifestProblems(written)).toEqual([]);
  return (await infer(prepare(images(channels), expanded), expanded, network)).maps;
}

const close = (found: Float32Array, wanted: Float32Array): void =>
  wanted.forEach((x, v) => expect(Math.abs(found[v] - x)).toBeLessThan(1e-4));

describe('ways to lead a network over a volume', () => {
  const whole = (): Promise<Float32Array[]> => maps(manifest({ mode: 'full' }), sums);

  it('gives the same for a voxel-wise network in one pass, in tiles, in batches and slice by slice', async () => {
    const wanted = await whole();
    const modes: InferenceMode[] = [
      { mode: 'full', divisor: [4, 4, 4], pad: { mode: 'mirror', align: 'center' } },
      { mode: 'sliding', patch: [3, 4, 9], overlap: 0.4, blend: 'gaussianMonai', batch: 3, pad: { mode: 'edge' } },
      { mode: 'sliding', patch: [4, 3, 2], tiling: 'evenStep', blend: 'gaussianNnunet' },
      { mode: 'slices', sliceAxis: 0 },
      { mode: 'slices', sliceAxis: 1, patch: [3, 4], overlap: 0.5, blend: 'gaussianMonai', batch: 5 },
      { mode: 'slices', sliceAxis: 2, divisor: [4, 4] },
    ];
    for (const mode of modes) {
      const found = await maps(manifest(mode), sums);
      found.forEach((map, c) => close(map, wanted[c]));
    }
  });

  it('stacks neighbouring slices as channels, lowest first, the last one repeated at the ends', async () => {
    const seen: number[][] = [];
    const watch: RunTile = async (tile, shape, request) => {
      expect(request.inputDims).toEqual([1, 5, 6, 7]);
      expect(request.outputDims).toEqual([1, 2, 6, 7]);
      expect(shape).toEqual([1, 6, 7]);
      seen.push(Array.from({ length: 5 }, (_, c) => tile[c * 42]));
      return new Float32Array(84);
    };
    await maps(manifest({ mode: 'stack25d', context: 2, sliceAxis: 0 }), watch);
    const slice = Array.from({ length: 5 }, (_, z) => ramp()[z * 42]);
    expect(seen[0]).toEqual([slice[0], slice[0], slice[0], slice[1], slice[2]]);
    expect(seen[4]).toEqual([slice[2], slice[3], slice[4], slice[4], slice[4]]);
  });

  it('pads with an edge, a mirror image or a value', async () => {
    const rows: Record<string, number[]> = {};
    for (const mode of ['edge', 'mirror', 'constant'] as const) {
      const watch: RunTile = async (tile) => {
        rows[mode] = Array.from(tile.subarray(0, 10));
        return new Float32Array(2 * tile.length);
      };
      await maps(manifest({ mode: 'full', divisor: [1, 1, 10], pad: { mode, value: -7 } }), watch);
    }
    const x = Array.from(ramp().subarray(0, 7));
    expect(rows).toEqual({
      edge: [...x, x[6], x[6], x[6]],
      mirror: [...x, x[5], x[4], x[3]],
      constant: [...x, -7, -7, -7],
    });
  });

  it('averages mirror images over all subsets of the axes', async () => {
    const calls: Float32Array[] = [];
    const corner: RunTile = async (tile) => {
      calls.push(tile);
      const out = new Float32Array(2 * tile.length);
      out[0] = 8; // sees only where the tile begins
      return out;
    };
    const [map] = await maps(manifest({ mode: 'full', mirror: [0, 2] }), corner);
    expect(calls).toHaveLength(4);
    expect(Array.from(calls[1].subarray(0, 3))).toEqual(Array.from(ramp().subarray(168, 171))); // axis 0 reversed
    const at = (z: number, x: number): number => map[z * 42 + x];
    expect([at(0, 0), at(4, 0), at(0, 6), at(4, 6), at(2, 3)]).toEqual([2, 2, 2, 2, 0]);
  });

  it('speaks channels-last both ways', async () => {
    const preprocess: PreprocessOp[] = [{ op: 'orient', axes: 'storedZYX' }];
    const channels = [{ name: 'a' }, { name: 'b' }];
    const wanted = await maps(
      manifest({ mode: 'full' }, { preprocess, inputs: [{ tensor: 'x', layout: 'NCXYZ', channels }] }),
      sums,
      2,
    );
    const last: RunTile = async (tile, _shape, request) => {
      expect(request.inputDims).toEqual([1, 5, 6, 7, 2]);
      expect(request.outputDims).toEqual([1, 5, 6, 7, 2]);
      const out = new Float32Array(tile.length);
      for (let v = 0; v < tile.length; v += 2) {
        out[v] = -tile[v];
        out[v + 1] = tile[v] + tile[v + 1];
      }
      return out;
    };
    const tensors = {
      inputs: [{ tensor: 'x', layout: 'NXYZC', channels }],
      output: { tensor: 'y', layout: 'NXYZC', meaning: 'logits' },
    } as const;
    const found = await maps(manifest({ mode: 'full' }, { ...tensors, preprocess }), last, 2);
    expect(found).toEqual(wanted);
  });

  it('appends coordinates as channels', async () => {
    let dims: readonly number[] = [];
    const watch: RunTile = async (tile, _shape, request) => {
      dims = request.inputDims;
      expect(Array.from(tile.subarray(210, 211))).toEqual([-1]);
      expect(tile[210 + 4 * 42]).toBe(1); // along tensor axis 0
      expect(tile[3 * 210 + 6]).toBe(1); // along tensor axis 2
      return new Float32Array(2 * 210);
    };
    await maps(
      manifest(
        { mode: 'full' },
        {
          preprocess: [
            { op: 'orient', axes: 'storedZYX' },
            { op: 'concatCoordinates', range: 'signed' },
          ],
        },
      ),
      watch,
    );
    expect(dims).toEqual([1, 4, 5, 6, 7]);
  });
});

describe('ensembles', () => {
  const models = [
    { file: 'a.onnx', weight: 3 },
    { file: 'b.onnx', weight: 1 },
  ];
  /** Logits 0 and x with x = 4 for model a, -2 for model b. */
  const opinions: RunTile = async (tile, _shape, { model }) =>
    new Float32Array(2 * tile.length).fill(model === 0 ? 4 : -2, tile.length);

  it('average logits by weight', async () => {
    const [zero, one] = await maps(manifest({ mode: 'full' }, { models }), opinions);
    expect([zero[5], one[5]]).toEqual([0, 2.5]);
  });

  it('average probabilities, of tiles or of whole volumes', async () => {
    const wanted = 0.75 / (1 + Math.exp(-4)) + 0.25 / (1 + Math.exp(2));
    for (const accumulate of ['logits', 'probabilities'] as const) {
      const mode: InferenceMode = { mode: 'sliding', patch: [4, 4, 4], blend: 'gaussianMonai', accumulate };
      const [zero, one] = await maps(manifest(mode, { models, ensemble: { average: 'probabilities' } }), opinions);
      expect(one[100]).toBeCloseTo(wanted, 5);
      expect(zero[100]).toBeCloseTo(1 - wanted, 5);
    }
  });

  it('with regions take a sigmoid of each channel instead', async () => {
    const postprocess: PostprocessOp[] = [
      { op: 'invert' },
      {
        op: 'regions',
        regions: [
          { channel: 0, label: 1 },
          { channel: 1, label: 1 },
        ],
      },
    ];
    const [zero] = await maps(
      manifest({ mode: 'full' }, { models, ensemble: { average: 'probabilities' }, postprocess }),
      opinions,
    );
    expect(zero[0]).toBeCloseTo(0.5, 6);
  });
});

describe('the face of a network', () => {
  it('follows patch, layout, context and coordinates', () => {
    expect(networkFace(manifest({ mode: 'full' })).input.dims).toEqual([1, 1, null, null, null]);
    expect(networkFace(manifest({ mode: 'sliding', patch: [8, 9, 10] })).output.dims).toEqual([1, 2, 8, 9, 10]);
    const flat = networkFace(manifest({ mode: 'stack25d', context: 1, sliceAxis: 1, patch: [8, 9] }));
    expect(flat.input).toMatchObject({ dims: [1, 3, 8, 9], channelAxis: 1, dtype: 'float32' });
  });

  it('counts the work before it is done', () => {
    const mirrored: InferenceMode = { mode: 'sliding', patch: [4, 4, 4], mirror: [0, 1, 2] };
    const models = [{ file: 'a.onnx' }, { file: 'b.onnx' }];
    expect(inferencePlan([8, 8, 8], expandManifest(manifest(mirrored, { models })))).toEqual({ tiles: 27, runs: 432 });
  });
});

describe('from channels to labels', () => {
  const signs: RunTile = async (tile, _shape, request: TileRequest) => {
    const out = new Float32Array(2 * tile.length);
    expect(request.outputType).toBe('float32');
    for (let v = 0; v < tile.length; v++) {
      out[v] = tile[v] - 10;
      out[tile.length + v] = tile[v] - 40;
    }
    return out;
  };

  it('paints regions in order, sigmoid before or after the way back', async () => {
    const labels = [0, 2, 7].map((value) => ({ value, name: `l${value}` }));
    const regions = {
      op: 'regions',
      regions: [
        { channel: 0, label: 2 },
        { channel: 1, label: 7 },
      ],
    } as const;
    for (const postprocess of [
      [{ op: 'sigmoid' }, { op: 'invert' }, regions],
      [{ op: 'invert' }, { op: 'sigmoid' }, regions],
      [{ op: 'sigmoid' }, regions, { op: 'invert' }],
    ] satisfies PostprocessOp[][]) {
      const result = await runPipeline(images(1), manifest({ mode: 'full' }, { postprocess, labels }), signs);
      expect(Array.from(result.labels.data)).toEqual(Array.from(ramp(), (x) => (x > 40 ? 7 : x > 10 ? 2 : 0)));
    }
  });

  it('puts a cropped result back in its place, background outside', async () => {
    const data = new Float32Array(210);
    for (const v of [58, 59, 100]) data[v] = 50;
    const preprocess: PreprocessOp[] = [
      { op: 'orient', axes: 'RAS' },
      { op: 'cropNonzero' },
      { op: 'resample', spacing: [0.5, 1, 1] },
    ];
    const shapes: Vec3[] = [];
    const watch: RunTile = async (tile, shape, request) => {
      shapes.push(shape);
      return signs(tile, shape, request);
    };
    const postprocess: PostprocessOp[] = [
      { op: 'invert', order: 0 },
      { op: 'argmax', channelToLabel: [1, 0] },
      { op: 'mapLabels', map: { '1': 300 } },
    ];
    const labels = [0, 300].map((value) => ({ value, name: `l${value}` }));
    const result = await runPipeline(
      asVolume(data, SHAPE),
      manifest({ mode: 'full' }, { preprocess, postprocess, labels }),
      watch,
    );
    expect(shapes).toEqual([[4, 1, 2]]); // x twice as fine, one y, two z
    expect(result.labels.data).toBeInstanceOf(Uint16Array);
    const found = Array.from(result.labels.data).flatMap((label, v) => (label === 300 ? [v] : []));
    expect(found).toEqual([58, 59, 100, 101]); // channel 0 is the higher one everywhere in the box of two by one by two
  });

  it('says which labels could come out unnamed, and which channels are not there', () => {
    const labels = [0, 1].map((value) => ({ value, name: `l${value}` }));
    const problems = (postprocess: PostprocessOp[]): string =>
      manifestProblems(manifest({ mode: 'full' }, { postprocess, labels })).join('\n');
    expect(problems([{ op: 'argmax', channelToLabel: [0, 5] }, { op: 'invert' }])).toMatch(
      /makes the labels 5; labels lists 0, 1/,
    );
    expect(problems([{ op: 'keepLargest' }, { op: 'argmax' }, { op: 'invert' }])).toMatch(
      /"keepLargest" before "argmax"/,
    );
    expect(problems([{ op: 'argmax' }, { op: 'removeSmall' }, { op: 'invert' }])).toMatch(
      /neither minVoxels nor minVolumeMm3/,
    );
    expect(
      problems([{ op: 'argmax' }, { op: 'regions', regions: [{ channel: 0, label: 1 }] }, { op: 'invert' }]),
    ).toMatch(/exactly one "argmax" or "regions"/);
  });
});

describe('several tiles under way', () => {
  const MODE: InferenceMode = { mode: 'sliding', patch: [2, 3, 4], overlap: 0.5, blend: 'gaussianNnunet' };
  const expanded = expandManifest(manifest(MODE));
  const prepared = prepare(images(1), expanded);

  it('changes nothing, whichever is finished first', async () => {
    const { maps: wanted } = await inferSums(prepared, expanded, sums);
    let underWay = 0;
    let most = 0;
    let calls = 0;
    const late: RunTile = async (tile, shape, request) => {
      most = Math.max(most, ++underWay);
      const kept = tile.slice();
      for (let turns = ((calls++ * 7) % 5) + 1; turns > 0; turns--) await Promise.resolve();
      expect(tile).toEqual(kept); // nobody fills it while the call is under way
      underWay--;
      return sums(tile, shape, request);
    };
    const { maps } = await inferSums(prepared, expanded, late, { tilesAtOnce: 3 });
    expect(maps).toEqual(wanted);
    expect(most).toBe(3);
  });

  it('takes tiles that are transferred away', async () => {
    const { maps: wanted } = await inferSums(prepared, expanded, sums);
    const away: RunTile = async (tile, shape, request) =>
      sums(structuredClone(tile, { transfer: [tile.buffer] }), shape, request);
    expect((await inferSums(prepared, expanded, away)).maps).toEqual(wanted);
  });

  it('ends with the first failure, when nothing is running any more', async () => {
    let underWay = 0;
    let calls = 0;
    const failing: RunTile = async (tile, shape, request) => {
      const mine = calls++;
      underWay++;
      for (let turns = 0; turns < 5; turns++) await Promise.resolve();
      underWay--;
      if (mine >= 2) throw new Error(`tile ${mine}`);
      return sums(tile, shape, request);
    };
    await expect(inferSums(prepared, expanded, failing, { tilesAtOnce: 3 })).rejects.toThrow('tile 2');
    expect(underWay).toBe(0);
  });
});
