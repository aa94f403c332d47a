import { manifest } from '#contracts';
import { EXAMPLE_MANIFEST } from '../about/example-manifest.js';
import { pipelineSteps } from './pipeline-words.js';

const example = manifest.parse(JSON.parse(EXAMPLE_MANIFEST));

it('tells the whole road in order, the model once', () => {
  const steps = pipelineSteps(example);
  expect(steps.map(({ title }) => title)).toEqual([
    'Orient',
    'Resample',
    'Window',
    'Model, whole volume',
    'Softmax',
    'Back to the image',
    'Choose label',
  ]);
  expect(steps.filter(({ stage }) => stage === 'model')).toHaveLength(1);
});

it('shows the figures of the manifest', () => {
  const [orient, resample, window, model] = pipelineSteps(example);
  expect(orient.sentence).toContain('right, front, head');
  expect(resample.figure).toBe('3 × 3 × 3 mm');
  expect(window.figure).toBe('−160 to 240 → 0 to 1');
  expect(window.sentence).toContain('clipped');
  expect(model.figure).toBe('multiples of 8 × 8 × 8');
});

/** The example with other steps, read as the platform reads it. */
const withSteps = (change: object) => pipelineSteps(manifest.parse({ ...JSON.parse(EXAMPLE_MANIFEST), ...change }));

it('describes tiles, kept axes, and a window that does not clip', () => {
  const tiled = withSteps({
    preprocess: [
      { op: 'resample', spacing: [null, 1.5, null], order: 0, grid: 'firstVoxel' },
      { op: 'window', in: [0, 1], out: [0, 1], clip: false },
    ],
    inference: { mode: 'sliding', patch: [96, 96, 32], overlap: 0.25, blend: 'gaussian', padValue: 0 },
  });
  expect(tiled[0].figure).toBe('as is × 1.5 × as is mm');
  expect(tiled[0].sentence).toMatch(/Nearest neighbour.*centre of the first voxel/);
  expect(tiled[1].sentence).toContain('not clipped');
  expect(tiled[2]).toMatchObject({ title: 'Model, in tiles', figure: '96 × 96 × 32 voxels' });
  expect(tiled[2].sentence).toMatch(/25 %.*Gaussian/);
});

it('describes crops, intensities and what is done to labels', () => {
  const steps = withSteps({
    preprocess: [
      { op: 'orient', axes: 'RAS' },
      { op: 'cropNonzero' },
      { op: 'clip', percentiles: [0.5, 99.5], mask: 'nonzero' },
      { op: 'zscore', mask: 'crop' },
    ],
    postprocess: [
      { op: 'softmax' },
      { op: 'invert' },
      { op: 'argmax' },
      { op: 'keepLargest', labels: [1] },
      { op: 'removeSmall', labels: [1], minVoxels: 10 },
    ],
  });
  const found = Object.fromEntries(steps.map(({ title, figure, sentence }) => [title, `${figure}. ${sentence}`]));
  expect(found.Clip).toBe(
    'percentiles 0.5 to 99.5. Values beyond these percentiles of the voxels that are not 0 are cut to them.',
  );
  expect(found.Standardise).toMatch(/^mean of the image, SD of the image\..*of the voxels that the crop was made for/);
  expect(found['Keep the largest piece']).toMatch(/^Liver\./i);
  expect(found['Remove small pieces']).toContain('Pieces below 10 voxels become background.');
});
