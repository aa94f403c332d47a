import { manifest as manifestSchema, manifestJsonSchema } from '#contracts';
import type { ExpandedManifest } from '#pipeline';
import { EXAMPLE_MANIFEST } from '../about/example-manifest.js';
import { pipelineInWords, type PipelineInWords } from './pipeline-in-words.js';

const example = JSON.parse(EXAMPLE_MANIFEST) as Record<string, unknown>;
/** The example with other parts, read as the platform reads it. */
const read = (change: object): ExpandedManifest => manifestSchema.parse({ ...example, ...change });
const words = (change: object): PipelineInWords => pipelineInWords(read(change));
const twoChannels = { inputs: [{ tensor: 'image', channels: [{ name: 'T1' }, { name: 'FLAIR' }] }] };

/** Every operation before the network, as written and as said. */
const PREPROCESS: readonly (readonly [op: Record<string, unknown>, words: string])[] = [
  [{ op: 'orient', axes: 'RAS' }, 'Orient to RAS: axes grow to the patient’s right, front and head'],
  [{ op: 'orient', axes: 'LPI' }, 'Orient to LPI: axes grow to the patient’s left, back and feet'],
  [{ op: 'orient', axes: 'storedXYZ' }, 'Take the axes as stored, in the order X, Y, Z'],
  [{ op: 'cropNonzero' }, 'Crop to the box around non-zero voxels'],
  [{ op: 'cropNonzero', threshold: 2 }, 'Crop to the box around voxels with |value| above 2'],
  [{ op: 'cropForeground' }, 'Crop to the box around values above 0'],
  [
    { op: 'cropForeground', threshold: -500, margin: [8, 8, 0] },
    'Crop to the box around values above −500, 8 × 8 × 0 voxels larger on each side',
  ],
  [{ op: 'cropForeground', margin: 5 }, 'Crop to the box around values above 0, 5 voxels larger on each side'],
  [
    { op: 'resample', spacing: [1.5, 1.5, 2], order: 3 },
    'Resample to 1.5 × 1.5 × 2 mm, cubic (order 3), half-voxel grid',
  ],
  [
    { op: 'resample', spacing: [null, 1, null], order: 0, grid: 'firstVoxel' },
    'Resample to as is × 1 × as is mm, nearest (order 0), first-voxel grid',
  ],
  [
    { op: 'resize', size: [128, 128, 64], grid: 'corner' },
    'Resize to 128 × 128 × 64 voxels, linear (order 1), corner grid',
  ],
  [{ op: 'window', in: [-57, 164], out: [0, 1] }, 'Window −57 to 164 onto 0 to 1, clipped'],
  [{ op: 'window', in: [0, 1], out: [-1, 1], clip: false }, 'Window 0 to 1 onto −1 to 1, not clipped'],
  [{ op: 'clip', lo: -41, hi: 176 }, 'Clip to −41 to 176'],
  [{ op: 'clip', percentiles: [0.5, 99.5], mask: 'nonzero' }, 'Clip to the percentiles 0.5 to 99.5 of non-zero voxels'],
  [{ op: 'zscore' }, 'Standardise by the image’s own mean and SD'],
  [{ op: 'zscore', mask: { above: -900 } }, 'Standardise by the image’s own mean and SD of voxels above −900'],
  [{ op: 'zscore', mean: 99.3, std: 39.4 }, 'Standardise by mean 99.3 and SD 39.4'],
  [{ op: 'zscore', mean: 'image', std: 2 }, 'Standardise by mean of the image and SD 2'],
  [{ op: 'minmax', mask: 'nonzero' }, 'Stretch the smallest and largest value of non-zero voxels to 0 to 1'],
  [{ op: 'scaleLinear', scale: 0.001, offset: [-1] }, 'Multiply by 0.001, then add −1'],
  [{ op: 'scaleLinear', scale: 0.5 }, 'Multiply by 0.5'],
  [{ op: 'scaleLinear', offset: 1024 }, 'Add 1024'],
  [{ op: 'cast', to: 'int16' }, 'Round to what int16 can hold, fractions cut off'],
  [{ op: 'cast', to: 'uint8', rounding: 'rint' }, 'Round to what uint8 can hold, halves to even'],
  [{ op: 'concatCoordinates', range: 'signed' }, 'Append the coordinates along axes 1, 2, 3 as channels, from −1 to 1'],
];

const MODES: readonly (readonly [mode: Record<string, unknown>, words: string])[] = [
  [{ mode: 'full' }, 'Run the network on the whole volume'],
  [{ mode: 'full', divisor: [8, 8, 4] }, 'Run the network on the whole volume, padded to multiples of 8 × 8 × 4'],
  [
    { mode: 'sliding', patch: [96, 96, 32], overlap: 0.625, blend: 'gaussian' },
    'Run the network in tiles of 96 × 96 × 32 voxels, 62.5 % overlap, Gaussian weights (MONAI)',
  ],
  [
    { mode: 'slices', divisor: [32, 32] },
    'Run the network slice by slice across axis 3, padded to multiples of 32 × 32',
  ],
  [
    { mode: 'slices', sliceAxis: 0, patch: [256, 256] },
    'Run the network slice by slice across axis 1, in tiles of 256 × 256 voxels, 50 % overlap, plain average',
  ],
  [{ mode: 'stack25d', context: 2 }, 'Run the network slice by slice across axis 3, with 2 neighbours on each side'],
  [{ mode: 'stack25d', context: 1 }, 'Run the network slice by slice across axis 3, with one neighbour on each side'],
];

const POSTPROCESS: readonly (readonly [op: Record<string, unknown>, words: string])[] = [
  [{ op: 'softmax' }, 'Softmax over 5 channels'],
  [{ op: 'sigmoid' }, 'Sigmoid of each of 5 channels'],
  [{ op: 'invert' }, 'Undo all changes of the grid, on logits'],
  [{ op: 'argmax' }, 'Choose the label with the highest channel'],
  [
    {
      op: 'regions',
      regions: [
        { channel: 0, label: 1 },
        { channel: 4, threshold: 0.7, label: 4 },
      ],
    },
    'Paint liver where channel 0 exceeds 0.5, then liver lesion where channel 4 exceeds 0.7',
  ],
  [{ op: 'keepLargest' }, 'Keep the largest piece of each structure'],
  [{ op: 'keepLargest', labels: [1] }, 'Keep the largest piece of liver'],
  [
    { op: 'keepLargest', labels: [1, 4], scope: 'union', minVolumeMm3: 50 },
    'Keep the largest piece of liver and liver lesion taken together, and others of at least 50 mm³',
  ],
  [{ op: 'fillHoles', labels: [2, 3] }, 'Fill holes in each of spleen and kidneys'],
  [{ op: 'removeSmall', labels: [4], minVoxels: 10 }, 'Remove pieces of liver lesion below 10 voxels'],
  [
    { op: 'removeSmall', scope: 'union', minVolumeMm3: 12.5, minVoxels: 3 },
    'Remove pieces of all structures taken together below 3 voxels or 12.5 mm³',
  ],
  [{ op: 'mapLabels', map: { 1: 2, 2: 1 } }, 'Renumber labels 1 → 2, 2 → 1'],
];

/** Constants of the key `op` or `mode` anywhere below a node of a JSON Schema. */
function constants(key: 'op' | 'mode', node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = (node as { properties?: Record<string, { const?: unknown }> }).properties?.[key]?.const;
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(node).flatMap((value) => constants(key, value))];
}

it('has words for every operation of the schema: none is left out of this test', () => {
  const schema = manifestJsonSchema();
  const tried = [...PREPROCESS, ...POSTPROCESS].map(([{ op }]) => op);
  const modes = MODES.map(([{ mode }]) => mode);
  expect([...new Set(constants('op', schema))].sort()).toEqual([...new Set(tried)].sort());
  expect([...new Set(constants('mode', schema))].sort()).toEqual([...new Set(modes)].sort());
});

it.each(PREPROCESS)('says %j', (op, said) => {
  const [line] = words({ preprocess: [op] }).before;
  expect([line.op, line.words]).toEqual([op.op, said]);
});

it.each(MODES)('says %j', (inference, said) => {
  expect(words({ inference }).network.words).toBe(said);
});

it.each(POSTPROCESS)('says %j', (op, said) => {
  // the schema reads each operation by itself; the order is checked elsewhere
  const [line] = words({ postprocess: [op, { op: 'softmax' }] }).after;
  expect([line.op, line.words]).toEqual([op.op, said]);
});

describe('the way back', () => {
  const spatial = [
    { op: 'orient', axes: 'RAS' },
    { op: 'cropForeground' },
    { op: 'resample', spacing: [1.5, 1.5, 2], order: 3 },
    { op: 'window', in: [-160, 240], out: [0, 1] },
  ];

  it('undoes what changed the grid, the last thing first, and nothing else', () => {
    const { before, after } = words({ preprocess: spatial, postprocess: [{ op: 'invert' }, { op: 'argmax' }] });
    expect(before.map(({ inverse }) => inverse)).toEqual([
      'axes turned back to how the file stores them',
      'box put back in its place; outside of it is background',
      'logits back to the cropped scan’s grid, linear (order 1)',
      null,
    ]);
    expect(after[0].undone).toEqual([
      { step: 3, words: 'logits back to the cropped scan’s grid, linear (order 1)' },
      { step: 2, words: 'box put back in its place; outside of it is background' },
      { step: 1, words: 'axes turned back to how the file stores them' },
    ]);
    expect(after[1].undone).toEqual([]);
  });

  const backOf = (change: object): string | null =>
    words({ preprocess: spatial.slice(2), ...change }).before[0].inverse;

  it.each([
    ['logits', [{ op: 'invert' }, { op: 'argmax' }], 'logits back to the scan’s grid, linear (order 1)'],
    [
      'softmax before',
      [{ op: 'softmax' }, { op: 'invert' }, { op: 'argmax' }],
      'probabilities back to the scan’s grid, linear (order 1)',
    ],
    ['nearest', [{ op: 'invert', order: 0 }, { op: 'argmax' }], 'logits back to the scan’s grid, nearest (order 0)'],
    ['after argmax', [{ op: 'argmax' }, { op: 'invert' }], 'labels back to the scan’s grid, nearest (order 0)'],
  ])('says what is brought back: %s', (_, postprocess, said) => {
    expect(backOf({ postprocess })).toBe(said);
  });

  it('knows probabilities that come out of the network, or of the average of an ensemble', () => {
    const postprocess = [{ op: 'invert' }, { op: 'argmax' }];
    const models = [{ file: 'a.onnx' }, { file: 'b.onnx' }];
    expect(backOf({ postprocess, output: { tensor: 'y', meaning: 'probabilities' } })).toMatch(/^probabilities/);
    expect(backOf({ postprocess, models, ensemble: { average: 'probabilities' } })).toMatch(/^probabilities/);
    expect(backOf({ postprocess, models })).toMatch(/^logits/);
  });

  it('says how a coarse axis goes back', () => {
    const preprocess = [{ op: 'resample', spacing: [2, 1, 1], order: 3, anisotropy: {} }];
    const [there] = words({ preprocess, postprocess: [{ op: 'invert' }, { op: 'argmax' }] }).before;
    expect(there.inverse).toBe(
      'logits back to the scan’s grid, linear (order 1); a coarse axis by itself, nearest (order 0)',
    );
    expect(there.notes).toContain(
      'Where one axis is more than 3 times as coarse as another, it is interpolated by itself, nearest (order 0)',
    );
  });

  it('has nothing to turn where axes lie as in the file', () => {
    expect(words({ preprocess: [{ op: 'orient', axes: 'storedZYX' }] }).before[0].inverse).toBeNull();
    expect(words({ preprocess: [{ op: 'orient', axes: 'storedXYZ' }] }).before[0].inverse).toMatch(/turned back/);
  });

  it('says on which grid an operation works', () => {
    const postprocess = [{ op: 'argmax' }, { op: 'keepLargest' }, { op: 'invert' }, { op: 'fillHoles' }];
    expect(words({ postprocess }).after.map(({ grid }) => grid)).toEqual(['model', 'model', 'model', 'scan']);
  });
});

describe('notes', () => {
  it('name channels, and say what several channels share', () => {
    const sliced = [
      { op: 'minmax', perSlice: 0 },
      { op: 'zscore', mean: 1, std: 2, perSlice: 0 },
    ];
    expect(words({ preprocess: sliced }).before.map(({ notes }) => notes)).toEqual([
      ['Of each slice across axis 1 by itself'],
      [],
    ]);
    const preprocess = [{ op: 'zscore', perChannel: false, mask: 'nonzero', outside: 'zero', ddof: 1, channels: [1] }];
    expect(words({ ...twoChannels, preprocess }).before[0].notes).toEqual([
      'All other voxels become 0',
      'One mean and SD for all channels',
      'SD with n − 1',
      'Only channel FLAIR',
    ]);
  });

  it('tell tensors, padding, mirror images and the ensemble', () => {
    const { network } = words({
      ...twoChannels,
      models: [{ file: 'a.onnx', weight: 2 }, { file: 'b.onnx' }],
      inference: {
        mode: 'sliding',
        patch: [64, 64, 64],
        tiling: 'evenStep',
        blend: 'gaussianNnunet',
        mirror: [0, 2],
        batch: 4,
        pad: { mode: 'edge' },
      },
    });
    expect(network.words).toBe(
      'Run 2 networks in tiles of 64 × 64 × 64 voxels, 50 % overlap, Gaussian weights (nnU-Net)',
    );
    expect(network.notes).toEqual([
      'Reads T1 and FLAIR as “image” (NCXYZ, float32)',
      'Gives 5 channels of logits as “logits” (NCXYZ, float32)',
      'What is smaller than a tile is padded on both sides with its edge repeated, cut off again afterwards',
      'Tiles are spread evenly (nnU-Net)',
      'Gaussian with σ of 0.125 tile',
      'Averaged with all mirror images along axes 1 and 3: 4 passes, logits',
      'Ensemble of a.onnx (weight 2) and b.onnx (weight 1); logits are averaged',
      '4 tiles in one call',
    ]);
  });

  it('tell a network that gives labels itself', () => {
    const { network, after } = words({
      output: { tensor: 'y', meaning: 'labels' },
      postprocess: [{ op: 'invert' }, { op: 'argmax' }],
    });
    expect(network.notes[1]).toBe('Gives labels as “y” (NXYZ, int64); overlapping tiles vote');
    expect(after[0].words).toBe('Undo all changes of the grid, on label votes');
  });

  it('list what the channels mean', () => {
    expect(words({ postprocess: [{ op: 'invert' }, { op: 'argmax' }] }).after[1].notes[0]).toBe(
      'Channels are 0 background, 1 liver, 2 spleen, 3 kidneys, 4 liver lesion; ties go to the lower channel',
    );
  });

  it('say what three figures stand for', () => {
    expect(words({ preprocess: [{ op: 'orient', axes: 'RAS' }] }).axes).toBe(
      'Three figures in a row stand for axes 1, 2, 3: to the right, to the front, to the head',
    );
    expect(words({ preprocess: [{ op: 'zscore' }] }).axes).toBe(
      'Three figures in a row stand for axes 1, 2, 3: Z of the file, Y of the file, X of the file',
    );
  });
});
