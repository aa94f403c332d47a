import { manifest } from './manifest.js';

const minimal = {
  manifestVersion: 1,
  name: 'Organ finder',
  version: '1.0.0',
  inputs: [{ tensor: 'image', channels: [{ name: 'CT' }] }],
  output: { tensor: 'logits', meaning: 'logits' },
  preprocess: [{ op: 'orient', axes: 'RAS' }],
  inference: { mode: 'full' },
  postprocess: [{ op: 'invert' }, { op: 'argmax' }],
  labels: [
    { value: 0, name: 'background' },
    { value: 1, name: 'liver' },
  ],
};

describe('voxelmark.json', () => {
  it('fills in what may be left out', () => {
    expect(manifest.parse(minimal)).toMatchObject({
      task: 'semantic',
      inputs: [{ layout: 'NCXYZ', dtype: 'float32' }],
      output: { layout: 'NCXYZ' },
      inference: { mode: 'full', divisor: [1, 1, 1], padValue: 0 },
      postprocess: [{ op: 'invert', order: 1 }, { op: 'argmax' }],
    });
    expect(manifest.parse({ ...minimal, inference: { mode: 'sliding', patch: [64, 64, 32] } }).inference).toEqual({
      mode: 'sliding',
      patch: [64, 64, 32],
      overlap: 0.5,
      blend: 'constant',
      padValue: 0,
    });
  });

  it('means the same when it is read again', () => {
    const once = manifest.parse(minimal);
    expect(manifest.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it.each<[string, object]>([
    ['another manifest version', { manifestVersion: 2 }],
    ['an unknown key', { script: 'x' }],
    ['an unknown key deep inside', { output: { tensor: 'y', meaning: 'logits', script: 'x' } }],
    ['axes named twice', { preprocess: [{ op: 'orient', axes: 'RLS' }] }],
    ['axes in small letters', { preprocess: [{ op: 'orient', axes: 'ras' }] }],
    ['an operation that does not exist', { preprocess: [{ op: 'eval', code: '1' }] }],
    ['no spacing at all', { preprocess: [{ op: 'resample', spacing: [0, 1, 1] }] }],
    ['a negative spacing', { preprocess: [{ op: 'resample', spacing: [-1, 1, 1] }] }],
    ['infinite windows', { preprocess: [{ op: 'window', in: [0, Number.POSITIVE_INFINITY], out: [0, 1] }] }],
    ['overlap of a whole tile', { inference: { mode: 'sliding', patch: [8, 8, 8], overlap: 1 } }],
    ['a tile of half a voxel', { inference: { mode: 'sliding', patch: [0.5, 8, 8] } }],
    ['two inputs', { inputs: [minimal.inputs[0], minimal.inputs[0]] }],
    ['half precision', { inputs: [{ ...minimal.inputs[0], dtype: 'float16' }] }],
    ['one label only', { labels: [{ value: 0, name: 'background' }] }],
    [
      'a negative label',
      {
        labels: [
          { value: -1, name: 'x' },
          { value: 1, name: 'y' },
        ],
      },
    ],
    ['a name of two lines', { name: 'a\nb' }],
    ['an empty name', { name: ' ' }],
    ['a version that is a path', { version: '../1' }],
    ['a tensor name with NUL', { output: { tensor: 'y\u0000', meaning: 'logits' } }],
  ])('refuses %s', (_, change) => {
    expect(manifest.safeParse({ ...minimal, ...change }).success).toBe(false);
  });
});
