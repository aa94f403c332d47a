import { jest } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { axisCodes, orientTo, readNifti } from '#imaging';
import type { Geometry, LabelMap, Mat3, Volume } from '#imaging';
import type { InferenceMode, Manifest, PostprocessOp, PreprocessOp } from './manifest.js';
import { manifestProblems } from './manifest-problems.js';
import { expandNnunetProfile } from './nnunet-profile.js';
import type { NnunetProfile } from './nnunet-profile.js';
import { runPipeline } from './run-pipeline.js';
import { agreement } from './test-support/golden.js';
import { openNetworks } from './test-support/onnx.js';
import { phantom } from './test-support/phantoms.js';

/** Public images that a clone does not carry; the README beside them names sources and licences. */
const FOLDER = resolve(import.meta.dirname, '../../../../shared/data/real');
const SCANS = {
  ct: 'msd-spleen2-crop/ct.nii.gz',
  mr: 'totalseg/example_mr_sm.nii.gz',
  small: 'totalseg/example_ct_sm.nii.gz',
} as const;
/** Label maps that Python made of them, and of phantoms, by the same networks: test/golden/pipeline/make_real_networks.py. */
const GOLDEN = resolve(import.meta.dirname, '../../../test/golden/pipeline');
const present = existsSync(FOLDER);

jest.setTimeout(300_000);

const about: Omit<Manifest, 'preprocess' | 'inference' | 'postprocess'> = {
  manifestVersion: 1,
  name: 'real',
  version: '1',
  inputs: [{ tensor: 'x', layout: 'NCXYZ', channels: [{ name: 'image' }] }],
  output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits', channels: 4 },
  labels: [0, 1, 2, 3].map((value) => ({ value, name: `l${value}` })),
};
const chain = (
  preprocess: PreprocessOp[],
  inference: InferenceMode,
  postprocess: PostprocessOp[],
  more: Partial<Manifest> = {},
): Manifest => ({ ...about, preprocess, inference, postprocess, ...more });
const nnunet = (more: Pick<NnunetProfile, 'spacing' | 'patch' | 'intensity'> & Partial<NnunetProfile>): Manifest => {
  const layout = more.patch.length === 2 ? 'NCXY' : 'NCXYZ';
  return expandNnunetProfile({
    ...about,
    inputs: [{ ...about.inputs[0], layout }],
    output: { ...about.output, layout },
    ...more,
    profile: 'nnunet-v2',
  });
};
const CT = { scheme: 'CTNormalization', mean: 70, std: 90, lo: -60, hi: 260 } as const;
const folds = [{ file: 'a.onnx' }, { file: 'b.onnx' }];
const back: PostprocessOp[] = [{ op: 'softmax' }, { op: 'invert' }, { op: 'argmax' }];
const stored = (layout: 'NXYZC' | 'NXYC', dtype: 'float32' | 'float16'): Partial<Manifest> => ({
  inputs: [{ ...about.inputs[0], layout, dtype }],
  output: { ...about.output, layout, dtype },
});

const CHAINS: readonly (readonly [
  name: string,
  scan: keyof typeof SCANS,
  networks: readonly string[],
  manifest: Manifest,
])[] = [
  ['nnunet-thick', 'ct', ['volume-a'], nnunet({ spacing: [3, 1.2, 1.2], patch: [16, 64, 64], intensity: CT })],
  [
    'nnunet-folds-mirrored',
    'mr',
    ['volume-a', 'volume-b'],
    nnunet({
      spacing: [2.2, 2.5, 2.5],
      patch: [16, 48, 32],
      intensity: { scheme: 'ZScoreNormalization', useMask: true },
      mirror: [0, 1, 2],
      models: folds,
    }),
  ],
  ['nnunet-2d', 'ct', ['slice'], nnunet({ spacing: [1.3, 1.3], patch: [64, 64], intensity: CT })],
  [
    'monai-gaussian',
    'small',
    ['volume-a'],
    chain(
      [
        { op: 'orient', axes: 'RAS' },
        { op: 'resample', spacing: [2, 2, 4], grid: 'firstVoxel' },
        { op: 'window', in: [-57, 164], out: [0, 1] },
      ],
      { mode: 'sliding', patch: [48, 48, 16], overlap: 0.5, blend: 'gaussianMonai' },
      [...back, { op: 'keepLargest' }],
    ),
  ],
  [
    'monai-ensemble',
    'ct',
    ['volume-a', 'volume-b'],
    chain(
      [
        { op: 'orient', axes: 'LPS' },
        { op: 'resample', spacing: [1.5, 1.5, 4], grid: 'firstVoxel' },
        { op: 'window', in: [-175, 250], out: [0, 1] },
      ],
      { mode: 'sliding', patch: [64, 64, 48], overlap: 0.25 },
      [{ op: 'invert' }, { op: 'argmax' }],
      {
        models: [
          { file: 'a.onnx', weight: 2 },
          { file: 'b.onnx', weight: 1 },
        ],
        ensemble: { average: 'probabilities' },
      },
    ),
  ],
  [
    'regions',
    'small',
    ['volume-a'],
    chain(
      [
        { op: 'orient', axes: 'SPL' },
        { op: 'cropForeground', threshold: 150, margin: [1, 3, 2] },
        { op: 'resample', spacing: [2.5, 3.4, 3.4], grid: 'halfVoxel' },
        { op: 'clip', percentiles: [0.5, 99.5] },
        { op: 'zscore' },
      ],
      { mode: 'sliding', patch: [16, 32, 32], overlap: 0.5 },
      [
        { op: 'sigmoid' },
        { op: 'invert' },
        {
          op: 'regions',
          regions: [
            { channel: 2, label: 1 },
            { channel: 0, threshold: 0.6, label: 2 },
            { channel: 3, threshold: 0.7, label: 3 },
          ],
        },
      ],
    ),
  ],
  [
    'last-half',
    'small',
    ['volume-a-last-half'],
    chain(
      [
        { op: 'orient', axes: 'RAS' },
        { op: 'window', in: [-160, 240], out: [0, 1] },
      ],
      { mode: 'full', divisor: [2, 2, 2] },
      [{ op: 'argmax' }, { op: 'invert' }],
      stored('NXYZC', 'float16'),
    ),
  ],
  [
    'stack',
    'mr',
    ['stack-last'],
    chain(
      [{ op: 'orient', axes: 'RPI' }, { op: 'minmax' }],
      { mode: 'stack25d', sliceAxis: 2, context: 1, divisor: [8, 8], batch: 3, pad: { mode: 'edge' } },
      [{ op: 'invert' }, { op: 'argmax' }],
      stored('NXYC', 'float32'),
    ),
  ],
];

/** Orientations of one volume, whatever the file's own. */
const ORIENTED = chain(
  [
    { op: 'orient', axes: 'PIR' },
    { op: 'resample', spacing: [3, 2, 3], grid: 'firstVoxel' },
    { op: 'zscore', mask: 'nonzero' },
  ],
  { mode: 'sliding', patch: [32, 32, 32], overlap: 0.5 },
  back,
);

/** Whole grey values, as the Python side has them. */
async function imageOf(path: string): Promise<Volume> {
  const { geometry, data } = await readNifti(new Uint8Array(readFileSync(join(FOLDER, path))));
  return { geometry, data: Float32Array.from(data, (x) => Math.round(x)) };
}

const golden = (of: 'real' | 'phantoms', name: string): Uint8Array =>
  new Uint8Array(gunzipSync(readFileSync(join(GOLDEN, of, `${name}.bin.gz`))));

async function labelsOf(image: Volume, manifest: Manifest, names: readonly string[]): Promise<LabelMap> {
  expect(manifestProblems(manifest)).toEqual([]);
  const networks = await openNetworks(names);
  try {
    return (await runPipeline(image, manifest, networks.run, { tilesAtOnce: 2 })).labels;
  } finally {
    await networks.close();
  }
}

function expectAgreement(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  const { equal, dice } = agreement(found, wanted);
  expect(equal).toBeGreaterThanOrEqual(0.9999);
  expect(dice).toBeGreaterThanOrEqual(0.999);
}

/** Of the eight axis orders that the volume is stored in all with VOXELMARK_TEST_LONG=1, else one of each kind of first axis. */
const ORDERS =
  process.env.VOXELMARK_TEST_LONG === '1'
    ? ['AIL', 'IPR', 'LAS', 'LPS', 'PSL', 'RAS', 'RPI', 'SRA']
    : ['AIL', 'RPI', 'SRA'];

describe('networks on phantoms, which every clone can make', () => {
  it.each(CHAINS)('%s agrees with Python', async (name, scan, networks, manifest) => {
    const image = phantom(scan);
    const { geometry, data } = await labelsOf(image, manifest, networks);
    expect(geometry).toEqual(image.geometry);
    expectAgreement(data, golden('phantoms', name));
  });
});

(present ? describe : describe.skip)(
  `networks on real scans${present ? '' : ' [data absent: ../shared/data/real]'}`,
  () => {
    it.each(CHAINS)('%s agrees with Python', async (name, scan, networks, manifest) => {
      const { data } = await labelsOf(await imageOf(SCANS[scan]), manifest, networks);
      expectAgreement(data, golden('real', name));
    });

    it.each(ORDERS)('a volume stored as %s gets the labels of all others', async (stored) => {
      const image = await imageOf(`orientations/${stored}.nii.gz`);
      expect(axisCodes(image.geometry)).toBe(stored);
      const { geometry, data } = await labelsOf(image, ORIENTED, ['volume-b']);
      expect(geometry).toEqual(image.geometry);
      expectAgreement(orientTo({ geometry, data }, 'PIR').data, golden('real', 'orientations'));
    });

    it('an oblique scan goes through the nearest axes, and its labels come back onto its own grid', async () => {
      const [name, scan, networks, manifest] = CHAINS[3];
      const straight = await imageOf(SCANS[scan]);
      const turned: Volume = { ...straight, geometry: tilted(straight.geometry, 25, 10) };
      const { geometry, data } = await labelsOf(turned, manifest, networks);
      expect(geometry).toEqual(turned.geometry);
      expectAgreement(data, golden('real', name));
    });
  },
);

/** Turned about z, then about x, by degrees. */
function tilted(geometry: Geometry, aboutZ: number, aboutX: number): Geometry {
  const [c, s] = [Math.cos((aboutZ * Math.PI) / 180), Math.sin((aboutZ * Math.PI) / 180)];
  const [d, t] = [Math.cos((aboutX * Math.PI) / 180), Math.sin((aboutX * Math.PI) / 180)];
  const turn = [c, -s, 0, d * s, d * c, -t, t * s, t * c, d];
  const direction = [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((column) =>
      [0, 1, 2].reduce((sum, n) => sum + turn[3 * row + n] * geometry.direction[3 * n + column], 0),
    ),
  ) as unknown as Mat3;
  return { ...geometry, direction };
}
