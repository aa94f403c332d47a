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

it('describes tiles, kept axes, and a window that does not clip', () => {
  const tiled = pipelineSteps({
    ...example,
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
  expect(tiled[2].sentence).toContain('25 %');
});
