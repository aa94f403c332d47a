import { expandManifest, manifestProblems, type Manifest } from '#pipeline';
import type { ModelFacts } from './ports.js';
import { oneTileManifest, tileShape, zeroTile } from './zero-tile.js';

const written: Manifest = {
  manifestVersion: 1,
  name: 'net',
  version: '1.0.0',
  inputs: [{ tensor: 'x', layout: 'NCXYZ', channels: [{ name: 'CT' }] }],
  output: { tensor: 'y', layout: 'NCXYZ', meaning: 'logits' },
  preprocess: [
    { op: 'orient', axes: 'RAS' },
    { op: 'cropForeground' },
    { op: 'resample', spacing: [1, 1, 1] },
    { op: 'concatCoordinates' },
  ],
  inference: { mode: 'sliding', patch: [16, 24, 32], mirror: [0, 1] },
  postprocess: [
    { op: 'softmax' },
    { op: 'invert' },
    { op: 'argmax', channelToLabel: [0, 1, 3] },
    { op: 'mapLabels', map: { '3': 2 } },
    { op: 'keepLargest' },
  ],
  labels: [
    { value: 0, name: 'background' },
    { value: 1, name: 'a' },
    { value: 2, name: 'b' },
  ],
};
const facts = (shape: readonly (number | string)[]): ModelFacts => ({
  inputs: [{ name: 'x', dtype: 'float32', shape }],
  outputs: [],
  runtime: '',
});

describe('one tile', () => {
  it('keeps what the network sees and drops the rest', () => {
    const { preprocess, inference, postprocess } = oneTileManifest(expandManifest(written));
    expect(preprocess.map(({ op }) => op)).toEqual(['orient', 'concatCoordinates']);
    expect(inference).toMatchObject({ patch: [16, 24, 32], mirror: [], batch: 1 });
    expect(postprocess.map(({ op }) => op)).toEqual(['softmax', 'invert', 'argmax', 'mapLabels']);
    expect(manifestProblems(written)).toEqual([]);
    expect(manifestProblems(oneTileManifest(expandManifest(written)))).toEqual([]);
  });

  it('has the size of the patch; a whole volume that of the graph, of an image, or a usual one', () => {
    const open = facts([1, 4, 'a', 'b', 'c']);
    expect(tileShape(expandManifest(written), open, null)).toEqual([16, 24, 32]);
    const whole = expandManifest({ ...written, inference: { mode: 'full', divisor: [16, 16, 16] } });
    expect(tileShape(whole, open, null)).toEqual([128, 128, 128]);
    expect(tileShape(whole, facts([1, 4, 64, 'b', 48]), null)).toEqual([64, 128, 48]);
    // 30 x 20 x 10 voxels of 1, 1, 3 mm, along L, P, S: 30 x 20 x 30 mm in RAS order, padded to multiples of 16
    const geometry = {
      sizeXyz: [30, 20, 10],
      spacingMm: [1, 1, 3],
      originLps: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    } as const;
    expect(tileShape(whole, open, geometry)).toEqual([32, 32, 32]);
  });

  it('of a 2D network is a slice, whichever axis is walked over', () => {
    const flat = (sliceAxis: 0 | 1 | 2) =>
      expandManifest({
        ...written,
        inputs: [{ tensor: 'x', layout: 'NXYC', channels: [{ name: 'CT' }] }],
        output: { tensor: 'y', layout: 'NXYC', meaning: 'logits' },
        inference: { mode: 'slices', sliceAxis, divisor: [8, 8] },
      });
    expect(tileShape(flat(0), facts([1, 256, 'w', 4]), null)).toEqual([1, 256, 512]);
    expect(tileShape(flat(1), facts([1, 256, 'w', 4]), null)).toEqual([256, 1, 512]);
    expect(tileShape(flat(2), facts(['n', 'h', 320, 4]), null)).toEqual([512, 320, 1]);
  });

  it('of a size that no process may hold is refused before an image of it is made', async () => {
    const huge = { ...written, inference: { mode: 'full' as const } };
    let closed = 0;
    const session = {
      facts: facts([1, 4, 14_000, 14_000, 14_000]),
      isolation: 'L0' as const,
      alive: true,
      predict: () => Promise.reject(new Error('nothing is to be predicted')),
      close: () => Promise.resolve(void closed++),
    };
    const runner = { open: () => Promise.resolve(session) };
    const limits = { loadSeconds: 1, caseSeconds: 1, memoryMib: 512, threads: 1 };
    const tried = zeroTile({ runner, clock: { monotonicMs: () => 0 } }, [], huge, limits, new AbortController().signal);
    await expect(tried).rejects.toMatchObject({ code: 'inference-out-of-memory', message: expect.stringContaining('14000 x 14000 x 14000') });
    expect(closed).toBe(1);
  });
});
